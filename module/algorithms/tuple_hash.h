/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tuple_hash.h - the keyed hash F of RFC 6056, section 3.3.3
 *
 * SipHash-2-4 over both addresses and the remote port, as
 * secure_ipv4_port_ephemeral() does: a pseudorandom function, 128-bit key
 * (section 3.4). Its 64 bits serve as two independent 32-bit hashes.
 *
 * It is what costs most in a search. Who opens many connections opens most of
 * them to the same few peers, so the hashes of the last ones are kept.
 */
#ifndef DYNPORT_TUPLE_HASH_H
#define DYNPORT_TUPLE_HASH_H

#include <linux/atomic.h>
#include <linux/siphash.h>
#include <linux/socket.h>

#include "algorithm.h"

#define TUPLE_CACHE_ENTRIES	64	/* 64 bytes each */

struct tuple_hash_entry {
	u32 sequence;		/* odd while it is being written */
	u32 generation;		/* of the key; 0: empty */
	u64 hash;
	u64 peer;		/* rport and family */
	u64 addresses[4];	/* IPv4: both in the first */
};

/*
 * Entries are read without a lock. Who changes one makes its sequence odd
 * first, unless somebody else has. A reader that meets a writer computes the
 * hash: an entry counts only if its sequence was even, and still is the same
 * afterwards.
 */
struct tuple_cache {
	struct tuple_hash_entry entries[TUPLE_CACHE_ENTRIES];
};

static inline void tuple_addresses(const struct dynport_request *req,
				   u64 *addresses)
{
	if (req->family == AF_INET) {
		addresses[0] = (u64)(__force u32)req->laddr.ip << 32 |
			       (__force u32)req->raddr.ip;
		addresses[1] = 0;
		addresses[2] = 0;
		addresses[3] = 0;
	} else {
		memcpy(addresses, &req->laddr.ip6, sizeof(req->laddr.ip6));
		memcpy(addresses + 2, &req->raddr.ip6, sizeof(req->raddr.ip6));
	}
}

/* The hash itself. */
static inline u64 tuple_hash_compute(const struct dynport_request *req,
				     const siphash_key_t *key)
{
	u64 tuple6[5] __aligned(SIPHASH_ALIGNMENT);

	if (req->family == AF_INET)
		return siphash_3u32((__force u32)req->laddr.ip,
				    (__force u32)req->raddr.ip,
				    (__force u16)req->rport, key);

	tuple_addresses(req, tuple6);
	tuple6[4] = (__force u16)req->rport;
	return siphash(tuple6, sizeof(tuple6), key);
}

static inline bool tuple_hash_matches(const struct tuple_hash_entry *entry,
				      const struct dynport_request *req,
				      u32 generation, u64 peer,
				      const u64 *addresses)
{
	return READ_ONCE(entry->generation) == generation &&
	       READ_ONCE(entry->peer) == peer &&
	       READ_ONCE(entry->addresses[0]) == addresses[0] &&
	       (req->family == AF_INET ||
		(READ_ONCE(entry->addresses[1]) == addresses[1] &&
		 READ_ONCE(entry->addresses[2]) == addresses[2] &&
		 READ_ONCE(entry->addresses[3]) == addresses[3]));
}

/* Kept out of the way of those who find what they look for. */
static noinline u64 tuple_hash_miss(struct tuple_hash_entry *entry,
				    const struct dynport_request *req,
				    const siphash_key_t *key, u32 generation,
				    u64 peer)
{
	u32 sequence = READ_ONCE(entry->sequence);
	u64 hash = tuple_hash_compute(req, key);
	u64 addresses[4];
	unsigned int i;

	if (sequence & 1)
		return hash;
	/* Orders as smp_wmb() does; pairs with smp_rmb() in tuple_hash(). */
	if (cmpxchg(&entry->sequence, sequence, sequence + 1) != sequence)
		return hash;
	tuple_addresses(req, addresses);
	WRITE_ONCE(entry->generation, generation);
	WRITE_ONCE(entry->hash, hash);
	WRITE_ONCE(entry->peer, peer);
	for (i = 0; i < 4; i++)
		WRITE_ONCE(entry->addresses[i], addresses[i]);
	/* Pairs with smp_rmb() in tuple_hash(). */
	smp_store_release(&entry->sequence, sequence + 2);
	return hash;
}

/**
 * tuple_hash() - F of a request's tuple
 * @cache: belongs to this key and its successors
 * @req: must have a peer
 * @key: the key
 * @generation: its number, 1 or more; another one for each key
 */
static inline u64 tuple_hash(struct tuple_cache *cache,
			     const struct dynport_request *req,
			     const siphash_key_t *key, u32 generation)
{
	u64 peer = (u64)req->family << 16 | (__force u16)req->rport;
	struct tuple_hash_entry *entry;
	u64 addresses[4], hash;
	u32 sequence;

	tuple_addresses(req, addresses);
	/* Peers differ in the low bits of their addresses, or in their ports. */
	hash = peer ^ (req->family == AF_INET ? addresses[0] : addresses[3] >> 32);
	hash ^= hash >> 24;
	entry = &cache->entries[hash % TUPLE_CACHE_ENTRIES];

	sequence = READ_ONCE(entry->sequence);
	smp_rmb();	/* pairs with cmpxchg() in tuple_hash_miss() */
	if (likely(!(sequence & 1) &&
		   tuple_hash_matches(entry, req, generation, peer,
				      addresses))) {
		hash = READ_ONCE(entry->hash);
		smp_rmb();	/* pairs with its smp_store_release() */
		if (likely(READ_ONCE(entry->sequence) == sequence))
			return hash;
	}
	return tuple_hash_miss(entry, req, key, generation, peer);
}

#endif
