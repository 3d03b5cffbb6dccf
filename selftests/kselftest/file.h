/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a value into a file of the kernel's: sysctl, tracefs, debugfs.
 */
#ifndef FILE_H
#define FILE_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

/* Writes len bytes by one write(). Returns 0, or -errno; -EIO if it was cut. */
static inline int file_write(const char *path, const void *value, size_t len)
{
	int fd, ret = 0;
	ssize_t n;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, value, len);
	if (n < 0)
		ret = -errno;
	else if ((size_t)n != len)
		ret = -EIO;
	close(fd);
	return ret;
}

#endif
