// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_exhaustion.c - T12: a window is used up to its last port
 *
 * Every algorithm on every path, from several patterns of ports in use: as many
 * requests as ports are free succeed, with different ports; the next fails with
 * the path's errno, whatever was tried; a port given back is found at once. That
 * holds also where ports are guarded, or were released just now, with a map and
 * without.
 */
#include <linux/random.h>

#include "check.h"
#include "guard.h"
#include "spaces.h"

enum pattern { EMPTY, LOWER_HALF, EVERY_OTHER, RANDOM_HALF, ALL_BUT_ONE,
	       PATTERNS };

static bool pattern_has(enum pattern pattern, u32 i, u32 size, u32 lucky)
{
	switch (pattern) {
	case LOWER_HALF:
		return i < size / 2;
	case EVERY_OTHER:
		return i % 2;
	case RANDOM_HALF:
		return get_random_u32_below(2);
	case ALL_BUT_ONE:
		return i != lucky;
	default:
		return false;
	}
}

/* What a host has switched on. */
enum policies { NONE, AVOIDS, AVOIDS_AND_MAPS, POLICIES };

static void set_policies(struct host *host, enum policies policies)
{
	if (policies == NONE)
		return;
	host_set_guard(host, 60);
	host_set_quarantine(host, 1000);
	if (policies == AVOIDS)
		return;
	host->netns.tunables.map_threshold = 1;
	host->sweeps = true;
}

/* Some ports are a service's, and some have just been released. */
static void avoid_some(struct host *host, enum dynport_path path,
		       const struct peer *peer, u32 low, u32 size)
{
	u8 protocol = path == DYNPORT_PATH_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	u32 i;

	if (!host->netns.tunables.guard_seconds)
		return;
	for (i = 0; i < size; i++) {
		if (!get_random_u32_below(3))
			dynport_guard_note(&host->netns, protocol, low + i);
		if (!get_random_u32_below(2))
			spaces_release(host, path, peer, low + i, PORTMAP_FREE);
	}
}

static void check_fill(struct host *host, enum dynport_path path, u32 size,
		       enum pattern pattern)
{
	static const int errors[] = { -EADDRNOTAVAIL, -EADDRINUSE, -EAGAIN };
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	u32 i, available = 0, lucky = get_random_u32_below(size);
	u32 low = 65536 - size - get_random_u32_below(100);
	struct peer peer = host_peer(0);
	int port;

	host_set_window(host, low, low + size - 1);
	for (i = 0; i < size; i++) {
		if (pattern_has(pattern, i, size, lucky))
			set_bit(low + i, busy);
		else
			available++;
	}
	spaces_drop(host);
	if (get_random_u32_below(2) && host->sweeps)
		spaces_map(host, path, &peer, busy);
	avoid_some(host, path, &peer, low, size);
	for (i = 0; i < available; i++) {
		port = host_pick(host, path, &peer, busy);
		EXPECT(port > 0, "%d after %u of %u free ports of %u at %u",
		       port, i, available, size, low);
		EXPECT((u32)port >= low && (u32)port < low + size);
		EXPECT(!test_bit(port, busy), "port %d twice", port);
		set_bit(port, busy);
	}
	for (i = 0; i < 5; i++) {
		port = host_pick(host, path, &peer, busy);
		EXPECT(port == errors[path], "%d", port);
		lucky = low + get_random_u32_below(size);
		clear_bit(lucky, busy);
		spaces_release(host, path, &peer, lucky, PORTMAP_FREE);
		port = host_pick(host, path, &peer, busy);
		EXPECT(port == (int)lucky, "%u is free, but %d", lucky, port);
		set_bit(lucky, busy);
	}
}

static void check_fills(const u32 *sizes, const struct dynport_algorithm *only,
			enum policies policies)
{
	static const u32 strides[] = { 0, 2, 5, 16 }, limits[] = { 1, 64 };
	u32 a, path, s, l, pattern;

	for (a = 0; a < CHECK_ALGORITHMS; a++)
		for (path = 0; path < DYNPORT_PATHS; path++)
			for (s = 0; s < ARRAY_SIZE(strides); s++)
				for (l = 0; l < ARRAY_SIZE(limits); l++) {
					const u32 *size;
					struct host *host = host_alloc(
						only ?: check_algorithms[a]);

					host->netns.tunables.bind_stride =
						strides[s];
					host->netns.tunables.search_limit =
						limits[l];
					set_policies(host, policies);
					for (size = sizes; *size; size++)
						for (pattern = 0;
						     pattern < PATTERNS &&
						     !check_failed; pattern++)
							check_fill(host, path,
								   *size,
								   pattern);
					host_free(host);
					EXPECT(!check_failed,
					       "%s, path %u, stride %u, limit %u",
					       check_algorithms[a]->name, path,
					       strides[s], limits[l]);
				}
}

static void test_even_windows(void)
{
	static const u32 sizes[] = { 2, 4, 64, 500, 0 };

	check_fills(sizes, NULL, NONE);
}

static void test_odd_windows(void)
{
	static const u32 sizes[] = { 1, 3, 5, 65, 501, 0 };

	check_fills(sizes, NULL, NONE);
}

/* Small ones: where all is to be avoided, a search looks at every port. */
static void test_avoiding(void)
{
	static const u32 sizes[] = { 1, 2, 3, 64, 65, 0 };

	check_fills(sizes, NULL, AVOIDS);
	check_fills(sizes, NULL, AVOIDS_AND_MAPS);
}

static void test_stock(void)
{
	static const u32 sizes[] = { 1, 2, 4, 64, 500, 0 };

	check_fills(sizes, &dynport_stock, NONE);
}

static void test_whole_range(void)
{
	static const enum dynport_path paths[] = { DYNPORT_PATH_CONNECT,
						   DYNPORT_PATH_UDP };
	u32 a, p;

	for (a = 0; a < CHECK_ALGORITHMS; a++)
		for (p = 0; p < ARRAY_SIZE(paths); p++) {
			unsigned long busy[BITS_TO_LONGS(65536)];
			struct host *host = host_alloc(check_algorithms[a]);
			struct peer peer = host_peer(0);
			int last, port;

			memset(busy, 0xff, sizeof(busy));
			host_set_window(host, 2, 65535);
			last = a % 2 ? 2 : 65535;
			clear_bit(last, busy);
			port = host_pick(host, paths[p], &peer, busy);
			host_free(host);
			EXPECT(port == last, "%s: %d",
			       check_algorithms[a]->name, port);
		}
}

const struct test exhaustion_tests[] = {
	{ "T12: the model of the kernel's pickers uses up an even window exactly",
	  test_stock },
	{ "T12: every algorithm and path uses up an even window exactly",
	  test_even_windows },
	{ "T12: every algorithm and path uses up an odd window exactly",
	  test_odd_windows },
	{ "T12: ... where ports are guarded and cool, with a map and without",
	  test_avoiding },
	{ "T12: the last of 65534 ports is found, at either end",
	  test_whole_range },
	{ }
};
