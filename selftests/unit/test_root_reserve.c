// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_root_reserve.c - the last ports of a map, and who gets them
 *
 * Each test runs for every algorithm and path.
 */
#include <linux/capability.h>
#include <linux/random.h>

#include "cases.h"
#include "spaces.h"

#define LOW 50000

/* Takes ports until there are no more for this caller; how many there were. */
static void take_all(struct host *host, enum dynport_path path,
		     const struct peer *peer, unsigned long *busy, u32 *count)
{
	int port;

	for (*count = 0;; ++*count) {
		port = host_pick(host, path, peer, busy);
		if (port < 0)
			break;
		EXPECT(host->candidates == 1 && !host->fell_back);
		EXPECT(!test_bit(port, busy));
		set_bit(port, busy);
	}
	EXPECT(port == host_errno[path]);
}

/* Refused for the reserve: without a candidate, and without the kernel. */
static void expect_kept(struct host *host, enum dynport_path path,
			const struct peer *peer, const unsigned long *busy)
{
	unsigned long before;

	before = host_count(host, path, DYNPORT_STAT_ROOT_RESERVED);
	capability_all = false;
	EXPECT(host_pick(host, path, peer, busy) == host_errno[path]);
	EXPECT(!host->candidates && !host->fell_back, "%u candidates%s",
	       host->candidates, host->fell_back ? ", and the kernel" : "");
	EXPECT(host_count(host, path, DYNPORT_STAT_ROOT_RESERVED) == before + 1);
	capability_all = true;
}

static void check_exact(struct host *host, enum dynport_path path)
{
	static const struct {
		u32 ports, percent, kept;
	} spaces[] = {
		{ 1000, 1, 10 }, { 1000, 5, 50 }, { 1001, 5, 51 },
		{ 1000, 50, 500 }, { 64, 1, 1 }, { 65, 10, 7 }, { 3, 50, 2 },
		{ 2, 50, 1 }, { 1, 1, 1 },
	};
	u32 i, count = 0;

	for (i = 0; i < ARRAY_SIZE(spaces); i++) {
		unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
		struct peer peer = host_peer(i);

		spaces_drop(host);
		host_set_window(host, LOW, LOW + spaces[i].ports - 1);
		host->netns.tunables.root_reserve_percent = spaces[i].percent;
		spaces_map(host, path, &peer, busy);

		capability_all = false;
		take_all(host, path, &peer, busy, &count);
		EXPECT(count == spaces[i].ports - spaces[i].kept, "%u of %u",
		       count, spaces[i].ports);
		expect_kept(host, path, &peer, busy);

		capability_all = true;
		take_all(host, path, &peer, busy, &count);
		EXPECT(count == spaces[i].kept, "%u, not %u", count,
		       spaces[i].kept);
		expect_kept(host, path, &peer, busy);
	}
}

static void test_exact(void)
{
	cases_run(check_exact);
}

static void check_released(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)];
	struct peer peer = host_peer(0);
	u32 i, port;

	memset(busy, 0xff, sizeof(busy));
	host_set_window(host, LOW, LOW + 99);
	host->netns.tunables.root_reserve_percent = 10;
	spaces_map(host, path, &peer, busy);
	for (i = 0; i < 10; i++) {
		expect_kept(host, path, &peer, busy);
		clear_bit(LOW + 7 * i, busy);
		spaces_release(host, path, &peer, LOW + 7 * i, PORTMAP_FREE);
	}
	expect_kept(host, path, &peer, busy);

	/* The eleventh is for everybody, and any of them will do. */
	clear_bit(LOW + 99, busy);
	spaces_release(host, path, &peer, LOW + 99, PORTMAP_FREE);
	capability_all = false;
	port = host_pick(host, path, &peer, busy);
	EXPECT(port < 65536 && !test_bit(port, busy));
	set_bit(port, busy);
	expect_kept(host, path, &peer, busy);
}

static void test_released(void)
{
	cases_run(check_released);
	capability_all = true;
}

