// SPDX-License-Identifier: GPL-2.0-only
/*
 * least_recent - random among the ports not used for long
 *
 * Beyond RFC 6056, for its requirement that a tuple stay unused as long as
 * possible (sections 2.3 and 3.1; RFC 1337 on what reuse meets in TIME_WAIT).
 *
 *	candidate k = uniform over the ports not handed out in the last N/2
 *		      choices
 *
 * N is the number of ports that this search chooses from: the path's class of
 * them, or the window of a socket that has its own. Each port has the number of
 * the choice in which it was handed out last. The half or more of the ports
 * whose number is old enough are drawn from, so a port comes back after at least
 * N/2 choices as long as one of these is free, and each choice is worth log2(N/2)
 * bits.
 *
 * Choices from the class of connect() and from that of bind(0) are counted
 * apart: many of the one don't make the other's ports seem old. A port has both
 * counts as they were when it was handed out, to whomever. They have 16 bits,
 * so a port that wasn't handed out for 65536 choices is passed over for N/2
 * ones: no loss, there are others.
 *
 * Somebody who watches several hundred connections can tell that ports never
 * repeat.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include "algorithms.h"
#include "random.h"

#define DRAWS		16	/* before the ports are walked */
#define AGE_MAX		0x8000U	/* in choices; no N/2 is larger */

struct least_recent_state {
	u32 handed_out[65536];	/* by port: choices as they were then */
	/*
	 * Choices so far, each half of it modulo 65536: of connect's ports in
	 * the lower one, of bind's in the upper one, which gets one too many
	 * when the lower one is carried over.
	 */
	atomic_t choices;
};

/* The class of bind(0)? A window without classes goes with connect's. */
static bool least_recent_is_bind(const struct dynport_ports *ports)
{
	return ports->skew;
}

/* Choices from @ports between two times, 0 .. 65535. */
static u16 least_recent_between(const struct dynport_ports *ports, u32 before,
				u32 now)
{
	if (least_recent_is_bind(ports))
		return (now >> 16) - (before >> 16);
	return now - before;
}

/*
 * Hand out a port, unless it was, less than half of @ports choices ago, or
 * another CPU is handing it out now.
 */
static bool least_recent_take(struct least_recent_state *recent,
			      const struct dynport_ports *ports, u32 index,
			      u32 now)
{
	u32 *handed_out = &recent->handed_out[dynport_ports_nth(ports, index)];
	u32 before = READ_ONCE(*handed_out);

	return least_recent_between(ports, before, now) >=
	       DIV_ROUND_UP(ports->count, 2) &&
	       cmpxchg(handed_out, before, now) == before;
}

static void least_recent_mark(struct least_recent_state *recent, u16 port)
{
	WRITE_ONCE(recent->handed_out[port], atomic_read(&recent->choices));
}

static u32 least_recent_draw(struct least_recent_state *recent,
			     const struct dynport_ports *ports, u32 now)
{
	u32 index, i;

	for (i = 0; i < DRAWS; i++) {
		index = dynport_random_below(ports->count);
		if (least_recent_take(recent, ports, index, now))
			return index;
	}

	for (i = 0; i < ports->count; i++) {
		index = dynport_ports_wrap(ports, index);
		if (least_recent_take(recent, ports, index, now))
			return index;
	}
	/* It is early: searches with another set of ports have the rest. */
	least_recent_mark(recent, dynport_ports_nth(ports, index));
	return index;
}

/* It wasn't handed out after all: as old as can be. */
static void least_recent_unmark(struct least_recent_state *recent, u16 port)
{
	WRITE_ONCE(recent->handed_out[port],
		   atomic_read(&recent->choices) ^ (AGE_MAX | AGE_MAX << 16));
}

/* Before the first choice every port is as old as can be. */
static int least_recent_init(void *state)
{
	struct least_recent_state *recent = state;

	atomic_set(&recent->choices, AGE_MAX | AGE_MAX << 16);
	return 0;
}

static u32 least_recent_first(void *state, struct dynport_request *req)
{
	struct least_recent_state *recent = state;

	u32 now;

	now = atomic_add_return(least_recent_is_bind(&req->ports) ? 1 << 16 : 1,
				&recent->choices);
	return least_recent_draw(recent, &req->ports, now);
}

/* What was reserved or refused wasn't handed out: it doesn't keep its mark. */
static u32 least_recent_next(void *state, struct dynport_request *req,
			     u32 index)
{
	struct least_recent_state *recent = state;
	u32 next;

	next = least_recent_draw(recent, &req->ports,
				 atomic_read(&recent->choices));
	least_recent_unmark(recent, dynport_ports_nth(&req->ports, index));
	return next;
}

static void least_recent_moved(void *state, struct dynport_request *req,
			       u32 from, u32 to)
{
	least_recent_unmark(state, dynport_ports_nth(&req->ports, from));
	least_recent_mark(state, dynport_ports_nth(&req->ports, to));
}

static void least_recent_taken(void *state, struct dynport_request *req,
			       u16 port)
{
	least_recent_mark(state, port);
}

struct dynport_algorithm dynport_least_recent = {
	.name		= "least_recent",
	.state_size	= sizeof(struct least_recent_state),
	.init		= least_recent_init,
	.first		= least_recent_first,
	.next		= least_recent_next,
	.moved		= least_recent_moved,
	.taken		= least_recent_taken,
};
