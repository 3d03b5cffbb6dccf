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
 *	dynport_search_begin(&search, netns, path, low, high, own_window);
 *	(fill in search.req: family, protocol, addresses, device)
 *	port = dynport_search_draw_first(&search);	(or _first_mapped())
 *	while (port) {
 *		(try exactly that port)
 *		if (not refused)
 *			break;
 *		dynport_search_refused(&search, shares);
 *		port = dynport_search_next(&search);
 *	}
 *	if (!port)
 *		if (dynport_search_may_fall_back(&search))
 *			(the kernel's own search from search.low to
 *			 dynport_search_fall_back_high())
 *		else
 *			(fail as the kernel does)
 *	dynport_search_end(&search, failed, port chosen);
 *
 * The candidates come in tiers: first the class of ports that is the path's
 * own, then the other path's, then the ports of both that are to be avoided,
 * because they belong to a service (guard.h) or were released just now
 * (quarantine.h), and were skipped so far. Reserved ones always are. After
 * search_limit refusals, half of them in each tier where there are two, or when
 * no candidate is left, the kernel has the last word: a search never fails with
 * a port free.
 *
 * Where the port space has a map (space.h), candidates come from the ports that
 * it believes free, and, when there are none, from those to be avoided, and at
 * last from those in TIME_WAIT that the kernel may let go; and the last of the
 * free ones are for root alone (root_reserve.h).
 * After map_threshold refusals a search starts a map.
 */
#ifndef DYNPORT_SEARCH_H
#define DYNPORT_SEARCH_H

#include <linux/ktime.h>

#include "guard.h"
#include "netns.h"
#include "root_reserve.h"
#include "trace.h"
#include "uapi/dynport.h"

/*
 * On the stack it is DYNPORT_UNINITIALIZED: every field is set in
 * dynport_search_begin(), or by whoever sets what makes it valid.
 */

/*
 * Ports to be avoided that a search skips, guarded ones counted fourfold: then
 * it looks for no others.
 */
#define DYNPORT_SEARCH_AVOIDED_MAX	64U

struct dynport_search {
	struct dynport_request req;
	struct dynport_netns *netns;
	struct dynport_space *space;	/* with a reference; NULL: no map */
	/* The algorithm at work; compared, and used only under RCU. */
	const struct dynport_instance *instance;
	u64 start_ns;		/* 0 unless somebody traces */
	u64 fall_back_ns;	/* when the kernel was asked about a full map */
	int fall_back_releases;	/* dynport_spaces.releases then */
	u32 fall_back_released;	/* dynport_space.released then */
	u32 low, high;		/* the window, both ends included */
	u32 index;		/* the candidate's number in the tier */
	u32 map_index;		/* the candidate's in the map, if there is one */
	u32 steps;		/* since the tier's first candidate */
	u32 tier_refusals;	/* by the kernel, in this tier */
	u32 tier_limit;		/* ... and how many it may take */
	u32 candidates;		/* proposed to the kernel */
	u32 reserved;		/* skipped */
	u8 class;		/* the tier's */
	u8 tier;		/* enum dynport_tier */
	bool own_window;	/* of the socket's (IP_LOCAL_PORT_RANGE) */
	bool plain;		/* so far there is nothing to tell of it */
	/* All of these 0 at first, with one store. */
	u8 avoided;		/* skipped for now; stops at the most */
	bool tried_last;	/* the last port of an odd window: see search.c */
	bool map_full;
	bool fell_back;		/* no candidate was left, or too many refused */
	bool failed_by_map;	/* ... and the kernel not asked */
	bool kept;		/* likewise: what is free is kept for root */
	u8 root;		/* enum dynport_root: is the caller? */
	bool overflowed;	/* into the other path's class */
	/* Valid with space: */
	bool shares;		/* see dynport_search_first_mapped() */
	bool in_map;		/* its map has counted it */
	bool map_erred;		/* a candidate of the map's was refused */
	u8 lingerers;		/* candidates in TIME_WAIT so far */
	bool lingering;		/* the candidate is one of those */
	bool cooling;		/* ... or to be avoided */
	u8 guarded;		/* of these, put off */
	/* Hears of ports that are skipped: see explain.c. NULL in a search. */
	void (*skipped)(const struct dynport_search *search, u16 port,
			u8 verdict);
};

/* What a search goes through, as far as candidates are left to an algorithm. */
enum dynport_tier {
	DYNPORT_TIER_OWN_CLASS,
	DYNPORT_TIER_LAST_CLASS,	/* the other's, or the only one */
	DYNPORT_TIER_ANY_PORT,		/* also what has been avoided so far */
};

/* @verdict: why the search goes on without proposing @port. */
static inline void dynport_search_skipped(const struct dynport_search *search,
					  u16 port, enum dynport_verdict verdict)
{
	if (unlikely(search->skipped))
		search->skipped(search, port, verdict);
}

/* The class that is a path's own. */
static __always_inline enum dynport_class
dynport_search_own_class(enum dynport_path path)
{
	return path == DYNPORT_PATH_CONNECT ? DYNPORT_CLASS_CONNECT :
					      DYNPORT_CLASS_BIND;
}

static __always_inline void
dynport_search_enter_tier(struct dynport_search *search, u32 stride,
			  enum dynport_class class, u32 limit)
{
	dynport_ports_init(&search->req.ports, search->low, search->high,
			   stride, class);
	search->class = class;
	search->instance = NULL;
	search->tier_refusals = 0;
	search->tier_limit = limit;
}

