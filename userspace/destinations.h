/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Port spaces by how full they are, with and without a map: each destination
 * that the namespace's TCP sockets are connected to, from each local address,
 * and what TCP bind(0) and UDP choose from. Made from a list of sockets and the
 * module's spaces; pure.
 */
#ifndef DYNPORTCTL_DESTINATIONS_H
#define DYNPORTCTL_DESTINATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapped.h"
#include "ports.h"
#include "sockdiag.h"

struct destination {
	struct space_key key;
	unsigned int ports;	/* that it may use: not reserved */
	unsigned int used;	/* by a live socket or in TIME_WAIT */
	unsigned int time_wait;	/* of them; as far as sockets tell */
	unsigned int bound;	/* likewise, on a port of bind(0)'s class */
	bool mapped;		/* @used is from its map, and so is: */
	uint64_t searches, failed;

	/* set by destinations_trend() */
	bool trend_known;
	double trend;		/* ports per second, smoothed */
};

struct socket_owned {
	uint32_t inode;
	uint32_t destination;	/* its index */
};

struct destinations {
	size_t count, room;
	struct destination *at;
	size_t owned_count, owned_room;
	struct socket_owned *owned;	/* sockets that a process has open */
	uint32_t *slot;			/* hash table: index + 1, 0: free */
	size_t slots;
	unsigned int sockets, time_wait;	/* of all */
	const struct port_set *reserved;
	unsigned int class_low, class_stride;	/* stride 0: no classes */
	struct port_set listening;		/* of TCP */
	struct port_set tcp, udp;		/* in use */
};

/* Empty; to be freed with destinations_free(). @reserved ports don't count. */
void destinations_init(struct destinations *d, const struct port_set *reserved);
void destinations_free(struct destinations *d);

/*
 * Before any socket: every @stride-th port, counted from @low, is of bind(0)'s
 * class, which connect() leaves alone while it has others.
 */
void destinations_classes(struct destinations *d, unsigned int low,
			  unsigned int stride);

/*
 * Notes that there is a listener. All of them come before other sockets: a
 * connection that a listener accepted chose no port.
 */
void destinations_add_listener(struct destinations *d,
			       const struct sockdiag_socket *socket);
void destinations_add_socket(struct destinations *d,
			     const struct sockdiag_socket *socket);

/* When all have come; @ports: how many a path may use. */
void destinations_finish(struct destinations *d,
			 const unsigned int ports[PATHS],
			 const struct mapped_list *mapped);

/* Takes the trend from what was @seconds before. */
void destinations_trend(struct destinations *d,
			const struct destinations *before, double seconds);

/* Share of its ports that is used, 0..1. */
double destination_share(const struct destination *destination);

/* Seconds until no port is free if it goes on like this; < 0: it never comes. */
double destination_seconds_left(const struct destination *destination);

/*
 * The @count fullest, fullest first, as indices in @top; returns how many there
 * are. Either of those with a peer (path connect), or of the others.
 */
size_t destinations_top(const struct destinations *d, bool with_peer,
			uint32_t *top, size_t count);

#endif
