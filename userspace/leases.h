/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leases of a namespace, kept up to date by dump and events, and the ports
 * that they make: several sockets may hold one port, so a port is held until
 * the last of them is gone. Pure, but for the memory.
 */
#ifndef DYNPORTCTL_LEASES_H
#define DYNPORTCTL_LEASES_H

#include <stdint.h>

#include "messages.h"
#include "ports.h"

/* Protocols that have a set. Leases of others (UDP-Lite) are passed over. */
enum lease_protocol { LEASE_TCP, LEASE_UDP, LEASE_PROTOCOLS };

struct leases {
	void *by_cookie;			/* a tree of tsearch(3) */
	uint32_t holders[LEASE_PROTOCOLS][PORTS_ALL];
	struct port_set held[LEASE_PROTOCOLS];	/* those with a holder */
};

/* To begin with, all bytes of it are 0. */
void leases_clear(struct leases *leases);

/*
 * A socket has one lease: adding one that is known changes nothing, or it moves
 * to another port. So events may be told that a dump has told already.
 */
void leases_add(struct leases *leases, const struct message_lease *lease);
/* Ends it; harmless if it isn't known. */
void leases_remove(struct leases *leases, const struct message_lease *lease);

#endif
