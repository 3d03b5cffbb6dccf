// SPDX-License-Identifier: GPL-2.0-only
/* A temporary file in the same folder, written, synced, and renamed. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_replace.h"
#include "output.h"

#define MODE_NEW 0644

/*
 * Where @path leads to: renaming onto a link would replace the link. @old says what
 * the new file is to be like.
 */
static char *path_follow(const char *path, struct stat *old, bool *ok)
{
	mode_t mask = umask(0);
	char *real;

	umask(mask);
	*ok = true;
	old->st_mode = MODE_NEW & ~mask;
	old->st_uid = geteuid();
	old->st_gid = getegid();
	real = realpath(path, NULL);
	if (!real && errno == ENOENT) {
		real = strdup(path);
		if (!real)
			output_no_memory();
		return real;
	}
	if (!real || stat(real, old)) {
		warn("%s", path);
		*ok = false;
	} else if (!S_ISREG(old->st_mode)) {
		warnx("%s: not a regular file", path);
		*ok = false;
	}
	return real;
}

static bool fd_write(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		len -= n;
	}
	return true;
}

/* The name is safe only once the folder has been written, too. */
static void folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash - path + 1) : strdup(".");
	int fd;

	if (!folder)
		output_no_memory();
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* the file is there: a folder that can't be synced is no failure */
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

/* No suffix: a reader of *.prom or *.conf doesn't take it for one. */
static char *temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? slash - path + 1 : 0;
	char *name;

	if (asprintf(&name, "%.*s.%s.XXXXXX", folder, path,
		     path + folder) < 0)
		output_no_memory();
	return name;
}

/* 0 or an errno; @temporary is a template for mkostemp(). */
static int temporary_write(char *temporary, const char *text, size_t len,
			   const struct stat *old)
{
	int fd = mkostemp(temporary, O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	/* Its reader may be one by its group. */
	if (!fd_write(fd, text, len) || fchown(fd, old->st_uid, old->st_gid) ||
	    fchmod(fd, old->st_mode & 07777) || fsync(fd))
		err = errno;
	if (close(fd) && !err)
		err = errno;
	if (err)
		unlink(temporary);
	return err;
}

bool file_replace(const char *path, const char *text, size_t len)
{
	char *real, *temporary;
	struct stat old;
	bool ok;
	int err;

	real = path_follow(path, &old, &ok);
	if (!ok) {
		free(real);
		return false;
	}
	temporary = temporary_name(real);
	err = temporary_write(temporary, text, len, &old);
	if (!err && rename(temporary, real)) {
		err = errno;
		unlink(temporary);
	}
	if (err == ENOENT)
		warnx("%s: not written: its folder does not exist", path);
	else if (err)
		warnx("%s: not written: %s", path, strerror(err));
	else
		folder_sync(real);
	free(temporary);
	free(real);
	return !err;
}