/* A port in TIME_WAIT that the kernel may let go isn't one of those kept. */
static void check_lingering(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)];
	struct peer peer = host_peer(0);
	u32 i, port;

	memset(busy, 0xff, sizeof(busy));
	host_set_window(host, LOW, LOW + 99);
	host->netns.tunables.root_reserve_percent = 10;
	spaces_map(host, path, &peer, busy);
	for (i = 0; i < 20; i++) {
		clear_bit(LOW + i, busy);
		spaces_release(host, path, &peer, LOW + i, i < 10 ?
			       PORTMAP_FREE : PORTMAP_LINGERING);
	}
	capability_all = false;
	for (i = 0; i < 10; i++) {
		port = host_pick(host, path, &peer, busy);
		EXPECT(port >= LOW + 10 && port < LOW + 20, "%u", port);
		EXPECT(host->candidates == 1);
		set_bit(port, busy);
	}
	expect_kept(host, path, &peer, busy);

	/* One that the kernel doesn't let go ends the search, too. */
	spaces_release(host, path, &peer, LOW + 10, PORTMAP_LINGERING);
	capability_all = false;
	EXPECT(host_pick(host, path, &peer, busy) == host_errno[path]);
	EXPECT(host->candidates == 1 && !host->fell_back);
	capability_all = true;
	port = host_pick(host, path, &peer, busy);
	EXPECT(port >= LOW && port < LOW + 10 && host->candidates == 1);
}

static void test_lingering(void)
{
	cases_run(check_lingering);
	capability_all = true;
}

/* A map that believes too much busy keeps nobody out for long. */
static void check_stale(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(0);

	host_set_window(host, LOW, LOW + 999);
	host->netns.tunables.root_reserve_percent = 20;
	spaces_map(host, path, &peer, cases_all_busy);
	for (u32 i = 0; i < 200; i++)
		spaces_release(host, path, &peer, LOW + i, PORTMAP_FREE);
	expect_kept(host, path, &peer, busy);
	/* Here the sweep comes at once, and the search still profits. */
	host->sweeps = true;
	capability_all = false;
	EXPECT(host_pick(host, path, &peer, busy) > 0);
	EXPECT(host_pick(host, path, &peer, busy) > 0);
	EXPECT(host->candidates == 1 && !host->fell_back);
}

static void test_stale(void)
{
	cases_run(check_stale);
	capability_all = true;
}

static void check_asked(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(0);
	unsigned long before;
	u32 i;

	host_set_window(host, LOW, LOW + 99);
	spaces_map(host, path, &peer, busy);
	capability_asked = 0;
	for (i = 0; i < 80; i++) {
		if (i == 40)
			host->netns.tunables.root_reserve_percent = 20;
		set_bit(host_pick(host, path, &peer, busy), busy);
	}
	EXPECT(!capability_asked, "%lu times", capability_asked);
	capability_all = false;
	for (i = 0; i < 20; i++) {
		before = capability_asked;
		expect_kept(host, path, &peer, busy);
		EXPECT(capability_asked == before + 1, "%lu times",
		       capability_asked - before);
	}
	for (i = 0; i < 20; i++) {
		before = capability_asked;
		EXPECT(host_pick(host, path, &peer, busy) > 0);
		EXPECT(capability_asked == before + 1);
	}
}

static void test_asked(void)
{
	cases_run(check_asked);
	capability_all = true;
}

/* Only what is mapped has a reserve. */
static void check_unmapped(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(0);
	u32 i;

	host_set_window(host, LOW, LOW + 99);
	host->netns.tunables.root_reserve_percent = 50;
	capability_all = false;
	for (i = 0; i < 100; i++) {
		int port = host_pick(host, path, &peer, busy);

		EXPECT(port > 0, "%u of 100", i);
		if (port > 0)
			set_bit(port, busy);
	}
	EXPECT(host_pick(host, path, &peer, busy) == host_errno[path]);
	EXPECT(host->fell_back);
	EXPECT(!host_count(host, path, DYNPORT_STAT_ROOT_RESERVED));
	capability_all = true;
}

static void test_unmapped(void)
{
	cases_run(check_unmapped);
}

const struct test root_reserve_tests[] = {
	{ "root: others get all ports but the reserve, and root the reserve",
	  test_exact },
	{ "root: what is released fills the reserve first", test_released },
	{ "root: ports in TIME_WAIT aren't part of the reserve", test_lingering },
	{ "root: a refusal has a map that is wrong mended", test_stale },
	{ "root: a search asks for the privilege once, and only if it matters",
	  test_asked },
	{ "root: a space without a map has no reserve", test_unmapped },
	{ }
};
