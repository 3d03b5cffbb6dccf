// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports of ip_local_reserved_ports are never chosen, and reserved ports that
 * leave nothing of the window give the stock errno, soon.
 */
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define PORTS 64

VARIANT_FIXTURE(reserved, LOW, LOW + PORTS - 1)
VARIANT_ADD_ALL_PATHS(reserved, VARIANT_ADD_EIGHT)

/* The same for the three paths, without the other ways into them */
VARIANT_FIXTURE(reserved_window, LOW, LOW + PORTS - 1)
VARIANT_ADD_PATHS(reserved_window, VARIANT_ADD_EIGHT)

/* What only dynport's own algorithms do */
VARIANT_FIXTURE(dynport_reserved, LOW, LOW + PORTS - 1)
VARIANT_ADD_PATHS(dynport_reserved, VARIANT_ADD_OWN)

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

TEST_F(reserved, ports_are_never_chosen_even_when_no_other_is_left)
{
	/* 40000..40009, 40020, 40032..40051 and 40063: 32 of 64 ports */
	const char *list = "40000-40009,40020,40032-40051,40063";
	bool seen[PORTS] = { false };
	int i, port;

	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", list));
	for (i = 0; i < 10; i++)
		seen[i] = true;
	seen[20] = true;
	for (i = 32; i < 52; i++)
		seen[i] = true;
	seen[63] = true;

	for (i = 0; i < 32; i++) {
		int fd = port_take(&self->taker);

		ASSERT_GE(fd, 0);
		port = port_of(fd);
		ASSERT_GE(port, LOW);
		ASSERT_LT(port, LOW + PORTS);
		ASSERT_FALSE(seen[port - LOW]) {
			TH_LOG("port %d is reserved or taken", port);
		}
		seen[port - LOW] = true;
	}
	EXPECT_EQ(-1, port_take(&self->taker));
	EXPECT_EQ(port_path_exhausted(variant->choice.path), errno);
}

TEST_F(reserved_window, a_wide_window_that_is_all_reserved_fails_soon)
{
	double start;
	int i;

	ASSERT_EQ(0, sysctl_set_window(32768, 60999));
	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", "32768-60999"));
	start = seconds_now();
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(-1, port_take(&self->taker));
		EXPECT_EQ(port_path_exhausted(variant->choice.path), errno);
	}
	EXPECT_LT(seconds_now() - start, 4.0);
}

TEST_F(reserved_window, the_only_free_port_of_a_wide_window_is_found)
{
	int i;

	ASSERT_EQ(0, sysctl_set_window(32768, 60999));
	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports",
				"32768-45677,45679-60999"));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(45678, port_sample(&self->taker));
}

TEST_F(reserved_window, a_change_holds_for_the_next_choice)
{
	char list[16];
	int i;

	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 1));
	for (i = 0; i < 8; i++) {
		snprintf(list, sizeof(list), "%d", LOW + i % 2);
		ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", list));
		ASSERT_EQ(LOW + 1 - i % 2, port_sample(&self->taker));
	}
}

TEST_F(dynport_reserved, candidates_are_counted)
{
	const char *path = port_path_name(variant->choice.path);
	int i;

	/* one free port of 16: 8 choices meet reserved ones, surely */
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 15));
	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports",
				"40000-40006,40008-40015"));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(LOW + 7, port_sample(&self->taker));
	EXPECT_EQ(8, stats_get_path(path, "searches"));
	EXPECT_GT(stats_get_path(path, "refused_reserved"), 0);
	EXPECT_EQ(0, stats_get_path(path, "refused_kernel"));
}

TEST_HARNESS_MAIN
