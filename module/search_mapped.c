// SPDX-License-Identifier: GPL-2.0-only
/*
 * search_mapped.c - a search where the port space has a map
 *
 * The tiers are those of search.c, and they end when the map says so. A
 * candidate is marked busy before it is tried, so two CPUs don't try the same
 * one, and stays so if it is refused: whoever has it will release it, or the
 * sweep finds that nobody does.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <net/ip.h>

#include "pressure.h"
#include "quarantine.h"
#include "random.h"
#include "search.h"
#include "space.h"
#include "sweep.h"

/*
 * Draws of an algorithm before the next free port is taken: where most are
 * free, so many that this doesn't happen; none where there is a shortage, since
 * they would hardly meet one.
 */
#define MAPPED_DRAWS	16
#define MAPPED_DRAWS_MAX	64
#define MAPPED_GUARDED	8	/* guarded ports put off when none is free */
#define MAPPED_LINGERERS 8U	/* candidates in TIME_WAIT per search */
#define MAPPED_SHORT	32	/* short of ports: less than 1/32 is free */
#define MAPPED_PROBE_SHARE 16	/* asking in vain: 1/16 of the time at most */
#define MAPPED_UNTOLD	(60 * HZ)	/* as long as a TIME_WAIT lasts */
/* Longer isn't remembered: a search that took a while may have been preempted. */
#define MAPPED_EXHAUSTED_MAX 1000000000ULL	/* ns */

void dynport_search_mapped_begin(struct dynport_search *search)
{
	u32 stride = search->space->map.stride;

	/* bind_stride has changed since the search began: it follows the map. */
	if (unlikely(search->class != DYNPORT_CLASS_ALL &&
		     search->req.ports.stride != stride))
		dynport_search_enter_tier(search, stride, search->class,
					  search->tier_limit);
	search->in_map = false;
	search->map_erred = false;
	search->lingerers = 0;
	search->lingering = false;
	search->cooling = false;
	search->guarded = 0;
	search->plain = false;
}

/* Ports that cool are ones to be had. */
static bool mapped_is_short(const struct portmap *map)
{
	return map->free[0] + map->free[1] + map->cooling <
	       map->count / MAPPED_SHORT + 1;
}

/* @free of @count are: of one class, which may be full while the other isn't. */
static u32 mapped_draws(u32 free, u32 count)
{
	if (free > count / 2)
		return MAPPED_DRAWS_MAX;
	return free > count / MAPPED_SHORT ? MAPPED_DRAWS : 0;
}

/* A port is passed over, since it isn't free. */
static void mapped_skipped(const struct dynport_search *search, u32 index)
{
	const struct dynport_space *space = search->space;
	bool cools = portmap_get(&space->map, index) == PORTMAP_COOLING;

	dynport_search_skipped(search, space->low + index,
			       cools ? DYNPORT_VERDICT_COOLING :
				       DYNPORT_VERDICT_MAP);
}

/*
 * The free port, as an index of the map, that the algorithm would come to;
 * @free are free.
 */
static __always_inline u32 mapped_choose(struct dynport_search *search,
					 struct dynport_instance *instance,
					 u32 low, u32 high, u32 free)
{
	const struct dynport_algorithm *algorithm = instance->algorithm;
	const struct portmap *map = &search->space->map;
	struct dynport_request *req = &search->req;
	u32 number, index, first, moved, draws, most;

	if (likely(algorithm->uniform))
		return portmap_nth_free(map, search->class, low, high,
					dynport_random_below(free));

	/* The same choice still, if the last candidate was refused. */
	if (algorithm->next && search->instance == instance)
		number = algorithm->next(instance->state, req, search->index);
	else
		number = algorithm->first(instance->state, req);
	/* Not sooner: one that hasn't been asked isn't told of steps. */
	search->instance = instance;
	first = number;
	most = mapped_draws(free, req->ports.count);
	for (draws = 0; algorithm->next && draws < most; draws++) {
		index = dynport_ports_nth(&req->ports, number) -
			search->space->low;
		if (portmap_get(map, index) == PORTMAP_FREE) {
			search->index = number;
			return index;
		}
		mapped_skipped(search, index);
		number = algorithm->next(instance->state, req, number);
	}
	index = dynport_ports_nth(&req->ports, number) - search->space->low;
	if (portmap_get(map, index) != PORTMAP_FREE) {
		mapped_skipped(search, index);
		index = portmap_next_free(map, search->class, low, high, index);
	}
	moved = dynport_ports_index(&req->ports, search->space->low + index);
	if (algorithm->moved)
		algorithm->moved(instance->state, req, number, moved);
	search->index = moved;
	/* As many steps as if each port in between had been refused. */
	search->steps = moved >= first ? moved - first :
					 moved + req->ports.count - first;
	return index;
}

