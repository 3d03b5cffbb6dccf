// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - the tracepoints' one definition, and how an event is filled in
 *
 * Nothing here runs unless somebody traces.
 */
#include <linux/ktime.h>
#include <net/ipv6.h>

#include "search.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static void trace_address(u8 family, const union dynport_address *address,
			  __u8 *v4, __u8 *v6)
{
	struct in6_addr mapped;

	if (family == AF_INET6) {
		memset(v4, 0, sizeof(address->ip));
		memcpy(v6, &address->ip6, sizeof(address->ip6));
	} else {
		memcpy(v4, &address->ip, sizeof(address->ip));
		ipv6_addr_set_v4mapped(address->ip, &mapped);
		memcpy(v6, &mapped, sizeof(mapped));
	}
}

void dynport_trace_addresses(const struct dynport_request *req, __u8 *saddr,
			     __u8 *daddr, __u8 *saddr_v6, __u8 *daddr_v6)
{
	static const union dynport_address nobody;

	trace_address(req->family, &req->laddr, saddr, saddr_v6);
	trace_address(req->family,
		      dynport_has_peer(req) ? &req->raddr : &nobody, daddr,
		      daddr_v6);
}

void dynport_search_trace(const struct dynport_search *search, u16 port)
{
	struct dynport_instance *instance;

	rcu_read_lock();
	instance = rcu_dereference(search->netns->instance[search->req.path]);
	if (instance)
		trace_dynport_choose(&search->req, port,
				     instance->algorithm->name,
				     search->candidates,
				     ktime_get_ns() - search->start_ns);
	rcu_read_unlock();
}
