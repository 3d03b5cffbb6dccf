// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim.c - port maps that nobody uses, that are too many, and that memory is
 * short for
 */
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "netns.h"
#include "reclaim.h"
#include "space.h"

#define RECLAIM_IDLE		(60 * HZ)	/* unused for so long: dropped */
#define RECLAIM_INTERVAL	(10 * HZ)	/* between looks for them */
#define RECLAIM_BATCH		64	/* dropped with softirqs off */
#define RECLAIM_LOOK		4096	/* spaces, for the longest unused one */

/* Returns how many idle ones it has removed. */
static unsigned int reclaim_idle(struct dynport_netns *netns)
{
	struct dynport_space *space, *next;
	unsigned int removed = 0;

	spin_lock_bh(&netns->spaces.lock);
	list_for_each_entry_safe(space, next, &netns->spaces.list, list) {
		if (time_before_eq(jiffies, READ_ONCE(space->last_used) +
					    RECLAIM_IDLE))
			continue;
		dynport_space_remove(netns, space);
		if (++removed == RECLAIM_BATCH)
			break;
	}
	spin_unlock_bh(&netns->spaces.lock);
	return removed;
}

static void reclaim_idle_work(struct work_struct *work)
{
	struct dynport_spaces *spaces =
		container_of(to_delayed_work(work), struct dynport_spaces,
			     idle_work);
	struct dynport_netns *netns =
		container_of(spaces, struct dynport_netns, spaces);
	unsigned int removed;
	bool empty;

	do {
		removed = reclaim_idle(netns);
		cond_resched();
	} while (removed == RECLAIM_BATCH);
	spin_lock_bh(&spaces->lock);
	empty = list_empty(&spaces->list);
	spin_unlock_bh(&spaces->lock);

	if (!empty)
		queue_delayed_work(system_unbound_wq, &spaces->idle_work,
				   RECLAIM_INTERVAL);
}

/* How many maps there may be. */
static u32 reclaim_limit(const struct dynport_netns *netns)
{
	return READ_ONCE(netns->tunables.map_threshold) ?
	       READ_ONCE(netns->tunables.map_limit) : 0;
}

/*
 * If there are more than @limit, drop the longest unused one: of all, or, as softirqs
 * wait for it, of the oldest RECLAIM_LOOK. Where these are in use, the one dropped comes
 * back as the newest, and they get fewer.
 */
static bool reclaim_above(struct dynport_netns *netns, u32 limit)
{
	struct dynport_spaces *spaces = &netns->spaces;
	struct dynport_space *space, *oldest = NULL;
	unsigned int rest = limit ? RECLAIM_LOOK : 1;

	lockdep_assert_held(&spaces->lock);
	if (spaces->total <= limit)
		return false;
	list_for_each_entry(space, &spaces->list, list) {
		if (!oldest || time_before(READ_ONCE(space->last_used),
					   READ_ONCE(oldest->last_used)))
			oldest = space;
		if (!--rest)
			break;
	}
	dynport_space_remove(netns, oldest);
	dynport_count(netns->stats, DYNPORT_STAT_MAPS_EVICTED);
	return true;
}

void dynport_reclaim_trim(struct dynport_netns *netns)
{
	bool dropped;

	do {
		spin_lock_bh(&netns->spaces.lock);
		dropped = reclaim_above(netns, reclaim_limit(netns));
		spin_unlock_bh(&netns->spaces.lock);
		cond_resched();
		/* It may be long; the rest goes as new ones come. */
	} while (dropped && !fatal_signal_pending(current));
}

bool dynport_reclaim_make_room(struct dynport_netns *netns)
{
	u32 limit = reclaim_limit(netns);

	if (!limit)
		return false;
	if (reclaim_above(netns, limit - 1))
		reclaim_above(netns, limit - 1);
	return netns->spaces.total < limit;
}

/*
 * Memory is short. What was used in this jiffy stays: it would be back at once.
 */
static unsigned long reclaim_shrink_netns(struct dynport_netns *netns,
					  unsigned long want)
{
	struct dynport_space *space, *next;
	unsigned long freed = 0, now = jiffies;

	spin_lock_bh(&netns->spaces.lock);
	list_for_each_entry_safe(space, next, &netns->spaces.list, list) {
		if (freed == want)
			break;
		if (READ_ONCE(space->last_used) == now)
			continue;
		dynport_space_remove(netns, space);
		dynport_count(netns->stats, DYNPORT_STAT_MAPS_EVICTED);
		freed++;
	}
	spin_unlock_bh(&netns->spaces.lock);
	return freed;
}

static unsigned long reclaim_shrink_count(struct shrinker *shrinker,
					  struct shrink_control *control)
{
	struct dynport_netns *netns;
	unsigned long sum = 0;
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net) {
		netns = dynport_netns(net);
		sum += READ_ONCE(netns->spaces.total);
	}
	rcu_read_unlock();
	return sum ?: SHRINK_EMPTY;
}

static unsigned long reclaim_shrink_scan(struct shrinker *shrinker,
					 struct shrink_control *control)
{
	struct dynport_netns *netns;
	unsigned long freed = 0;
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net) {
		netns = dynport_netns(net);
		if (READ_ONCE(netns->dead))
			continue;
		freed += reclaim_shrink_netns(netns,
					      control->nr_to_scan - freed);
		if (freed == control->nr_to_scan)
			break;
	}
	rcu_read_unlock();
	return freed ?: SHRINK_STOP;
}

static struct dynport_shrinker reclaim_shrinker = {
	.name	= "dynport-spaces",
	.count	= reclaim_shrink_count,
	.scan	= reclaim_shrink_scan,
};

void dynport_reclaim_start(struct dynport_netns *netns)
{
	queue_delayed_work(system_unbound_wq, &netns->spaces.idle_work,
			   RECLAIM_INTERVAL);
}

void dynport_reclaim_netns_init(struct dynport_netns *netns)
{
	INIT_DELAYED_WORK(&netns->spaces.idle_work, reclaim_idle_work);
}

void dynport_reclaim_netns_exit(struct dynport_netns *netns)
{
	cancel_delayed_work_sync(&netns->spaces.idle_work);
}

int __init dynport_reclaim_init(void)
{
	return dynport_shrinker_register(&reclaim_shrinker);
}

void dynport_reclaim_exit(void)
{
	dynport_shrinker_unregister(&reclaim_shrinker);
}
