// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - a port space as a netlink message, and all of a namespace's
 */
#include <linux/build_bug.h>
#include <linux/jiffies.h>
#include <linux/rculist.h>
#include <net/sock.h>

#include "genl.h"
#include "netns.h"
#include "quarantine.h"
#include "report.h"

int dynport_report_key(struct sk_buff *skb,
		       const struct dynport_space_key *key)
{
	BUILD_BUG_ON((int)DYNPORT_PATH_CONNECT != (int)DYNPORT_GENL_CONNECT ||
		     (int)DYNPORT_PATH_BIND != (int)DYNPORT_GENL_BIND ||
		     (int)DYNPORT_PATH_UDP != (int)DYNPORT_GENL_UDP);

	if (nla_put_u8(skb, DYNPORT_A_PATH, key->path) ||
	    nla_put_u8(skb, DYNPORT_A_FAMILY, key->family) ||
	    nla_put_u8(skb, DYNPORT_A_PROTOCOL, key->protocol) ||
	    dynport_genl_put_address(skb, DYNPORT_A_LADDR, key->family,
				     &key->laddr) ||
	    nla_put_u32(skb, DYNPORT_A_IFINDEX, key->device))
		return -EMSGSIZE;
	if (key->path != DYNPORT_PATH_CONNECT)
		return 0;
	if (dynport_genl_put_address(skb, DYNPORT_A_RADDR, key->family,
				     &key->raddr) ||
	    nla_put_u16(skb, DYNPORT_A_RPORT, ntohs(key->rport)))
		return -EMSGSIZE;
	return 0;
}

int dynport_report_window(struct sk_buff *skb, u32 low, u32 high)
{
	if (nla_put_u16(skb, DYNPORT_A_LOW, low) ||
	    nla_put_u16(skb, DYNPORT_A_HIGH, high) ||
	    nla_put_u32(skb, DYNPORT_A_PORTS, high - low + 1))
		return -EMSGSIZE;
	return 0;
}

int dynport_report_map(struct sk_buff *skb, const struct dynport_space *space)
{
	const struct portmap *map = &space->map;
	u32 free = map->free[0] + map->free[1];
	unsigned int idle_ms;

	lockdep_assert_held(&space->lock);
	idle_ms = jiffies_to_msecs(jiffies - READ_ONCE(space->last_used));
	if (dynport_report_window(skb, space->low,
				  space->low + map->count - 1) ||
	    nla_put_u32(skb, DYNPORT_A_BUSY, dynport_space_busy(space)) ||
	    nla_put_u32(skb, DYNPORT_A_FREE, free) ||
	    nla_put_u32(skb, DYNPORT_A_LINGERING, map->lingering) ||
	    nla_put_u32(skb, DYNPORT_A_COOLING, map->cooling) ||
	    nla_put_u64_64bit(skb, DYNPORT_A_SEARCHES, space->searches,
			      DYNPORT_A_PAD) ||
	    nla_put_u64_64bit(skb, DYNPORT_A_FAILED, space->exhausted,
			      DYNPORT_A_PAD) ||
	    nla_put_u64_64bit(skb, DYNPORT_A_IDLE_MS, idle_ms, DYNPORT_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static int report_fill(struct sk_buff *skb, struct netlink_callback *cb,
		       struct dynport_netns *netns, struct dynport_space *space)
{
	void *header;
	int err;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &dynport_genl_family,
			     NLM_F_MULTI, DYNPORT_CMD_GET_SPACE);
	if (!header)
		return -EMSGSIZE;
	err = dynport_report_key(skb, &space->key);
	if (!err) {
		spin_lock_bh(&space->lock);
		dynport_quarantine_age(netns, space);
		err = dynport_report_map(skb, space);
		spin_unlock_bh(&space->lock);
	}
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/*
 * The list is in the order of numbers, and only ever appended to: going on
 * behind the last one sent leaves none out.
 */
int dynport_report_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dynport_netns *netns = dynport_netns(sock_net(skb->sk));
	u64 *sent = (u64 *)cb->ctx;
	struct dynport_space *space;

	BUILD_BUG_ON(sizeof(*sent) > sizeof(cb->ctx));
	rcu_read_lock();
	list_for_each_entry_rcu(space, &netns->spaces.list, list) {
		if (space->number <= *sent)
			continue;
		if (report_fill(skb, cb, netns, space))
			break;
		*sent = space->number;
	}
	rcu_read_unlock();
	return skb->len;
}
