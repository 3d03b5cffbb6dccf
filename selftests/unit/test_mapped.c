// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_mapped.c - what is proposed where the port space has a map
 */
#include <math.h>

#include <linux/random.h>

#include "cases.h"
#include "spaces.h"

/* Busy: all of the window but @percent of it, at random. */
static void fill_but(unsigned long *busy, u32 low, u32 high, u32 percent)
{
	for (; low <= high; low++)
		if (get_random_u32_below(100) >= percent)
			set_bit(low, busy);
}

/* The first free port of @path's own class at or after @from, around. */
static u32 next_free(const unsigned long *busy, u32 low, u32 high, u32 stride,
		     enum dynport_path path, u32 from)
{
	struct dynport_ports ports;
	u32 index, first, port, i;

	if (path == DYNPORT_PATH_UDP)
		stride = 0;
	dynport_ports_init(&ports, low, high, stride,
			   dynport_search_own_class(path));
	for (first = 0; dynport_ports_nth(&ports, first) != from; first++)
		;
	index = first;
	for (i = 0; i < ports.count; i++) {
		port = dynport_ports_nth(&ports, index);
		if (!test_bit(port, busy))
			return port;
		index = dynport_ports_wrap(&ports, index);
	}
	return 0;
}

/* 99 % are taken; each choice is given back at once. */
static void check_uniform(enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct host *host = host_alloc(&dynport_random_pick);
	u32 times[65536] = { 0 }, free = 0, port, i, draws, more = 0;
	struct peer peer = host_peer(0);
	double expected, square = 0;

	fill_but(busy, HOST_LOW, HOST_HIGH, 1);
	spaces_map(host, path, &peer, busy);
	for (port = HOST_LOW; port <= HOST_HIGH; port++)
		free += !test_bit(port, busy) &&
			(path == DYNPORT_PATH_UDP ||
			 port % 2 == (path == DYNPORT_PATH_BIND));
	draws = 400 * free;
	for (i = 0; i < draws; i++) {
		port = host_pick(host, path, &peer, busy);
		more += host->candidates != 1 || host->fell_back;
		times[port]++;
		spaces_release(host, path, &peer, port, PORTMAP_FREE);
	}
	host_free(host);

	expected = (double)draws / free;
	for (port = HOST_LOW; port <= HOST_HIGH; port++)
		if (times[port])
			square += (times[port] - expected) *
				  (times[port] - expected) / expected;
		else
			free -= !test_bit(port, busy) &&
				(path == DYNPORT_PATH_UDP ||
				 port % 2 == (path == DYNPORT_PATH_BIND));
	EXPECT(free > 100 && draws == 400 * free, "%u ports", free);
	EXPECT(!more, "%u searches had more than one candidate", more);
	/* Mean free - 1, and four standard deviations. */
	EXPECT(square < free - 1 + 4 * sqrt(2. * (free - 1)), "path %u: %g",
	       path, square);
}

static void test_uniform(void)
{
	u32 path;

	for (path = 0; path < DYNPORT_PATHS; path++)
		check_uniform(path);
}

/*
 * A twin without a map, with the same random numbers, on an idle window says
 * where the algorithm would have gone.
 */
static void check_next_free(const struct dynport_algorithm *algorithm,
			    enum dynport_path path, u32 stride, u64 seed)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(seed);
	u32 low = 40000, high = 40000 + 1400 + seed % 7, from, port, expected;
	struct host *host, *twin;

	fill_but(busy, low, high, 1 + seed % 20);
	random_seed(seed);
	twin = host_alloc(algorithm);
	random_seed(seed);
	host = host_alloc(algorithm);
	host_set_window(host, low, high);
	host_set_window(twin, low, high);
	host->netns.tunables.bind_stride = stride;
	twin->netns.tunables.bind_stride = stride;
	spaces_map(host, path, &peer, busy);

	random_seed(seed);
	from = host_pick(twin, path, &peer, host_nothing_busy);
	random_seed(seed);
	port = host_pick(host, path, &peer, busy);
	expected = next_free(busy, low, high, stride, path, from);
	host_free(twin);
	host_free(host);
	EXPECT(!expected || port == expected,
	       "%s, path %u, stride %u: %u, not %u, from %u", algorithm->name,
	       path, stride, port, expected, from);
}

static void test_next_free(void)
{
	u32 a, path, stride, i;
	u64 seed = 1;

	for (a = 0; a < CHECK_ALGORITHMS; a++)
		for (path = 0; path < DYNPORT_PATHS; path++)
			for (stride = 0; stride <= 16; stride += 1 + !stride)
				for (i = 0; i < 4 && !check_algorithms[a]->next;
				     i++)
					check_next_free(check_algorithms[a],
							path, stride, seed++);
}

/* The counter goes along: the next search begins behind what this one took. */
static void check_counter_moves(const struct dynport_algorithm *algorithm)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct host *host = host_alloc(algorithm);
	u32 i, last, port, expected, wrong = 0;
	struct peer peer = host_peer(0);

	host_set_window(host, 40000, 40999);
	host->netns.tunables.bind_stride = 0;
	fill_but(busy, 40000, 40999, 50);
	spaces_map(host, DYNPORT_PATH_CONNECT, &peer, busy);
	last = host_connect(host, &peer, busy);
	for (i = 0; i < 600; i++) {
		spaces_release(host, DYNPORT_PATH_CONNECT, &peer, last,
			       PORTMAP_FREE);
		port = host_connect(host, &peer, busy);
		expected = next_free(busy, 40000, 40999, 0,
				     DYNPORT_PATH_CONNECT,
				     last == 40999 ? 40000 : last + 1);
		wrong += port != expected;
		last = port;
	}
	host_free(host);
	EXPECT(!wrong, "%s: %u times", algorithm->name, wrong);
}

