/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guard.h - ports of services are left alone, so that these can restart
 *
 * A port in the range of dynamic ports that a TCP socket listened on, or that a
 * TCP or UDP socket was bound to, or tried to be, by number, is proposed to
 * nobody while it is held, and for guard_seconds afterwards. Softly: a search
 * that finds no other port takes it (search.h).
 *
 * A time is kept for such a port: when it was last bound, listened on, or
 * released. A search that comes across one whose time is over asks the kernel's
 * tables whether somebody holds the port still, and if so, the time begins
 * anew: nothing needs to be counted, and nothing is done for a port that no
 * search meets.
 */
#ifndef DYNPORT_GUARD_H
#define DYNPORT_GUARD_H

#include "netns.h"

#define DYNPORT_GUARD_SECONDS_MAX	86400

/**
 * dynport_guard_note() - a service has a port, wants it, or gives it up
 * @netns: under rcu_read_lock(), and not dead
 * @protocol: IPPROTO_TCP, _UDP or _UDPLITE; the last two are one here
 * @port: host byte order; outside of ip_local_port_range nothing happens
 *
 * Context: any but hard interrupts.
 */
void dynport_guard_note(struct dynport_netns *netns, u8 protocol, u16 port);

/* The port's time, as it was when something was noted of it; NULL: it has none. */
static __always_inline u32 *dynport_guard_stamp(struct dynport_netns *netns,
						u8 protocol, u16 port)
{
	u32 *stamp;

	stamp = dynport_stamps_find(dynport_netns_stamps(netns->guarded,
							 protocol), port);
	return likely(!stamp || !READ_ONCE(*stamp)) ? NULL : stamp;
}

/* The rest of dynport_guard_is_guarded() for a port that has a time. */
bool dynport_guard_is_noted(struct dynport_netns *netns, u8 protocol, u16 port,
			    u32 *stamp);

/**
 * dynport_guard_is_guarded() - is a port to be left to a service?
 * @netns: entered (dynport_netns_enter()), or under RCU and not dead
 * @protocol: as above
 * @port: host byte order
 *
 * May take the lock of a bind bucket or of an UDP hash slot: those of port maps
 * must not be held. Context: process or softirq.
 */
static inline bool dynport_guard_is_guarded(struct dynport_netns *netns,
					    u8 protocol, u16 port)
{
	u32 *stamp = dynport_guard_stamp(netns, protocol, port);

	return stamp && dynport_guard_is_noted(netns, protocol, port, stamp);
}

#endif
