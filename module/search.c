// SPDX-License-Identifier: GPL-2.0-only
/*
 * search.c - candidates in tiers, and the account of a search
 *
 * See search.h for how a search goes. Nothing here is shared between searches
 * but per-CPU counters and the algorithm's own state.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <net/ip.h>

#include "pressure.h"
#include "random.h"
#include "search.h"

/* Draws of an algorithm with ->next that hit reserved ports, in a row. */
#define SEARCH_DRAWS	64
/* In a set of no more ports those are looked for that needn't be avoided. */
#define SEARCH_WALK	256

/* Tell the algorithm how far it got in a tier that is done with. */
static void search_passed(struct dynport_search *search)
{
	const struct dynport_algorithm *algorithm;
	struct dynport_instance *instance;

	if (!search->steps)
		return;
	rcu_read_lock();
	instance = rcu_dereference(search->netns->instance[search->req.path]);
	if (likely(instance && instance == search->instance)) {
		algorithm = instance->algorithm;
		if (algorithm->passed)
			algorithm->passed(instance->state, &search->req,
					  search->steps);
	}
	rcu_read_unlock();
	search->steps = 0;
}

/* The other path's class, if there is one left. */
bool dynport_search_next_tier(struct dynport_search *search)
{
	struct dynport_netns *netns = search->netns;
	u32 stride;

	if (search->tier != DYNPORT_TIER_OWN_CLASS)
		return false;
	/* A map has its classes for good. */
	stride = search->space ? search->space->map.stride :
				 READ_ONCE(netns->tunables.bind_stride);
	search_passed(search);
	search->plain = false;
	search->tier = DYNPORT_TIER_LAST_CLASS;
	dynport_search_enter_tier(search, stride,
				  search->req.path == DYNPORT_PATH_CONNECT ?
				  DYNPORT_CLASS_BIND : DYNPORT_CLASS_CONNECT,
				  READ_ONCE(netns->tunables.search_limit) / 2);
	search->overflowed = true;
	return true;
}

/* The ports that have been skipped to be avoided, in no tier so far. */
static bool search_stop_avoiding(struct dynport_search *search)
{
	u32 limit = READ_ONCE(search->netns->tunables.search_limit);

	if (!search->avoided || search->tier == DYNPORT_TIER_ANY_PORT)
		return false;
	search_passed(search);
	search->tier = DYNPORT_TIER_ANY_PORT;
	dynport_search_enter_tier(search, 0, DYNPORT_CLASS_ALL,
				  limit - min(limit, search->candidates));
	return true;
}

/* The candidate's port; 0 if it is reserved, or to be avoided. */
static __always_inline u16 search_port(const struct dynport_search *search)
{
	u16 port = dynport_ports_nth(&search->req.ports, search->index);

	if (unlikely(inet_is_local_reserved_port(search->netns->net, port)))
		return 0;
	if (unlikely(dynport_search_may_avoid(search, port)) &&
	    dynport_search_why_avoid(search, port) != DYNPORT_PATH_STATS)
		return 0;
	return port;
}

/*
 * Where most of the ports are to be avoided, a search doesn't look for the
 * others: that would cost more than it is worth.
 */
static bool search_avoids_too_many(const struct dynport_search *search)
{
	return unlikely(search->avoided == DYNPORT_SEARCH_AVOIDED_MAX) &&
	       search->tier != DYNPORT_TIER_ANY_PORT &&
	       search->req.ports.count > SEARCH_WALK;
}

/*
 * So much is reserved that drawing doesn't meet the rest: draw among the
 * unreserved ports instead, which takes two walks over the tier.
 */
static noinline u16 search_draw_unreserved(struct dynport_search *search,
					   struct dynport_instance *instance)
{
	u32 count = search->req.ports.count, unreserved = 0, nth;
	u32 drawn = search->index;
	u16 port;

	for (search->index = 0; search->index < count; search->index++)
		unreserved += search_port(search) != 0;
	if (!unreserved)
		return 0;

	nth = dynport_random_below(unreserved);
	for (search->index = 0; search->index < count; search->index++) {
		port = search_port(search);
		if (port && !nth--) {
			if (instance->algorithm->moved)
				instance->algorithm->moved(instance->state,
							   &search->req, drawn,
							   search->index);
			return port;
		}
	}
	return 0;	/* the list has grown meanwhile */
}

