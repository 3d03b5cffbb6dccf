/* SPDX-License-Identifier: GPL-2.0-only */
/* A network namespace: of its many things, the reserved ports. */
#ifndef DYNPORT_SHIM_NET_NET_NAMESPACE_H
#define DYNPORT_SHIM_NET_NET_NAMESPACE_H

#include <linux/bitmap.h>

struct net {
	DECLARE_BITMAP(reserved_ports, 65536);
};

#endif
