// SPDX-License-Identifier: GPL-2.0-only
/*
 * bsd - one counter, upwards
 *
 * RFC 6056, section 2.2, the picker of the traditional BSD stack:
 *
 *	candidate k = min + (next++ mod N)
 *
 * Predictable by anyone who sees one port: for comparison and for debugging.
 * The counter starts at 0, so the first port is the lowest one.
 */
#include <linux/atomic.h>

#include "algorithms.h"

struct bsd_state {
	atomic_t next;
};

static u32 bsd_first(void *state, struct dynport_request *req)
{
	struct bsd_state *bsd = state;

	return (u32)atomic_fetch_inc(&bsd->next) % req->ports.count;
}

/* The next search goes on behind the ports that this one found taken. */
static void bsd_passed(void *state, struct dynport_request *req, u32 steps)
{
	struct bsd_state *bsd = state;

	atomic_add(steps, &bsd->next);
}

struct dynport_algorithm dynport_bsd = {
	.name		= "bsd",
	.state_size	= sizeof(struct bsd_state),
	.first		= bsd_first,
	.passed		= bsd_passed,
};
