/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quarantine.h - a released port is not proposed again for quarantine_ms
 *
 * For peers and firewalls that still remember the connection that had it.
 * Softly: a search that finds no other port takes it (search.h).
 *
 * What cools is known by port space where one has a map: there it is a state of
 * the port, which ends after quarantine_ms and up to a third of it more. Else
 * it is known by namespace and protocol: a port that was released is left alone
 * whoever asks. A space whose map is new goes by that, too.
 *
 * A connection releases its port when it is closed, and again when its
 * TIME_WAIT ends, if it left one. A change of quarantine_ms is one for ports
 * that cool already: at once, or, in a map, within a second.
 */
#ifndef DYNPORT_QUARANTINE_H
#define DYNPORT_QUARANTINE_H

#include <linux/types.h>

struct dynport_netns;
struct dynport_space;

#define DYNPORT_QUARANTINE_MS_MAX	3600000

/**
 * dynport_quarantine_note() - a port is, or is about to be, no longer in use
 * @netns: under rcu_read_lock(), and not dead; its quarantine_ms isn't 0
 * @protocol: IPPROTO_TCP, _UDP or _UDPLITE; the last two are one here
 * @port: host byte order; outside of ip_local_port_range nothing happens
 *
 * That the port cools in the maps of its spaces is dynport_space_release()'s.
 * Context: any but hard interrupts.
 */
void dynport_quarantine_note(struct dynport_netns *netns, u8 protocol,
			     u16 port);

/**
 * dynport_quarantine_is_cooling() - was a port released just now?
 * @netns: entered (dynport_netns_enter()), or under RCU and not dead
 * @space: the space asked about, its lock not held; NULL: it has no map
 * @protocol: as above
 * @port: host byte order
 *
 * With a map, a port that is guarded (guard.h) may be among those that cool:
 * ask for that first to tell them apart. Context: process or softirq.
 */
bool dynport_quarantine_is_cooling(struct dynport_netns *netns,
				   struct dynport_space *space, u8 protocol,
				   u16 port);

/*
 * For maps, with the space's lock held: a port is no longer in use; it cools,
 * or, without a quarantine, is free.
 */
void dynport_quarantine_release(struct dynport_netns *netns,
				struct dynport_space *space, u32 index);
/* Likewise: a port is to be avoided for a while, */
void dynport_quarantine_begin(struct dynport_netns *netns,
			      struct dynport_space *space, u32 index);
/*
 * and those that have been for long enough are free. To be called before
 * map.cooling, or a port's state, is looked at.
 */
void dynport_quarantine_age(struct dynport_netns *netns,
			    struct dynport_space *space);
/* May there be ports that cool since before the map was made? */
bool dynport_quarantine_predates(const struct dynport_netns *netns,
				 const struct dynport_space *space);

#endif
