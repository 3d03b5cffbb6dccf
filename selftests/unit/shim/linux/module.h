/* SPDX-License-Identifier: GPL-2.0-only */
/* Built-in algorithms have no owner. */
#ifndef DYNPORT_SHIM_LINUX_MODULE_H
#define DYNPORT_SHIM_LINUX_MODULE_H

#include <linux/types.h>

struct module;

#define THIS_MODULE	((struct module *)NULL)
#define EXPORT_SYMBOL_GPL(symbol)

#endif
