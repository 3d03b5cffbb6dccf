// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - multicasting what happens
 *
 * Called where ports are chosen and released: in process context or softirq,
 * with sockets and port spaces locked, so nothing here sleeps or takes a lock
 * of dynport's.
 */
#include <linux/rcupdate.h>

#include "compat.h"
#include "event.h"

/*
 * Is the group ours? The number of an unregistered group may become another
 * family's, and callers of replacements are still about when the family goes.
 * Read under RCU.
 */
static bool event_is_open;

#ifdef DYNPORT_HAVE_GENL_BIND
bool dynport_event_joined __read_mostly;
#else
bool dynport_event_joined __read_mostly = true;
#endif

struct sk_buff *dynport_event_new(size_t size, u8 command, void **header)
{
	struct sk_buff *skb;

	skb = genlmsg_new(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, 0, 0, &dynport_genl_family, 0, command);
	return skb;
}

void dynport_event_send(struct net *net, struct sk_buff *skb, void *header)
{
	genlmsg_end(skb, header);
	rcu_read_lock();
	if (READ_ONCE(event_is_open))
		genlmsg_multicast_netns(&dynport_genl_family, net, skb, 0, 0,
					GFP_ATOMIC | __GFP_NOWARN);
	else
		kfree_skb(skb);
	rcu_read_unlock();
}

void dynport_event_lost(struct net *net)
{
	rcu_read_lock();
	if (READ_ONCE(event_is_open))
		genl_set_err(&dynport_genl_family, net, 0, 0, -ENOBUFS);
	rcu_read_unlock();
}

void dynport_event_open(void)
{
	WRITE_ONCE(event_is_open, true);
}

void dynport_event_close(void)
{
	WRITE_ONCE(event_is_open, false);
	/* Who has read it as true, has sent. */
	synchronize_rcu();
}
