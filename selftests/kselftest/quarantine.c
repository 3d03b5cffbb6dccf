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
#define SHORT_MS 100	/* in a map, 144 at most */
#define PACE_MS 4	/* between releases: 36 ports cool at a time, of 48 */

VARIANT_FIXTURE(quarantine, LOW, LOW + PORTS - 1)
VARIANT_ADD_OWN(quarantine, connect, PORT_PATH_CONNECT, v4, AF_INET)
VARIANT_ADD_OWN(quarantine, bind, PORT_PATH_BIND, v4, AF_INET)
VARIANT_ADD_OWN(quarantine, udp, PORT_PATH_UDP, v4, AF_INET)
VARIANT_ADD(quarantine, connect, PORT_PATH_CONNECT, v6, AF_INET6, random_pick)
VARIANT_ADD(quarantine, bind, PORT_PATH_BIND, v6, AF_INET6, random_pick)
VARIANT_ADD(quarantine, udp, PORT_PATH_UDP, v6, AF_INET6, random_pick)

/*
 * By the tick, as the module counts: on a loaded machine that comes late, and
 * other clocks are ahead of it. Its ticks may be up to one off from jiffies.
 */
static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static long long tick_ms(void)
{
	struct timespec tick;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return tick.tv_nsec / 1000000 + 1;
}

static void wait_until(long long ms)
{
	while (now_ms() < ms)
		usleep(1000);
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

/* A socket that may have one port alone, with it; else -1. */
static int take_one(const struct port_taker *taker, int port)
{
	int fd = port_socket(taker);

	if (fd < 0)
		return -1;
	if (!port_range_set(fd, port, port) && !port_choose(taker, fd))
		return fd;
	close(fd);
	return -1;
}

/*
 * Has the path's space get a map, which knows that HELD ports are in use; none
 * is released.
 */
static bool make_map(const struct port_taker *taker)
{
	int i;

	if (sysctl_set("dynport/map_threshold", "1"))
		return false;
	for (i = 0; i < HELD; i++)
		if (take_one(taker, LOW + i * (PORTS / HELD)) < 0)
			return false;
	/* Whatever the algorithm, this search meets a port in use. */
	if (take_one(taker, LOW) >= 0)
		return false;
	/* A new map is swept at once, which finds the others. */
	for (i = 0; i < 1000 && !stats_get("sweeps"); i++)
		usleep(10000);
	return space_column("busy") == HELD && stats_get("maps_created") == 1;
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
	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "60000"));
	ASSERT_TRUE(make_map(&self->taker));
	expect_distinct(_metadata, &self->taker, PORTS - HELD);
	EXPECT_EQ(1, stats_get("maps_created"));
	EXPECT_EQ(PORTS - HELD, space_column("cooling"));
	EXPECT_EQ(HELD, space_column("busy"));
	EXPECT_EQ(0, space_column("free"));
}

/* There are always ports that don't cool: nothing else would be chosen early. */
TEST_F(quarantine, it_ends_after_its_time_and_not_before)
{
	const char *path = port_path_name(variant->choice.path);
	long long released[PORTS] = { 0 }, end = now_ms() + 20000, now = 0;
	long long refused;
	int port, again, mapped;

	ASSERT_EQ(0, sysctl_set_number("dynport/quarantine_ms", SHORT_MS));
	for (mapped = 0; mapped < 2; mapped++) {
		if (mapped)
			ASSERT_TRUE(make_map(&self->taker));
		for (again = 0; again < 5 && now < end;) {
			wait_until(now + PACE_MS);
			now = now_ms();
			port = port_sample(&self->taker);
			ASSERT_GE(port, LOW);
			if (released[port - LOW]) {
				EXPECT_GE(now_ms() - released[port - LOW],
					  SHORT_MS - tick_ms());
				again++;
			}
			released[port - LOW] = now;
		}
		EXPECT_EQ(5, again);
		memset(released, 0, sizeof(released));

		/* The last one was released before now_ms() is read here. */
		wait_until(now_ms() + SHORT_MS * 4 / 3 + 5 * tick_ms());
		if (mapped)
			EXPECT_EQ(0, space_column("cooling"));
		refused = stats_get_path(path, "refused_quarantine");
		ASSERT_GE(port_sample(&self->taker), LOW);
		EXPECT_EQ(refused, stats_get_path(path, "refused_quarantine"));
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
	int port, again, i, mapped;
	long long end;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	for (mapped = 0; mapped < 2; mapped++) {
		ASSERT_EQ(0, netns_enter_new());
		ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
		ASSERT_EQ(0, port_taker_open(&taker, PORT_PATH_BIND, AF_INET));
		ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "3600000"));
		if (mapped)
			ASSERT_TRUE(make_map(&taker));
		port = port_sample(&taker);
		ASSERT_GE(port, 0);
		for (i = 0; i < 20; i++)
			EXPECT_NE(port, port_sample(&taker));
		ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "0"));
		/* In a map, within a second. */
		end = now_ms() + 10000;
		do {
			again = port_sample(&taker);
			ASSERT_GE(again, LOW);
		} while (again != port && now_ms() < end);
		EXPECT_EQ(port, again);
	}
}

/* In a namespace of its own; returns what failed. */
static int use_ports(enum port_path path, bool with_map)
{
	int i, held, released, closed, bound;
	struct port_taker taker;

	if (netns_enter_new() || sysctl_set_window(LOW, LOW + PORTS - 1) ||
	    sysctl_set("dynport/quarantine_ms", "60000") ||
	    sysctl_set("dynport/map_threshold", "0") ||
	    port_taker_open(&taker, path, AF_INET))
		return 1;
	if (with_map && !make_map(&taker))
		return 2;
	for (i = 0; i < PORTS / 8; i++) {
		held = port_take(&taker);
		released = port_take(&taker);
		closed = port_take(&taker);
		if (held < 0 || released < 0 || closed < 0)
			return 3;
		port_release(released);
		close(closed);
		if (taker.listener >= 0)
			port_listener_drain(taker.listener);
		/* It guards a port that is in use, too. */
		bound = port_socket(&taker);
		port_bind(bound, port_loopback(AF_INET, LOW + 8 * i + 1));
	}
	return 0;
}

/* Namespaces that end with ports guarded, cooling, in use and in TIME_WAIT. */
TEST(namespaces_end_while_ports_cool)
{
	int i, failed, status;
	pid_t child;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	for (i = 0; i < DEATHS; i++) {
		child = fork();
		ASSERT_GE(child, 0);
		if (!child) {
			failed = use_ports(i % 3 ? PORT_PATH_CONNECT :
						   PORT_PATH_UDP, i % 2);
			if (failed)
				_exit(failed);
			kill(getpid(), SIGKILL);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status)) {
			TH_LOG("exit status %d", WEXITSTATUS(status));
		}
	}
}

TEST_HARNESS_MAIN
