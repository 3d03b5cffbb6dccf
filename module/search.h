/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * search.h - one search for a dynamic port
 *
 * Knows algorithms and numbers; sockets and the kernel's functions belong to
 * the hooks, which drive a search like this (all in process context, on one
 * task, inside dynport_netns_enter()):
 *
 *	struct dynport_search search;
 *
 *	dynport_search_begin(&search, netns, path, low, high);
 *	(fill in search.req: family, protocol, addresses)
 *	while ((port = dynport_search_next(&search))) {
 *		(try exactly that port)
 *		if (not refused)
 *			break;
 *		dynport_search_refused(&search);
 *	}
 *	if (!port)
 *		(the kernel's own search over search.low .. search.high)
 *	dynport_search_end(&search, failed, port chosen);
 *
 * The candidates come in tiers: first the class of ports that is the path's
 * own, then the other path's. Reserved ports are skipped. After search_limit
 * refusals, half of them in each tier where there are two, or when no candidate
 * is left, the kernel has the last word: a search never fails with a port
 * free.
 */
#ifndef DYNPORT_SEARCH_H
#define DYNPORT_SEARCH_H

#include "netns.h"

struct dynport_search {
	struct dynport_request req;
	struct dynport_netns *netns;
	/* The algorithm at work; compared, and used only under RCU. */
	const struct dynport_instance *instance;
	u64 start_ns;		/* 0 unless somebody traces */
	u32 low, high;		/* the window, both ends included */
	u32 index;		/* the candidate's number */
	u32 steps;		/* since the tier's first candidate */
	u32 tier_refusals;	/* by the kernel, in this tier */
	u32 tier_limit;		/* ... and how many it may take */
	u32 candidates;		/* proposed to the kernel */
	u32 reserved;		/* skipped */
	bool in_last_tier;
	bool fell_back;		/* no candidate was left, or too many refused */
};

void dynport_search_begin(struct dynport_search *search,
			  struct dynport_netns *netns, enum dynport_path path,
			  u32 low, u32 high);

/* Propose nothing: dynport_search_next() will return 0. */
static inline void dynport_search_give_up(struct dynport_search *search)
{
	search->tier_limit = 0;
	search->in_last_tier = true;
}

/* A port to try, within the window; 0: leave it to the kernel. */
u16 dynport_search_next(struct dynport_search *search);

/* The kernel refused the last candidate. */
void dynport_search_refused(struct dynport_search *search);

/*
 * @err is 0, the errno of a path that found no port, or another error; @port
 * is the port that the socket has now.
 */
void dynport_search_end(struct dynport_search *search, int err, u16 port);

#endif
