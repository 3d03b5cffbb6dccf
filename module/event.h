/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - telling those who listen
 *
 * Events go to the multicast group of the namespace they are about, and to
 * nobody else. Whoever has something to tell asks dynport_event_wanted() first,
 * and builds the message only then.
 */
#ifndef DYNPORT_EVENT_H
#define DYNPORT_EVENT_H

#include <net/net_namespace.h>

#include "genl.h"

/*
 * Has anybody joined the group since the module was loaded? Written once. Where
 * the kernel doesn't tell, it is taken to be so.
 */
extern bool dynport_event_joined;

/*
 * Does anybody listen? One read as long as nobody ever has. The kernel counts
 * listeners of all namespaces together: in a namespace without one an event may
 * be built in vain.
 */
static inline bool dynport_event_wanted(struct net *net)
{
	return unlikely(READ_ONCE(dynport_event_joined)) &&
	       genl_has_listeners(&dynport_genl_family, net, 0);
}

/**
 * dynport_event_new() - begin an event
 * @size: sum of nla_total_size() of its attributes
 * @command: what happened
 * @header: for dynport_event_send()
 *
 * Context: any but hard interrupts. Return: the message, or NULL; then
 * dynport_event_lost() is to be called.
 */
struct sk_buff *dynport_event_new(size_t size, u8 command, void **header);

/**
 * dynport_event_send() - send it, and free it
 * @net: the namespace; dynport_netns.dead was unset in this RCU read-side
 *	section, or the caller is inside dynport_netns_enter()
 * @skb: from dynport_event_new()
 * @header: likewise
 */
void dynport_event_send(struct net *net, struct sk_buff *skb, void *header);

/* What should have been told can't be: listeners receive ENOBUFS. */
void dynport_event_lost(struct net *net);

/* After the family was registered, and before it is unregistered. */
void dynport_event_open(void);
void dynport_event_close(void);

#endif
