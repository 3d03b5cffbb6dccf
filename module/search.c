// SPDX-License-Identifier: GPL-2.0-only
/*
 * search.c - candidates in tiers, and the account of a search
 *
 * See search.h for how a search goes. Nothing here is shared between searches
 * but per-CPU counters and the algorithm's own state.
 */
#include <linux/bitmap.h>
#include <linux/random.h>
#include <linux/ktime.h>
#include <net/ip.h>

#include "search.h"
#include "trace.h"

/* Draws of an algorithm with ->next that hit reserved ports, in a row. */
#define SEARCH_DRAWS	64

static const enum dynport_class search_own_class[DYNPORT_PATHS] = {
	[DYNPORT_PATH_CONNECT]	= DYNPORT_CLASS_CONNECT,
	[DYNPORT_PATH_BIND]	= DYNPORT_CLASS_BIND,
	[DYNPORT_PATH_UDP]	= DYNPORT_CLASS_ALL,
};

static void search_enter_tier(struct dynport_search *search, u32 stride,
			      enum dynport_class class, u32 limit)
{
	dynport_ports_init(&search->req.ports, search->low, search->high,
			   stride, class);
	search->instance = NULL;
	search->tier_refusals = 0;
	search->tier_limit = limit;
}

/* Narrow the kernel's window by the protocol's, unless nothing would be left. */
static void search_set_window(struct dynport_search *search, u32 low, u32 high)
{
	const struct dynport_tunables *tunables = &search->netns->tunables;
	u32 range = search->req.path == DYNPORT_PATH_UDP ?
		    READ_ONCE(tunables->udp_port_range) :
		    READ_ONCE(tunables->tcp_port_range);

	if (unlikely(range)) {
		u32 narrow_low = max(low, range & 0xffff);
		u32 narrow_high = min(high, range >> 16);

		if (narrow_low <= narrow_high) {
			low = narrow_low;
			high = narrow_high;
		}
	}
	search->low = low;
	search->high = high;
}

void dynport_search_begin(struct dynport_search *search,
			  struct dynport_netns *netns, enum dynport_path path,
			  u32 low, u32 high)
{
	u32 stride = READ_ONCE(netns->tunables.bind_stride);
	u32 limit = READ_ONCE(netns->tunables.search_limit);

	search->netns = netns;
	search->req.tunables = &netns->tunables;
	search->req.stats = netns->stats;
	search->req.path = path;
	search->candidates = 0;
	search->reserved = 0;
	search->fell_back = false;
	search->start_ns = trace_dynport_choose_enabled() ? ktime_get_ns() : 0;
	search_set_window(search, low, high);

	search->in_last_tier = path == DYNPORT_PATH_UDP || stride < 2;
	if (!search->in_last_tier)
		limit -= limit / 2;
	search_enter_tier(search, stride, search_own_class[path], limit);
}

/* The other path's class, if there is one left. */
static bool search_next_tier(struct dynport_search *search)
{
	struct dynport_netns *netns = search->netns;
	u32 stride = READ_ONCE(netns->tunables.bind_stride);

	if (search->in_last_tier)
		return false;
	search->in_last_tier = true;
	search_enter_tier(search, stride,
			  search->req.path == DYNPORT_PATH_CONNECT ?
			  DYNPORT_CLASS_BIND : DYNPORT_CLASS_CONNECT,
			  READ_ONCE(netns->tunables.search_limit) / 2);
	dynport_count_path(netns->stats, search->req.path,
			   DYNPORT_STAT_CLASS_OVERFLOWS, 1);
	return true;
}

static bool search_is_reserved(const struct dynport_search *search)
{
	return inet_is_local_reserved_port(search->netns->net,
		dynport_ports_nth(&search->req.ports, search->index));
}

/*
 * So much is reserved that drawing doesn't meet the rest: draw among the
 * unreserved ports instead, which takes two walks over the tier.
 */
