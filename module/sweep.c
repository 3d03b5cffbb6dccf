// SPDX-License-Identifier: GPL-2.0-only
/*
 * sweep.c - comparing port maps with the kernel's tables
 *
 * See sweep.h. One work item per namespace goes through the spaces that want
 * it. Locks are those of space.c; none is held while the tables are read.
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include <net/ip.h>

#include "census.h"
#include "netns.h"
#include "pressure.h"
#include "quarantine.h"
#include "sweep.h"

#define SWEEP_INTERVAL	HZ
/* Sweeps take 1/16 of the time at most, those of new spaces half of it. */
#define SWEEP_SHARE	16

/* Jiffies until @next, at least 0. */
static unsigned long sweep_delay(unsigned long next)
{
	return time_before(jiffies, next) ? next - jiffies : 0;
}

void dynport_sweep_want(struct dynport_netns *netns,
			struct dynport_space *space)
{
	struct dynport_spaces *spaces = &netns->spaces;

	if (READ_ONCE(space->sweep_wanted))
		return;
	WRITE_ONCE(space->sweep_wanted, true);
	if (READ_ONCE(space->swept))
		queue_delayed_work(system_unbound_wq, &spaces->sweep_work,
				   sweep_delay(READ_ONCE(spaces->sweep_not_before)));
	else
		mod_delayed_work(system_unbound_wq, &spaces->sweep_work,
				 sweep_delay(READ_ONCE(spaces->sweep_new_not_before)));
}

/* Bring a map in line with the kernel's tables. Context: process. */
static void sweep_space(struct dynport_netns *netns,
			struct dynport_space *space)
{
	enum portmap_state state;
	bool in_use, freed = false;
	u32 index;

	for (index = 0; index < space->map.count; index++) {
		/*
		 * Not with the lock held: the tables have their own. So what
		 * is seen may be old when it is used, and the next sweep
		 * finds that out.
		 */
		in_use = inet_is_local_reserved_port(netns->net,
						     space->low + index) ||
			 dynport_census_in_use(netns->net, &space->key,
					       space->low + index);
		spin_lock_bh(&space->lock);
		state = portmap_get(&space->map, index);
		if (in_use && (state == PORTMAP_FREE ||
			       state == PORTMAP_COOLING)) {
			portmap_set(&space->map, index, PORTMAP_BUSY);
		} else if (!in_use && (state == PORTMAP_BUSY ||
				       state == PORTMAP_LINGERING)) {
			dynport_quarantine_release(netns, space, index);
			freed = true;
		}
		spin_unlock_bh(&space->lock);
		cond_resched();
	}
	spin_lock_bh(&space->lock);
	if (freed)
		space->exhausted_until = 0;
	dynport_pressure_changed(netns, space);
	spin_unlock_bh(&space->lock);
	WRITE_ONCE(space->swept, jiffies ?: 1);
	dynport_count(netns->stats, DYNPORT_STAT_SWEEPS);
}

/* One run of the work. */
struct sweep_run {
	unsigned long began;	/* jiffies */
	u64 last;		/* number of the last space that there was then */
	bool early;		/* only new spaces get a sweep */
	bool later;		/* others are left for another run */
	bool new_later;		/* ... new ones among them */
};

/* Is it for this run? Each space is once, so that a run has an end. */
static bool sweep_is_due(struct sweep_run *run, const struct dynport_space *space)
{
	if (!READ_ONCE(space->sweep_wanted))
		return false;
	if (!space->swept) {
		run->new_later |= space->number > run->last;
		return space->number <= run->last;
	}
	if (!run->early && time_before(space->swept, run->began))
		return true;
	run->later = true;
	return false;
}

/* The next space that wants a sweep, with a reference. */
static struct dynport_space *sweep_next_space(struct dynport_spaces *spaces,
					      struct sweep_run *run)
{
	struct dynport_space *space;

	run->later = false;
	run->new_later = false;
	spin_lock_bh(&spaces->lock);
	list_for_each_entry(space, &spaces->list, list) {
		if (!sweep_is_due(run, space))
			continue;
		WRITE_ONCE(space->sweep_wanted, false);
		refcount_inc(&space->users);
		spin_unlock_bh(&spaces->lock);
		return space;
	}
	spin_unlock_bh(&spaces->lock);
	return NULL;
}

static void sweep_work_run(struct work_struct *work)
{
	struct dynport_spaces *spaces =
		container_of(to_delayed_work(work), struct dynport_spaces,
			     sweep_work);
	struct dynport_netns *netns =
		container_of(spaces, struct dynport_netns, spaces);
	struct sweep_run run = {
		.began = jiffies,
		.last = READ_ONCE(spaces->last_number),
		.early = sweep_delay(spaces->sweep_not_before),
	};
	struct dynport_space *space;
	unsigned long took;

	while (!READ_ONCE(netns->dead) &&
	       (space = sweep_next_space(spaces, &run))) {
		sweep_space(netns, space);
		dynport_space_put(space);
	}
	took = jiffies - run.began;
	WRITE_ONCE(spaces->sweep_new_not_before, jiffies + took);
	if (!run.early)
		WRITE_ONCE(spaces->sweep_not_before,
			   jiffies + max_t(unsigned long, took * SWEEP_SHARE,
					   SWEEP_INTERVAL));
	if (run.new_later)
		mod_delayed_work(system_unbound_wq, &spaces->sweep_work,
				 sweep_delay(spaces->sweep_new_not_before));
	else if (run.later)
		queue_delayed_work(system_unbound_wq, &spaces->sweep_work,
				   sweep_delay(spaces->sweep_not_before));
}

void dynport_sweep_netns_init(struct dynport_netns *netns)
{
	INIT_DELAYED_WORK(&netns->spaces.sweep_work, sweep_work_run);
}

void dynport_sweep_netns_exit(struct dynport_netns *netns)
{
	cancel_delayed_work_sync(&netns->spaces.sweep_work);
}
