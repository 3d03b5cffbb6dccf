// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which an algorithm hands out ports: what RFC 6056 promises for
 * it, on real connections. (The formulas are unit-tested elsewhere.)
 */
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define LOW 40000
#define PORTS 1000
#define STEPS 100

FIXTURE(sequence)
{
	int listener;		/* of PORT_LISTENER */
	int other_listener;	/* of OTHER_PORT */
	int family;
};

FIXTURE_VARIANT(sequence)
{
	int family;
};

FIXTURE_VARIANT_ADD(sequence, v4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(sequence, v6) { .family = AF_INET6 };

#define OTHER_PORT 20001

FIXTURE_SETUP(sequence)
{
	ASSERT_EQ(0, netns_enter_new());
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	self->family = variant->family;
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
	ASSERT_EQ(0, sysctl_set("dynport/rekey_seconds", "0"));
	self->listener = port_listener_open(self->family, 0, PORT_LISTENER);
	ASSERT_GE(self->listener, 0);
	self->other_listener = port_listener_open(self->family, 0, OTHER_PORT);
	ASSERT_GE(self->other_listener, 0);
}

FIXTURE_TEARDOWN(sequence)
{
}

/* The number within the window of the port of a connection to rport; -1. */
static int sample(FIXTURE_DATA(sequence) *self, uint16_t rport)
{
	int fd, port = -1;

	fd = socket(self->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (!port_connect(fd, port_loopback(self->family, rport)))
		port = port_of(fd);
	port_release(fd);
	port_listener_drain(self->listener);
	port_listener_drain(self->other_listener);
	return port < LOW || port >= LOW + PORTS ? -1 : port - LOW;
}

/* How far the next connection to rport is from *last, upwards, modulo PORTS. */
static int advance(struct __test_metadata *_metadata,
		   FIXTURE_DATA(sequence) *self, uint16_t rport, int *last)
{
	int now = sample(self, rport), step;

	ASSERT_GE(now, 0);
	step = (now - *last + PORTS) % PORTS;
	*last = now;
	return step;
}

TEST_F(sequence, bsd_counts_up_for_all_destinations_together)
{
	int i, last;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "bsd"));
	last = sample(self, PORT_LISTENER);
	for (i = 0; i < STEPS; i++)
		EXPECT_EQ(1, advance(_metadata, self,
				     i % 3 ? PORT_LISTENER : OTHER_PORT, &last));
}

TEST_F(sequence, hash_gives_one_destination_ascending_ports)
{
	int i, last;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "hash"));
	last = sample(self, PORT_LISTENER);
	for (i = 0; i < STEPS; i++)
		EXPECT_EQ(1, advance(_metadata, self, PORT_LISTENER, &last));
}

TEST_F(sequence, hash_advances_by_one_for_each_connection_to_others)
{
	int i, k, last;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "hash"));
	last = sample(self, PORT_LISTENER);
	for (i = 0; i < 10; i++) {
		for (k = 0; k < i; k++)
			ASSERT_GE(sample(self, OTHER_PORT), 0);
		EXPECT_EQ(1 + i, advance(_metadata, self, PORT_LISTENER, &last));
	}
}

TEST_F(sequence, hash_follows_the_class_of_connect)
{
	int i, last;

	/* ports 3, 7, 11, ... of the window are kept for bind(0) */
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "hash"));
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "4"));
	last = sample(self, PORT_LISTENER);
	for (i = 0; i < STEPS; i++) {
		int expected = last % 4 == 2 ? 2 : 1;

		ASSERT_NE(3, last % 4);
		EXPECT_EQ(expected,
			  advance(_metadata, self, PORT_LISTENER, &last));
	}
}

