// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports are chosen: those of the window, all of them, no others. The
 * window is ip_local_port_range, narrowed by tcp_port_range or udp_port_range.
 */
#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define HIGH 40007
/* P(one of 8 ports is missed in so many uniform draws) < 1e-22 */
#define DRAWS 400

/* What the stock kernel does as well */
VARIANT_FIXTURE(window, LOW, HIGH)
VARIANT_ADD_PATHS(window, VARIANT_ADD_EIGHT)

/* What only dynport's own algorithms do */
FIXTURE(dynport_window)
{
	struct port_taker taker;
};

FIXTURE_VARIANT(dynport_window)
{
	struct variant choice;
};

VARIANT_ADD_PATHS(dynport_window, VARIANT_ADD_OWN)

FIXTURE_SETUP(dynport_window)
{
	VARIANT_SETUP(&variant->choice, LOW, HIGH, &self->taker);
	/* no classes, so that every port can be a first choice */
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
}

FIXTURE_TEARDOWN(dynport_window)
{
}

/* tcp_port_range and udp_port_range hold on every way, and for the kernel's picker */
#define ADD_STOCK_AND_OWN(fixture, path_name, path, family_name, family)	\
	VARIANT_ADD(fixture, path_name, path, family_name, family, stock)	\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_pick)
VARIANT_FIXTURE(protocol_range, LOW, HIGH)
VARIANT_ADD_ALL_PATHS(protocol_range, ADD_STOCK_AND_OWN)

static const char *range_name(enum port_path path)
{
	return port_path_is_tcp(path) ? "dynport/tcp_port_range" :
					"dynport/udp_port_range";
}

/* Samples ports until [low, high] was seen to both ends, or DRAWS are spent. */
static void expect_window(struct __test_metadata *_metadata,
			  const struct port_taker *taker, int low, int high)
{
	bool low_seen = false, high_seen = false;
	int i, port;

	for (i = 0; i < DRAWS && !(low_seen && high_seen); i++) {
		port = port_sample(taker);
		ASSERT_GE(port, low);
		ASSERT_LE(port, high);
		low_seen |= port == low;
		high_seen |= port == high;
	}
	EXPECT_TRUE(low_seen);
	EXPECT_TRUE(high_seen);
}

TEST_F(dynport_window, algorithm_reaches_both_ends_without_the_stock_search)
{
	const char *path = port_path_name(variant->choice.path);

	expect_window(_metadata, &self->taker, LOW, HIGH);
	EXPECT_GT(stats_get_path(path, "searches"), 0);
	EXPECT_EQ(0, stats_get_path(path, "stock_fallbacks"));
}

TEST_F(window, ports_lie_in_the_range_that_is_set_now)
{
	int i, low, port;

	for (i = 0; i < 16; i++) {
		low = 41000 + 1000 * i;
		ASSERT_EQ(0, sysctl_set_window(low, low + 3));
		port = port_sample(&self->taker);
		EXPECT_GE(port, low);
		EXPECT_LE(port, low + 3);
	}
}

TEST_F(dynport_window, protocol_range_narrows_the_window_if_they_meet)
{
	const char *range = range_name(variant->choice.path);

	ASSERT_EQ(0, sysctl_set(range, "30000 40003"));
	expect_window(_metadata, &self->taker, LOW, 40003);
	ASSERT_EQ(0, sysctl_set(range, "40004 65535"));
	expect_window(_metadata, &self->taker, 40004, HIGH);
	/* elsewhere it is ignored */
	ASSERT_EQ(0, sysctl_set(range, "50000 50007"));
	expect_window(_metadata, &self->taker, LOW, HIGH);
	/* the wider one may be either */
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 999));
	ASSERT_EQ(0, sysctl_set(range, "40100 40107"));
	expect_window(_metadata, &self->taker, 40100, 40107);
}

TEST_F(protocol_range, has_as_many_sockets_as_ports_and_then_the_stock_errno)
{
	int i, fd, port;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, sysctl_set(range_name(variant->choice.path),
				"40002 40005"));
	for (i = 0; i < 4; i++) {
		fd = port_take(&self->taker);
		ASSERT_GE(fd, 0);
		port = port_of(fd);
		EXPECT_GE(port, 40002);
		EXPECT_LE(port, 40005);
	}
	EXPECT_EQ(-1, port_take(&self->taker));
	EXPECT_EQ(port_path_exhausted(variant->choice.path), errno);
}

TEST_F(protocol_range, holds_for_ipv6_sockets_with_ipv4_mapped_addresses)
{
	int i, fd, type, tcp = port_path_is_tcp(variant->choice.path);

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	type = (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC;
	ASSERT_EQ(0, sysctl_set(range_name(variant->choice.path),
				"40002 40005"));
	for (i = 0; i < 3; i++) {
		fd = socket(AF_INET6, type, 0);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, port_bind(fd, port_mapped_loopback(0)));
		EXPECT_GE(port_of(fd), 40002);
		EXPECT_LE(port_of(fd), 40005);
	}
}

TEST_F(dynport_window, other_protocols_range_has_no_effect)
{
	bool tcp = port_path_is_tcp(variant->choice.path);

	ASSERT_EQ(0, sysctl_set(tcp ? "dynport/udp_port_range" :
				      "dynport/tcp_port_range", "40003 40004"));
	expect_window(_metadata, &self->taker, LOW, HIGH);
}

TEST_F(window, range_of_one_port_gives_that_port)
{
	int fd;

	ASSERT_EQ(0, sysctl_set_window(LOW, LOW));
	fd = port_take(&self->taker);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(LOW, port_of(fd));
	EXPECT_EQ(-1, port_take(&self->taker));
	EXPECT_EQ(port_path_exhausted(variant->choice.path), errno);
	port_release(fd);
	EXPECT_EQ(LOW, port_sample(&self->taker));
}

TEST_F(window, full_range_is_1_to_65535)
{
	int i, port;

	ASSERT_EQ(0, sysctl_set("ipv4/ip_unprivileged_port_start", "0"));
	ASSERT_EQ(0, sysctl_set_window(1, 65535));
	for (i = 0; i < 32; i++) {
		port = port_sample(&self->taker);
		EXPECT_GE(port, 1);
		EXPECT_LE(port, 65535);
	}
}

/*
 * Of 65,535 ports only the two ends are not reserved: both are found, then no
 * other one is. (The stock search of an odd window can hardly reach its start.)
 */
TEST_F(dynport_window, full_range_reaches_port_1_and_port_65535)
{
	int a, b;

	ASSERT_EQ(0, sysctl_set("ipv4/ip_unprivileged_port_start", "0"));
	ASSERT_EQ(0, sysctl_set_window(1, 65535));
	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", "2-65534"));

	a = port_take(&self->taker);
	ASSERT_GE(a, 0);
	b = port_take(&self->taker);
	ASSERT_GE(b, 0);
	EXPECT_EQ(1 + 65535, port_of(a) + port_of(b));
	EXPECT_TRUE(port_of(a) == 1 || port_of(b) == 1);
	EXPECT_EQ(-1, port_take(&self->taker));
	EXPECT_EQ(port_path_exhausted(variant->choice.path), errno);
}

TEST_HARNESS_MAIN
