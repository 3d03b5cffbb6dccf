// SPDX-License-Identifier: GPL-2.0-only
/*
 * randinc - one counter, upwards in random strides
 *
 * RFC 6056, section 3.3.5 (Random-Increments Port Selection Algorithm):
 *
 *	candidate k = min + ((next += 1 + uniform(n)) mod N)
 *
 * with n = random_increment_max, at most the number of ports. A small n can be
 * guessed, a large one meets ports in use as often as random_pick.
 */
#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/random.h>

#include "algorithms.h"
#include "random.h"

struct randinc_state {
	atomic_t next;
};

static int randinc_init(void *state)
{
	struct randinc_state *randinc = state;

	atomic_set(&randinc->next, get_random_u32());
	return 0;
}

static u32 randinc_first(void *state, struct dynport_request *req)
{
	u32 n = min(READ_ONCE(req->tunables->random_increment_max),
		    req->ports.count);
	struct randinc_state *randinc = state;
	u32 next;

	next = atomic_add_return(1 + dynport_random_below(n), &randinc->next);
	return next % req->ports.count;
}

static u32 randinc_next(void *state, struct dynport_request *req,
			u32 index)
{
	return randinc_first(state, req);
}

struct dynport_algorithm dynport_randinc = {
	.name		= "randinc",
	.state_size	= sizeof(struct randinc_state),
	.init		= randinc_init,
	.first		= randinc_first,
	.next		= randinc_next,
};
