// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_avoid.c - ports of services, and ports released just now
 *
 * Each test runs for every algorithm and path, mostly in a window of 100 ports
 * without classes, so that every port comes up soon.
 */
#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "cases.h"
#include "guard.h"
#include "quarantine.h"
#include "spaces.h"

#define LOW	50000
#define HIGH	50099
#define MANY	1000	/* searches: each port would have come up */

static u8 protocol_of(enum dynport_path path)
{
	return path == DYNPORT_PATH_UDP ? IPPROTO_UDP : IPPROTO_TCP;
}

static void note(struct host *host, enum dynport_path path, u16 port)
{
	dynport_guard_note(&host->netns, protocol_of(path), port);
}

static bool is_cooling(struct host *host, enum dynport_path path,
		       struct dynport_space *space, u16 port)
{
	return dynport_quarantine_is_cooling(&host->netns, space,
					     protocol_of(path), port);
}

static void set_up(struct host *host)
{
	host_set_window(host, LOW, HIGH);
	host->netns.tunables.bind_stride = 0;
	host_set_guard(host, 60);
}

/* How often @port comes, with nothing in use. */
static u32 comes(struct host *host, enum dynport_path path,
		 const struct peer *peer, u16 port)
{
	u32 i, times = 0;
	int got;

	for (i = 0; i < MANY; i++) {
		got = host_pick(host, path, peer, host_nothing_busy);
		times += got == port;
		spaces_release(host, path, peer, got, PORTMAP_FREE);
	}
	return times;
}

static void check_guard(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	unsigned long skipped;
	u32 mapped;

	set_up(host);
	for (mapped = 0; mapped < 2; mapped++) {
		if (mapped)
			spaces_map(host, path, &peer, host_nothing_busy);
		skipped = host_count(host, path, DYNPORT_STAT_REFUSED_GUARD);
		note(host, path, LOW + 33);
		EXPECT(!comes(host, path, &peer, LOW + 33));
		EXPECT(host_count(host, path, DYNPORT_STAT_REFUSED_GUARD) >
		       skipped);

		/* To its last tick, and then while a service has it. */
		jiffies += 60 * HZ;
		EXPECT(!comes(host, path, &peer, LOW + 33));
		set_bit(LOW + 33, host->held);
		jiffies += 60 * HZ;
		EXPECT(!comes(host, path, &peer, LOW + 33));
		clear_bit(LOW + 33, host->held);
		jiffies += 60 * HZ;
		EXPECT(!comes(host, path, &peer, LOW + 33));
		jiffies++;
		EXPECT(!dynport_guard_is_guarded(&host->netns,
						 protocol_of(path), LOW + 33));
		jiffies += HZ;
		EXPECT(comes(host, path, &peer, LOW + 33));
	}
	EXPECT(!host_count(host, path, DYNPORT_STAT_REFUSED_QUARANTINE));
}

static void check_guard_apart(struct host *host, enum dynport_path path)
{
	u8 protocol = protocol_of(path);
	u8 other = protocol == IPPROTO_TCP ? IPPROTO_UDP : IPPROTO_TCP;
	struct peer peer = host_peer(0);

	set_up(host);
	dynport_guard_note(&host->netns, other, LOW + 33);
	EXPECT(comes(host, path, &peer, LOW + 33));
	/* Outside of the window: nobody chooses it. */
	note(host, path, LOW - 1);
	note(host, path, HIGH + 1);
	EXPECT(!dynport_guard_is_guarded(&host->netns, protocol, LOW - 1));
	EXPECT(!dynport_guard_is_guarded(&host->netns, protocol, HIGH + 1));
	/* Switched off: at once, and nothing new is noted. */
	note(host, path, LOW + 34);
	host_set_guard(host, 0);
	note(host, path, LOW + 35);
	EXPECT(comes(host, path, &peer, LOW + 34));
	host_set_guard(host, 1);
	EXPECT(!comes(host, path, &peer, LOW + 34));
	EXPECT(comes(host, path, &peer, LOW + 35));
	jiffies += HZ + 1;
	EXPECT(comes(host, path, &peer, LOW + 34));
}