TEST_F(sequence, doublehash_advances_by_1_to_8_within_a_key_period)
{
	int i, step, last, small = PORTS, large = 0;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "doublehash"));
	last = sample(self, PORT_LISTENER);
	for (i = 0; i < STEPS; i++) {
		step = advance(_metadata, self, PORT_LISTENER, &last);
		EXPECT_GE(step, 1);
		EXPECT_LE(step, 8);
		small = step < small ? step : small;
		large = step > large ? step : large;
	}
	/* uniform: P(one value of eight never comes) < 2e-6 */
	EXPECT_EQ(1, small);
	EXPECT_EQ(8, large);
	EXPECT_EQ(0, stats_get("rekeys"));
}

/* 1 of 65,536 pairs of destinations shares a cell; so ask five others. */
TEST_F(sequence, doublehash_does_not_show_connections_to_others)
{
	int i, k, last, step, advances = 0;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "doublehash"));
	last = sample(self, PORT_LISTENER);
	for (i = 0; i < 5; i++) {
		for (k = 0; k < 20; k++)
			ASSERT_GE(sample(self, OTHER_PORT), 0);
		step = advance(_metadata, self, PORT_LISTENER, &last);
		advances += step > 8;
	}
	EXPECT_EQ(0, advances);
}

TEST_F(sequence, doublehash_jumps_when_the_key_period_ends)
{
	bool jumped = false;
	long long rekeys;
	time_t start;
	int step, last;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "doublehash"));
	ASSERT_EQ(0, sysctl_set("dynport/rekey_seconds", "1"));
	rekeys = stats_get("rekeys");
	ASSERT_GE(rekeys, 0);
	last = sample(self, PORT_LISTENER);
	for (start = time(NULL); !jumped && time(NULL) - start < 15;) {
		step = advance(_metadata, self, PORT_LISTENER, &last);
		jumped = step < 1 || step > 8;
		if (jumped)
			EXPECT_GT(stats_get("rekeys"), rekeys);
	}
	EXPECT_TRUE(jumped);
}

TEST_F(sequence, randinc_advances_by_at_most_random_increment_max)
{
	int i, step, last, large = 0;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "randinc"));
	ASSERT_EQ(0, sysctl_set("dynport/random_increment_max", "5"));
	last = sample(self, PORT_LISTENER);
	for (i = 0; i < STEPS; i++) {
		step = advance(_metadata, self,
			       i % 2 ? PORT_LISTENER : OTHER_PORT, &last);
		EXPECT_GE(step, 1);
		EXPECT_LE(step, 5);
		large = step > large ? step : large;
	}
	EXPECT_EQ(5, large);

	ASSERT_EQ(0, sysctl_set("dynport/random_increment_max", "1"));
	for (i = 0; i < 10; i++)
		EXPECT_EQ(1, advance(_metadata, self, PORT_LISTENER, &last));
}

TEST_F(sequence, least_recent_repeats_no_port_within_half_of_the_range)
{
	int when[PORTS] = { 0 };
	int i, port;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "least_recent"));
	for (i = 1; i <= 2 * PORTS; i++) {
		port = sample(self, PORT_LISTENER);
		ASSERT_GE(port, 0);
		if (when[port])
			ASSERT_GE(i - when[port], PORTS / 2);
		when[port] = i;
	}
}

/* The algorithms that promise nothing must not be predictable by an increment. */
TEST_F(sequence, random_algorithms_do_not_repeat_an_increment)
{
	static const char * const names[] = {
		"random_pick", "random_start", "least_recent"
	};
	unsigned int k;
	int i, last;

	for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		int often[PORTS] = { 0 };

		ASSERT_EQ(0, sysctl_set("dynport/algorithm", names[k]));
		last = sample(self, PORT_LISTENER);
		for (i = 0; i < STEPS; i++)
			often[advance(_metadata, self, PORT_LISTENER, &last)]++;
		/* P(some increment of 1000 comes 8 times in 100) < 1e-9 */
		for (i = 0; i < PORTS; i++)
			EXPECT_LT(often[i], 8);
	}
}

TEST_HARNESS_MAIN
