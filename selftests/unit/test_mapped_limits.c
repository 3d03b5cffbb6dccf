// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_mapped_limits.c - maps that are full, or cut by a window
 *
 * Each test runs for every algorithm and path.
 */
#include <linux/ktime.h>
#include <linux/random.h>

#include "cases.h"
#include "spaces.h"

static void check_exhausted(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	u32 i, cached = 0;
	u64 began;

	host_set_window(host, 50000, 50999);
	spaces_map(host, path, &peer, cases_all_busy);
	EXPECT(host_pick(host, path, &peer, cases_all_busy) ==
	       host_errno[path]);
	EXPECT(host->fell_back && host->probes >= 1000);
	/* For 16 times as long as the kernel took, it isn't asked again. */
	began = ktime_now;
	for (i = 0; ktime_now < began + 15 * 50 * 1000; i++) {
		EXPECT(host_pick(host, path, &peer, cases_all_busy) ==
		       host_errno[path]);
		EXPECT(!host->fell_back && !host->probes);
		cached++;
		ktime_now += 10000;
	}
	EXPECT(cached == 75);
	EXPECT(host_count(host, path, DYNPORT_STAT_EXHAUSTED_CACHED) == cached);
	EXPECT(host_count(host, path, DYNPORT_STAT_EXHAUSTED) == 1 + cached);
	EXPECT(host_count(host, path, DYNPORT_STAT_STOCK_FALLBACKS) == 1);
	EXPECT(spaces_find(host, path, &peer)->exhausted == 1 + cached);
	ktime_now += 2 * 50 * 1000;
	EXPECT(host_pick(host, path, &peer, cases_all_busy) ==
	       host_errno[path]);
	EXPECT(host->fell_back);

	/* A part of that window is known to be full, too, a larger one isn't. */
	host_set_own_window(host, 50100, 50199);
	EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
	EXPECT(!host->fell_back);
	spaces_release(host, path, &peer, 50500, PORTMAP_FREE);
	EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
	EXPECT(host->fell_back);
	host_set_own_window(host, 50100, 50200);
	EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
	EXPECT(host->fell_back);
	host_set_own_window(host, 50099, 50200);
	EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
	EXPECT(host->fell_back);

	host_set_own_window(host, 0, 0);
	EXPECT(host_pick(host, path, &peer, host_nothing_busy) == 50500);
	EXPECT(host->candidates == 1);
}

static void test_exhausted(void)
{
	cases_run(check_exhausted);
}

static void check_lingering(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)];
	struct proposals *seen;
	struct peer peer = host_peer(0);
	struct dynport_space *space;
	u32 i, port, tried = 0;
	bool was_free;

	memset(busy, 0xff, sizeof(busy));
	host_set_window(host, 50000, 50999);
	space = spaces_map(host, path, &peer, busy);
	/* Free ones of both classes come first, then those in TIME_WAIT. */
	for (i = 0; i < 60; i++) {
		port = 50000 + 7 * i;
		clear_bit(port, busy);
		spaces_release(host, path, &peer, port,
			       i % 3 ? PORTMAP_LINGERING : PORTMAP_FREE);
	}
	for (i = 0; i < 60; i++) {
		port = host_pick(host, path, &peer, busy);
		EXPECT(host->candidates == 1 && !test_bit(port, busy));
		was_free = (port - 50000) / 7 % 3 == 0;
		EXPECT(was_free == (i < 20), "%u: %u", i, port);
		EXPECT(spaces_state(space, port) == PORTMAP_BUSY);
		set_bit(port, busy);
	}

	/* Refused: it lingers on, and after eight the kernel is asked. */
	for (i = 0; i < 30; i++)
		spaces_release(host, path, &peer, 50000 + 33 * i,
			       PORTMAP_LINGERING);
	seen = cases_watch(host);
	for (i = 0; i < 40; i++) {
		EXPECT(host_pick(host, path, &peer, busy) < 0);
		EXPECT(host->candidates == 8 && host->fell_back, "%u",
		       host->candidates);
	}
	for (i = 0; i < 30; i++) {
		port = 50000 + 33 * i;
		tried += seen->times[port] > 0;
		seen->times[port] = 0;
		EXPECT(spaces_state(space, port) == PORTMAP_LINGERING);
	}
	EXPECT(tried >= 25, "of 30 only %u were tried in 40 searches", tried);
	for (port = 50000; port < 51000; port++)
		EXPECT(!seen->times[port], "%u doesn't linger", port);
}

static void test_lingering(void)
{
	cases_run(check_lingering);
}

