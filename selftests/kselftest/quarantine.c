// SPDX-License-Identifier: GPL-2.0-only
/*
 * quarantine_ms: a released port isn't chosen again for so long while there are
 * others, with a port map and without; and it makes nothing fail.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define PORTS 64
#define HELD 16		/* ports, where there is to be a map */
#define DEATHS 10

VARIANT_FIXTURE(quarantine, LOW, LOW + PORTS - 1)
VARIANT_ADD_OWN(quarantine, connect, PORT_PATH_CONNECT, v4, AF_INET)
VARIANT_ADD_OWN(quarantine, bind, PORT_PATH_BIND, v4, AF_INET)
VARIANT_ADD_OWN(quarantine, udp, PORT_PATH_UDP, v4, AF_INET)
VARIANT_ADD(quarantine, connect, PORT_PATH_CONNECT, v6, AF_INET6, random_pick)
VARIANT_ADD(quarantine, bind, PORT_PATH_BIND, v6, AF_INET6, random_pick)
VARIANT_ADD(quarantine, udp, PORT_PATH_UDP, v6, AF_INET6, random_pick)

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/*
 * Has the path's space get a map, by meeting ports in use. Returns how many are
 * then; none has been released.
 */
static int make_map(struct __test_metadata *_metadata,
		    const struct port_taker *taker)
{
	int i, fd, one;

	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	/* Every fourth one, so that every algorithm comes across one soon. */
	for (i = 0; i < HELD; i++) {
		fd = port_socket(taker);
		one = LOW + i * (PORTS / HELD);
		ASSERT_EQ(0, port_range_set(fd, one, one));
		ASSERT_EQ(0, port_choose(taker, fd));
		ASSERT_EQ(one, port_of(fd));
	}
	/* By chance: 0.75^24 */
	for (i = HELD; i < HELD + 24 && !stats_get("maps_created"); i++)
		ASSERT_GE(port_take(taker), 0);
	EXPECT_EQ(1, stats_get("maps_created"));
	return i;
}

/* A column of the only space; -1 if there is no space, or no such column. */
static long space_column(const char *name)
{
	char header[512], line[512], *column, *value, *h = header, *l = line;
	FILE *file = fopen("/proc/net/dynport/spaces", "re");
	long found = -1;

	if (file && fgets(header, sizeof(header), file) &&
	    fgets(line, sizeof(line), file)) {
		while ((column = strsep(&h, "\t\n")) && *column &&
		       (value = strsep(&l, "\t\n")))
			if (!strcmp(column, name))
				found = strtol(value, NULL, 10);
	}
	if (file)
		fclose(file);
	return found;
}

static void expect_distinct(struct __test_metadata *_metadata,
			    const struct port_taker *taker, int samples)
{
	bool seen[PORTS] = { false };
	int i, port;

	for (i = 0; i < samples; i++) {
		port = port_sample(taker);
		ASSERT_GE(port, LOW);
		ASSERT_LT(port, LOW + PORTS);
		EXPECT_FALSE(seen[port - LOW]) {
			TH_LOG("port %d, number %d, had just been released",
			       port, i);
		}
		seen[port - LOW] = true;
	}
}

TEST_F(quarantine, a_released_port_is_not_chosen_again_without_a_map)
{
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "0"));
	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "60000"));
	expect_distinct(_metadata, &self->taker, PORTS);
	EXPECT_EQ(0, stats_get("maps_created"));
}

TEST_F(quarantine, a_released_port_is_not_chosen_again_with_a_map)
{
	int held;

	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "60000"));
	held = make_map(_metadata, &self->taker);
	expect_distinct(_metadata, &self->taker, PORTS - held);
	EXPECT_EQ(1, stats_get("maps_created"));
	EXPECT_EQ(PORTS - held, space_column("cooling"));
	EXPECT_EQ(held, space_column("busy"));
	EXPECT_EQ(0, space_column("free"));
}