/* The tier's next candidate that isn't to be skipped; 0: there is none. */
static noinline u16 search_advance(struct dynport_search *search,
				   struct dynport_instance *instance)
{
	const struct dynport_algorithm *algorithm = instance->algorithm;
	struct dynport_request *req = &search->req;
	u32 draws = 0;
	u16 port;

	do {
		if (search_avoids_too_many(search))
			return 0;
		search->steps++;
		if (algorithm->next) {
			if (draws++ == SEARCH_DRAWS)
				return search_draw_unreserved(search, instance);
			search->index = algorithm->next(instance->state, req,
							search->index);
		} else {
			if (search->steps >= req->ports.count)
				return 0;
			search->index = dynport_ports_wrap(&req->ports,
							   search->index);
		}
		port = search_port(search);
		if (likely(port))
			return port;
		dynport_search_skip(search);
	} while (1);
}

/*
 * A tier's first candidate; one that goes on with another algorithm than it
 * began with, because a setting has changed, begins anew.
 */
static __always_inline u16 search_begin_tier(struct dynport_search *search,
					     struct dynport_instance *instance)
{
	u16 port;

	search->instance = instance;
	search->steps = 0;
	search->index = instance->algorithm->first(instance->state,
						   &search->req);
	port = search_port(search);
	if (likely(port))
		return port;
	search->plain = false;
	dynport_search_skip(search);
	return search_advance(search, instance);
}

/*
 * What an algorithm's state is read under. Where algorithms can't sleep even
 * inside get_random_u16(), that is on all kernels but PREEMPT_RT, not being
 * preempted is the cheaper way to be an RCU reader.
 */
static __always_inline void search_read_lock(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		rcu_read_lock();
	else
		preempt_disable();
}

static __always_inline void search_read_unlock(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		rcu_read_unlock();
	else
		preempt_enable();
}

static __always_inline struct dynport_instance *
search_instance(const struct dynport_search *search)
{
	return rcu_dereference_check(search->netns->instance[search->req.path],
				     rcu_read_lock_any_held());
}

u16 dynport_search_draw_first(struct dynport_search *search)
{
	struct dynport_instance *instance;
	u16 port = 0;

	search_read_lock();
	instance = search_instance(search);
	if (likely(search->req.ports.count && instance &&
		   instance->algorithm->first))
		port = search_begin_tier(search, instance);
	search_read_unlock();

	if (unlikely(!port)) {
		/* This tier has been gone through. */
		search->tier_limit = 0;
		return dynport_search_next(search);
	}
	search->candidates = 1;
	return port;
}

/* A candidate without a map's help. */
static u16 search_draw(struct dynport_search *search)
{
	struct dynport_instance *instance;
	u16 port;

	do {
		port = 0;
		if (unlikely(search->tier_refusals >= search->tier_limit ||
			     !search->req.ports.count))
			continue;

		search_read_lock();
		instance = search_instance(search);
		if (likely(instance && instance->algorithm->first))
			port = likely(search->instance != instance) ?
			       search_begin_tier(search, instance) :
			       search_advance(search, instance);
		search_read_unlock();
	} while (unlikely(!port) && (dynport_search_next_tier(search) ||
				     search_stop_avoiding(search)));

	return port;
}

/* Or are all ports the kernel's to choose? */
static bool search_proposes(const struct dynport_search *search)
{
	struct dynport_instance *instance;
	bool proposes;

	rcu_read_lock();
	instance = search_instance(search);
	proposes = instance && instance->algorithm->first;
	rcu_read_unlock();
	return proposes;
}

/*
 * The kernel's pickers for TCP go through a window in pairs, and in an odd one
 * pass by its first port or its last, as chance has it. So that no port is left
 * when a request fails, the last one is proposed before they are asked, and
 * they are asked for the rest: dynport_search_fall_back_high().
 */
static u16 search_last_port(struct dynport_search *search)
{
	u32 count = search->high - search->low + 1;
	u16 port = search->high;

	if (search->tried_last || search->req.path == DYNPORT_PATH_UDP ||
	    !(count & 1) || count == 1 ||
	    !search_proposes(search) ||
	    (search->space && (search->kept ||
			       dynport_search_mapped_is_exhausted(search))))
		return 0;
	search->tried_last = true;
	if (inet_is_local_reserved_port(search->netns->net, port))
		return 0;
	search_passed(search);
	if (search->space) {
		search->lingering = false;
		search->map_index = port - search->space->low;
	}
	return port;
}