/* Few that the kernel doesn't let go: each is tried, and the failure remembered. */
static void check_few_lingering(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)];
	struct peer peer = host_peer(0);
	struct proposals *seen;
	u32 i, few, port;

	memset(busy, 0xff, sizeof(busy));
	host_set_window(host, 50000, 50999);
	spaces_map(host, path, &peer, busy);
	for (few = 1; few <= 8; few++) {
		spaces_release(host, path, &peer, 50000 + 100 * few,
			       PORTMAP_LINGERING);
		EXPECT(host_pick(host, path, &peer, busy) < 0 &&
		       host->fell_back);
		seen = cases_watch(host);
		for (i = 1; i <= 50; i++) {
			EXPECT(host_pick(host, path, &peer, busy) < 0);
			EXPECT(!host->fell_back, "with %u the kernel was asked",
			       few);
			EXPECT(host->candidates == few, "%u of %u",
			       host->candidates, few);
		}
		for (i = 1; i <= few; i++)
			EXPECT(seen->times[50000 + 100 * i] == 50);
	}
	/* One that it does let go then is found at once. */
	clear_bit(50000 + 300, busy);
	port = host_pick(host, path, &peer, busy);
	EXPECT(port == 50000 + 300, "%u", port);
}

static void test_few_lingering(void)
{
	cases_run(check_few_lingering);
}

static void check_own_window(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(0);
	struct dynport_space *space;
	u32 i, low, high, port;
	bool other = false;

	host_set_window(host, 50000, 53999);
	space = spaces_map(host, path, &peer, busy);
	for (i = 0; i < 400; i++) {
		low = 50000 + get_random_u32_below(3000);
		high = low + get_random_u32_below(1000);
		host_set_own_window(host, low, high);
		port = host_pick(host, path, &peer, busy);
		EXPECT(port >= low && port <= high && host->candidates == 1,
		       "%u in %u-%u", port, low, high);
		other |= port % 2 == (path != DYNPORT_PATH_BIND);
		spaces_release(host, path, &peer, port, PORTMAP_FREE);
	}
	/* It means all of its ports, both classes. */
	EXPECT(other);

	/* To the last, and then there is the rest of the map. */
	host_set_own_window(host, 51001, 51600);
	for (i = 0; i < 600; i++) {
		port = host_pick(host, path, &peer, busy);
		EXPECT(port >= 51001 && port <= 51600 && host->candidates == 1);
		set_bit(port, busy);
	}
	EXPECT(host_pick(host, path, &peer, busy) < 0);
	EXPECT(!host->candidates);
	EXPECT(spaces_find(host, path, &peer) == space);
	host_set_own_window(host, 0, 0);
	EXPECT(host_pick(host, path, &peer, busy) > 0 && host->candidates == 1);
	EXPECT(spaces_find(host, path, &peer) == space);

	/* Beyond the map: another one has to begin. */
	host_set_own_window(host, 52000, 54000);
	EXPECT(host_pick(host, path, &peer, busy) > 0);
	EXPECT(!spaces_find(host, path, &peer));
}

static void test_own_window(void)
{
	cases_run(check_own_window);
}

static void check_newly_reserved(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(0);
	struct proposals *seen;
	u32 i;

	host_set_window(host, 50000, 50199);
	spaces_map(host, path, &peer, busy);
	host_reserve(host, 50000, 50099);
	seen = cases_watch(host);
	for (i = 0; i < 100; i++) {
		u32 port = host_pick(host, path, &peer, busy);

		EXPECT(port >= 50100 && host->candidates == 1);
		set_bit(port, busy);
	}
	EXPECT(host_pick(host, path, &peer, busy) < 0);
	EXPECT(!seen->reserved);
	EXPECT(host_count(host, path, DYNPORT_STAT_REFUSED_RESERVED) == 100);
}

static void test_newly_reserved(void)
{
	cases_run(check_newly_reserved);
}

/* One that relies on the numbers that it gets, as another module's may. */
static u32 numbers_beyond;

static u32 counting_first(void *state, struct dynport_request *req)
{
	(void)state;
	(void)req;
	return 0;
}

static u32 counting_next(void *state, struct dynport_request *req, u32 index)
{
	(void)state;
	numbers_beyond += index >= req->ports.count;
	return (index + 1) % req->ports.count;
}

static void counting_moved(void *state, struct dynport_request *req, u32 from,
			   u32 to)
{
	(void)state;
	numbers_beyond += from >= req->ports.count || to >= req->ports.count;
}

static const struct dynport_algorithm counting = {
	.name	= "counting",
	.first	= counting_first,
	.next	= counting_next,
	.moved	= counting_moved,
};

