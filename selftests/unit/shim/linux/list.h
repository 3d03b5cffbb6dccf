/* SPDX-License-Identifier: GPL-2.0-only */
/* The type alone: lists belong to the registry, which isn't built here. */
#ifndef DYNPORT_SHIM_LINUX_LIST_H
#define DYNPORT_SHIM_LINUX_LIST_H

#include <linux/types.h>

#endif
