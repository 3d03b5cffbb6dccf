// SPDX-License-Identifier: GPL-2.0-only
/*
 * least_recent - random among the ports not used for long
 *
 * Beyond RFC 6056, for its requirement that a tuple stay unused as long as
 * possible (sections 2.3 and 3.1; RFC 1337 on what reuse meets in TIME_WAIT).
 *
 *	candidate k = uniform over the ports without a mark
 *
 * A port that is handed out gets a mark. N/4 choices make a generation; the
 * marks of the current and the two previous ones count. So a port comes back
 * after at least N/2 choices as long as the N/4 or more ports without a mark
 * hold one that is free, and each choice is worth log2(N/4) bits. N is the
 * size of the largest set that was drawn from (with bind_stride 2, half of the
 * range).
 *
 * Somebody who watches several hundred connections can tell that ports never
 * repeat.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/minmax.h>

#include "algorithms.h"
#include "random.h"

#define GENERATIONS	3	/* the current one and two before it */
#define DRAWS		16	/* before the marks are walked: (3/4)^16 = 1 % */

struct least_recent_state {
	/* Marks by port number, set and read without a lock. */
	DECLARE_BITMAP(marks[GENERATIONS], 65536);
	u32 ports;		/* N: the largest set so far */
	atomic_t choices;	/* in the current generation */
	unsigned int current_generation; /* written by whom choices chose */
};

static bool is_marked(const struct least_recent_state *recent, u16 port)
{
	return test_bit(port, recent->marks[0]) ||
	       test_bit(port, recent->marks[1]) ||
	       test_bit(port, recent->marks[2]);
}

static u32 least_recent_draw(const struct least_recent_state *recent,
			     const struct dynport_ports *ports)
{
	u32 index, i;

	for (i = 0; i < DRAWS; i++) {
		index = dynport_random_below(ports->count);
		if (!is_marked(recent, dynport_ports_nth(ports, index)))
			return index;
	}

	/* Few are left: the next one without a mark, once around. */
	for (i = 0; i < ports->count; i++) {
		index = dynport_ports_wrap(ports, index);
		if (!is_marked(recent, dynport_ports_nth(ports, index)))
			break;
	}
	return index;
}

static void least_recent_mark(struct least_recent_state *recent,
			      const struct dynport_ports *ports, u32 index)
{
	set_bit(dynport_ports_nth(ports, index),
		recent->marks[READ_ONCE(recent->current_generation)]);
}

static void least_recent_unmark(struct least_recent_state *recent,
				const struct dynport_ports *ports, u32 index)
{
	clear_bit(dynport_ports_nth(ports, index),
		  recent->marks[READ_ONCE(recent->current_generation)]);
}

/* Count a choice; the one that completes a generation begins the next. */
static void least_recent_count(struct least_recent_state *recent, u32 count)
{
	u32 ports = READ_ONCE(recent->ports), choices;
	unsigned int oldest;

	/* A narrow window of one socket must not age everybody's marks. */
	if (unlikely(ports < count)) {
		ports = count;
		WRITE_ONCE(recent->ports, ports);
	}

	choices = atomic_inc_return(&recent->choices);
	if (likely(choices < max(ports / 4, 1U)))
		return;
	/* Of the CPUs that come here, the one that resets the count goes on. */
	if (atomic_cmpxchg(&recent->choices, choices, 0) != choices)
		return;
	oldest = (READ_ONCE(recent->current_generation) + 1) % GENERATIONS;
	bitmap_zero(recent->marks[oldest], 65536);
	WRITE_ONCE(recent->current_generation, oldest);
}

static u32 least_recent_first(void *state, struct dynport_request *req)
{
	struct least_recent_state *recent = state;
	u32 index = least_recent_draw(recent, &req->ports);

	least_recent_mark(recent, &req->ports, index);
	least_recent_count(recent, req->ports.count);
	return index;
}

/* What was reserved or refused wasn't handed out: it doesn't keep its mark. */
static u32 least_recent_next(void *state, struct dynport_request *req,
			     u32 index)
{
	struct least_recent_state *recent = state;

	least_recent_unmark(recent, &req->ports, index);
	index = least_recent_draw(recent, &req->ports);
	least_recent_mark(recent, &req->ports, index);
	return index;
}

static void least_recent_moved(void *state, struct dynport_request *req,
			       u32 from, u32 to)
{
	least_recent_unmark(state, &req->ports, from);
	least_recent_mark(state, &req->ports, to);
}

struct dynport_algorithm dynport_least_recent = {
	.name		= "least_recent",
	.state_size	= sizeof(struct least_recent_state),
	.first		= least_recent_first,
	.next		= least_recent_next,
	.moved		= least_recent_moved,
};
