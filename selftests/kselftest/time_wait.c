// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client that closes first and connects to the same destination again and
 * again leaves each port in TIME_WAIT. Whether the kernel gives such a port to
 * a new connection is for tcp_tw_reuse and the connection's timestamps to say;
 * with a port map, a connect() fails only where the kernel's own search fails,
 * too, and one that the kernel would serve is served.
 *
 * The kernel counts the age of a TIME_WAIT in whole seconds of the monotonic
 * clock. So a failure is checked by asking the kernel alone for the same
 * connection; what it says counts if the clock still shows the same second.
 */
#include <poll.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define PORTS 24
#define SECONDS 3	/* after the first failure */
#define SECONDS_MAX 10
/* An address of lo that isn't a loopback address: tcp_tw_reuse 2 spares it. */
#define OTHER_ADDRESS "192.0.2.1"

struct way {
	const char *name;
	int family;
	bool other;	/* to OTHER_ADDRESS */
	int reuse, timestamps;
	bool reuses;	/* a port may be used again after a second */
};

static const struct way ways[] = {
	{ "v4, reuse 0", AF_INET, false, 0, 1, false },
	{ "v4, reuse 1", AF_INET, false, 1, 1, true },
	{ "v4, reuse 2", AF_INET, false, 2, 1, true },
	{ "v4, reuse 1, no timestamps", AF_INET, false, 1, 0, false },
	{ "v4, reuse 2, no timestamps", AF_INET, false, 2, 0, false },
	{ "v4, reuse 1, not loopback", AF_INET, true, 1, 1, true },
	{ "v4, reuse 2, not loopback", AF_INET, true, 2, 1, false },
	{ "v6, reuse 0", AF_INET6, false, 0, 1, false },
	{ "v6, reuse 1", AF_INET6, false, 1, 1, true },
	{ "v6, reuse 2", AF_INET6, false, 2, 1, true },
	{ "v6, reuse 1, no timestamps", AF_INET6, false, 1, 0, false },
};

#define WAYS ((int)(sizeof(ways) / sizeof(ways[0])))

struct result {
	int connected, failed;
	int wrong;	/* failures where the kernel alone had a port */
	long maps, sweeps;
	const char *broken;	/* what of the test didn't work */
};

static time_t second(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

static union port_address destination(const struct way *way)
{
	union port_address address = port_loopback(way->family, PORT_LISTENER);

	if (way->other)
		inet_pton(AF_INET, OTHER_ADDRESS, &address.v4.sin_addr);
	return address;
}

static int address_add(const char *text)
{
	struct ifreq ifr = { .ifr_name = "lo:1" };
	struct sockaddr_in *address = (void *)&ifr.ifr_addr;
	int fd, ret;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	address->sin_family = AF_INET;
	inet_pton(AF_INET, text, &address->sin_addr);
	ret = ioctl(fd, SIOCSIFADDR, &ifr) ? -errno : 0;
	close(fd);
	return ret;
}

/* Connects and closes first, so that the port is in TIME_WAIT. 0, or errno. */
static int connect_once(const struct way *way, int listener,
			struct result *result)
{
	struct pollfd hung_up = { .events = POLLIN };
	struct pollfd queue = { .fd = listener, .events = POLLIN };
	int fd, error = 0;
	char c;

	fd = socket(way->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || port_connect(fd, destination(way))) {
		error = errno;
		close(fd);
		return error;
	}
	/* The last packet of the three may still be on its way (ksoftirqd). */
	poll(&queue, 1, 10000);
	hung_up.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(fd);
	/* An end that is a reset is one, too. */
	if (hung_up.fd < 0)
		result->broken = "the server can't accept";
	else if (poll(&hung_up, 1, 10000) != 1)
		result->broken = "the server sees no end";
	else if (read(hung_up.fd, &c, 1) > 0)
		result->broken = "the server receives something";
	close(hung_up.fd);
	return 0;
}

/* Has the kernel alone a port? */
static bool kernel_connects(const struct way *way, int listener,
			    struct result *result)
{
	int error;

	if (sysctl_set("dynport/algorithm", "stock"))
		result->broken = "can't choose stock";
	error = connect_once(way, listener, result);
	if (sysctl_set("dynport/algorithm", "random_pick"))
		result->broken = "can't choose random_pick";
	if (error && error != EADDRNOTAVAIL)
		result->broken = strerror(error);
	return !error;
}

/* All the time, until the ports have been in TIME_WAIT for some seconds. */
static void reconnect(const struct way *way, int listener,
		      struct result *result)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	time_t end = second() + SECONDS_MAX, began;
	int error;

	while (!result->broken && second() < end) {
		began = second();
		error = connect_once(way, listener, result);
		if (!error) {
			result->connected++;
			continue;
		}
		if (error != EADDRNOTAVAIL) {
			result->broken = strerror(error);
			break;
		}
		if (!result->failed++)
			end = began + SECONDS;
		if (kernel_connects(way, listener, result) &&
		    second() == began)
			result->wrong++;
		nanosleep(&pause, NULL);
	}
}

