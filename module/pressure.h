/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pressure.h - telling that ports run short, and that a request got none
 *
 * A space with a map comes under pressure once pressure_percent of its ports
 * are busy, or a request got none, and is relieved once 10 percent less are.
 * Events about a space are sent with its lock held, so that they come in the
 * order in which things happened.
 */
#ifndef DYNPORT_PRESSURE_H
#define DYNPORT_PRESSURE_H

#include "netns.h"

#define DYNPORT_PRESSURE_SLACK	10	/* percent */

struct dynport_search;

/* At so many busy ports, times 100, a space is relieved. */
static inline u32 dynport_pressure_relief(const struct dynport_netns *netns,
					  const struct dynport_space *space)
{
	u32 percent = READ_ONCE(netns->tunables.pressure_percent) ?: 100;

	if (percent < DYNPORT_PRESSURE_SLACK)
		return 0;
	return (percent - DYNPORT_PRESSURE_SLACK) * space->map.count;
}

void dynport_pressure_cross(struct dynport_netns *netns,
			    struct dynport_space *space);

/**
 * dynport_pressure_changed() - a port of the map was taken or released
 * @netns: not dead in this RCU read-side section, or entered by the caller
 * @space: its lock is held
 *
 * Context: process or softirq.
 */
static inline void dynport_pressure_changed(struct dynport_netns *netns,
					    struct dynport_space *space)
{
	u32 percent = READ_ONCE(netns->tunables.pressure_percent);
	u32 busy = 100 * dynport_space_busy(space);

	if (unlikely(space->pressed ?
		     busy <= dynport_pressure_relief(netns, space) :
		     percent && busy >= percent * space->map.count))
		dynport_pressure_cross(netns, space);
}

/*
 * A space's map goes: nobody will tell when it is relieved. Its lock is not
 * held.
 */
void dynport_pressure_forget(struct dynport_netns *netns,
			     struct dynport_space *space);

/*
 * A request failed for want of a port: to the log, once a minute for each
 * space, and as an event, once a second. Context: process.
 */
void dynport_pressure_exhausted(const struct dynport_search *search);

/* For pernet init. */
void dynport_pressure_netns_init(struct dynport_netns *netns);

#endif
