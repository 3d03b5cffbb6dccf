// SPDX-License-Identifier: GPL-2.0-only
/*
 * traffic.c - the sockets of portcost: listeners, and one operation
 *
 * Connections end by reset (SO_LINGER 0): no TIME_WAIT is left, and an operation
 * that is measured and closed leaves the occupancy as it was.
 */
#define _GNU_SOURCE
#include "portcost.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

#define PICKS_MAX 10000		/* ports that a client tries to bind to */

static int listeners[DESTINATIONS_MAX];

uint64_t traffic_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* What reading the clock twice takes by itself: the median of many pairs. */
uint64_t traffic_clock_cost(void)
{
	uint64_t cost[1001];
	size_t i, n = sizeof(cost) / sizeof(cost[0]);

	for (i = 0; i < n; i++) {
		cost[i] = traffic_now();
		cost[i] = traffic_now() - cost[i];
	}
	qsort(cost, n, sizeof(cost[0]), by_value);
	return cost[n / 2];
}

int traffic_open(const struct settings *set, int flags)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int type = set->op == OP_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(set->family, type | SOCK_CLOEXEC | flags, 0);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		die("SO_LINGER: %s", strerror(errno));
	return fd;
}

struct sockaddr_storage traffic_address(const struct settings *set, unsigned int port)
{
	struct sockaddr_storage addr = set->addr;

	if (set->family == AF_INET6)
		((struct sockaddr_in6 *)&addr)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)&addr)->sin_port = htons((uint16_t)port);
	return addr;
}

unsigned int traffic_local_port(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len))
		die("getsockname: %s", strerror(errno));
	return ntohs(addr.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&addr)->sin6_port :
						  ((struct sockaddr_in *)&addr)->sin_port);
}

void traffic_listen(const struct settings *set)
{
	int home = place_current();
	struct sockaddr_storage addr;
	unsigned int i;

	if (set->server_netns >= 0)
		place_enter(set->server_netns);
	for (i = 0; i < set->destinations; i++) {
		addr = traffic_address(set, set->server_port + i);
		listeners[i] = traffic_open(set, SOCK_NONBLOCK);
		if (bind(listeners[i], (struct sockaddr *)&addr, set->addr_len) ||
		    listen(listeners[i], 512))
			die("listener on port %u: %s", set->server_port + i, strerror(errno));
	}
	place_enter(home);
	close(home);
}

/* The listener's end of a connection; -1 if none comes within @ms (-1: for ever). */
int traffic_accept_within(unsigned int dest, int ms)
{
	struct pollfd queue = { .fd = listeners[dest], .events = POLLIN };
	int fd;

	for (;;) {
		fd = accept4(listeners[dest], NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno != EAGAIN)
			die("accept: %s", strerror(errno));
		if (!poll(&queue, 1, ms))
			return -1;
	}
}

int traffic_accept(unsigned int dest)
{
	return traffic_accept_within(dest, -1);
}

/* 0, or the errno of a range without a free port. */
int traffic_full_error(const char *what)
{
	if (errno != EADDRNOTAVAIL && errno != EADDRINUSE && errno != EAGAIN)
		die("%s: %s", what, strerror(errno));
	return errno;
}

uint64_t traffic_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);	/* splitmix64 */

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* IP_LOCAL_PORT_RANGE; on 6.12 the kernel then goes in steps of one, not two. */
void traffic_set_range(int fd, unsigned int low, unsigned int high)
{
	uint32_t window = high << 16 | low;

	if (setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &window, sizeof(window)))
		die("IP_LOCAL_PORT_RANGE: %s", strerror(errno));
}

/* Binds to a random port that is free; -1 if none was found. */
static int pick_port(const struct settings *set, int fd)
{
	static uint64_t state = 1;
	struct sockaddr_storage addr = traffic_address(set, 0);
	unsigned int tries, port, count = set->high - set->low + 1;

	for (tries = 0; tries < PICKS_MAX; tries++) {
		port = set->low + (unsigned int)(traffic_random(&state) % count);
		addr = traffic_address(set, port);
		if (!bind(fd, (struct sockaddr *)&addr, set->addr_len))
			return 0;
		traffic_full_error("bind");
	}
	return -1;
}

static void wait_connected(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(errno);

	if (poll(&poller, 1, 10000) != 1)
		die("a nonblocking connect() didn't finish within 10 s");
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &len) || errno)
		die("nonblocking connect: %s", strerror(errno));
}

/* What the client does to have a port, as one operation. */
int traffic_choose(const struct settings *set, int fd, const struct sockaddr_storage *addr)
{
	const struct sockaddr *sa = (const struct sockaddr *)addr;

	if (set->client == CLIENT_RANGE)
		traffic_set_range(fd, set->low, set->high);
	if (set->client == CLIENT_PICKS && pick_port(set, fd))
		return -1;
	if (set->op == OP_CONNECT)
		return connect(fd, sa, set->addr_len);
	return set->client == CLIENT_PICKS ? 0 : bind(fd, sa, set->addr_len);
}

int traffic_operate(const struct settings *set, unsigned int dest, struct took *took)
{
	bool connects = set->op == OP_CONNECT;
	struct sockaddr_storage addr = traffic_address(set, connects ? set->server_port + dest : 0);
	int fd = traffic_open(set, connects && set->nonblocking ? SOCK_NONBLOCK : 0);
	int peer = -1, error = 0, failed;
	uint64_t begin;

	begin = traffic_now();
	failed = traffic_choose(set, fd, &addr);
	took->ns = traffic_now() - begin;
	if (failed && connects && errno == EINPROGRESS) {
		wait_connected(fd);
		failed = 0;
	}
	if (failed)
		error = traffic_full_error(connects ? "connect" : "bind");
	else if (connects)
		peer = traffic_accept(dest);
	begin = traffic_now();
	close(fd);
	took->close_ns = traffic_now() - begin;
	if (peer >= 0)
		close(peer);
	return error;
}