/*
 * A port to be avoided: of those that have been longest, the first after a
 * random place, or after a guarded one that was put off.
 */
static bool mapped_choose_cooling(struct dynport_search *search, u32 low,
				  u32 high, u32 *index)
{
	const struct portmap *map = &search->space->map;
	u32 from;

	if (likely(!map->cooling))
		return false;
	if (!search->guarded)
		from = low + dynport_random_below(high - low + 1);
	else
		from = search->map_index < high ? search->map_index + 1 : low;
	*index = portmap_oldest_cooling(map, low, high, from);
	return *index != map->count;
}

/* A port in TIME_WAIT: the first after a random place, or the next one. */
static bool mapped_choose_lingerer(struct dynport_search *search, u32 low,
				   u32 high, u32 *index)
{
	const struct portmap *map = &search->space->map;
	u32 from;

	/* Each once. */
	if (search->lingerers >= min(map->lingering, MAPPED_LINGERERS))
		return false;
	if (!search->lingerers)
		from = low + dynport_random_below(high - low + 1);
	else
		from = search->map_index < high ? search->map_index + 1 : low;
	*index = portmap_next_lingering(map, from, high);
	if (*index == map->count)
		*index = portmap_next_lingering(map, low, from);
	return *index != map->count;
}

/*
 * Another choice, if an algorithm whose draws owe nothing to each other came to a
 * port released just now, and there are others: it draws once more, or goes on to the
 * next one.
 */
static __always_inline u32 mapped_choose_other(const struct dynport_search *search,
					       const struct dynport_algorithm *algorithm,
					       u32 low, u32 high, u32 free, u32 index)
{
	const struct dynport_space *space = search->space;
	const struct portmap *map = &space->map;
	u32 draws = 0;

	while (unlikely(dynport_recent_has(space->recent, space->low + index)) &&
	       algorithm->memoryless && free > DYNPORT_RECENT &&
	       draws++ < DYNPORT_RECENT_DRAWS) {
		if (algorithm->uniform)
			index = portmap_nth_free(map, search->class, low, high,
						 dynport_random_below(free));
		else
			index = portmap_next_free(map, search->class, low, high,
						  index < high ? index + 1 : low);
	}
	return index;
}

/* Take a free port of the classes in turn. */
static bool mapped_take_free(struct dynport_search *search,
			     struct dynport_instance *instance, u32 low,
			     u32 high, u32 *index)
{
	struct portmap *map = &search->space->map;
	u32 free;

	do {
		free = portmap_count_free(map, search->class, low, high);
		if (!free || unlikely(!search->req.ports.count))
			continue;
		search->steps = 0;
		*index = mapped_choose(search, instance, low, high, free);
		*index = mapped_choose_other(search, instance->algorithm, low,
					     high, free, *index);
		portmap_take(map, *index);
		return true;
	} while (dynport_search_next_tier(search));
	return false;
}

/* Take a port out of the map; false if it has none for this search. */
static bool mapped_take(struct dynport_search *search,
			struct dynport_instance *instance, u32 *index)
{
	struct dynport_space *space = search->space;
	u32 low = search->low - space->low;
	u32 high = search->high - space->low;
	struct portmap *map = &space->map;

