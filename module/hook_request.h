/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook_request.h - the request of a socket whose peer isn't known
 *
 * For bind(0) and UDP: a wildcard socket of IPv6 competes with both families,
 * so the family is the socket's.
 */
#ifndef DYNPORT_HOOK_REQUEST_H
#define DYNPORT_HOOK_REQUEST_H

#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "algorithm.h"

static __always_inline void hook_local_request(struct dynport_request *req,
					       const struct sock *sk)
{
	req->family = sk->sk_family;
	req->protocol = sk->sk_protocol;
	req->device = READ_ONCE(sk->sk_bound_dev_if);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		req->laddr.ip6 = sk->sk_v6_rcv_saddr;
		return;
	}
#endif
	req->laddr.ip = inet_sk(sk)->inet_rcv_saddr;
}

/*
 * A wildcard of IPv6 that IPv4's sockets don't stand in the way of. (Those bound
 * to an address are IPv6's only in any case.)
 */
static __always_inline bool hook_is_ipv6_only(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	return sk->sk_family == AF_INET6 && ipv6_only_sock(sk) &&
	       ipv6_addr_any(&sk->sk_v6_rcv_saddr);
#else
	return false;
#endif
}

#endif
