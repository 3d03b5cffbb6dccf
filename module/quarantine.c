// SPDX-License-Identifier: GPL-2.0-only
/*
 * quarantine.c - released ports that cool; see quarantine.h
 *
 * Maps need no timer: who uses one, or looks at it, first lets time pass in it.
 * A port that was released just before a generation ends is free when three
 * more have ended.
 */
#include <linux/jiffies.h>
#include <net/ip.h>

#include "netns.h"
#include "quarantine.h"

/* Guarded ports are looked at again so often, without a quarantine. */
#define QUARANTINE_GUARD_PERIOD	(HZ / 4)

void dynport_quarantine_note(struct dynport_netns *netns, u8 protocol, u16 port)
{
	int low, high;

	inet_get_local_port_range(netns->net, &low, &high);
	if (port >= low && port <= high)
		dynport_stamps_set(dynport_netns_stamps(netns->released,
							protocol), port);
}

static unsigned long quarantine_ticks(const struct dynport_netns *netns)
{
	return msecs_to_jiffies(READ_ONCE(netns->tunables.quarantine_ms));
}

bool dynport_quarantine_predates(const struct dynport_netns *netns,
				 const struct dynport_space *space)
{
	return !time_after(jiffies, space->created + quarantine_ticks(netns));
}

static bool quarantine_was_released(struct dynport_netns *netns, u8 protocol,
				    u16 port)
{
	u32 *stamp;

	stamp = dynport_stamps_find(dynport_netns_stamps(netns->released,
							 protocol), port);
	return stamp && dynport_stamp_is_fresh(READ_ONCE(*stamp),
					       quarantine_ticks(netns));
}

bool dynport_quarantine_is_cooling(struct dynport_netns *netns,
				   struct dynport_space *space, u8 protocol,
				   u16 port)
{
	bool cooling;
	u32 index;

	if (space) {
		index = port - space->low;
		if (port < space->low || index >= space->map.count)
			return false;
		spin_lock_bh(&space->lock);
		dynport_quarantine_age(netns, space);
		cooling = portmap_get(&space->map, index) == PORTMAP_COOLING;
		spin_unlock_bh(&space->lock);
		if (cooling || !dynport_quarantine_predates(netns, space))
			return cooling;
	}
	return READ_ONCE(netns->tunables.quarantine_ms) &&
	       quarantine_was_released(netns, protocol, port);
}

void dynport_quarantine_age(struct dynport_netns *netns,
			    struct dynport_space *space)
{
	unsigned long elapsed = jiffies - space->aged, period, ended;
	unsigned int i;

	lockdep_assert_held(&space->lock);
	/* A release may come just before the next tick. */
	period = READ_ONCE(netns->tunables.quarantine_ms) ?
		 quarantine_ticks(netns) / (PORTMAP_GENERATIONS - 1) + 1 :
		 QUARANTINE_GUARD_PERIOD;
	if (elapsed < period)
		return;
	ended = elapsed / period;
	space->aged += ended * period;
	for (i = 0; i < ended && i < PORTMAP_GENERATIONS; i++)
		portmap_age(&space->map);
}

void dynport_quarantine_begin(struct dynport_netns *netns,
			      struct dynport_space *space, u32 index)
{
	dynport_quarantine_age(netns, space);
	portmap_set(&space->map, index, PORTMAP_COOLING);
}

void dynport_quarantine_release(struct dynport_netns *netns,
				struct dynport_space *space, u32 index)
{
	if (unlikely(test_bit(DYNPORT_AVOID_COOLING, &netns->avoid)))
		dynport_quarantine_begin(netns, space, index);
	else
		portmap_set(&space->map, index, PORTMAP_FREE);
}
