/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing: alignment is of no concern here. */
#ifndef DYNPORT_SHIM_LINUX_CACHE_H
#define DYNPORT_SHIM_LINUX_CACHE_H

#include <linux/types.h>

#endif
