/* SPDX-License-Identifier: GPL-2.0-only */
/* A clock that stands still until a test moves it. */
#ifndef DYNPORT_SHIM_LINUX_JIFFIES_H
#define DYNPORT_SHIM_LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ	250

extern unsigned long jiffies;

#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ((unsigned long)ms * HZ + 999) / 1000;
}

#endif
