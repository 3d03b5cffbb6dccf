/* SPDX-License-Identifier: GPL-2.0-only */
/* The type alone. */
#ifndef DYNPORT_SHIM_LINUX_MUTEX_H
#define DYNPORT_SHIM_LINUX_MUTEX_H

struct mutex {
	char unused;
};

#endif
