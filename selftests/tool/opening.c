// SPDX-License-Identifier: GPL-2.0-only
/*
 * opening PEER ADDRESS N tcp|udp - how long after bind() a firewall lets clients
 * in. N times, in the namespace that it is started in: a socket is bound to port
 * 0 of ADDRESS; from then on a client in the network namespace of the file PEER
 * knocks, again and again, until it is heard. The socket is closed, and the next
 * one made. Prints "median MICROSECONDS" and "worst MICROSECONDS".
 *
 * A knock is a datagram, or a connection attempt, given up after a moment: a SYN
 * that was dropped would be repeated only after a second.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "address.h"

/* Seconds after which a port won't open any more. */
#define BOUND 20

static int home, peer;
static int type;
static struct address address;

static void enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		err(1, "setns");
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static struct sockaddr_in name_make(unsigned int port)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};

	memcpy(&name.sin_addr, address.bytes, 4);
	return name;
}

static int socket_in(int ns)
{
	int fd;

	enter(ns);
	fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(1, "socket");
	enter(home);
	return fd;
}

/* True if it was heard within a moment. */
static bool knock(int client, int server, const struct sockaddr_in *name)
{
	struct pollfd heard = { .fd = server, .events = POLLIN };

	if (type == SOCK_DGRAM) {
		if (sendto(client, "", 1, 0, (const struct sockaddr *)name,
			   sizeof(*name)) < 0 && errno != ECONNREFUSED)
			err(1, "sendto");
	} else if (connect(client, (const struct sockaddr *)name, sizeof(*name)) &&
		   errno != EINPROGRESS) {
		err(1, "connect");
	}
	return poll(&heard, 1, 1) == 1;
}

static double opening(void)
{
	struct sockaddr_in name = name_make(0);
	int server = socket_in(home), client = -1;
	socklen_t len = sizeof(name);
	double began, ended;

	began = now();
	if (bind(server, (struct sockaddr *)&name, sizeof(name)) ||
	    (type == SOCK_STREAM && listen(server, 8)))
		err(1, "bind");
	if (getsockname(server, (struct sockaddr *)&name, &len))
		err(1, "getsockname");
	for (;;) {
		bool heard;

		if (client < 0)
			client = socket_in(peer);
		heard = knock(client, server, &name);
		ended = now();
		if (heard)
			break;
		if (ended > began + BOUND)
			errx(1, "port %u isn't open after %d s", ntohs(name.sin_port),
			     BOUND);
		if (type == SOCK_STREAM) {
			close(client);
			client = -1;
		}
	}
	close(client);
	close(server);
	return ended - began;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	unsigned long count, i;
	double *times;

	if (argc != 5)
		errx(2, "usage: opening PEER ADDRESS N tcp|udp");
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	peer = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (home < 0 || peer < 0)
		err(1, "%s", argv[1]);
	count = strtoul(argv[3], NULL, 10);
	if (!address_parse(argv[2], &address) || address.family != AF_INET || !count)
		errx(2, "an IPv4 address, and how often?");
	type = strcmp(argv[4], "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
	times = calloc(count, sizeof(*times));
	if (!times)
		err(1, "memory");
	for (i = 0; i < count; i++)
		times[i] = opening();
	qsort(times, count, sizeof(*times), by_size);
	printf("median %.0f\nworst %.0f\n", times[count / 2] * 1e6, times[count - 1] * 1e6);
	free(times);
	return 0;
}
