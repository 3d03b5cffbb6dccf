/* SPDX-License-Identifier: GPL-2.0-only */
/* Read only while somebody traces, and nobody does. */
#ifndef DYNPORT_SHIM_LINUX_KTIME_H
#define DYNPORT_SHIM_LINUX_KTIME_H

#include <linux/types.h>

static inline u64 ktime_get_ns(void)
{
	return 1;
}

#endif
