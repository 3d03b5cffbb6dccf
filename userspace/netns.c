// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only the calling thread moves; the program has one. Mounts stay as they are:
 * what is read below /proc follows the reader's namespace by itself.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"

#define NETNS_DIR "/run/netns"

bool netns_enter(const char *name)
{
	char path[PATH_MAX];
	int fd, n, err;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		warnx("'%s' names no network namespace", name);
		return false;
	}
	if (strchr(name, '/'))
		n = snprintf(path, sizeof(path), "%s", name);
	else
		n = snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		warnx("the name of the network namespace is too long");
		return false;
	}

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			warnx("no network namespace '%s': %s does not exist",
			      name, path);
		else
			warn("network namespace %s", path);
		return false;
	}
	err = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	switch (err) {
	case 0:
		return true;
	case EINVAL:
		warnx("%s is no network namespace", path);
		break;
	case EPERM:
		warnx("entering the network namespace %s needs CAP_SYS_ADMIN (root)",
		      path);
		break;
	default:
		warnx("network namespace %s: %s", path, strerror(err));
	}
	return false;
}
