/* SPDX-License-Identifier: GPL-2.0-only */
/* The types alone: the model of spaces has a list. */
#ifndef DYNPORT_SHIM_LINUX_RHASHTABLE_TYPES_H
#define DYNPORT_SHIM_LINUX_RHASHTABLE_TYPES_H

#include <linux/workqueue.h>

struct rhash_head {
	char unused;
};

struct rhashtable {
	char unused;
};

#endif