	lockdep_assert_held(&space->lock);
	if (unlikely(map->cooling))
		dynport_quarantine_age(search->netns, space);
	search->kept = READ_ONCE(search->netns->tunables.root_reserve_percent) &&
		       dynport_root_reserve_keeps(search);
	if (likely(!search->kept &&
		   mapped_take_free(search, instance, low, high, index)))
		return true;
	if (!search->kept && mapped_choose_cooling(search, low, high, index)) {
		search->cooling = true;
		portmap_set(map, *index, PORTMAP_BUSY);
		return true;
	}
	if (mapped_choose_lingerer(search, low, high, index)) {
		search->lingering = true;
		search->lingerers++;
		portmap_set(map, *index, PORTMAP_BUSY);
		return true;
	}
	/*
	 * A map that has just been wrong is no ground to remember a failure: a
	 * port is marked free in the moment before its release, and it may be
	 * such a one that was refused. Nor is one where not all ports in
	 * TIME_WAIT were tried; as long as there are few, each search does.
	 */
	search->map_full = !search->map_erred && !search->kept &&
			   map->lingering <= MAPPED_LINGERERS;
	return false;
}

/*
 * Is the port that was taken to be avoided? Then it cools. When nothing is
 * free, only guarded ones are, as long as there may be others.
 */
static noinline bool mapped_put_off(struct dynport_search *search, u32 index,
				    u16 port)
{
	enum dynport_path_stat why = dynport_search_why_avoid(search, port);
	struct dynport_space *space = search->space;

	if (why == DYNPORT_PATH_STATS)
		return false;
	if (!search->cooling && search->avoided == DYNPORT_SEARCH_AVOIDED_MAX)
		return false;
	if (search->cooling && (why != DYNPORT_STAT_REFUSED_GUARD ||
				search->guarded++ >= MAPPED_GUARDED))
		return false;
	spin_lock_bh(&space->lock);
	dynport_quarantine_begin(search->netns, space, index);
	spin_unlock_bh(&space->lock);
	search->map_index = index;
	dynport_search_avoided(search, port, why);
	return true;
}

u16 dynport_search_mapped_next(struct dynport_search *search)
{
	struct dynport_space *space = search->space;
	struct dynport_netns *netns = search->netns;
	u32 limit = READ_ONCE(netns->tunables.search_limit);
	struct dynport_instance *instance;
	bool found, is_short;
	u32 index;
	u16 port;

	search->lingering = false;
	if (search->candidates >= limit)
		return 0;
	do {
		search->cooling = false;
		found = false;
		is_short = false;
		spin_lock_bh(&space->lock);
		/* Who holds a spinlock is an RCU reader, also on PREEMPT_RT. */
		instance = rcu_dereference_check(netns->instance[search->req.path],
						 lockdep_is_held(&space->lock));
		if (likely(instance && instance->algorithm->first)) {
			space->searches += !search->in_map;
			search->in_map = true;
			found = mapped_take(search, instance, &index);
			is_short = mapped_is_short(&space->map);
			dynport_pressure_changed(netns, space);
		}
		spin_unlock_bh(&space->lock);
		if (unlikely(is_short || search->kept) &&
		    !READ_ONCE(space->sweep_wanted))
			dynport_sweep_want(netns, space);
		if (!found)
			return 0;

		/* One newly reserved stays marked busy. */
		port = space->low + index;
		if (unlikely(inet_is_local_reserved_port(netns->net, port))) {
			search->reserved++;
			dynport_search_skipped(search, port,
					       DYNPORT_VERDICT_RESERVED);
		} else if (likely(!dynport_search_may_avoid(search, port)) ||
			   !mapped_put_off(search, index, port)) {
			break;
		}
	} while (1);

	search->map_index = index;
	return port;
}

/* What is in TIME_WAIT may be let go later on; the rest stays busy. */
void dynport_search_mapped_refused(struct dynport_search *search)
{
	struct dynport_space *space = search->space;

	if (likely(!search->lingering)) {
		search->map_erred = true;
		return;
	}
	spin_lock_bh(&space->lock);
	portmap_set(&space->map, search->map_index, PORTMAP_LINGERING);
	spin_unlock_bh(&space->lock);
}