/* A port, released now, comes back when @ms have passed, and not before. */
static void expect_quarantine(struct host *host, enum dynport_path path,
			      u16 port, u32 ms)
{
	struct peer peer = host_peer(0), other = host_peer(1);
	struct dynport_space *space;
	unsigned long end;

	host_set_quarantine(host, ms);
	jiffies += HZ * 3600;
	space = spaces_find(host, path, &peer);
	spaces_release(host, path, &peer, port, PORTMAP_FREE);
	end = jiffies + msecs_to_jiffies(ms);
	for (; !time_after(jiffies, end); jiffies += 1 + msecs_to_jiffies(ms) / 7) {
		EXPECT(is_cooling(host, path, space, port));
		EXPECT(host_pick(host, path, &peer, host_nothing_busy) != port);
	}
	/* Elsewhere at once; in a map up to a third later. */
	end += space ? msecs_to_jiffies(ms) / 3 + 4 : 1;
	jiffies = end;
	EXPECT(!is_cooling(host, path, space, port));
	host_set_quarantine(host, 0);
	EXPECT(comes(host, path, &peer, port), "%u, %u ms", port, ms);
	/* With a map, another space isn't concerned. */
	host_set_quarantine(host, ms);
	jiffies += HZ * 3600;
	if (!space || path != DYNPORT_PATH_CONNECT)
		return;
	spaces_map(host, path, &other, host_nothing_busy);
	jiffies += HZ * 3600 + 1;
	spaces_release(host, path, &peer, port, PORTMAP_FREE);
	EXPECT(!is_cooling(host, path, spaces_find(host, path, &other), port));
	EXPECT(is_cooling(host, path, spaces_find(host, path, &peer), port));
}

static void check_quarantine(struct host *host, enum dynport_path path)
{
	static const u32 times[] = { 1, 4, 5, 1000, 60000, 3600000 };
	struct peer peer = host_peer(0);
	u32 i, mapped;

	set_up(host);
	for (mapped = 0; mapped < 2; mapped++)
		for (i = 0; i < ARRAY_SIZE(times); i++) {
			spaces_drop(host);
			host_set_quarantine(host, times[i]);
			if (mapped)
				spaces_map(host, path, &peer,
					   host_nothing_busy);
			expect_quarantine(host, path, LOW + i, times[i]);
			if (check_failed)
				return;
		}
}

/* What was released before there was a map is known to it. */
static void check_new_map(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	u32 i;
	int port;

	set_up(host);
	host_set_quarantine(host, 1000);
	for (i = 0; i < 50; i++)
		spaces_release(host, path, &peer, LOW + 2 * i, PORTMAP_FREE);
	spaces_map(host, path, &peer, host_nothing_busy);
	for (i = 0; i < 50; i++) {
		jiffies += HZ / 50;
		port = host_pick(host, path, &peer, host_nothing_busy);
		EXPECT(port & 1, "%d after %u", port, i);
	}
	EXPECT(host_count(host, path, DYNPORT_STAT_REFUSED_QUARANTINE));
}

/* A change is one for what cools already. */
static void check_change(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	u32 mapped;

	set_up(host);
	for (mapped = 0; mapped < 2; mapped++) {
		spaces_drop(host);
		jiffies += HZ * 3600;
		host_set_quarantine(host, 3600000);
		if (mapped)
			spaces_map(host, path, &peer, host_nothing_busy);
		spaces_release(host, path, &peer, LOW + 5, PORTMAP_FREE);
		jiffies += 5 * HZ;
		host_set_quarantine(host, 0);
		jiffies += HZ + 1;
		EXPECT(!is_cooling(host, path, spaces_find(host, path, &peer),
				   LOW + 5));
		EXPECT(comes(host, path, &peer, LOW + 5));
	}
}

/* When nothing is free, those that only cool go first. */
static void check_guarded_last(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)];
	struct peer peer = host_peer(0);
	u32 i;
	int port;

	memset(busy, 0xff, sizeof(busy));
	set_up(host);
	host_set_quarantine(host, 1000);
	spaces_map(host, path, &peer, busy);
	jiffies += 10 * HZ;
	for (i = 0; i < 30; i++) {
		clear_bit(LOW + i, busy);
		spaces_release(host, path, &peer, LOW + i, PORTMAP_FREE);
	}
	note(host, path, LOW + 7);
	for (i = 0; i < 20; i++) {
		port = host_pick(host, path, &peer, busy);
		EXPECT(port >= LOW && port < LOW + 30 && port != LOW + 7,
		       "%d after %u", port, i);
		EXPECT(host->candidates == 1 && !host->fell_back);
		set_bit(port, busy);
	}
	for (; i < 30; i++) {
		port = host_pick(host, path, &peer, busy);
		EXPECT(port > 0 && !test_bit(port, busy));
		set_bit(port, busy);
	}
	EXPECT(test_bit(LOW + 7, busy));
	EXPECT(host_pick(host, path, &peer, busy) == host_errno[path]);
}

