// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two network namespaces share neither settings nor secrets nor counters
 * (T10), and a new one starts with init_net's settings.
 */
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define LOW 32768
#define HIGH 60999
#define PORTS (HIGH - LOW + 1)
#define TUPLES 16

FIXTURE(isolation)
{
	int home;	/* where the test began: init_net */
	int space[2];
};

FIXTURE_SETUP(isolation)
{
	int i;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	self->home = netns_open();
	ASSERT_GE(self->home, 0);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, netns_enter_new());
		ASSERT_EQ(0, sysctl_set_window(LOW, HIGH));
		ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
		self->space[i] = netns_open();
		ASSERT_GE(self->space[i], 0);
	}
}

FIXTURE_TEARDOWN(isolation)
{
}

/* Ports of connections to TUPLES destinations of a namespace. */
static void sample_tuples(struct __test_metadata *_metadata, int space,
			  int *ports)
{
	int i, listener, fd;

	ASSERT_EQ(0, netns_enter(space));
	for (i = 0; i < TUPLES; i++) {
		listener = port_listener_open(AF_INET, 0, PORT_LISTENER + i);
		ASSERT_GE(listener, 0);
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, port_connect(fd, port_loopback(AF_INET,
							    PORT_LISTENER + i)));
		ports[i] = port_of(fd);
		port_release(fd);
		close(listener);
	}
}

/*
 * If the namespaces shared a key, the ports of all tuples would differ by the
 * same number.
 */
static void expect_independent(struct __test_metadata *_metadata,
			       FIXTURE_DATA(isolation) *self,
			       const char *algorithm)
{
	int ports[2][TUPLES], i, equal = 0, difference, first = 0;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, netns_enter(self->space[i]));
		ASSERT_EQ(0, sysctl_set("dynport/rekey_seconds", "0"));
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", algorithm));
		sample_tuples(_metadata, self->space[i], ports[i]);
	}
	for (i = 0; i < TUPLES; i++) {
		difference = (ports[0][i] - ports[1][i] + PORTS) % PORTS;
		if (!i)
			first = difference;
		else
			equal += difference == first;
	}
	/* by chance: 15 times 1 in 28,232; two of them 1 in 7.6 million */
	EXPECT_LT(equal, 2);
}

TEST_F(isolation, hash_has_a_key_of_its_own_in_each_namespace)
{
	expect_independent(_metadata, self, "hash");
}

TEST_F(isolation, doublehash_has_keys_of_its_own_in_each_namespace)
{
	expect_independent(_metadata, self, "doublehash");
}

TEST_F(isolation, counters_do_not_move_when_another_namespace_connects)
{
	int ports[TUPLES], other[TUPLES], i, last = 0;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, netns_enter(self->space[i]));
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", "bsd"));
	}
	for (i = 0; i < 4; i++) {
		sample_tuples(_metadata, self->space[0], ports);
		if (i)
			EXPECT_EQ((last - LOW + 1) % PORTS, ports[0] - LOW);
		last = ports[TUPLES - 1];
		sample_tuples(_metadata, self->space[1], other);
		sample_tuples(_metadata, self->space[1], other);
	}
	ASSERT_EQ(0, netns_enter(self->space[0]));
	EXPECT_EQ(4 * TUPLES, stats_get("connect_searches"));
	ASSERT_EQ(0, netns_enter(self->space[1]));
	EXPECT_EQ(8 * TUPLES, stats_get("connect_searches"));
}

/* A value that differs from the default, for each setting. */
static const struct {
	const char *name, *value;
} settings[] = {
	{ "dynport/algorithm", "randinc" },
	{ "dynport/algorithm_connect", "hash" },
	{ "dynport/algorithm_bind", "stock" },
	{ "dynport/algorithm_udp", "bsd" },
	{ "dynport/tcp_port_range", "41000\t42000" },
	{ "dynport/udp_port_range", "43000\t44000" },
	{ "dynport/bind_stride", "8" },
	{ "dynport/search_limit", "17" },
	{ "dynport/map_threshold", "20" },
	{ "dynport/map_limit", "21" },
	{ "dynport/random_increment_max", "18" },
	{ "dynport/rekey_seconds", "19" },
	{ "dynport/late_bind", "1" },
	{ "dynport/root_reserve_percent", "7" },
	{ "dynport/pressure_percent", "55" },
};
#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

TEST_F(isolation, settings_of_one_namespace_are_not_those_of_another)
{
	char before[64], after[64];
	unsigned int i;

	for (i = 0; i < SETTINGS; i++) {
		ASSERT_EQ(0, netns_enter(self->space[1]));
		ASSERT_EQ(0, sysctl_get(settings[i].name, before,
					sizeof(before)));
		ASSERT_STRNE(settings[i].value, before);
		ASSERT_EQ(0, netns_enter(self->space[0]));
		ASSERT_EQ(0, sysctl_set(settings[i].name, settings[i].value));
		ASSERT_EQ(0, sysctl_get(settings[i].name, after,
					sizeof(after)));
		EXPECT_STREQ(settings[i].value, after);
		ASSERT_EQ(0, netns_enter(self->space[1]));
		ASSERT_EQ(0, sysctl_get(settings[i].name, after,
					sizeof(after)));
		EXPECT_STREQ(before, after);
	}
}

TEST_F(isolation, a_new_namespace_starts_with_the_settings_of_init_net)
{
	char before[SETTINGS][64], after[SETTINGS][64];
	unsigned int i;

	ASSERT_EQ(0, netns_enter(self->home));
	for (i = 0; i < SETTINGS; i++) {
		ASSERT_EQ(0, sysctl_get(settings[i].name, before[i],
					sizeof(before[i])));
		EXPECT_EQ(0, sysctl_set(settings[i].name, settings[i].value));
	}
	EXPECT_EQ(0, unshare(CLONE_NEWNET));
	for (i = 0; i < SETTINGS; i++)
		EXPECT_EQ(0, sysctl_get(settings[i].name, after[i],
					sizeof(after[i])));

	/* init_net is everybody's: give it back before judging */
	ASSERT_EQ(0, netns_enter(self->home));
	for (i = 0; i < SETTINGS; i++)
		EXPECT_EQ(0, sysctl_set(settings[i].name, before[i]));
	for (i = 0; i < SETTINGS; i++)
		EXPECT_STREQ(settings[i].value, after[i]);
}

TEST_HARNESS_MAIN