static void test_counter_moves(void)
{
	check_counter_moves(&dynport_bsd);
	check_counter_moves(&dynport_hash);
}

static void check_marks(struct host *host, enum dynport_path path)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct peer peer = host_peer(0);
	bool seen[65536] = { 0 };
	u32 i, port, early = 0;

	if (host->instances[0]->algorithm != &dynport_least_recent)
		return;
	host_set_window(host, 40000, 40999);
	host->netns.tunables.bind_stride = 0;
	/* Three quarters can be had, and a generation is a quarter. */
	for (port = 40000; port < 41000; port += 4)
		set_bit(port, busy);
	spaces_map(host, path, &peer, busy);
	for (i = 0; i < 500; i++) {
		port = host_pick(host, path, &peer, busy);
		early += seen[port];
		seen[port] = true;
		spaces_release(host, path, &peer, port, PORTMAP_FREE);
	}
	EXPECT(!early, "%u of 500 came back", early);
}

/* What the map led to has the mark, not what was drawn. */
static void check_marks_moved(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	u32 trial, i, port;

	if (host->instances[0]->algorithm != &dynport_least_recent)
		return;
	host_set_window(host, 40000, 40999);
	host->netns.tunables.bind_stride = 0;
	for (trial = 0; trial < 8; trial++) {
		spaces_map(host, path, &peer, cases_all_busy);
		port = 40000 + get_random_u32_below(1000);
		spaces_release(host, path, &peer, port, PORTMAP_FREE);
		EXPECT(host_pick(host, path, &peer, host_nothing_busy) == port);
		spaces_drop(host);
		for (i = 0; i < 500; i++)
			EXPECT(host_pick(host, path, &peer,
					 host_nothing_busy) != port,
			       "%u is back after %u", port, i);
	}
}

static void test_marks(void)
{
	cases_run(check_marks);
	cases_run(check_marks_moved);
}

/*
 * T12 with a map: every port with one candidate each, the own class first; then
 * the path's errno; what is released is found at once.
 */
static void check_fill(struct host *host, enum dynport_path path)
{
	static const u32 sizes[] = { 1, 2, 3, 64, 65, 513, 1300 };
	static const u32 strides[] = { 0, 2, 5, 16 };
	u32 s, z, i, port, low = 50000, lucky;

	for (s = 0; s < ARRAY_SIZE(strides); s++)
		for (z = 0; z < ARRAY_SIZE(sizes); z++) {
			unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
			struct peer peer = host_peer(s << 16 | z);
			u32 size = sizes[z], own, spare;

			/* An odd window's last port may be looked at. */
			spare = path == DYNPORT_PATH_UDP ? 0 : size & 1;
			spaces_drop(host);
			host_set_window(host, low, low + size - 1);
			host->netns.tunables.bind_stride = strides[s];
			own = strides[s] && path != DYNPORT_PATH_UDP ?
			      size / strides[s] : size;
			if (strides[s] && path == DYNPORT_PATH_CONNECT)
				own = size - own;
			spaces_map(host, path, &peer, busy);
			for (i = 0; i < size; i++) {
				bool is_bind;

				port = host_pick(host, path, &peer, busy);
				EXPECT(host->candidates == 1 &&
				       !host->fell_back, "%u of %u/%u", i, size,
				       strides[s]);
				EXPECT(!test_bit(port, busy));
				set_bit(port, busy);
				is_bind = strides[s] && (port - low) %
					  strides[s] == strides[s] - 1;
				EXPECT(own == size || (i < own) == (is_bind ==
				       (path == DYNPORT_PATH_BIND)),
				       "%u of %u, %u are its own", i, size, own);
			}
			for (i = 0; i < 4; i++) {
				EXPECT(host_pick(host, path, &peer, busy) ==
				       host_errno[path]);
				EXPECT(host->candidates <= spare);
				lucky = low + get_random_u32_below(size);
				clear_bit(lucky, busy);
				spaces_release(host, path, &peer, lucky,
					       PORTMAP_FREE);
				port = host_pick(host, path, &peer, busy);
				EXPECT(port == lucky && host->candidates == 1,
				       "%u, not %u", port, lucky);
				set_bit(port, busy);
			}
		}
	EXPECT(host_count(host, path, DYNPORT_STAT_MAP_HITS) ==
	       host_count(host, path, DYNPORT_STAT_SEARCHES));
}

static void test_fill(void)
{
	cases_run(check_fill);
}

const struct test mapped_tests[] = {
	{ "map: random_pick is uniform over the free ports at 99 % occupancy",
	  test_uniform },
	{ "map: sequential algorithms take the next free port of the class",
	  test_next_free },
	{ "map: the counters of bsd and hash move on to the port taken",
	  test_counter_moves },
	{ "map: least_recent reuses no port before half a window", test_marks },
	{ "map: T12, one candidate each to the last port, then the path's errno",
	  test_fill },
	{ }
};
