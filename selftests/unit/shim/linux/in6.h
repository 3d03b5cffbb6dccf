/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and protocol numbers are those of the C library. */
#ifndef DYNPORT_SHIM_LINUX_IN6_H
#define DYNPORT_SHIM_LINUX_IN6_H

#include <linux/types.h>
#include <netinet/in.h>

#endif
