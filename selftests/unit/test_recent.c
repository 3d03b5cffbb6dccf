// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_recent.c - ports used a moment ago aren't drawn again at once
 */
#include <linux/random.h>

#include "check.h"
#include "recent.h"
#include "spaces.h"

#define LOW	40000
#define PORTS	64
#define CHOICES	50000

/* Against an array; ports that borrow and carry between lanes among them. */
static void test_arithmetic(void)
{
	static const u16 edges[] = {
		1, 2, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff
	};
	u32 port, i, k, round, times;
	u16 last[DYNPORT_RECENT] = { 0 }, added;
	u64 recent = 0;

	for (port = 1; port <= 65535; port++)
		EXPECT(!dynport_recent_has(0, port), "%u", port);
	for (round = 0; round < 3000; round++) {
		added = round % 3 ? edges[get_random_u32_below(ARRAY_SIZE(edges))] :
				    1 + get_random_u32_below(65535);
		recent = dynport_recent_add(recent, added);
		last[round % DYNPORT_RECENT] = added;
		for (port = 1, times = 0; port <= 65535; port++)
			times += dynport_recent_has(recent, port);
		for (i = 0; i < DYNPORT_RECENT; i++) {
			EXPECT(!last[i] || dynport_recent_has(recent, last[i]));
			for (k = 0; k < i && last[k] != last[i]; k++)
				;
			times -= last[i] && k == i;
		}
		EXPECT(!times, "%u ports too many", times);
	}
}

struct churn {
	struct host *host;
	u16 last[DYNPORT_RECENT];
	u32 again;
	unsigned long busy[BITS_TO_LONGS(65536)];
};

/*
 * One connection after the other, each released at once; is it from one of the
 * @last ports?
 */
static void churn_once(struct churn *churn, enum dynport_path path, u32 round,
		       u32 last)
{
	struct peer peer = host_peer(0);
	int port = host_pick(churn->host, path, &peer, churn->busy);
	u32 i;

	for (i = 1; i <= last; i++)
		churn->again += churn->last[(round - i) % DYNPORT_RECENT] == port;
	churn->last[round % DYNPORT_RECENT] = port;
	spaces_release(churn->host, path, &peer, port, PORTMAP_FREE);
}

/* How often one of the @last came, of @left free ones in the path's class. */
static u32 churn(struct dynport_algorithm *algorithm, enum dynport_path path,
		 u32 left, bool map, u32 last)
{
	struct churn *churn = calloc(1, sizeof(*churn));
	struct peer peer = host_peer(0);
	u32 i, again;

	if (!churn)
		abort();
	churn->host = host_alloc(algorithm);
	host_set_window(churn->host, LOW, LOW + PORTS - 1);
	for (i = path == DYNPORT_PATH_UDP ? left : 2 * left; i < PORTS; i++)
		set_bit(LOW + i, churn->busy);
	if (map)
		spaces_map(churn->host, path, &peer, churn->busy);
	for (i = 0; i < CHOICES; i++)
		churn_once(churn, path, i, last);
	again = churn->again;
	host_free(churn->host);
	free(churn);
	return again;
}

static struct dynport_algorithm *const draw[] = {
	&dynport_random_pick, &dynport_random_start
};

static u32 ports_of(enum dynport_path path)
{
	return path == DYNPORT_PATH_UDP ? PORTS : PORTS / 2;
}

/* With @left free ports in a class; 0: with all of them. */
static void check_none_again(bool map, u32 left)
{
	u32 i, path, again;

	for (i = 0; i < ARRAY_SIZE(draw); i++)
		for (path = 0; path < DYNPORT_PATHS; path++) {
			again = churn(draw[i], path, left ?: ports_of(path), map,
				      DYNPORT_RECENT);
			EXPECT(!again, "%s, %u free: %u", draw[i]->name, left,
			       again);
		}
}

static void test_unmapped(void)
{
	check_none_again(false, 0);
}

/* One of the four is the port that was refused. */
static void test_refused(void)
{
	u32 path, again;

	for (path = 0; path < DYNPORT_PATHS; path++) {
		again = churn(&dynport_random_pick, path, ports_of(path) / 2,
			      false, DYNPORT_RECENT - 1);
		EXPECT(!again, "%u", again);
	}
}

static void test_mapped(void)
{
	check_none_again(true, 0);
	check_none_again(true, 3 * DYNPORT_RECENT);
}

/* Of four there is always one that has just been used, if they take turns. */
static void test_few(void)
{
	u32 i, path, left;

	for (i = 0; i < ARRAY_SIZE(draw); i++)
		for (path = 0; path < DYNPORT_PATHS; path++)
			for (left = 1; left <= DYNPORT_RECENT; left++) {
				EXPECT(churn(draw[i], path, left, true,
					     DYNPORT_RECENT));
				EXPECT(churn(draw[i], path, left, false,
					     DYNPORT_RECENT));
			}
}

const struct test recent_tests[] = {
	{ "the last four ports are found in their word, and no others",
	  test_arithmetic },
	{ "random_pick and random_start repeat none of the last four ports",
	  test_unmapped },
	{ "random_pick repeats none of the last three where half is in use",
	  test_refused },
	{ "with a map they repeat none of the four that were released last",
	  test_mapped },
	{ "where there are no more than four, each is used nevertheless",
	  test_few },
	{ }
};
