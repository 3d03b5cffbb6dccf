/* SPDX-License-Identifier: GPL-2.0-only */
/* Powers of two. */
#ifndef DYNPORT_SHIM_LINUX_LOG2_H
#define DYNPORT_SHIM_LINUX_LOG2_H

#define is_power_of_2(n)	((n) != 0 && ((n) & ((n) - 1)) == 0)

#endif
