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
#include "space.h"
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
	search->class = class;
	search->instance = NULL;
	search->tier_refusals = 0;
	search->tier_limit = limit;
}

void dynport_search_begin(struct dynport_search *search,
			  struct dynport_netns *netns, enum dynport_path path,
			  int low, int high, bool own_window)
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
	search->lingerers = 0;
	search->own_window = own_window;
	search->knows_space = false;
	search->lingering = false;
	search->map_full = false;
	search->fell_back = false;
	search->failed_by_map = false;
	search->start_ns = trace_dynport_choose_enabled() ? ktime_get_ns() : 0;
	dynport_netns_narrow(netns, path, &low, &high);
	search->low = low;
	search->high = high;

	/* Who asked for a window means all of it, as in the kernel since 6.8. */
	if (path == DYNPORT_PATH_UDP || stride < 2 || own_window) {
		search->in_last_tier = true;
		search_enter_tier(search, 0, DYNPORT_CLASS_ALL, limit);
	} else {
		search->in_last_tier = false;
		search_enter_tier(search, stride, search_own_class[path],
				  limit - limit / 2);
	}
}

/* The other path's class, if there is one left. */
bool dynport_search_next_tier(struct dynport_search *search)
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

bool dynport_search_is_reserved(const struct dynport_search *search, u16 port)
{
	return inet_is_local_reserved_port(search->netns->net, port);
}

static bool search_is_reserved(const struct dynport_search *search)
{
	return dynport_search_is_reserved(search,
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

/* A candidate without a map's help. */
static u16 search_draw(struct dynport_search *search)
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
	} while (!found && dynport_search_next_tier(search));

	return found ? dynport_ports_nth(&search->req.ports, search->index) : 0;
}

u16 dynport_search_next(struct dynport_search *search)
{
	u16 port;

	if (!search->knows_space) {
		search->knows_space = true;
		search->space = dynport_space_get(search->netns, &search->req,
						  search->low, search->high,
						  search->own_window);
	}
	port = unlikely(search->space) ? dynport_search_mapped_next(search) :
					 search_draw(search);
	if (likely(port))
		search->candidates++;
	else
		search->fell_back = true;
	return port;
}

void dynport_search_refused(struct dynport_search *search)
{
	u32 threshold = READ_ONCE(search->netns->tunables.map_threshold);

	search->tier_refusals++;
	if (search->space)
		dynport_search_mapped_refused(search);
	else if (search->candidates == threshold)
		search->space = dynport_space_create(search->netns,
						     &search->req, search->low,
						     search->high,
						     search->own_window);
}

bool dynport_search_may_fall_back(struct dynport_search *search)
{
	search->failed_by_map = search->space &&
				dynport_search_mapped_is_exhausted(search);
	return !search->failed_by_map;
}

static void search_commit(struct dynport_search *search)
{
	struct dynport_instance *instance;

	rcu_read_lock();
	instance = rcu_dereference(search->netns->instance[search->req.path]);
	if (likely(instance && instance == search->instance) &&
	    instance->algorithm->commit)
		instance->algorithm->commit(instance->state, &search->req,
					    search->index, search->steps);
	rcu_read_unlock();
}

static void search_account(const struct dynport_search *search, int err)
{
	struct dynport_stats __percpu *stats = search->netns->stats;
	enum dynport_path path = search->req.path;
	/* The last candidate wasn't refused, unless the kernel was asked. */
	u32 refused = search->candidates - !search->fell_back;

	dynport_count_path(stats, path, DYNPORT_STAT_SEARCHES, 1);
	if (likely(search->candidates)) {
		dynport_count_path(stats, path, DYNPORT_STAT_CANDIDATES,
				   search->candidates);
		dynport_count_histogram(stats, path, search->candidates);
	}
	if (unlikely(refused))
		dynport_count_path(stats, path, DYNPORT_STAT_REFUSED_KERNEL,
				   refused);
	if (unlikely(search->reserved))
		dynport_count_path(stats, path, DYNPORT_STAT_REFUSED_RESERVED,
				   search->reserved);
	if (search->space)
		dynport_count_path(stats, path, DYNPORT_STAT_MAP_HITS, 1);
	if (likely(!search->fell_back))
		return;

	if (search->failed_by_map)
		dynport_count_path(stats, path, DYNPORT_STAT_EXHAUSTED_CACHED,
				   1);
	else
		dynport_count_path(stats, path, DYNPORT_STAT_STOCK_FALLBACKS, 1);
	if (err)
		dynport_count_path(stats, path, DYNPORT_STAT_EXHAUSTED, 1);
}

void dynport_search_end(struct dynport_search *search, int err, u16 port)
{
	search_account(search, err);
	if (unlikely(search->space))
		dynport_search_mapped_end(search, err, port);
	if (likely(!search->fell_back)) {
		if (likely(!err))
			search_commit(search);
	} else if (err) {
		trace_dynport_exhausted(&search->req);
	}
	if (unlikely(search->start_ns))
		dynport_search_trace(search, port);
}
