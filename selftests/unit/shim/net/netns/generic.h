/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests hold their struct dynport_netns themselves. */
#ifndef DYNPORT_SHIM_NET_NETNS_GENERIC_H
#define DYNPORT_SHIM_NET_NETNS_GENERIC_H

struct net;

void *net_generic(const struct net *net, unsigned int id);

#endif
