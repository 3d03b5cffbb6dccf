// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_sweep.c - when sweeps run, and for how long: module/sweep.c with tables
 * of the kernel's that take time to be read
 *
 * spaces.c has sweeps of its own for the other tests, hence the other names.
 */
#include <stdlib.h>

#include <linux/jiffies.h>
#include <linux/list.h>

#include "check.h"

#define cond_resched()		do { } while (0)
#define dynport_sweep_want	sweep_test_want
#define dynport_sweep_netns_init sweep_test_init
#define dynport_sweep_netns_exit sweep_test_exit
#define dynport_census_in_use	sweep_test_in_use

#include "../../module/sweep.c"

#define PORTS	1000
#define TICKS	5	/* that a sweep takes */
#define SPACES	16

static struct host *host;
static struct dynport_space *spaces[SPACES];
static unsigned int count, lookups, runs;
/* What happens amid each sweep. */
static void (*amid)(void);

bool sweep_test_in_use(struct net *net, const struct dynport_space_key *key, u16 port)
{
	lookups++;
	if (lookups % (PORTS / TICKS) == 0)
		jiffies++;
	if (lookups % PORTS == PORTS / 2 && amid)
		amid();
	return true;
}

static struct dynport_space *space_add(bool swept)
{
	struct dynport_spaces *all = &host->netns.spaces;
	struct dynport_space *space;

	space = calloc(1, sizeof(*space) + portmap_size(PORTS, false));
	if (!space)
		abort();
	space->low = HOST_LOW;
	spin_lock_init(&space->lock);
	portmap_init(&space->map, space->bits, PORTS, 2, false);
	refcount_set(&space->users, 1);
	space->number = ++all->last_number;
	space->swept = swept;
	list_add_tail(&space->list, &all->list);
	spaces[count++] = space;
	return space;
}

static void begin(void)
{
	host = host_alloc(&dynport_random_pick);
	count = 0;
	lookups = 0;
	runs = 0;
	amid = NULL;
	/* All pauses are over. */
	jiffies += 1000 * HZ;
	host->netns.spaces.sweep_not_before = jiffies;
	host->netns.spaces.sweep_new_not_before = jiffies;
	sweep_test_init(&host->netns);
}

static void end(void)
{
	while (count) {
		list_del(&spaces[--count]->list);
		free(spaces[count]);
	}
	host_free(host);
}

/* Runs the work when it is due, until @ticks have passed, or all is done. */
static void run(unsigned long ticks)
{
	struct delayed_work *work = &host->netns.spaces.sweep_work;
	unsigned long until = jiffies + ticks;

	while (work->pending && time_before(work->due, until)) {
		if (time_before(jiffies, work->due))
			jiffies = work->due;
		work->pending = false;
		work->work.run(&work->work);
		runs++;
	}
	if (time_before(jiffies, until))
		jiffies = until;
}

static unsigned int sweeps(void)
{
	return lookups / PORTS;
}

/* The first space is short of ports all the time. */
static void want_first(void)
{
	sweep_test_want(&host->netns, spaces[0]);
}

static void want_new(void)
{
	if (count < SPACES)
		sweep_test_want(&host->netns, space_add(false));
}

static void test_share(void)
{
	begin();
	space_add(true);
	amid = want_first;
	want_first();
	run(100 * HZ);
	/* Once a second: that is less than a sixteenth of the time. */
	EXPECT(sweeps() >= 90 && sweeps() <= 101,
	       "%u sweeps in 100 s", sweeps());
	EXPECT(runs <= 2 * sweeps() + 1, "%u runs", runs);
	end();
}

static void test_all(void)
{
	unsigned int i;

	begin();
	for (i = 0; i < SPACES; i++)
		space_add(true);
	amid = want_first;
	for (i = 0; i < SPACES; i++)
		sweep_test_want(&host->netns, spaces[i]);
	run(SPACES * TICKS + 1);
	for (i = 0; i < SPACES; i++)
		EXPECT(time_after(spaces[i]->swept, 1), "space %u has no sweep", i);
	EXPECT(lookups == SPACES * PORTS, "%u lookups", lookups);
	/* The rest of the 16-fold of what they took is a pause. */
	run((SWEEP_SHARE - 2) * SPACES * TICKS);
	EXPECT(lookups == SPACES * PORTS, "%u lookups", lookups);
	run(2 * SPACES * TICKS + HZ);
	EXPECT(lookups > SPACES * PORTS);
	end();
}

static void test_new(void)
{
	unsigned long began;

	begin();
	space_add(true);
	amid = want_new;
	began = jiffies;
	sweep_test_want(&host->netns, space_add(false));
	EXPECT(!time_after(host->netns.spaces.sweep_work.due, jiffies));
	run(2 * SPACES * TICKS);
	EXPECT(count == SPACES && lookups >= (SPACES - 2) * PORTS &&
	       lookups <= SPACES * PORTS, "%u of %u", lookups / PORTS, count);
	EXPECT(!time_before(jiffies, began + 2 * (SPACES - 2) * TICKS));
	end();
}

const struct test sweep_tests[] = {
	{ "sweep: a space that always wants one gets it once a second", test_share },
	{ "sweep: each that wants one gets it in a run, which takes a sixteenth of the time",
	  test_all },
	{ "sweep: a new space gets one at once, those that follow in half of the time",
	  test_new },
	{ }
};
