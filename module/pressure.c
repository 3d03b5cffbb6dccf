// SPDX-License-Identifier: GPL-2.0-only
/*
 * pressure.c - telling that ports run short, and that a request got none
 *
 * See pressure.h. When a space was last told of is kept with its map. For
 * spaces without one, which fail only after a search of the whole window by
 * the kernel, the namespace has a few records, of which the longest unused is
 * taken for another space; while all are in use, others go untold.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/socket.h>

#include "event.h"
#include "pressure.h"
#include "report.h"
#include "search.h"

#define PRESSURE_EVENT_PAUSE	HZ
#define PRESSURE_LOG_PAUSE	(60 * HZ)

/* A socket address, to be printed by %pISpc and the like. */
union pressure_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* What an event tells: of a space with a map, or of a failed request. */
static void pressure_tell(struct net *net, u8 command,
			  const struct dynport_space_key *key,
			  const struct dynport_space *space,
			  const struct dynport_search *search, u32 suppressed)
{
	struct sk_buff *skb;
	void *header;
	int err;

	skb = dynport_event_new(DYNPORT_REPORT_SIZE, command, &header);
	if (!skb) {
		dynport_event_lost(net);
		return;
	}
	err = dynport_report_key(skb, key);
	if (!err && space)
		err = dynport_report_map(skb, space);
	else if (!err)
		err = dynport_report_window(skb, search->low, search->high);
	if (!err && command == DYNPORT_CMD_EXHAUSTED)
		err = nla_put_u32(skb, DYNPORT_A_SUPPRESSED, suppressed);
	WARN_ON_ONCE(err);
	dynport_event_send(net, skb, header);
}

void dynport_pressure_cross(struct dynport_netns *netns,
			    struct dynport_space *space)
{
	lockdep_assert_held(&space->lock);
	if (unlikely(space->gone))
		return;
	space->pressed = !space->pressed;
	if (dynport_event_wanted(netns->net))
		pressure_tell(netns->net,
			      space->pressed ? DYNPORT_CMD_PRESSURE :
					       DYNPORT_CMD_RELIEVED,
			      &space->key, space, NULL, 0);
}

void dynport_pressure_forget(struct dynport_netns *netns,
			     struct dynport_space *space)
{
	spin_lock_bh(&space->lock);
	if (space->pressed)
		dynport_pressure_cross(netns, space);
	space->gone = true;
	spin_unlock_bh(&space->lock);
}

/* Has @pause passed since @last? Then it begins anew. 0 is long ago. */
static bool pressure_due(unsigned long *last, unsigned long pause)
{
	if (*last && time_before(jiffies, *last + pause))
		return false;
	*last = jiffies ?: 1;
	return true;
}

static bool pressure_event_due(struct net *net,
			       struct dynport_exhaustion *exhaustion,
			       u32 *suppressed)
{
	if (!dynport_event_wanted(net))
		return false;
	*suppressed = exhaustion->suppressed++;
	if (!pressure_due(&exhaustion->announced, PRESSURE_EVENT_PAUSE))
		return false;
	exhaustion->suppressed = 0;
	return true;
}

static void pressure_address(union pressure_address *printed, u8 family,
			     const union dynport_address *address, __be16 port)
{
	memset(printed, 0, sizeof(*printed));
	printed->sa.sa_family = family;
	if (family == AF_INET6) {
		printed->in6.sin6_addr = address->ip6;
		printed->in6.sin6_port = port;
	} else {
		printed->in.sin_addr.s_addr = address->ip;
		printed->in.sin_port = port;
	}
}

/* Namespaces can be had by anybody, so the log is kept from being flooded. */
static void pressure_log(const struct dynport_netns *netns,
			 const struct dynport_space_key *key, u32 low, u32 high)
{
	const char *protocol = key->protocol == IPPROTO_TCP ? "TCP" : "UDP";
	union pressure_address from, to;

	pressure_address(&from, key->family, &key->laddr, 0);
	pressure_address(&to, key->family, &key->raddr, key->rport);
	if (key->path == DYNPORT_PATH_CONNECT)
		pr_warn_ratelimited("no port of %u-%u is left for %s from %pISc to %pISpc (network namespace %u)\n",
				    low, high, protocol, &from.sa, &to.sa,
				    netns->net->ns.inum);
	else
		pr_warn_ratelimited("no port of %u-%u is left for %s bind to %pISc (network namespace %u)\n",
				    low, high, protocol, &from.sa,
				    netns->net->ns.inum);
}

/* The record of a space without a map, or one for it; NULL: all are in use. */
static struct dynport_exhaustion *
pressure_record(struct dynport_exhaustions *exhaustions,
		const struct dynport_space_key *key)
{
	struct dynport_exhaustion *record, *oldest = exhaustions->records;
	int i;

	lockdep_assert_held(&exhaustions->lock);
	for (i = 0; i < DYNPORT_EXHAUSTIONS; i++) {
		record = &exhaustions->records[i];
		if (record->seen && !memcmp(&record->key, key, sizeof(*key)))
			goto found;
		if (!record->seen ||
		    (oldest->seen && time_before(record->seen, oldest->seen)))
			oldest = record;
	}
	record = oldest;
	if (record->seen &&
	    time_before(jiffies, record->seen + PRESSURE_EVENT_PAUSE))
		return NULL;
	memset(record, 0, sizeof(*record));
	record->key = *key;
found:
	record->seen = jiffies ?: 1;
	return record;
}

static bool pressure_exhausted_mapped(const struct dynport_search *search)
{
	struct dynport_netns *netns = search->netns;
	struct dynport_space *space = search->space;
	bool log;
	u32 n;

	spin_lock_bh(&space->lock);
	log = pressure_due(&space->exhaustion.logged, PRESSURE_LOG_PAUSE);
	/* Not if only a part of it, asked for by the socket, is exhausted. */
	if (!space->gone && 100 * dynport_space_busy(space) >
			    dynport_pressure_relief(netns, space))
		space->pressed = true;
	if (pressure_event_due(netns->net, &space->exhaustion, &n))
		pressure_tell(netns->net, DYNPORT_CMD_EXHAUSTED, &space->key,
			      space, search, n);
	spin_unlock_bh(&space->lock);
	return log;
}

static bool pressure_exhausted_plain(const struct dynport_search *search,
				     const struct dynport_space_key *key)
{
	struct dynport_exhaustions *exhaustions = &search->netns->exhaustions;
	struct dynport_exhaustion *record;
	bool log = false;
	u32 n;

	spin_lock_bh(&exhaustions->lock);
	record = pressure_record(exhaustions, key);
	if (record) {
		log = pressure_due(&record->logged, PRESSURE_LOG_PAUSE);
		if (pressure_event_due(search->netns->net, record, &n))
			pressure_tell(search->netns->net, DYNPORT_CMD_EXHAUSTED,
				      key, NULL, search, n);
	}
	spin_unlock_bh(&exhaustions->lock);
	return log;
}

void dynport_pressure_exhausted(const struct dynport_search *search)
{
	struct dynport_space_key key;
	bool log;

	dynport_space_key_init(&key, &search->req);
	if (search->space)
		log = pressure_exhausted_mapped(search);
	else
		log = pressure_exhausted_plain(search, &key);
	if (log)
		pressure_log(search->netns, &key, search->low, search->high);
}

void dynport_pressure_netns_init(struct dynport_netns *netns)
{
	spin_lock_init(&netns->exhaustions.lock);
}
