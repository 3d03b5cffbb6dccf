// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_map_trust.c - maps that begin, are wrong, or must not be asked
 *
 * Each test runs for every algorithm and path.
 */
#include <linux/ktime.h>
#include <linux/random.h>

#include "cases.h"
#include "spaces.h"

static void check_threshold(struct host *host, enum dynport_path path)
{
	static const u32 thresholds[] = { 1, 2, 8, 40, 64 };
	struct peer peer = host_peer(0);
	u32 i;

	EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
	EXPECT(!spaces_find(host, path, &peer));
	for (i = 0; i < ARRAY_SIZE(thresholds); i++) {
		/* No sweep: the map that begins knows nothing. */
		host->netns.tunables.map_threshold = thresholds[i];
		host->netns.tunables.search_limit = thresholds[i] - 1 ?: 1;
		host_pick(host, path, &peer, cases_all_busy);
		EXPECT(!spaces_find(host, path, &peer) ==
		       (thresholds[i] > 1));
		host->netns.tunables.search_limit = 64;
		host_pick(host, path, &peer, cases_all_busy);
		EXPECT(spaces_find(host, path, &peer));
		EXPECT(host->candidates == 64, "%u", host->candidates);
		spaces_drop(host);
	}

	/* With a sweep the refusals end at the threshold. */
	host->netns.tunables.map_threshold = 8;
	host->sweeps = true;
	host_pick(host, path, &peer, cases_all_busy);
	EXPECT(host->candidates == 8, "%u", host->candidates);
	spaces_drop(host);
	host->netns.tunables.map_limit = 0;
	host_pick(host, path, &peer, cases_all_busy);
	EXPECT(host->candidates == 64 && !spaces_find(host, path, &peer));
}

static void test_threshold(void)
{
	cases_run(check_threshold);
}

/* An algorithm that is told of steps without having been asked. */
static bool asked, told_unasked;
static u32 late_candidates;

static u32 late_first(void *state, struct dynport_request *req)
{
	asked = true;
	return 0;
}

static void late_passed(void *state, struct dynport_request *req, u32 steps)
{
	told_unasked |= !asked;
}

static struct dynport_algorithm late = {
	.name = "late", .first = late_first, .passed = late_passed,
};

/* It is selected when the search has had seven refusals, and the map is full. */
static void select_late(void *cookie, u16 port)
{
	static struct dynport_instance instance = { .algorithm = &late };
	struct host *host = cookie;

	if (++late_candidates == 8)
		host->netns.instance[DYNPORT_PATH_CONNECT] = &instance;
}

static void test_late(void)
{
	struct host *host = host_alloc(&dynport_bsd);
	struct dynport_instance *before = host->netns.instance[DYNPORT_PATH_CONNECT];
	struct peer peer = host_peer(0);

	host_set_window(host, 40000, 40031);
	host->netns.tunables.bind_stride = 0;
	host->netns.tunables.map_threshold = 8;
	host->sweeps = true;
	host->watch = select_late;
	host->cookie = host;
	EXPECT(host_pick(host, DYNPORT_PATH_CONNECT, &peer, cases_all_busy) < 0);
	EXPECT(host->netns.instance[DYNPORT_PATH_CONNECT]->algorithm == &late);
	EXPECT(!told_unasked);
	host->netns.instance[DYNPORT_PATH_CONNECT] = before;
	host_free(host);
}

/* Maps that begin by themselves; sweeps or none, which only cost refusals. */
static void check_wrong(struct host *host, enum dynport_path path)
{
	static const u32 sizes[] = { 2, 64, 500, 1, 3, 65, 501 };
	u32 z, i, j, size, port, low = 50000;

	for (z = 0; z < ARRAY_SIZE(sizes); z++)
		for (j = 0; j < 4; j++) {
			unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
			struct peer peer = host_peer(z);

			size = sizes[z];
			spaces_drop(host);
			host_set_window(host, low, low + size - 1);
			host->sweeps = j % 2;
			host->netns.tunables.map_threshold = 3;
			host->netns.tunables.search_limit = j < 2 ? 6 : 64;
			for (i = 0; i < size; i++) {
				port = host_pick(host, path, &peer, busy);
				EXPECT(port >= low && port < low + size,
				       "%d after %u of %u ports, way %u",
				       (int)port, i, size, j);
				EXPECT(!test_bit(port, busy));
				set_bit(port, busy);
			}
			/* Given back where no hook saw it. */
			for (i = 0; i < 5; i++) {
				u32 lucky = low + get_random_u32_below(size);

				clear_bit(lucky, busy);
				ktime_now += 1000000000;
				port = host_pick(host, path, &peer, busy);
				EXPECT(port == lucky, "%d, not %u of %u, way %u",
				       (int)port, lucky, size, j);
				set_bit(port, busy);
				EXPECT(host_pick(host, path, &peer, busy) ==
				       host_errno[path]);
			}
		}
}

static void test_wrong(void)
{
	cases_run(check_wrong);
}

static void check_gives_up(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);

	host->gives_up = true;
	EXPECT(host_pick(host, path, &peer, host_nothing_busy) > 0);
	EXPECT(!host->candidates && host->fell_back);
	spaces_map(host, path, &peer, host_nothing_busy);
	EXPECT(host_pick(host, path, &peer, host_nothing_busy) > 0);
	EXPECT(!host->candidates && host->fell_back, "%u with a map",
	       host->candidates);
}

static void test_gives_up(void)
{
	cases_run(check_gives_up);
}

/* A connection that fails for a reason of its own gives its port back. */
static void check_given_back(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	struct dynport_space *space;
	u32 i;

	host_set_window(host, 50000, 50099);
	space = spaces_map(host, DYNPORT_PATH_CONNECT, &peer,
			   host_nothing_busy);
	for (i = 0; i < 300; i++)
		EXPECT(host_propose(host, &peer) > 0);
	EXPECT(portmap_count_free(&space->map, DYNPORT_CLASS_ALL, 0, 99) ==
	       100);
}

static void test_given_back(void)
{
	cases_run(check_given_back);
}

const struct test map_trust_tests[] = {
	{ "map: it begins after map_threshold refusals, not with 0 nor map_limit 0",
	  test_threshold },
	{ "map: however wrong it is, no port is left when a request fails",
	  test_wrong },
	{ "map: a search that gives up proposes nothing", test_gives_up },
	{ "map: an algorithm selected amid a search isn't told of another's steps",
	  test_late },
	{ "map: a connection that fails otherwise gives its port back",
	  test_given_back },
	{ }
};
