// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_random.c - the module's draws, and its cache of hashes
 */
#include <linux/random.h>

/* A 16-bit number to try, and then one that is never drawn again. */
static unsigned int random_script, random_taken;

static inline u16 script_u16(void)
{
	return random_taken++ ? 65535 : random_script;
}

#define get_random_u16 script_u16
#include "random.h"
#undef get_random_u16

#include "algorithms/tuple_hash.h"
#include "check.h"

/*
 * All 65,536 numbers: each result comes from equally many of them, and the
 * rest, fewer than the bound, are drawn again.
 */
static void test_below(void)
{
	static u32 times[65536];
	u32 bound, step, redrawn, excess, share, result;

	for (bound = 1; bound <= 65536; bound += step) {
		memset(times, 0, sizeof(times));
		redrawn = 0;
		for (random_script = 0; random_script < 65536;
		     random_script++) {
			random_taken = 0;
			result = dynport_random_below(bound);
			EXPECT(result < bound, "%u", result);
			redrawn += random_taken > 1;
			times[result] += random_taken == 1;
		}
		excess = 65536 % bound;
		EXPECT(redrawn == excess, "%u for %u", redrawn, bound);
		share = 65536 / bound;
		for (result = 0; result < bound; result++)
			EXPECT(times[result] == share, "%u of %u: %u", result,
			       bound, times[result]);
		/* Small ones, some in between, and the largest. */
		step = bound < 20 || bound >= 65530 ? 1 :
		       min(1009U, 65530 - bound);
	}
}

static void random_request(struct dynport_request *req, u32 peers)
{
	u32 peer = get_random_u32_below(peers);

	memset(req, 0, sizeof(*req));
	req->path = DYNPORT_PATH_CONNECT;
	req->family = get_random_u32_below(2) ? AF_INET : AF_INET6;
	req->rport = htons(443 + peer % 3);
	if (req->family == AF_INET) {
		req->laddr.ip = htonl(HOST_ADDRESS + peer % 2);
		req->raddr.ip = htonl(0xc0000200 + peer / 6);
		return;
	}
	req->laddr.ip6.s6_addr32[peer % 4] = htonl(1 + peer % 2);
	req->raddr.ip6.s6_addr32[peer / 4 % 4] = htonl(peer);
}

/* Whatever was kept for other tuples, and under earlier keys. */
static void test_tuple_cache(void)
{
	static struct tuple_cache cache;
	siphash_key_t key;
	u32 generation, i;

	memset(&cache, 0, sizeof(cache));
	for (generation = 1; generation < 40; generation++) {
		get_random_bytes(&key, sizeof(key));
		for (i = 0; i < 4000; i++) {
			struct dynport_request req;

			random_request(&req, i % 2 ? 40 : 4000);
			EXPECT(tuple_hash(&cache, &req, &key, generation) ==
			       tuple_hash_compute(&req, &key), "%u", i);
		}
	}
	/* Somebody else is writing: the hash is computed. */
	for (i = 0; i < TUPLE_CACHE_ENTRIES; i++)
		cache.entries[i].sequence |= 1;
	for (i = 0; i < 4000; i++) {
		struct dynport_request req;

		random_request(&req, 4000);
		EXPECT(tuple_hash(&cache, &req, &key, 40) ==
		       tuple_hash_compute(&req, &key));
	}
}

const struct test random_tests[] = {
	{ "draws below a bound are exactly uniform over the generator's numbers",
	  test_below },
	{ "a cached hash is the tuple's, whoever else was hashed",
	  test_tuple_cache },
	{ }
};
