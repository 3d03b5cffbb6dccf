// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_search.c - tiers, limits and counters of a search
 *
 * Each test runs for every algorithm and path.
 */
#include "cases.h"

static void check_limit(struct host *host, enum dynport_path path)
{
	static const u32 limits[] = { 1, 2, 3, 64, 65, 4095, 13001 };
	static const u32 strides[] = { 0, 2 };
	struct peer peer = host_peer(0);
	u32 i, s;

	for (s = 0; s < ARRAY_SIZE(strides); s++)
		for (i = 0; i < ARRAY_SIZE(limits); i++) {
			host->netns.tunables.bind_stride = strides[s];
			host->netns.tunables.search_limit = limits[i];
			EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
			EXPECT(host->fell_back);
			EXPECT(host->candidates == limits[i],
			       "limit %u: %u candidates", limits[i],
			       host->candidates);
		}
}

static void test_limit(void)
{
	cases_run(check_limit);
}

static void check_each_once(struct host *host, enum dynport_path path)
{
	u32 stride, size, port, last;
	struct peer peer = host_peer(0);

	if (host->instances[0]->algorithm->next)
		return;
	host->netns.tunables.search_limit = 65535;
	for (stride = 0; stride <= 16; stride += stride ? 1 : 2)
		for (size = 1; size <= 70; size++) {
			struct proposals *seen;

			host_set_window(host, 40000, 40000 + size - 1);
			seen = cases_watch(host);
			host->netns.tunables.bind_stride = stride;
			EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
			/*
			 * TCP's pickers in the kernel never look at the last
			 * port of an odd window: it is tried once more.
			 */
			last = size % 2 && size > 1 &&
			       path != DYNPORT_PATH_UDP;
			EXPECT(host->candidates == size + last,
			       "%u of %u/%u", host->candidates, size, stride);
			EXPECT(seen->times[40000 + size - 1] == 1 + last);
			for (port = 40000; port < 40000 + size - 1; port++)
				EXPECT(seen->times[port] == 1,
				       "port %u of %u/%u %u times", port, size,
				       stride, seen->times[port]);
		}
}

static void test_each_once(void)
{
	cases_run(check_each_once);
}

static void check_tiers(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	u32 stride, port, i;

	for (stride = 2; stride <= 16; stride++) {
		host->netns.tunables.bind_stride = stride;
		memset(busy, 0, sizeof(busy));
		for (i = 0; i < 300; i++) {
			struct peer peer = host_peer(i);
			bool is_bind;

			port = host_pick(host, path, &peer, busy);
			is_bind = (port - HOST_LOW) % stride == stride - 1;
			EXPECT(path == DYNPORT_PATH_UDP ||
			       is_bind == (path == DYNPORT_PATH_BIND),
			       "port %u, stride %u", port, stride);
		}

		/* The own class is full: the other one has to do. */
		for (port = HOST_LOW; port <= HOST_HIGH; port++)
			if (((port - HOST_LOW) % stride == stride - 1) ==
			    (path == DYNPORT_PATH_BIND))
				set_bit(port, busy);
		for (i = 0; i < 20 && path != DYNPORT_PATH_UDP; i++) {
			struct peer peer = host_peer(i);
			bool is_bind;

			port = host_pick(host, path, &peer, busy);
			EXPECT(!host->fell_back);
			EXPECT(host->candidates == 33, "%u", host->candidates);
			is_bind = (port - HOST_LOW) % stride == stride - 1;
			EXPECT(is_bind != (path == DYNPORT_PATH_BIND));
		}
	}
	EXPECT(path == DYNPORT_PATH_UDP ||
	       host_count(host, path, DYNPORT_STAT_CLASS_OVERFLOWS) ==
	       15 * 20);
}

static void test_tiers(void)
{
	cases_run(check_tiers);
}

static void check_counters(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 }, searches = 0, i;
	unsigned long candidates = 0, accepted = 0, fallbacks = 0, failed = 0;

	host_set_window(host, 50000, 50199);
	host->netns.tunables.search_limit = 6;
	for (i = 0; i < 220; i++) {
		struct peer peer = host_peer(0);
		int port = host_pick(host, path, &peer, busy);

		candidates += host->candidates;
		accepted += port > 0 && !host->fell_back;
		fallbacks += host->fell_back;
		failed += port < 0;
		if (port > 0)
			set_bit(port, busy);
	}
	EXPECT(failed == 20);
	EXPECT(host_count(host, path, DYNPORT_STAT_SEARCHES) == 220);
	EXPECT(host_count(host, path, DYNPORT_STAT_CANDIDATES) == candidates);
	EXPECT(host_count(host, path, DYNPORT_STAT_REFUSED_KERNEL) ==
	       candidates - accepted);
	EXPECT(host_count(host, path, DYNPORT_STAT_REFUSED_RESERVED) == 0);
	EXPECT(host_count(host, path, DYNPORT_STAT_STOCK_FALLBACKS) == fallbacks);
	EXPECT(host_count(host, path, DYNPORT_STAT_EXHAUSTED) == failed);
	for (i = 0; i < DYNPORT_HISTOGRAM_BUCKETS; i++)
		searches += dynport_stats_histogram(&host->stats, path, i);
	EXPECT(searches == 220);
}

static void test_counters(void)
{
	cases_run(check_counters);
}

static void change_algorithm(void *cookie, u16 port)
{
	struct host *host = cookie;
	static u32 turn;

	host->netns.instance[DYNPORT_PATH_CONNECT] =
		host->instances[turn++ % 2];
}

/* The two instances stand for two algorithms' that share a state's size. */
static void check_change(struct host *host, enum dynport_path path)
{
	u32 i;

	host->watch = change_algorithm;
	host->cookie = host;
	for (i = 0; i < 100; i++) {
		struct peer peer = host_peer(i);

		EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
		EXPECT(host->candidates == 64);
		EXPECT(host_pick(host, path, &peer, host_nothing_busy) > 0);
	}
}

static void test_change(void)
{
	cases_run(check_change);
}

const struct test search_tests[] = {
	{ "search_limit is the exact number of refusals before the kernel's search",
	  test_limit },
	{ "algorithms without a next candidate of their own visit every port once",
	  test_each_once },
	{ "connect() and bind(0) use the other class when theirs is full, not before",
	  test_tiers },
	{ "counters and histogram add up", test_counters },
	{ "an algorithm changed amid a search keeps limits and finds ports",
	  test_change },
	{ }
};