static bool search_draw_unreserved(struct dynport_search *search)
{
	u32 count = search->req.ports.count, unreserved = 0, nth;

	for (search->index = 0; search->index < count; search->index++)
		unreserved += !search_is_reserved(search);
	if (!unreserved)
		return false;

	nth = get_random_u32_below(unreserved);
	for (search->index = 0; search->index < count; search->index++)
		if (!search_is_reserved(search) && !nth--)
			return true;
	return false;	/* the list has grown meanwhile */
}

/* Go on to the tier's next candidate that isn't reserved. */
static bool search_advance(struct dynport_search *search, bool first,
			   struct dynport_instance *instance)
{
	const struct dynport_algorithm *algorithm = instance->algorithm;
	struct dynport_request *req = &search->req;
	u32 draws = 0;

	if (first) {
		search->steps = 0;
		search->index = algorithm->first(instance->state, req);
		if (likely(!search_is_reserved(search)))
			return true;
		search->reserved++;
	}

	do {
		search->steps++;
		if (algorithm->next) {
			if (draws++ == SEARCH_DRAWS)
				return search_draw_unreserved(search);
			search->index = algorithm->next(instance->state, req,
							search->index);
		} else {
			if (search->steps >= req->ports.count)
				return false;
			search->index = dynport_ports_wrap(&req->ports,
							   search->index);
		}
		if (!search_is_reserved(search))
			return true;
		search->reserved++;
	} while (1);
}

u16 dynport_search_next(struct dynport_search *search)
{
	struct dynport_netns *netns = search->netns;
	struct dynport_instance *instance;
	bool found = false;

	do {
		if (search->tier_refusals >= search->tier_limit ||
		    !search->req.ports.count)
			continue;

		rcu_read_lock();
		instance = rcu_dereference(netns->instance[search->req.path]);
		if (likely(instance && instance->algorithm->first)) {
			/* A change of algorithm starts the tier anew. */
			found = search_advance(search,
					       search->instance != instance,
					       instance);
			search->instance = instance;
		}
		rcu_read_unlock();
	} while (!found && search_next_tier(search));

	if (unlikely(!found)) {
		search->fell_back = true;
		return 0;
	}
	search->candidates++;
	return dynport_ports_nth(&search->req.ports, search->index);
}

void dynport_search_refused(struct dynport_search *search)
{
	search->tier_refusals++;
}

static void search_commit(struct dynport_search *search)
{
	struct dynport_instance *instance;

	rcu_read_lock();
	instance = rcu_dereference(search->netns->instance[search->req.path]);
	if (likely(instance == search->instance) &&
	    instance->algorithm->commit)
		instance->algorithm->commit(instance->state, &search->req,
					    search->index, search->steps);
	rcu_read_unlock();
}

void dynport_search_end(struct dynport_search *search, int err, u16 port)
{
	struct dynport_stats __percpu *stats = search->netns->stats;
	enum dynport_path path = search->req.path;
	u32 refused = search->candidates;

	dynport_count_path(stats, path, DYNPORT_STAT_SEARCHES, 1);
	if (likely(search->candidates)) {
		dynport_count_path(stats, path, DYNPORT_STAT_CANDIDATES,
				   search->candidates);
		dynport_count_histogram(stats, path, search->candidates);
	}
	if (unlikely(search->reserved))
		dynport_count_path(stats, path, DYNPORT_STAT_REFUSED_RESERVED,
				   search->reserved);

	if (likely(!search->fell_back)) {
		/* The last candidate wasn't refused. */
		refused--;
		if (likely(!err))
			search_commit(search);
	} else {
		dynport_count_path(stats, path, DYNPORT_STAT_STOCK_FALLBACKS, 1);
		if (err) {
			dynport_count_path(stats, path,
					   DYNPORT_STAT_EXHAUSTED, 1);
			trace_dynport_exhausted(&search->req);
		}
	}
	if (unlikely(refused))
		dynport_count_path(stats, path, DYNPORT_STAT_REFUSED_KERNEL,
				   refused);
	if (search->start_ns)
		dynport_search_trace(search, port);
}
