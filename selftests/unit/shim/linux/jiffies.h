/* SPDX-License-Identifier: GPL-2.0-only */
/* A clock that stands still until a test moves it. */
#ifndef DYNPORT_SHIM_LINUX_JIFFIES_H
#define DYNPORT_SHIM_LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ	250

extern unsigned long jiffies;

#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)

#endif
