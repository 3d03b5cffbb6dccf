// SPDX-License-Identifier: GPL-2.0-only
/*
 * occupy.c - ports in use, as many as wanted
 *
 * Occupied ports stay occupied until the program ends. They get there one by
 * one: a connection by a socket whose IP_LOCAL_PORT_RANGE is that one port, so
 * that the kernel is left with the very state that an ephemeral connect()
 * leaves, without its search; a bind by its number.
 */
#define _GNU_SOURCE
#include "portcost.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/*
 * Occupies a port, for one destination. Returns the socket, and the listener's
 * end in *peer (-1: none); -1 if the kernel doesn't give the port.
 */
int occupy_port(const struct settings *set, unsigned int dest, unsigned int port, int *peer)
{
	struct sockaddr_storage addr;
	int fd = traffic_open(set, 0);

	if (set->op == OP_CONNECT) {
		addr = traffic_address(set, set->server_port + dest);
		traffic_set_range(fd, port, port);
	} else {
		addr = traffic_address(set, port);
	}
	if ((set->op == OP_CONNECT ? connect : bind)(fd, (struct sockaddr *)&addr,
						      set->addr_len)) {
		traffic_full_error("occupying a port");
		close(fd);
		return -1;
	}
	if (traffic_local_port(fd) != port)
		die("wanted to occupy port %u, got %u", port, traffic_local_port(fd));
	*peer = set->op == OP_CONNECT ? traffic_accept(dest) : -1;
	return fd;
}

static void shuffle(unsigned int *ports, unsigned int n, uint64_t *state)
{
	unsigned int i, j, swap;

	for (i = n; i > 1; i--) {
		j = (unsigned int)(traffic_random(state) % i);
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
unsigned int occupy_order(const struct settings *set, unsigned int *ports, uint64_t *state)
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
unsigned int occupy_ports(const struct settings *set, unsigned int ports)
{
	static unsigned int order[DESTINATIONS_MAX][PORTS_MAX];
	static unsigned int total, next[DESTINATIONS_MAX], busy[DESTINATIONS_MAX];
	unsigned int spaces = set->op == OP_CONNECT ? set->destinations : 1;
	unsigned int i, lowest = ports;
	uint64_t state = set->seed;
	int peer;

	if (!total)
		for (i = 0; i < spaces; i++)
			total = occupy_order(set, order[i], &state);
	for (i = 0; i < spaces; i++) {
		while (busy[i] < ports && next[i] < total)
			busy[i] += occupy_port(set, i, order[i][next[i]++], &peer) >= 0;
		if (busy[i] < lowest)
			lowest = busy[i];
	}
	return lowest;
}

