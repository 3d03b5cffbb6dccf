// SPDX-License-Identifier: GPL-2.0-only
/*
 * drain.c - wait until the network has done what it had been given
 *
 * What is sent over loopback waits in a queue of the sending CPU, in order, and
 * is mostly dealt with before the call returns. On a busy machine ksoftirqd does
 * it, later: a reset, or the end of a connection, would come early in one world
 * and late in the other. So all calls come from one CPU, and a datagram of a
 * third namespace is sent and awaited behind whatever they sent. An answer, and
 * the answer to that, have their turn after it; hence several, one by one.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "differential.h"

#define DRAIN_ROUNDS	4	/* SYN, SYN+ACK, ACK, and a reset */
#define DRAIN_SECONDS	20

static int drain_fd = -1;

int drain_open(void)
{
	struct timeval patience = { .tv_sec = DRAIN_SECONDS };
	union port_address self = port_wildcard(AF_INET, 0);
	socklen_t size = sizeof(self);
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return -errno;
	if (netns_enter_new())
		return -errno;
	self.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	drain_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (drain_fd < 0 || bind(drain_fd, &self.any, size) ||
	    getsockname(drain_fd, &self.any, &size) ||
	    connect(drain_fd, &self.any, size) ||
	    setsockopt(drain_fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)))
		return -errno;
	return 0;
}

/* Without it nothing can be compared: both worlds would fail alike. */
void drain(void)
{
	char byte = 'd';
	int i;

	for (i = 0; i < DRAIN_ROUNDS; i++)
		if (send(drain_fd, &byte, 1, 0) != 1 ||
		    recv(drain_fd, &byte, 1, 0) != 1) {
			perror("differential: drain");
			exit(2);
		}
}