/* Hears of each candidate, and writes the setting at the second. */
struct stride_change {
	struct host *host;
	u32 stride, candidates;
	u32 times[65536];
};

static void stride_change(void *cookie, u16 port)
{
	struct stride_change *change = cookie;

	change->times[port]++;
	if (++change->candidates == 2)
		change->host->netns.tunables.bind_stride = change->stride;
}

/* @threshold 0: it has a map from the beginning. */
static void check_stride_change(enum dynport_path path, u32 before, u32 after,
				u32 threshold)
{
	static struct stride_change change;
	struct host *host = host_alloc(&counting);
	struct peer peer = host_peer(0);
	u32 low = 40000, high = 40399, more = 0, never = 0, port;

	host_set_window(host, low, high);
	host->netns.tunables.bind_stride = before;
	host->netns.tunables.map_threshold = threshold;
	host->netns.tunables.search_limit = 1024;
	if (!threshold)
		spaces_map(host, path, &peer, host_nothing_busy);
	change = (struct stride_change){ .host = host, .stride = after };
	host->watch = stride_change;
	host->cookie = &change;
	numbers_beyond = 0;
	host_pick(host, path, &peer, cases_all_busy);
	host_free(host);
	for (port = low; port <= high; port++) {
		never += !change.times[port];
		more += change.times[port] > 1;
	}
	EXPECT(!numbers_beyond, "path %u, %u to %u: %u", path, before, after,
	       numbers_beyond);
	/* Where a map begins, it knows of no candidate before it. */
	EXPECT(!never && more <= threshold, "path %u, %u to %u: %u, %u", path,
	       before, after, never, more);
}

static void test_stride_change(void)
{
	static const u32 strides[] = { 0, 2, 3, 16 };
	u32 path, before, after, threshold;

	for (path = 0; path < DYNPORT_PATHS; path++)
		for (before = 0; before < ARRAY_SIZE(strides); before++)
			for (after = 0; after < ARRAY_SIZE(strides); after++)
				for (threshold = 0; threshold < 8; threshold += 4)
					check_stride_change(path, strides[before],
							    strides[after],
							    threshold);
}

/* One that never comes to a free port by itself: number 0 is always busy. */
static u32 stubborn_draws;

static u32 stubborn_next(void *state, struct dynport_request *req, u32 index)
{
	(void)state;
	(void)req;
	(void)index;
	stubborn_draws++;
	return 0;
}

static const struct dynport_algorithm stubborn = {
	.name	= "stubborn",
	.first	= counting_first,
	.next	= stubborn_next,
};

/* The other class is free; of the path's own, the last @free of 1,024 are. */
static u32 draws_with_free(enum dynport_path path, u32 free)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct host *host = host_alloc(&stubborn);
	struct peer peer = host_peer(0);
	struct dynport_ports ports;
	u32 index;

	host_set_window(host, 40000, 40000 + 2 * 1024 - 1);
	dynport_ports_init(&ports, 40000, 40000 + 2 * 1024 - 1,
			   path == DYNPORT_PATH_UDP ? 0 : 2,
			   dynport_search_own_class(path));
	for (index = 0; index < ports.count - free; index++)
		set_bit(dynport_ports_nth(&ports, index), busy);
	spaces_map(host, path, &peer, busy);
	stubborn_draws = 0;
	host_pick(host, path, &peer, busy);
	host_free(host);
	return stubborn_draws;
}

static void test_draws(void)
{
	u32 path;

	for (path = 0; path < DYNPORT_PATHS; path++) {
		EXPECT(draws_with_free(path, 16) == 0, "path %u", path);
		EXPECT(draws_with_free(path, 256) == 16, "path %u", path);
		EXPECT(draws_with_free(path, path == DYNPORT_PATH_UDP ? 2000 :
						     1000) == 64,
		       "path %u", path);
	}
}

const struct test mapped_limit_tests[] = {
	{ "map: a full space fails without the kernel for 16 times as long as it took",
	  test_exhausted },
	{ "map: ports in TIME_WAIT are proposed when nothing is free, at most eight",
	  test_lingering },
	{ "map: few that the kernel doesn't let go are each tried, and a failure remembered",
	  test_few_lingering },
	{ "map: a socket's own window has all of its ports, and no others",
	  test_own_window },
	{ "map: a port reserved later is never proposed", test_newly_reserved },
	{ "map: the fewer ports of a class are free, the fewer draws go before the next free one",
	  test_draws },
	{ "map: bind_stride may change amid a search, which then proposes each port once",
	  test_stride_change },
	{ }
};