bool dynport_search_mapped_is_kept(struct dynport_search *search)
{
	struct dynport_space *space = search->space;
	bool kept;

	spin_lock_bh(&space->lock);
	kept = dynport_root_reserve_keeps(search);
	spin_unlock_bh(&space->lock);
	return kept;
}

/*
 * There have been releases of which maps know nothing (PREEMPT_RT only), nor of
 * the TIME_WAITs that they left behind.
 */
static bool mapped_is_untold(const struct dynport_spaces *spaces)
{
	unsigned long untold = READ_ONCE(spaces->untold);

	return IS_ENABLED(CONFIG_PREEMPT_RT) && unlikely(untold) &&
	       time_before(jiffies, untold + MAPPED_UNTOLD);
}

bool dynport_search_mapped_is_exhausted(struct dynport_search *search)
{
	struct dynport_space *space = search->space;
	bool exhausted;
	int releases;
	u32 released;
	u64 now;

	if (!search->map_full)
		return false;

	releases = atomic_read(&search->netns->spaces.releases);
	now = ktime_get_ns();
	spin_lock_bh(&space->lock);
	exhausted = !search->shares && now < space->exhausted_until &&
		    !mapped_is_untold(&search->netns->spaces) &&
		    releases == space->exhausted_releases &&
		    search->low >= space->exhausted_low &&
		    search->high <= space->exhausted_high;
	released = space->released;
	spin_unlock_bh(&space->lock);
	/* Since the last port of an odd window was tried, if it was. */
	if (!search->tried_last) {
		search->fall_back_ns = now;
		search->fall_back_releases = releases;
		search->fall_back_released = released;
	}
	return exhausted;
}

/* The kernel found no port either: don't ask again for a while. */
static void mapped_exhausted(struct dynport_search *search)
{
	struct dynport_space *space = search->space;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&space->lock);
	/* It may have been released behind the kernel's back. */
	if (search->fall_back_released != space->released)
		return;
	space->exhausted_until = now +
		min(MAPPED_PROBE_SHARE * (now - search->fall_back_ns),
		    MAPPED_EXHAUSTED_MAX);
	space->exhausted_releases = search->fall_back_releases;
	space->exhausted_low = search->low;
	space->exhausted_high = search->high;
}

static bool mapped_is_marked(const struct dynport_space *space, u32 index)
{
	if (index >= space->map.count)
		return false;
	/* Without the lock: others may write the bits of its neighbours. */
	return data_race(portmap_get(&space->map, index)) == PORTMAP_BUSY;
}

void dynport_search_mapped_end(struct dynport_search *search, int err, u16 port)
{
	struct dynport_space *space = search->space;
	u32 index = port - space->low;

	/* The rule: a candidate, marked before it was tried, and accepted. */
	if (likely(!err && !search->fell_back &&
		   mapped_is_marked(space, index))) {
		dynport_space_put(space);
		return;
	}

	spin_lock_bh(&space->lock);
	space->searches += !search->in_map;
	if (!err) {
		/*
		 * Again: if the kernel took the port from a connection in
		 * TIME_WAIT, that one's end has just freed it in the map, or a
		 * sweep came before the socket had it.
		 */
		if (port >= space->low && index < space->map.count)
			portmap_set(&space->map, index, PORTMAP_BUSY);
	} else if (!search->fell_back) {
		/* Not refused: memory was short, say. It is what it was. */
		if (search->cooling)
			dynport_quarantine_begin(search->netns, space,
						 search->map_index);
		else
			portmap_set(&space->map, search->map_index,
				    search->lingering ? PORTMAP_LINGERING :
							PORTMAP_FREE);
	} else if (dynport_search_found_none(search, err)) {
		space->exhausted++;
		if (search->map_full && !search->failed_by_map && !search->kept)
			mapped_exhausted(search);
	}
	spin_unlock_bh(&space->lock);

	/* The kernel knew better than the map. */
	if (unlikely(!err && search->fell_back))
		dynport_sweep_want(search->netns, space);
	dynport_space_put(space);
}
