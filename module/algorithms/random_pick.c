// SPDX-License-Identifier: GPL-2.0-only
/*
 * random_pick - every candidate drawn afresh
 *
 * RFC 6056, section 3.3.2 (Another Simple Port Randomization Algorithm):
 *
 *	candidate k = min + r_k mod N, r_k drawn for each candidate
 *
 * As published it gives up with ports still free, with probability u^N at
 * occupancy u; here the search limits the draws and the kernel's own search
 * has the last word; with a port map the draw is exactly uniform over the free
 * ports, whatever u is. But for the last four ports, which it passes by (draw.h),
 * nothing can be learned from earlier ones.
 */
#include "algorithms.h"
#include "draw.h"

static u32 random_pick_first(void *state, struct dynport_request *req)
{
	return dynport_draw(state, req, false);
}

static u32 random_pick_next(void *state, struct dynport_request *req,
			    u32 index)
{
	return dynport_draw(state, req, true);
}

struct dynport_algorithm dynport_random_pick = {
	.name		= "random_pick",
	.first		= random_pick_first,
	.next		= random_pick_next,
	.uniform	= true,
	.memoryless	= true,
	.state_size	= sizeof(struct dynport_drawn),
};
