/* SPDX-License-Identifier: GPL-2.0-only */
/* net.ipv4.ip_local_reserved_ports and ip_local_port_range. */
#ifndef DYNPORT_SHIM_NET_IP_H
#define DYNPORT_SHIM_NET_IP_H

#include <net/net_namespace.h>

static inline bool inet_is_local_reserved_port(const struct net *net, u16 port)
{
	return test_bit(port, net->reserved_ports);
}

static inline void inet_get_local_port_range(const struct net *net, int *low,
					     int *high)
{
	*low = net->port_low;
	*high = net->port_high;
}

#endif
