/* SPDX-License-Identifier: GPL-2.0-only */
/* A network namespace: of its many things, those about ports. */
#ifndef DYNPORT_SHIM_NET_NET_NAMESPACE_H
#define DYNPORT_SHIM_NET_NET_NAMESPACE_H

#include <linux/bitmap.h>

struct net_generic;
struct user_namespace;

struct net {
	struct net_generic *gen;
	struct user_namespace *user_ns;
	int port_low, port_high;	/* net.ipv4.ip_local_port_range */
	DECLARE_BITMAP(reserved_ports, 65536);
};

#endif
