// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_portmap_fuzz.c - a million random operations on port maps
 *
 * Each is done on the map and on the array, and the answers compared; from time
 * to time all that they hold is.
 */
#include <stdlib.h>

#include <linux/random.h>

#include "check.h"
#include "plain_map.h"

#define OPERATIONS	1000000
#define PER_MAP		500
#define LARGE_SETS	100000
#define LARGE_QUERIES	150

static struct plain_map plain;

static u32 random_stride(void)
{
	u32 stride = get_random_u32_below(16);

	return stride ? stride + 1 : 0;		/* 0, 2 .. 16 */
}

/* One port; more often taken than freed if @share is high. */
static const char *fuzz_set(struct portmap *map, u32 share)
{
	u32 index = get_random_u32_below(plain.count);
	enum portmap_state state = PORTMAP_FREE, before = plain.state[index];

	if (get_random_u32_below(100) < share)
		state = PORTMAP_BUSY + (get_random_u32_below(8) ?
					0 : get_random_u32_below(3));
	plain_set(&plain, index, state);
	return portmap_set(map, index, state) == before ?
	       NULL : "set() didn't tell the state before";
}

/* Not often: it frees what cools. */
static void fuzz_age(struct portmap *map)
{
	portmap_age(map);
	plain_age(&plain);
}

static const char *fuzz_query(const struct portmap *map)
{
	u32 low = get_random_u32_below(plain.count);
	u32 high = low + get_random_u32_below(plain.count - low);
	u32 from;

	/* Mostly the whole window, as in searches. */
	if (get_random_u32_below(3)) {
		low = 0;
		high = plain.count - 1;
	}
	from = low + get_random_u32_below(high - low + 1);
	return plain_compare_window(&plain, map, get_random_u32_below(3), low,
				    high, from, get_random_u32());
}

static void test_fuzz(void)
{
	u32 done, i, share;
	const char *differs = NULL;
	struct portmap map;

	for (done = 0; done < OPERATIONS; done += PER_MAP) {
		u32 count = 1 + get_random_u32_below(done % 3 ? 200 : 1400);

		share = get_random_u32_below(101);
		plain_init(&plain, count, random_stride(), done % 4);
		plain_alloc(&map, count, plain.stride, plain.generations);
		for (i = 0; i < PER_MAP && !differs; i++) {
			differs = get_random_u32_below(4) ?
				  fuzz_set(&map, share) : fuzz_query(&map);
			if (i % 50 == 49)
				fuzz_age(&map);
		}
		if (!differs)
			differs = plain_compare_all(&plain, &map);
		free(map.busy);
		EXPECT(!differs, "%s: %u ports, stride %u, operation %u",
		       differs, count, plain.stride, done + i);
	}
}

static void test_fuzz_large(void)
{
	static const u32 counts[] = { 511, 512, 513, 28232, 65535, 65536 };
	const char *differs = NULL;
	struct portmap map;
	u32 c, round, i;

	for (c = 0; c < ARRAY_SIZE(counts); c++)
		for (round = 0; round < 4; round++) {
			plain_init(&plain, counts[c], random_stride(), round);
			plain_alloc(&map, counts[c], plain.stride, round);
			for (i = 0; i < LARGE_SETS && !differs; i++) {
				differs = fuzz_set(&map, 30 * round + 5);
				if (i % (LARGE_SETS / LARGE_QUERIES) == 0 &&
				    !differs)
					differs = fuzz_query(&map);
				if (i % (LARGE_SETS / 20) == 0)
					fuzz_age(&map);
			}
			if (!differs)
				differs = plain_compare_all(&plain, &map);
			free(map.busy);
			EXPECT(!differs, "%s: %u ports, stride %u, set %u",
			       differs, counts[c], plain.stride, i);
		}
}

const struct test portmap_fuzz_tests[] = {
	{ "a million random operations on maps answer as on an array",
	  test_fuzz },
	{ "random operations on maps of up to 65536 ports answer as on an array",
	  test_fuzz_large },
	{ }
};
