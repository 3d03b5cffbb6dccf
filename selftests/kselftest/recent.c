// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port released a moment ago isn't drawn again at once: its last peer may not be
 * done with the old connection, and a new one then waits until its SYN is sent
 * again.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define PORTS 64
#define SAMPLES 1000
#define RECENT 4	/* as in the module */
#define FEW 16		/* ports, of which connect() uses every other one */
#define AGAIN_MAX 1	/* SYNs */

#define VARIANT_ADD_DRAWN(fixture, path_name, path, family_name, family)		\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_start)	\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_pick)

VARIANT_FIXTURE(recent, LOW, LOW + PORTS - 1);
VARIANT_ADD_PATHS(recent, VARIANT_ADD_DRAWN)

/* Samples that are one of the RECENT before them; -1 if there was none. */
static int repeated(const struct port_taker *taker)
{
	int last[RECENT] = { 0 }, i, k, port, count = 0;

	for (i = 0; i < SAMPLES; i++) {
		port = port_sample(taker);
		if (port < 0)
			return -1;
		for (k = 0; k < RECENT; k++)
			count += last[k] == port;
		last[i % RECENT] = port;
	}
	return count;
}

TEST_F(recent, none_of_the_last_four_ports_is_drawn)
{
	EXPECT_EQ(0, repeated(&self->taker));
	EXPECT_EQ(0, stats_get("maps_created"));
}

/* With a map it is where they were released that doesn't matter. */
TEST_F(recent, none_of_the_last_four_that_a_map_has_free_is_drawn)
{
	int i;

	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	for (i = 0; i < PORTS - 3 * RECENT; i++)
		ASSERT_GE(port_take(&self->taker), 0);
	ASSERT_EQ(1, stats_get("maps_created"));
	EXPECT_EQ(0, repeated(&self->taker));
}

/* A server that answers one connection after the other by its end. */
static pid_t serve(struct __test_metadata *_metadata, int family)
{
	pid_t pid = fork();
	int listener, fd;
	char c;

	ASSERT_GE(pid, 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (port_bind(listener, port_wildcard(family, PORT_LISTENER + 1)) ||
	    listen(listener, 3))
		_exit(1);
	for (;;) {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 || read(fd, &c, 1) < 0)
			_exit(1);
		close(fd);
	}
}

/* A counter of TcpExt in this network namespace; -1 if there is none. */
static long long tcp_counter(const char *name)
{
	char names[8192], values[8192], *n, *v, *in_names, *in_values;
	FILE *f = fopen("/proc/thread-self/net/netstat", "re");
	long long value = -1;

	if (!f)
		return -1;
	while (value < 0 && fgets(names, sizeof(names), f) &&
	       fgets(values, sizeof(values), f)) {
		n = strtok_r(names, " \n", &in_names);
		v = strtok_r(values, " \n", &in_values);
		while (n && v && strcmp(n, name)) {
			n = strtok_r(NULL, " \n", &in_names);
			v = strtok_r(NULL, " \n", &in_values);
		}
		if (n && v)
			value = strtoll(v, NULL, 10);
	}
	fclose(f);
	return value;
}

FIXTURE(peer)
{
	pid_t server;
};

FIXTURE_VARIANT(peer)
{
	int family;
	const char *algorithm;
};

FIXTURE_VARIANT_ADD(peer, v4_random_pick) { AF_INET, "random_pick" };
FIXTURE_VARIANT_ADD(peer, v6_random_pick) { AF_INET6, "random_pick" };
FIXTURE_VARIANT_ADD(peer, v4_random_start) { AF_INET, "random_start" };

FIXTURE_SETUP(peer)
{
	ASSERT_EQ(0, netns_enter_new());
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + FEW - 1));
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", variant->algorithm));
	self->server = serve(_metadata, variant->family);
}

FIXTURE_TEARDOWN(peer)
{
	if (self->server > 0) {
		kill(self->server, SIGKILL);
		waitpid(self->server, NULL, 0);
	}
}

/*
 * The server has just closed, and may still be about it, when the client resets: with
 * one CPU and preemption anywhere, once in some hundred connections. A SYN is sent again,
 * too, where the machine stood still for a second.
 */
TEST_F(peer, that_is_not_done_with_the_last_connection_swallows_no_syn)
{
	union port_address server = port_loopback(variant->family,
						  PORT_LISTENER + 1);
	int i, fd, error;
	long long again;
	char c = 'r';

	for (i = 0; i < SAMPLES; i++) {
		do {
			fd = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
			ASSERT_GE(fd, 0);
			error = port_connect(fd, server) ? errno : 0;
			if (!error)
				break;
			/* Not yet listening? */
			close(fd);
			ASSERT_EQ(ECONNREFUSED, error);
			ASSERT_EQ(0, i);
			usleep(1000);
		} while (error);
		ASSERT_EQ(1, send(fd, &c, 1, MSG_NOSIGNAL));
		ASSERT_EQ(0, read(fd, &c, 1));
		port_release(fd);
		again = tcp_counter("TCPSynRetrans");
		ASSERT_GE(again, 0);
		ASSERT_LE(again, AGAIN_MAX) {
			TH_LOG("%lld after %d connections", again, i);
		}
	}
}

TEST_HARNESS_MAIN
