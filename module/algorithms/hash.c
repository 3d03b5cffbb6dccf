// SPDX-License-Identifier: GPL-2.0-only
/*
 * hash - a secret offset for each destination, one counter for all
 *
 * RFC 6056, section 3.3.3 (Simple Hash-Based Port Selection Algorithm):
 *
 *	candidate k = min + (F(laddr, raddr, rport, key) + c) mod N,
 *	c++ per candidate
 *
 * One destination sees ascending ports, so a port comes back late. It also
 * sees by how much c grew: the number of connections to everybody else.
 *
 * Without a peer there is no tuple to hash: a random start instead (section
 * 3.5).
 */
#include <linux/atomic.h>
#include <linux/random.h>

#include "algorithms.h"
#include "random.h"
#include "tuple_hash.h"

struct hash_state {
	siphash_key_t key;	/* constant after init */
	atomic_t counter;
	struct tuple_cache cache;
};

static int hash_init(void *state)
{
	struct hash_state *hash = state;

	get_random_bytes(&hash->key, sizeof(hash->key));
	return 0;
}

static u32 hash_first(void *state, struct dynport_request *req)
{
	struct hash_state *hash = state;
	u32 c, f;

	if (!dynport_has_peer(req))
		return dynport_random_below(req->ports.count);

	c = atomic_fetch_inc(&hash->counter);
	f = tuple_hash(&hash->cache, req, &hash->key, 1);
	return (f + c) % req->ports.count;
}

static void hash_passed(void *state, struct dynport_request *req, u32 steps)
{
	struct hash_state *hash = state;

	if (dynport_has_peer(req))
		atomic_add(steps, &hash->counter);
}

struct dynport_algorithm dynport_hash = {
	.name		= "hash",
	.state_size	= sizeof(struct hash_state),
	.init		= hash_init,
	.first		= hash_first,
	.passed		= hash_passed,
};