/**
 * dynport_search_begin() - set up a search
 * @search: all but the rest of @req is filled in
 * @netns: entered by the caller
 * @path: whose port it is
 * @low: first port that the kernel would choose from
 * @high: last one
 * @own_window: that window is the socket's own (IP_LOCAL_PORT_RANGE)
 */
static __always_inline void
dynport_search_begin(struct dynport_search *search, struct dynport_netns *netns,
		     enum dynport_path path, int low, int high, bool own_window)
{
	u32 stride = READ_ONCE(netns->tunables.bind_stride);
	u32 limit = READ_ONCE(netns->tunables.search_limit);

	search->netns = netns;
	search->space = NULL;
	search->req.tunables = &netns->tunables;
	search->req.stats = netns->stats;
	search->req.path = path;
	search->candidates = 0;
	search->reserved = 0;
	search->own_window = own_window;
	search->avoided = 0;
	search->tried_last = false;
	search->map_full = false;
	search->fell_back = false;
	search->failed_by_map = false;
	search->kept = false;
	search->overflowed = false;
	search->root = DYNPORT_ROOT_UNKNOWN;
	search->skipped = NULL;
	search->steps = 0;
	search->plain = true;
	search->start_ns = 0;
	if (trace_dynport_choose_enabled()) {
		search->start_ns = ktime_get_ns();
		search->plain = false;
	}
	dynport_netns_narrow(netns, path, &low, &high);
	search->low = low;
	search->high = high;

	/* Who asked for a window means all of it, as in the kernel since 6.8. */
	if (path == DYNPORT_PATH_UDP || stride < 2 || own_window) {
		search->tier = DYNPORT_TIER_LAST_CLASS;
		dynport_search_enter_tier(search, 0, DYNPORT_CLASS_ALL, limit);
	} else {
		search->tier = DYNPORT_TIER_OWN_CLASS;
		dynport_search_enter_tier(search, stride,
					  dynport_search_own_class(path),
					  limit - limit / 2);
	}
}

/* Instead of _first(): propose nothing, and know nothing from a map. */
static inline u16 dynport_search_none(struct dynport_search *search)
{
	search->fell_back = true;
	search->plain = false;
	return 0;
}

/* A port to try, within the window; 0: leave it to the kernel. */
u16 dynport_search_next(struct dynport_search *search);

/*
 * A first port to try; the request must be filled in. Where the namespace has maps
 * of the path (dynport_space_exist()) the request's own is looked for by
 * _first_mapped(); else, as most do, it has one candidate by _draw_first().
 * @shares: the socket may share ports that others of its space can't: that these
 * found none says nothing.
 */
u16 dynport_search_draw_first(struct dynport_search *search);
u16 dynport_search_first_mapped(struct dynport_search *search, bool shares);

/* The kernel refused the last candidate. @shares: as above. May sleep. */
void dynport_search_refused(struct dynport_search *search, bool shares);

/*
 * No candidate is left: may the kernel be asked? Not if it has just been, and
 * found no port in the whole space, nor for what is kept from this caller. To
 * be called once, after dynport_search_next() returned 0.
 */
bool dynport_search_may_fall_back(struct dynport_search *search);

/* The last port of the window that the kernel is then asked for. */
static inline u32
dynport_search_fall_back_high(const struct dynport_search *search)
{
	return search->high - search->tried_last;
}

/* Did the kernel find no port? It may have had no memory for one that is free. */
static inline bool dynport_search_found_none(const struct dynport_search *search,
					     int err)
{
	return search->fell_back && err && err != -ENOMEM;
}

void dynport_search_end_slow(struct dynport_search *search, int err, u16 port);

/*
 * @err is 0, the errno of a path that found no port, or another error; @port
 * is the port that the socket has now.
 */
static __always_inline void dynport_search_end(struct dynport_search *search,
					       int err, u16 port)
{
	if (likely(search->plain && !err))
		dynport_count_path(search->netns->stats, search->req.path,
				   DYNPORT_STAT_PLAIN, 1);
	else
		dynport_search_end_slow(search, err, port);
}

/*
 * Of search_avoid.c, for the other two. _why_avoid(): the counter for why a port is
 * to be avoided in this tier, DYNPORT_PATH_STATS if it isn't; locks of maps
 * must not be held. _avoided(): such a port is skipped. _skip(): the candidate
 * is, whether for that or because it is reserved.
 */
enum dynport_path_stat
dynport_search_why_avoid(const struct dynport_search *search, u16 port);
void dynport_search_avoided(struct dynport_search *search, u16 port,
			    enum dynport_path_stat why);
void dynport_search_skip(struct dynport_search *search);

/* False: there is no reason to avoid the port. So it is with most, at once. */
static __always_inline bool
dynport_search_may_avoid(const struct dynport_search *search, u16 port)
{
	struct dynport_netns *netns = search->netns;
	unsigned long avoid = READ_ONCE(netns->avoid);

	if (likely(!avoid))
		return false;
	return unlikely(avoid & BIT(DYNPORT_AVOID_COOLING)) ||
	       unlikely(dynport_guard_stamp(netns, search->req.protocol, port));
}

/*
 * Between search.c and search_mapped.c: the parts of the above for a search
 * with a map.
 */
bool dynport_search_next_tier(struct dynport_search *search);
void dynport_search_mapped_begin(struct dynport_search *search);
u16 dynport_search_mapped_next(struct dynport_search *search);
void dynport_search_mapped_refused(struct dynport_search *search);
bool dynport_search_mapped_is_exhausted(struct dynport_search *search);
bool dynport_search_mapped_is_kept(struct dynport_search *search);
void dynport_search_mapped_end(struct dynport_search *search, int err,
			       u16 port);

#endif
