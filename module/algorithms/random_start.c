// SPDX-License-Identifier: GPL-2.0-only
/*
 * random_start - a random first port, upwards from there
 *
 * RFC 6056, section 3.3.1 (Simple Port Randomization Algorithm):
 *
 *	candidate k = min + (r + k) mod N, r drawn once per search
 *
 * The port behind a run of taken or reserved ports inherits the weight of the
 * whole run: not for big lists of reserved ports (section 5).
 */

#include "algorithms.h"
#include "draw.h"

static u32 random_start_first(void *state, struct dynport_request *req)
{
	return dynport_draw(state, req, false);
}

struct dynport_algorithm dynport_random_start = {
	.name		= "random_start",
	.first		= random_start_first,
	.memoryless	= true,
	.state_size	= sizeof(struct dynport_drawn),
};