TEST_F(quarantine, it_ends_after_its_time_and_not_before)
{
	long long released[PORTS] = { 0 }, end = now_ms() + 20000, now;
	struct timespec pause = { .tv_nsec = 4000000 };
	int port, again = 0, mapped;

	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "100"));
	for (mapped = 0; mapped < 2; mapped++) {
		if (mapped)
			make_map(_metadata, &self->taker);
		for (again = 0; again < 5 && now_ms() < end;) {
			nanosleep(&pause, NULL);
			now = now_ms();
			port = port_sample(&self->taker);
			ASSERT_GE(port, LOW);
			if (released[port - LOW]) {
				EXPECT_GE(now_ms() - released[port - LOW], 100);
				again++;
			}
			released[port - LOW] = now;
		}
		EXPECT_EQ(5, again);
		memset(released, 0, sizeof(released));
	}
}

TEST_F(quarantine, with_a_guard_it_leaves_exhaustion_exact)
{
	static const char * const thresholds[] = { "0", "8" };
	int fd[PORTS], i, t, port;

	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "60000"));
	for (t = 0; t < 2; t++) {
		ASSERT_EQ(0, sysctl_set("dynport/map_threshold", thresholds[t]));
		for (i = 0; i < PORTS; i += 3) {
			int one = port_socket(&self->taker);

			ASSERT_EQ(0, port_bind(one,
					       port_loopback(variant->choice.family,
							     LOW + i)));
			close(one);
		}
		for (i = 0; i < PORTS; i++) {
			fd[i] = port_take(&self->taker);
			ASSERT_GE(fd[i], 0) {
				TH_LOG("%d of %d: %s", i, PORTS,
				       strerror(errno));
			}
		}
		for (i = 0; i < PORTS; i += 9) {
			EXPECT_EQ(-1, port_take(&self->taker));
			EXPECT_EQ(port_path_exhausted(variant->choice.path),
				  errno);
			port = port_of(fd[i]);
			port_release(fd[i]);
			fd[i] = port_take(&self->taker);
			ASSERT_GE(fd[i], 0);
			EXPECT_EQ(port, port_of(fd[i]));
		}
		for (i = 0; i < PORTS; i++)
			port_release(fd[i]);
		if (self->taker.listener >= 0)
			port_listener_drain(self->taker.listener);
	}
}

TEST(quarantine_switched_off_ends_for_ports_that_cool)
{
	struct port_taker taker;
	int port, i, mapped;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	for (mapped = 0; mapped < 2; mapped++) {
		ASSERT_EQ(0, netns_enter_new());
		ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
		ASSERT_EQ(0, port_taker_open(&taker, PORT_PATH_BIND, AF_INET));
		ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "3600000"));
		if (mapped)
			make_map(_metadata, &taker);
		port = port_sample(&taker);
		ASSERT_GE(port, 0);
		for (i = 0; i < 20; i++)
			EXPECT_NE(port, port_sample(&taker));
		ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "0"));
		/* by chance: (1 - 1/64)^3000 */
		for (i = 0; i < 3000 && port_sample(&taker) != port; i++)
			;
		EXPECT_LT(i, 3000);
	}
}

/* Namespaces that end with ports guarded, cooling, in use and in TIME_WAIT. */
TEST(namespaces_end_while_ports_cool)
{
	struct port_taker taker;
	int i, k, fd, status;
	pid_t child;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	for (i = 0; i < DEATHS; i++) {
		child = fork();
		ASSERT_GE(child, 0);
		if (!child) {
			if (netns_enter_new() ||
			    sysctl_set_window(LOW, LOW + PORTS - 1) ||
			    sysctl_set("dynport/quarantine_ms", "60000") ||
			    sysctl_set("dynport/map_threshold",
				       i % 2 ? "1" : "0") ||
			    port_taker_open(&taker, i % 3 ? PORT_PATH_CONNECT :
					    PORT_PATH_UDP, AF_INET))
				_exit(1);
			for (k = 0; k < PORTS; k++) {
				fd = port_take(&taker);
				if (fd < 0)
					_exit(2);
				if (k % 2)
					port_release(fd);
				else if (k % 4)
					close(fd);
				fd = port_socket(&taker);
				port_bind(fd, port_loopback(AF_INET, LOW + k));
			}
			kill(getpid(), SIGKILL);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status)) {
			TH_LOG("exit status %d", WEXITSTATUS(status));
		}
	}
}

TEST_HARNESS_MAIN
