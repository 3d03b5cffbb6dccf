/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * root_reserve.h - the last ports of a mapped space, kept for the operator
 *
 * root_reserve_percent of a space's ports, rounded up, aren't given to callers
 * without CAP_NET_ADMIN over the namespace, so that an operator still gets a
 * connection out of an exhausted machine. It is the one rule by which dynport
 * refuses what the kernel would have granted. It goes by the port map: a space
 * without one has no reserve, and a map knows the sockets that it hasn't seen
 * being made from its first sweep on.
 */
#ifndef DYNPORT_ROOT_RESERVE_H
#define DYNPORT_ROOT_RESERVE_H

#include <linux/kernel.h>

#include "portmap.h"

struct dynport_search;

#define DYNPORT_ROOT_RESERVE_MAX	50	/* percent */

/* Who searches, as far as that has been asked. */
enum dynport_root {
	DYNPORT_ROOT_UNKNOWN,
	DYNPORT_ROOT_YES,
	DYNPORT_ROOT_NO,
};

/* Ports out of @count that are kept. */
static inline u32 dynport_root_reserve_ports(u32 count, u32 percent)
{
	return DIV_ROUND_UP(count * percent, 100);
}

/*
 * Is nothing left of @map but what is kept? Ports in quarantine count as left:
 * that is no reason to fail.
 */
static inline bool dynport_root_reserve_reached(const struct portmap *map,
						u32 percent)
{
	return percent &&
	       map->free[0] + map->free[1] + map->cooling <=
	       dynport_root_reserve_ports(map->count, percent);
}

/**
 * dynport_root_reserve_keeps() - are the free ports kept from this caller?
 * @search: has a space, whose lock is held
 *
 * Whether the caller is privileged is asked once in a search, and only when it
 * matters. Context: the caller's own process.
 */
bool dynport_root_reserve_keeps(struct dynport_search *search);

#endif