/* Searches where every port of a large window is to be avoided: soon at an end. */
static void expect_effort(struct host *host, enum dynport_path path,
			  enum dynport_path_stat why, unsigned long most)
{
	struct peer peer = host_peer(0);
	unsigned long before, skipped;
	u32 i;

	for (i = 0; i < 20; i++) {
		before = host_count(host, path, why);
		EXPECT(host_pick(host, path, &peer, host_nothing_busy) > 0);
		EXPECT(host->candidates == 1 && !host->fell_back);
		skipped = host_count(host, path, why) - before;
		EXPECT(skipped && skipped <= most, "%lu", skipped);
	}
}

static void check_effort(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	u32 port, mapped;

	for (mapped = 0; mapped < 2; mapped++) {
		spaces_drop(host);
		host_set_guard(host, 60);
		host_set_quarantine(host, 0);
		for (port = HOST_LOW; port <= HOST_HIGH; port++)
			note(host, path, port);
		if (mapped)
			spaces_map(host, path, &peer, host_nothing_busy);
		expect_effort(host, path, DYNPORT_STAT_REFUSED_GUARD, 18);

		spaces_drop(host);
		host_set_guard(host, 0);
		host_set_quarantine(host, 1000);
		for (port = HOST_LOW; port <= HOST_HIGH; port++)
			spaces_release(host, path, &peer, port, PORTMAP_FREE);
		if (mapped)
			spaces_map(host, path, &peer, host_nothing_busy);
		expect_effort(host, path, DYNPORT_STAT_REFUSED_QUARANTINE, 66);
	}
}

/* Without memory nothing is avoided, and nothing else happens. */
static void check_no_memory(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);

	set_up(host);
	host_set_quarantine(host, 1000);
	slab_fails = true;
	note(host, path, LOW + 1);
	EXPECT(comes(host, path, &peer, LOW + 1));
	slab_fails = false;
	note(host, path, LOW + 1);
	host_set_quarantine(host, 0);
	EXPECT(!comes(host, path, &peer, LOW + 1));
}

/* Ports that cool are ones to be had, for the root reserve, too. */
static void check_reserve(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(0);
	u32 i;

	set_up(host);
	host->netns.tunables.root_reserve_percent = 10;
	host_set_quarantine(host, 1000);
	spaces_map(host, path, &peer, busy);
	for (i = LOW; i <= HIGH; i++)
		spaces_release(host, path, &peer, i, PORTMAP_FREE);
	capability_all = false;
	for (i = 0; i < 90; i++) {
		int port = host_pick(host, path, &peer, busy);

		EXPECT(port > 0, "%d after %u", port, i);
		set_bit(port, busy);
	}
	EXPECT(host_pick(host, path, &peer, busy) == host_errno[path]);
	EXPECT(host_count(host, path, DYNPORT_STAT_ROOT_RESERVED) == 1);
}

#define TEST(name)				\
	static void test_##name(void)		\
	{					\
		cases_run(check_##name);	\
	}

TEST(guard)
TEST(guard_apart)
TEST(quarantine)
TEST(new_map)
TEST(change)
TEST(guarded_last)
TEST(effort)
TEST(no_memory)

static void test_reserve(void)
{
	cases_run(check_reserve);
	capability_all = true;
}

const struct test avoid_tests[] = {
	{ "guard: a service's port doesn't come while held, and guard_seconds on",
	  test_guard },
	{ "guard: it is of one protocol and the window, and can be switched off",
	  test_guard_apart },
	{ "quarantine: a released port doesn't come before its time is over",
	  test_quarantine },
	{ "quarantine: a new map knows what was released before", test_new_map },
	{ "quarantine: a change of quarantine_ms goes for ports that cool",
	  test_change },
	{ "avoided: in a full map guarded ports come after those that cool",
	  test_guarded_last },
	{ "avoided: a search ends soon where nearly all ports are",
	  test_effort },
	{ "avoided: nothing is without memory", test_no_memory },
	{ "avoided: ports that cool don't count as used up for root's reserve",
	  test_reserve },
	{ }
};
