/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks while compiling. */
#ifndef DYNPORT_SHIM_LINUX_BUILD_BUG_H
#define DYNPORT_SHIM_LINUX_BUILD_BUG_H

#define BUILD_BUG_ON(condition)	_Static_assert(!(condition), #condition)

#endif
