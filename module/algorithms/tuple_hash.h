/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tuple_hash.h - the keyed hash F of RFC 6056, section 3.3.3
 *
 * SipHash-2-4 over both addresses and the remote port, as
 * secure_ipv4_port_ephemeral() does: a pseudorandom function, 128-bit key
 * (section 3.4). Its 64 bits serve as two independent 32-bit hashes.
 */
#ifndef DYNPORT_TUPLE_HASH_H
#define DYNPORT_TUPLE_HASH_H

#include <linux/siphash.h>
#include <linux/socket.h>

#include "algorithm.h"

static inline u64 tuple_hash(const struct dynport_request *req,
			     const siphash_key_t *key)
{
	struct {
		struct in6_addr laddr;
		struct in6_addr raddr;
		u64 rport;
	} __aligned(SIPHASH_ALIGNMENT) tuple6;

	if (req->family == AF_INET)
		return siphash_3u32((__force u32)req->laddr.ip,
				    (__force u32)req->raddr.ip,
				    (__force u16)req->rport, key);

	tuple6.laddr = req->laddr.ip6;
	tuple6.raddr = req->raddr.ip6;
	tuple6.rport = (__force u16)req->rport;
	return siphash(&tuple6, sizeof(tuple6), key);
}

#endif