static void way_run(const struct way *way, struct result *result)
{
	int listener;

	memset(result, 0, sizeof(*result));
	if (netns_enter_new() || address_add(OTHER_ADDRESS) ||
	    netns_interface_up("lo") ||
	    sysctl_set_window(LOW, LOW + PORTS - 1) ||
	    sysctl_set_number("ipv4/tcp_tw_reuse", way->reuse) ||
	    sysctl_set_number("ipv4/tcp_timestamps", way->timestamps) ||
	    sysctl_set("dynport/algorithm", "random_pick") ||
	    sysctl_set("dynport/map_threshold", "1"))
		result->broken = "can't make the namespace";
	listener = port_listener_open(way->family, 0, PORT_LISTENER);
	if (listener < 0)
		result->broken = "can't listen";
	if (!result->broken)
		reconnect(way, listener, result);
	result->maps = stats_get("maps_created");
	result->sweeps = stats_get("sweeps");
}

/* Starts one; where it will write its result. */
static int way_start(struct __test_metadata *_metadata, const struct way *way)
{
	struct result result;
	int ends[2];
	pid_t child;

	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	child = fork();
	ASSERT_GE(child, 0);
	if (!child) {
		way_run(way, &result);
		if (result.broken)
			TH_LOG("%s: %s", way->name, result.broken);
		_exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
	}
	close(ends[1]);
	return ends[0];
}

/*
 * All at once, since they mostly wait. But a machine on which that makes them too
 * slow to use up the ports within a second (KSFT_MACHINE_SLOW, as upstream has it)
 * has one after the other.
 */
TEST(fails_only_where_the_kernel_would)
{
	bool slow = getenv("KSFT_MACHINE_SLOW");
	struct result result;
	int i, status, out[WAYS];

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	for (i = 0; i < WAYS && !slow; i++)
		out[i] = way_start(_metadata, &ways[i]);
	for (i = 0; i < WAYS; i++) {
		if (slow)
			out[i] = way_start(_metadata, &ways[i]);
		ASSERT_EQ((ssize_t)sizeof(result),
			  read(out[i], &result, sizeof(result)));
		TH_LOG("%s: %d connected, %d failed, %ld sweeps", ways[i].name,
		       result.connected, result.failed, result.sweeps);
		EXPECT_TRUE(!result.broken);
		EXPECT_EQ(0, result.wrong) {
			TH_LOG("%s: the kernel had a port", ways[i].name);
		}
		/* What is said above has been tried. */
		EXPECT_LT(0, result.maps);
		EXPECT_LT(0, result.failed);
		EXPECT_EQ(ways[i].reuses, result.connected >= 2 * PORTS);
		EXPECT_LE(PORTS, result.connected);
	}
	for (i = 0; i < WAYS; i++) {
		wait(&status);
		EXPECT_EQ(0, status);
	}
}

TEST_HARNESS_MAIN
