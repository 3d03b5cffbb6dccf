// SPDX-License-Identifier: GPL-2.0-only
/*
 * doublehash - a secret offset for each destination, and one of many counters
 *
 * RFC 6056, section 3.3.4 (Double-Hash Port Selection Algorithm):
 *
 *	candidate k = min + (F(tuple, key) + table[G(tuple, key) mod T] + k) mod N
 *
 * Deviations: T is 65,536, for with a small table two destinations that share a
 * cell identify the device (CVE-2022-32296; the RFC's example has T = 10). F
 * and G are the halves of one 64-bit SipHash, which are as independent as two
 * keys make them. A cell advances by one and by 0 to 7 at random, besides the
 * steps taken. Keys are replaced every rekey_seconds
 * (section 3.4), by the search that finds them old; the cells stay, since with
 * a new G nobody can tell which was whose.
 *
 * Without a peer there is no tuple to hash: a random start instead (section
 * 3.5).
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/random.h>

#include "algorithms.h"
#include "random.h"
#include "stats.h"
#include "tuple_hash.h"

#define DOUBLEHASH_CELLS	65536	/* T */
#define DOUBLEHASH_NOISE	8	/* 0 .. 7 */

struct doublehash_state {
	/*
	 * keys[generation % 2] serves searches. A new key is written into the
	 * other slot and published with smp_store_release(), which pairs with
	 * smp_load_acquire() in doublehash_first(). A search that holds on to
	 * a slot for a whole key period gets a torn, still secret, key.
	 */
	siphash_key_t keys[2];
	u32 generation;		/* 1 for the first key */
	struct tuple_cache cache;
	/* jiffies; who replaces an old value by now makes the next key. */
	unsigned long born;
	/*
	 * Cells are advanced without a lock, as table_perturb[] is: of two
	 * CPUs that connect to one destination at the same instant, one
	 * advance may be lost, and costs a refused candidate.
	 */
	u32 cells[DOUBLEHASH_CELLS];
};

static int doublehash_init(void *state)
{
	struct doublehash_state *doublehash = state;

	BUILD_BUG_ON(!is_power_of_2(DOUBLEHASH_CELLS));
	doublehash->born = jiffies;
	doublehash->generation = 1;
	get_random_bytes(doublehash->keys, sizeof(doublehash->keys));
	get_random_bytes(doublehash->cells, sizeof(doublehash->cells));
	return 0;
}

static bool doublehash_is_old(const struct doublehash_state *doublehash,
			      struct dynport_request *req)
{
	u32 seconds = READ_ONCE(req->tunables->rekey_seconds);

	return seconds && time_after_eq(jiffies, READ_ONCE(doublehash->born) +
						 (unsigned long)seconds * HZ);
}

static void doublehash_rekey(struct doublehash_state *doublehash,
			     struct dynport_request *req)
{
	unsigned long born = READ_ONCE(doublehash->born);
	u32 next;

	/* Whoever is first does it; the others use the old key once more. */
	if (!doublehash_is_old(doublehash, req) ||
	    cmpxchg(&doublehash->born, born, jiffies) != born)
		return;

	/* 0 is not a generation. */
	next = doublehash->generation + 1 ?: 2;
	get_random_bytes(&doublehash->keys[next % 2],
			 sizeof(doublehash->keys[next % 2]));
	/* The key comes first; pairs with doublehash_first(). */
	smp_store_release(&doublehash->generation, next);
	dynport_count(req->stats, DYNPORT_STAT_REKEYS);
}

static u32 doublehash_first(void *state, struct dynport_request *req)
{
	struct doublehash_state *doublehash = state;
	u32 *cell, count, generation;
	u64 hash;

	if (!dynport_has_peer(req))
		return dynport_random_below(req->ports.count);

	if (unlikely(doublehash_is_old(doublehash, req)))
		doublehash_rekey(doublehash, req);

	/* Pairs with doublehash_rekey(). */
	generation = smp_load_acquire(&doublehash->generation);
	hash = tuple_hash(&doublehash->cache, req,
			  &doublehash->keys[generation % 2], generation);
	req->scratch = hash & (DOUBLEHASH_CELLS - 1);
	cell = &doublehash->cells[req->scratch];
	count = READ_ONCE(*cell);
	WRITE_ONCE(*cell, count + 1 + get_random_u32_below(DOUBLEHASH_NOISE));
	return ((u32)(hash >> 32) + count) % req->ports.count;
}

static void doublehash_passed(void *state, struct dynport_request *req,
			      u32 steps)
{
	struct doublehash_state *doublehash = state;
	u32 *cell;

	/* Only then it has one. */
	if (!dynport_has_peer(req))
		return;
	/*
	 * In bounds even if @scratch is another instance's, which was freed and
	 * had the same address.
	 */
	cell = &doublehash->cells[req->scratch % DOUBLEHASH_CELLS];
	WRITE_ONCE(*cell, READ_ONCE(*cell) + steps);
}

struct dynport_algorithm dynport_doublehash = {
	.name		= "doublehash",
	.state_size	= sizeof(struct doublehash_state),
	.init		= doublehash_init,
	.first		= doublehash_first,
	.passed		= doublehash_passed,
};
