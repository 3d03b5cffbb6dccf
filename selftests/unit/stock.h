/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stock.h - how Linux 6.12 itself picks a dynamic port
 *
 * A model of the three pickers, in the order in which each tries ports, with
 * the same state and the same draws; the sockets are a bitmap of busy ports.
 * Knows nothing of dynport. Times come from jiffies.
 */
#ifndef DYNPORT_UNIT_STOCK_H
#define DYNPORT_UNIT_STOCK_H

#include <linux/siphash.h>
#include <net/net_namespace.h>

#define STOCK_CELLS		65536	/* counters of connect() */
#define STOCK_SHUFFLE_SECONDS	10	/* life of a destination's offset */
#define STOCK_UDP_SLOTS		1024	/* hash slots; 1 GiB of memory has these */

/* A destination, in IPv4. */
struct peer {
	u32 address;
	u16 port;
};

struct stock {
	siphash_key_t secret;
	u32 perturb[STOCK_CELLS];
};

/* What one request may choose from. */
struct stock_request {
	const struct net *net;		/* its reserved ports */
	const unsigned long *busy;	/* ports refused, by number */
	u32 low, high;			/* both included */
	bool own_range;			/* IP_LOCAL_PORT_RANGE: one pass */
	u32 probes;			/* out: ports looked at */
};

void stock_init(struct stock *stock);

/*
 * A port, or -EADDRNOTAVAIL, -EADDRINUSE and -EAGAIN as connect(), bind() and
 * UDP's autobind fail. @commit: the connection comes about, its counter
 * advances.
 */
int stock_connect(struct stock *stock, struct stock_request *req, u32 laddr,
		  const struct peer *peer, bool commit);
int stock_bind(struct stock_request *req);
int stock_udp(struct stock_request *req);

#endif