u16 dynport_search_first_mapped(struct dynport_search *search, bool shares)
{
	search->shares = shares;
	search->space = dynport_space_get(search->netns, &search->req,
					  search->low, search->high,
					  search->own_window);
	if (search->space)
		dynport_search_mapped_begin(search);
	return dynport_search_next(search);
}

u16 dynport_search_next(struct dynport_search *search)
{
	u16 port;

	if (unlikely(search->tried_last))
		port = 0;
	else if (unlikely(search->space))
		port = dynport_search_mapped_next(search);
	else
		port = search_draw(search);
	if (unlikely(!port))
		port = search_last_port(search);
	if (likely(port)) {
		search->candidates++;
	} else {
		search->fell_back = true;
		search->plain = false;
	}
	return port;
}

void dynport_search_refused(struct dynport_search *search, bool shares)
{
	u32 threshold = READ_ONCE(search->netns->tunables.map_threshold);

	search->tier_refusals++;
	search->plain = false;
	if (search->space) {
		dynport_search_mapped_refused(search);
	} else if (search->candidates == threshold) {
		search->shares = shares;
		search->space = dynport_space_create(search->netns,
						     &search->req, search->low,
						     search->high,
						     search->own_window);
		if (search->space) {
			search_passed(search);
			dynport_search_mapped_begin(search);
		}
	}
}

bool dynport_search_may_fall_back(struct dynport_search *search)
{
	if (!search->space)
		return true;
	/* Ask again: it may have ended with candidates to spare. */
	search->kept = search_proposes(search) &&
		       dynport_search_mapped_is_kept(search);
	search->failed_by_map = !search->kept &&
				dynport_search_mapped_is_exhausted(search);
	return !search->kept && !search->failed_by_map;
}

static __always_inline void search_account(const struct dynport_search *search, int err)
{
	struct dynport_stats __percpu *stats = search->netns->stats;
	enum dynport_path path = search->req.path;
	u32 refused;

	if (search->space)
		dynport_count_path(stats, path, DYNPORT_STAT_MAP_HITS, 1);
	if (search->overflowed && !search->fell_back && !err)
		dynport_count_path(stats, path, DYNPORT_STAT_CLASS_OVERFLOWS, 1);
	/* Where a map is in use, nearly always. */
	if (likely(search->candidates == 1 && !search->fell_back &&
		   !search->reserved)) {
		dynport_count_path(stats, path, DYNPORT_STAT_PLAIN, 1);
		return;
	}

	/* The last candidate wasn't refused, unless the kernel was asked. */
	refused = search->candidates - !search->fell_back;
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
	if (likely(!search->fell_back))
		return;

	if (search->kept)
		dynport_count_path(stats, path, DYNPORT_STAT_ROOT_RESERVED, 1);
	else if (search->failed_by_map)
		dynport_count_path(stats, path, DYNPORT_STAT_EXHAUSTED_CACHED,
				   1);
	else
		dynport_count_path(stats, path, DYNPORT_STAT_STOCK_FALLBACKS, 1);
	if (dynport_search_found_none(search, err))
		dynport_count_path(stats, path, DYNPORT_STAT_EXHAUSTED, 1);
}

/* Did the algorithm name the port that the search ended with? */
static bool search_is_named(const struct dynport_search *search)
{
	if (search->space && (search->cooling || search->lingering))
		return false;
	return !search->fell_back && !search->tried_last;
}

/* It didn't, and is told. */
static void search_taken(struct dynport_search *search, u16 port)
{
	struct dynport_request *req = &search->req;
	struct dynport_instance *instance;

	rcu_read_lock();
	instance = rcu_dereference(search->netns->instance[req->path]);
	if (instance && instance->algorithm->taken)
		instance->algorithm->taken(instance->state, req, port);
	rcu_read_unlock();
}

void dynport_search_end_slow(struct dynport_search *search, int err, u16 port)
{
	search_account(search, err);
	search_passed(search);
	if (unlikely(!err && !search_is_named(search)))
		search_taken(search, port);
	if (dynport_search_found_none(search, err)) {
		trace_dynport_exhausted(&search->req);
		dynport_pressure_exhausted(search);
	}
	if (unlikely(search->space))
		dynport_search_mapped_end(search, err, port);
	if (unlikely(search->start_ns))
		dynport_search_trace(search, port);
}
