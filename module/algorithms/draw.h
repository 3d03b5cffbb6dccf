/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * draw.h - a port at random, but none of the last few
 *
 * For random_pick and random_start, which remember the last ones drawn: a program
 * that makes one connection after the other has just released those. See recent.h
 * for why that matters.
 */
#ifndef DYNPORT_DRAW_H
#define DYNPORT_DRAW_H

#include <linux/compiler.h>

#include "algorithm.h"
#include "random.h"
#include "recent.h"

/*
 * An algorithm's state. CPUs that draw at once may forget each other's ports: it is
 * a hint.
 */
struct dynport_drawn {
	u64 recent;
};

/* @index is a @recent one: another one, if there are more than those. */
u32 dynport_draw_again(const struct dynport_request *req, u64 recent, u32 index);

/*
 * A number of the tier's, uniform over all but DYNPORT_RECENT of them, where there
 * are more. @instead: of the one drawn before, which couldn't be used.
 */
static __always_inline u32 dynport_draw(struct dynport_drawn *drawn,
					const struct dynport_request *req,
					bool instead)
{
	u32 index = dynport_random_below(req->ports.count);
	u16 port = dynport_ports_nth(&req->ports, index);
	u64 recent = READ_ONCE(drawn->recent);

	if (instead)
		recent = dynport_recent_drop(recent);
	if (unlikely(dynport_recent_has(recent, port))) {
		index = dynport_draw_again(req, recent, index);
		port = dynport_ports_nth(&req->ports, index);
	}
	WRITE_ONCE(drawn->recent, dynport_recent_add(recent, port));
	return index;
}

#endif
