/* SPDX-License-Identifier: GPL-2.0-only */
/* A clock that stands still but for what a host's searches take. */
#ifndef DYNPORT_SHIM_LINUX_KTIME_H
#define DYNPORT_SHIM_LINUX_KTIME_H

#include <linux/types.h>

extern u64 ktime_now;

static inline u64 ktime_get_ns(void)
{
	return ktime_now;
}

#endif
