// SPDX-License-Identifier: GPL-2.0-only
/*
 * stock.c - how Linux 6.12 itself picks a dynamic port
 *
 * Follows __inet_hash_connect(), inet_csk_find_open_port() (a socket without
 * SO_REUSEADDR) and udp_lib_get_port().
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <net/ip.h>

#include "stock.h"

void stock_init(struct stock *stock)
{
	get_random_bytes(stock, sizeof(*stock));
}

static bool stock_is_free(struct stock_request *req, u32 port)
{
	req->probes++;
	return !inet_is_local_reserved_port(req->net, port) &&
	       !test_bit(port, req->busy);
}

/*
 * Once around the window from @offset in strides of @step. Returns the distance
 * gone, or -1.
 */
static int stock_walk(struct stock_request *req, u32 remaining, u32 offset,
		      u32 step, u32 *port)
{
	u32 i;

	*port = req->low + offset;
	for (i = 0; i < remaining; i += step, *port += step) {
		if (*port > req->high)
			*port -= remaining;
		if (stock_is_free(req, *port))
			return i;
	}
	return -1;
}

/*
 * RFC 6056, section 3.3.4, in strides of two: ports of the lowest one's parity
 * first, then the others. In an odd window the first port or the last is passed
 * by, as @offset has it, except where the socket has a range of its own.
 */
int stock_connect(struct stock *stock, struct stock_request *req, u32 laddr,
		  const struct peer *peer, bool commit)
{
	u64 hash = siphash_4u32(laddr, peer->address, peer->port,
				jiffies / (STOCK_SHUFFLE_SECONDS * HZ),
				&stock->secret);
	u32 *cell = &stock->perturb[hash % STOCK_CELLS];
	u32 remaining = req->high - req->low + 1;
	u32 step = req->own_range ? 1 : 2;
	u32 offset, pass, port;
	int gone = -1;

	if (step == 2 && remaining > 1)
		remaining &= ~1U;
	offset = (*cell + (u32)(hash >> 32)) % remaining;
	if (step == 2)
		offset &= ~1U;

	for (pass = 0; pass < (remaining > 1 ? step : 1) && gone < 0; pass++)
		gone = stock_walk(req, remaining, offset + pass, step, &port);
	if (gone < 0)
		return -EADDRNOTAVAIL;
	if (commit)
		*cell += max((u32)gone, get_random_u32_below(8) * step) + step;
	return port;
}

/* A random start, the other parity than connect()'s first. */
int stock_bind(struct stock_request *req)
{
	u32 remaining = req->high - req->low + 1, offset, port;

	if (remaining > 1)
		remaining &= ~1U;
	offset = get_random_u32_below(remaining) | 1;
	if (stock_walk(req, remaining, offset, 2, &port) < 0 &&
	    stock_walk(req, remaining, offset - 1, 2, &port) < 0)
		return -EADDRINUSE;
	return port;
}

/*
 * A random start, then the ports of its hash slot in strides of a random odd
 * multiple of the slots, then the next slot.
 */
int stock_udp(struct stock_request *req)
{
	u32 draw = get_random_u32(), slot;
	u16 first = ((u64)draw * (req->high - req->low + 1) >> 32) + req->low;
	u16 stride = (draw | 1) * STOCK_UDP_SLOTS;

	for (slot = 0; slot < STOCK_UDP_SLOTS; slot++, first++) {
		u16 port = first;

		do {
			if (port >= req->low && port <= req->high &&
			    stock_is_free(req, port))
				return port;
			port += stride;
		} while (port != first);
	}
	return -EAGAIN;
}
