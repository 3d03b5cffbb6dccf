/* SPDX-License-Identifier: GPL-2.0-only */
/* Rounding. */
#ifndef DYNPORT_SHIM_LINUX_KERNEL_H
#define DYNPORT_SHIM_LINUX_KERNEL_H

#include <linux/types.h>

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

#endif
