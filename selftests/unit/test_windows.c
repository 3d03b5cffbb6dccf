// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_windows.c - reserved ports, the window, and the protocols' ranges
 *
 * Each test runs for every algorithm and path.
 */
#include <linux/random.h>

#include "cases.h"

static void check_reserved(struct host *host, enum dynport_path path)
{
	struct proposals *seen = cases_watch(host);
	u32 share, i, port;

	for (share = 50; share <= 99; share += 7) {
		memset(host->net.reserved_ports, 0,
		       sizeof(host->net.reserved_ports));
		for (port = HOST_LOW; port <= HOST_HIGH; port++)
			if (get_random_u32_below(100) < share)
				set_bit(port, host->net.reserved_ports);
		for (i = 0; i < 200; i++) {
			struct peer peer = host_peer(i);
			int got = host_pick(host, path, &peer,
					    host_nothing_busy);

			EXPECT(got > 0);
			EXPECT(!test_bit(got, host->net.reserved_ports));
		}
	}
	EXPECT(!seen->reserved);
	EXPECT(!seen->outside);
	EXPECT(host_count(host, path, DYNPORT_STAT_REFUSED_RESERVED));
}

static void test_reserved(void)
{
	cases_run(check_reserved);
}

static void check_all_reserved(struct host *host, enum dynport_path path)
{
	struct proposals *seen = cases_watch(host);
	struct peer peer = host_peer(0);

	host_reserve(host, HOST_LOW, HOST_HIGH);
	EXPECT(host_pick(host, path, &peer, host_nothing_busy) < 0);
	EXPECT(!host->candidates && host->fell_back);
	EXPECT(host_count(host, path, DYNPORT_STAT_EXHAUSTED) == 1);
	/* Draws don't go on for ever: 65 in each of two tiers. */
	EXPECT(!host->instances[0]->algorithm->next ||
	       host_count(host, path, DYNPORT_STAT_REFUSED_RESERVED) <=
	       130);

	/* Only one is left, and it is found without the kernel's help. */
	clear_bit(50001, host->net.reserved_ports);
	EXPECT(host_pick(host, path, &peer, host_nothing_busy) == 50001);
	EXPECT(host->candidates == 1 && !host->fell_back);
	EXPECT(seen->times[50001] == 1 && !seen->reserved);
}

static void test_all_reserved(void)
{
	cases_run(check_all_reserved);
}

static void check_windows(struct host *host, enum dynport_path path)
{
	u32 i;

	for (i = 0; i < 3000; i++) {
		u32 low = 1 + get_random_u32_below(65535);
		u32 high = low + get_random_u32_below(65536 - low);
		u32 own_low = 1 + get_random_u32_below(65535);
		u32 own_high = own_low + get_random_u32_below(65536 - own_low);
		u32 from = max(low, own_low), to = min(high, own_high);
		struct peer peer = host_peer(i);
		u32 port;

		host_set_window(host, low, high);
		if (path == DYNPORT_PATH_UDP)
			host->netns.tunables.udp_port_range =
				own_low | own_high << 16;
		else
			host->netns.tunables.tcp_port_range =
				own_low | own_high << 16;
		if (from > to) {	/* then it is ignored */
			from = low;
			to = high;
		}
		port = host_pick(host, path, &peer, host_nothing_busy);
		EXPECT(port >= from && port <= to, "%u not in %u-%u", port,
		       from, to);
		/* The kernel's own picker gets the same window. */
		host->netns.tunables.search_limit = 1 + i % 2;
		EXPECT(host_pick(host, path, &peer, cases_all_busy) < 0);
	}
}

static void test_windows(void)
{
	cases_run(check_windows);
}

static void check_foreign_range(struct host *host, enum dynport_path path)
{
	struct peer peer = host_peer(0);
	u32 outside = 0, i, port;

	if (path == DYNPORT_PATH_UDP)
		host->netns.tunables.tcp_port_range = 40000 | 40009U << 16;
	else
		host->netns.tunables.udp_port_range = 40000 | 40009U << 16;
	for (i = 0; i < 100; i++) {
		port = host_pick(host, path, &peer, host_nothing_busy);
		outside += port < 40000 || port > 40009;
	}
	EXPECT(outside > 50);
}

static void test_foreign_range(void)
{
	cases_run(check_foreign_range);
}

static void test_stock_proposes_nothing(void)
{
	struct host *host = host_alloc(&dynport_stock);
	struct peer peer = host_peer(0);
	u32 high;
	int port;

	/* Also in a window of odd size, whose last port has a part of its own. */
	for (high = 45998; high <= 45999; high++) {
		host->netns.tunables.tcp_port_range = 45000 | high << 16;
		port = host_connect(host, &peer, host_nothing_busy);
		EXPECT(port >= 45000 && port <= (int)high);
		EXPECT(host->fell_back && !host->candidates);
		port = host_pick(host, DYNPORT_PATH_BIND, &peer, host_nothing_busy);
		EXPECT(port >= 45000 && port <= (int)high);
		EXPECT(host->fell_back && !host->candidates);
	}
	host_free(host);
}

const struct test window_tests[] = {
	{ "a reserved port is never proposed nor chosen", test_reserved },
	{ "a window that is reserved completely ends the search, one port left is found",
	  test_all_reserved },
	{ "no port is outside of the window and the protocol's range",
	  test_windows },
	{ "the range of one protocol doesn't bind the other",
	  test_foreign_range },
	{ "stock leaves the choice to the kernel in the protocol's range",
	  test_stock_proposes_nothing },
	{ }
};
