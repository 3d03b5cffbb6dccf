/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading and writing files under /proc/sys/net for the caller's netns. Names
 * are relative to that folder: "dynport/algorithm", "ipv4/ip_local_port_range".
 */
#ifndef SYSCTL_H
#define SYSCTL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

#define SYSCTL_VALUE_MAX 65536

static inline void sysctl_path(char path[256], const char *name)
{
	snprintf(path, 256, "/proc/sys/net/%s", name);
}

static inline int sysctl_open(const char *name, int flags)
{
	char path[256];

	sysctl_path(path, name);
	return open(path, flags | O_CLOEXEC);
}

/* As file_write(). */
static inline int sysctl_write(const char *name, const void *value, size_t len)
{
	char path[256];

	sysctl_path(path, name);
	return file_write(path, value, len);
}

static inline int sysctl_set(const char *name, const char *value)
{
	return sysctl_write(name, value, strlen(value));
}

static inline int sysctl_set_number(const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	return sysctl_set(name, text);
}

/* Stores the value without its newline. Returns 0 or -errno. */
static inline int sysctl_get(const char *name, char *value, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int fd;

	fd = sysctl_open(name, O_RDONLY);
	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		n = read(fd, value + used, size - 1 - used);
		if (n < 0) {
			n = -errno;
			close(fd);
			return n;
		}
		if (!n)
			break;
		used += n;
	}
	close(fd);
	value[used] = '\0';
	if (used && value[used - 1] == '\n')
		value[used - 1] = '\0';
	return 0;
}

static inline bool sysctl_exists(const char *name)
{
	int fd = sysctl_open(name, O_RDONLY);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Is the module under test there, for this netns? */
static inline bool sysctl_have_dynport(void)
{
	return sysctl_exists("dynport/algorithm");
}

static inline int sysctl_set_window(int low, int high)
{
	char text[32];

	snprintf(text, sizeof(text), "%d %d", low, high);
	return sysctl_set("ipv4/ip_local_port_range", text);
}

#endif
