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
 * number of ports of the set in use (with bind_stride 2, half of the range).
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
	atomic_t choices;	/* in the current generation */
	unsigned int current_generation; /* written by whom choices chose */
};

static bool is_marked(const struct least_recent_state *recent, u16 port)
{
	return test_bit(port, recent->marks[0]) ||
	       test_bit(port, recent->marks[1]) ||
	       test_bit(port, recent->marks[2]);
}

static u32 least_recent_first(void *state, struct dynport_request *req)
{
	const struct dynport_ports *ports = &req->ports;
	struct least_recent_state *recent = state;
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

static u32 least_recent_next(void *state, struct dynport_request *req,
			     u32 index)
{
	return least_recent_first(state, req);
}

static void least_recent_commit(void *state, struct dynport_request *req,
				u32 index, u32 steps)
{
	u32 generation = max(req->ports.count / 4, 1U);
	struct least_recent_state *recent = state;
	unsigned int now = READ_ONCE(recent->current_generation);
	u32 choices;

	set_bit(dynport_ports_nth(&req->ports, index), recent->marks[now]);

	choices = atomic_inc_return(&recent->choices);
	if (choices < generation)
		return;
	/* Of the CPUs that come here, the one that resets the count goes on. */
	if (atomic_cmpxchg(&recent->choices, choices, 0) != choices)
		return;
	now = (now + 1) % GENERATIONS;
	bitmap_zero(recent->marks[now], 65536);
	WRITE_ONCE(recent->current_generation, now);
}

struct dynport_algorithm dynport_least_recent = {
	.name		= "least_recent",
	.state_size	= sizeof(struct least_recent_state),
	.first		= least_recent_first,
	.next		= least_recent_next,
	.commit		= least_recent_commit,
};
