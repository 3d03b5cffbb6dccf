// SPDX-License-Identifier: GPL-2.0-only
/*
 * traffic.c - the sockets of portcost: listeners, occupied ports, one operation
 *
 * Occupied ports stay occupied until the program ends. They get there one by
 * one: a connection by a socket whose IP_LOCAL_PORT_RANGE is that one port, so
 * that the kernel is left with the very state that an ephemeral connect()
 * leaves, without its search; a bind by its number. Connections end by reset
 * (SO_LINGER 0): no TIME_WAIT is left, and an operation that is measured and
 * closed leaves the occupancy as it was.
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

static int listeners[DESTINATIONS_MAX];

static uint64_t now(void)
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
		cost[i] = now();
		cost[i] = now() - cost[i];
	}
	qsort(cost, n, sizeof(cost[0]), by_value);
	return cost[n / 2];
}

static int open_socket(const struct settings *set, int flags)
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

static struct sockaddr_storage with_port(const struct settings *set, unsigned int port)
{
	struct sockaddr_storage addr = set->addr;

	if (set->family == AF_INET6)
		((struct sockaddr_in6 *)&addr)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)&addr)->sin_port = htons((uint16_t)port);
	return addr;
}

static unsigned int local_port(int fd)
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
		addr = with_port(set, set->server_port + i);
		listeners[i] = open_socket(set, 0);
		if (bind(listeners[i], (struct sockaddr *)&addr, set->addr_len) ||
		    listen(listeners[i], 16))
			die("listener on port %u: %s", set->server_port + i, strerror(errno));
	}
	place_enter(home);
	close(home);
}

/* The listener's end of the connection just made. */
static int accept_peer(unsigned int dest)
{
	int fd = accept4(listeners[dest], NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("accept: %s", strerror(errno));
	return fd;
}

/* 0, or the errno of a range without a free port. */
static int full_range_error(const char *what)
{
	if (errno != EADDRNOTAVAIL && errno != EADDRINUSE && errno != EAGAIN)
		die("%s: %s", what, strerror(errno));
	return errno;
}

static bool occupy_port(const struct settings *set, unsigned int dest, unsigned int port)
{
	uint32_t window = port << 16 | port;
	struct sockaddr_storage addr;
	int fd = open_socket(set, 0);

	if (set->op == OP_CONNECT) {
		addr = with_port(set, set->server_port + dest);
		if (setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &window, sizeof(window)))
			die("IP_LOCAL_PORT_RANGE: %s", strerror(errno));
	} else {
		addr = with_port(set, port);
	}
	if ((set->op == OP_CONNECT ? connect : bind)(fd, (struct sockaddr *)&addr,
						      set->addr_len)) {
		full_range_error("occupying a port");
		close(fd);
		return false;
	}
	if (local_port(fd) != port)
		die("wanted to occupy port %u, got %u", port, local_port(fd));
	if (set->op == OP_CONNECT)
		accept_peer(dest);
	return true;
}

static uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);	/* splitmix64 */

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void shuffle(unsigned int *ports, unsigned int n, uint64_t *state)
{
	unsigned int i, j, swap;

	for (i = n; i > 1; i--) {
		j = (unsigned int)(random_next(state) % i);
		swap = ports[i - 1];
		ports[i - 1] = ports[j];
		ports[j] = swap;
	}
}

/*
 * The order in which a host's own traffic would have taken the ports: connect()
 * the ones at even distance from the range's start and then the others, bind(0)
 * the other way round, UDP all alike; at random within each of them.
 */
static unsigned int port_order(const struct settings *set, unsigned int *ports, uint64_t *state)
{
	unsigned int step = set->op == OP_UDP ? 1 : 2;
	unsigned int first = set->op == OP_BIND, n = 0, pass, start, port;

	for (pass = 0; pass < step; pass++) {
		start = n;
		for (port = set->low + (first + pass) % step; port <= set->high; port += step)
			ports[n++] = port;
		shuffle(ports + start, n - start, state);
	}
	return n;
}

/*
 * Occupies ports until each destination (or the bind space) has `ports` of
 * them; ports that the kernel doesn't give (reserved, in use) are passed over.
 * Returns the number that each one has now: lower only if the range is used up.
 */
unsigned int traffic_occupy(const struct settings *set, unsigned int ports)
{
	static unsigned int order[DESTINATIONS_MAX][PORTS_MAX];
	static unsigned int total, next[DESTINATIONS_MAX], busy[DESTINATIONS_MAX];
	unsigned int spaces = set->op == OP_CONNECT ? set->destinations : 1;
	unsigned int i, lowest = ports;
	uint64_t state = set->seed;

	if (!total)
		for (i = 0; i < spaces; i++)
			total = port_order(set, order[i], &state);
	for (i = 0; i < spaces; i++) {
		while (busy[i] < ports && next[i] < total)
			busy[i] += occupy_port(set, i, order[i][next[i]++]);
		if (busy[i] < lowest)
			lowest = busy[i];
	}
	return lowest;
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

int traffic_operate(const struct settings *set, unsigned int dest, uint64_t *ns)
{
	bool connects = set->op == OP_CONNECT;
	struct sockaddr_storage addr = with_port(set, connects ? set->server_port + dest : 0);
	int fd = open_socket(set, connects && set->nonblocking ? SOCK_NONBLOCK : 0);
	int peer = -1, error = 0, failed;
	uint64_t begin;

	begin = now();
	if (connects)
		failed = connect(fd, (struct sockaddr *)&addr, set->addr_len);
	else
		failed = bind(fd, (struct sockaddr *)&addr, set->addr_len);
	*ns = now() - begin;
	if (failed && connects && errno == EINPROGRESS) {
		wait_connected(fd);
		failed = 0;
	}
	if (failed)
		error = full_range_error(connects ? "connect" : "bind");
	else if (connects)
		peer = accept_peer(dest);
	begin = now();
	close(fd);
	if (set->time_close)
		*ns = now() - begin;
	if (peer >= 0)
		close(peer);
	return error;
}
