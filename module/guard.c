// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard.c - ports of services; see guard.h
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <net/ip.h>

#include "census.h"
#include "guard.h"

void dynport_guard_note(struct dynport_netns *netns, u8 protocol, u16 port)
{
	int low, high;

	if (!READ_ONCE(netns->tunables.guard_seconds))
		return;
	inet_get_local_port_range(netns->net, &low, &high);
	if (port < low || port > high)
		return;
	dynport_stamps_set(dynport_netns_stamps(netns->guarded, protocol),
			   port);
	dynport_netns_avoid(netns, DYNPORT_AVOID_GUARDED);
}

bool dynport_guard_is_noted(struct dynport_netns *netns, u8 protocol, u16 port,
			    u32 *stamp)
{
	u32 seconds = READ_ONCE(netns->tunables.guard_seconds);
	u32 seen = READ_ONCE(*stamp);

	if (!seconds)
		return false;
	if (dynport_stamp_is_fresh(seen, (unsigned long)seconds * HZ))
		return true;
	if (dynport_census_is_held(netns->net, protocol, port)) {
		dynport_stamps_set(dynport_netns_stamps(netns->guarded,
							protocol), port);
		return true;
	}
	/* Unless it was bound or released meanwhile. */
	cmpxchg(stamp, seen, 0);
	return false;
}
