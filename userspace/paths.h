/* SPDX-License-Identifier: GPL-2.0-only */
/* The three paths on which the kernel chooses a port, as the module names them. */
#ifndef DYNPORTCTL_PATHS_H
#define DYNPORTCTL_PATHS_H

enum path { PATH_CONNECT, PATH_BIND, PATH_UDP, PATHS };

struct path_info {
	const char *name;	/* in counters and columns */
	const char *heading;
	const char *algorithm;	/* the setting with its own algorithm */
	const char *range;	/* the setting with its protocol's range */
	const char *what;	/* in words */
	const char *error;	/* what an application sees when it is exhausted */
};

extern const struct path_info paths[PATHS];

#endif
