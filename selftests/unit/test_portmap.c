// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_portmap.c - the port map against an array, and its size
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/random.h>

#include "check.h"
#include "plain_map.h"

#define MAX_STRIDE	16
#define SMALL		5	/* ports, in each of 4 states: 1024 maps */
#define EDGES		12

static struct plain_map plain;

static u32 next_stride(u32 stride)
{
	return stride ? stride + 1 : 2;
}

static void set_both(struct portmap *map, u32 index, enum portmap_state state)
{
	portmap_set(map, index, state);
	plain_set(&plain, index, state);
}

static void age_both(struct portmap *map)
{
	portmap_age(map);
	plain_age(&plain);
}

/* All classes, all windows between @edges, from and to each of them. */
static const char *compare_windows(const struct portmap *map, const u32 *edges,
				   u32 edge_count)
{
	u32 class, low, high, from, rank;
	const char *differs;

	for (class = DYNPORT_CLASS_ALL; class <= DYNPORT_CLASS_BIND; class++)
		for (low = 0; low < edge_count; low++)
			for (high = low; high < edge_count; high++)
				for (from = low; from <= high; from++) {
					/* Small windows: each rank comes. */
					rank = edges[from] - edges[low];
					differs = plain_compare_window(
						&plain, map, class, edges[low],
						edges[high], edges[from], rank);
					if (differs)
						return differs;
				}
	return NULL;
}

static void test_small(void)
{
	static const u32 edges[SMALL] = { 0, 1, 2, 3, 4 };
	u32 count, stride, maps, code, rest, index;
	const char *differs;
	struct portmap map;

	for (count = 1; count <= SMALL; count++) {
		for (maps = 1, index = 0; index < count; index++)
			maps *= 4;
		for (stride = 0; stride <= MAX_STRIDE;
		     stride = next_stride(stride)) {
			plain_init(&plain, count, stride, stride % 3);
			plain_alloc(&map, count, stride, stride % 3);
			differs = NULL;
			/* From one to the next: each state follows each. */
			for (code = 0; code < maps && !differs; code++) {
				rest = code * 7 % maps;
				for (index = 0; index < count; index++) {
					set_both(&map, index, rest % 4);
					rest /= 4;
				}
				differs = plain_compare_all(&plain, &map);
				if (!differs)
					differs = compare_windows(&map, edges,
								  count);
				if (code % 3 == 0)
					age_both(&map);
			}
			free(map.busy);
			EXPECT(!differs, "%s: %u ports, stride %u, map %u",
			       differs, count, stride, code - 1);
		}
	}
}

/* At the ends of words, blocks and strides, from nearly empty to nearly full. */
static const char *compare_edges(u32 count, u32 stride, u32 share)
{
	static const u32 near[EDGES] = { 0, 1, 63, 64, 127, 128, 510, 511, 512,
					 513, 575, 576 };
	/* PORTMAP_BUSY but for some. */
	static const enum portmap_state states[10] = {
		PORTMAP_LINGERING, PORTMAP_COOLING, PORTMAP_BUSY, PORTMAP_BUSY,
		PORTMAP_BUSY, PORTMAP_BUSY, PORTMAP_BUSY, PORTMAP_BUSY,
		PORTMAP_BUSY, PORTMAP_BUSY,
	};
	const char *differs;
	struct portmap map;
	u32 edges[EDGES + 2], edge_count = 0, i;

	for (i = 0; i < EDGES && near[i] + 2 < count; i++)
		edges[edge_count++] = near[i];
	if (count > 1)
		edges[edge_count++] = count - 2;
	edges[edge_count++] = count - 1;

	plain_init(&plain, count, stride, stride & 1);
	plain_alloc(&map, count, stride, stride & 1);
	for (i = 0; i < count; i++)
		if (get_random_u32_below(100) < share)
			set_both(&map, i, states[get_random_u32_below(10)]);
	differs = plain_compare_all(&plain, &map);
	if (!differs)
		differs = compare_windows(&map, edges, edge_count);
	free(map.busy);
	return differs;
}

static void test_edges(void)
{
	static const u32 counts[] = { 1, 2, 63, 64, 65, 127, 128, 129, 511, 512,
				      513, 575, 577, 1024 };
	static const u32 shares[] = { 0, 50, 99, 100 };
	u32 c, stride, s;

	for (c = 0; c < ARRAY_SIZE(counts); c++)
		for (stride = 0; stride <= MAX_STRIDE;
		     stride = next_stride(stride))
			for (s = 0; s < ARRAY_SIZE(shares); s++) {
				const char *differs = compare_edges(
					counts[c], stride, shares[s]);

				EXPECT(!differs,
				       "%s: %u ports, stride %u, %u %% taken",
				       differs, counts[c], stride, shares[s]);
			}
}

/* Every port of the largest maps, one at a time the only free one. */
static void test_only_one(void)
{
	static const u32 counts[] = { 1, 511, 512, 513, 28232, 65536 };
	static const u32 strides[] = { 0, 2, 7, 16 };
	u32 c, s, index, own, bad, last;
	struct portmap map;

	for (c = 0; c < ARRAY_SIZE(counts); c++)
		for (s = 0; s < ARRAY_SIZE(strides); s++) {
			last = counts[c] - 1;
			bad = 0;
			plain_alloc(&map, counts[c], strides[s], false);
			for (index = 0; index <= last; index++)
				portmap_set(&map, index, PORTMAP_BUSY);
			/* An odd step comes to every place in a word. */
			for (index = 0; index <= last;
			     index += (last / 4096) | 1) {
				portmap_set(&map, index, PORTMAP_FREE);
				own = strides[s] &&
				      index % strides[s] == strides[s] - 1 ?
				      DYNPORT_CLASS_BIND :
				      DYNPORT_CLASS_CONNECT;
				bad += portmap_nth_free(&map, own, 0, last,
							0) != index;
				bad += portmap_next_free(&map, own, 0, last,
							 last - index) != index;
				bad += portmap_count_free(&map, DYNPORT_CLASS_ALL,
							  0, last) != 1;
				bad += portmap_count_free(&map, own, 0,
							  last) != 1;
				bad += portmap_set(&map, index, PORTMAP_BUSY) !=
				       PORTMAP_FREE;
			}
			bad += portmap_count_free(&map, DYNPORT_CLASS_ALL, 0,
						  last);
			free(map.busy);
			EXPECT(!bad, "%u answers of %u ports, stride %u", bad,
			       counts[c], strides[s]);
		}
}

static void test_size(void)
{
	u32 cools;

	EXPECT(portmap_size(28232, false) <= 8 * 1024, "%zu",
	       portmap_size(28232, false));
	EXPECT(portmap_size(28232, true) <= 16 * 1024, "%zu",
	       portmap_size(28232, true));
	for (cools = 0; cools < 2; cools++) {
		size_t one = portmap_size(1, cools);

		EXPECT(portmap_size(512, cools) == one);
		EXPECT(portmap_size(513, cools) == portmap_size(1024, cools));
		EXPECT(portmap_size(65536, cools) == PORTMAP_BLOCKS_MAX * one);
	}
}

const struct test portmap_tests[] = {
	{ "a map of up to 5 ports answers as an array, in every state and window",
	  test_small },
	{ "maps answer as an array at the ends of words, blocks and strides",
	  test_edges },
	{ "the only free port is found, in maps of up to 65536 ports",
	  test_only_one },
	{ "a map of the default range takes 8 KiB at most, 16 where ports cool", test_size },
	{ }
};
