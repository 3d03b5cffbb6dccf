/* SPDX-License-Identifier: GPL-2.0-only */
/* net.ipv4.ip_local_reserved_ports. */
#ifndef DYNPORT_SHIM_NET_IP_H
#define DYNPORT_SHIM_NET_IP_H

#include <net/net_namespace.h>

static inline bool inet_is_local_reserved_port(const struct net *net, u16 port)
{
	return test_bit(port, net->reserved_ports);
}

#endif
