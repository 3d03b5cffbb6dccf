/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each path may choose from in this namespace: the kernel's settings, and
 * dynport's where it is loaded.
 */
#ifndef DYNPORTCTL_WINDOW_H
#define DYNPORTCTL_WINDOW_H

#include <stdbool.h>

#include "paths.h"
#include "ports.h"

struct window {
	bool loaded;			/* dynport is */
	struct port_range local;	/* ip_local_port_range */
	struct port_set reserved;	/* ip_local_reserved_ports */
	unsigned int bind_stride;	/* 0 where it isn't */

	struct {
		struct port_range own;	/* tcp_ or udp_port_range */
		bool ignored;		/* it has no port of the local range */
		struct port_range range;
		struct port_count count;
	} path[PATHS];
};

/* False after having said what could not be read. */
bool window_read(struct window *window);

/* A number of a sysctl, with the same promise. */
bool window_number_read(const char *name, unsigned int *number);

#endif
