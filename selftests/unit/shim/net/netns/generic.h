/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests hold their struct dynport_netns themselves. */
#ifndef DYNPORT_SHIM_NET_NETNS_GENERIC_H
#define DYNPORT_SHIM_NET_NETNS_GENERIC_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct net;

struct net_generic {
	void *ptr[1];
};

void *net_generic(const struct net *net, unsigned int id);

#endif
