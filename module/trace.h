/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - tracepoints dynport:dynport_choose and dynport:dynport_exhausted
 *
 * Ports are in host byte order. IPv4 and IPv6 share an event, as in
 * inet_sock_set_state: saddr and daddr are set for IPv4, saddr_v6 and daddr_v6
 * for both (IPv4-mapped for IPv4). Before a bind the peer is all zeros.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dynport

#if !defined(DYNPORT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DYNPORT_TRACE_H

#include <linux/tracepoint.h>

#include "algorithm.h"

#ifndef DYNPORT_TRACE_ONCE
#define DYNPORT_TRACE_ONCE
struct dynport_search;
/* Emit dynport_choose for a finished search. */
void dynport_search_trace(const struct dynport_search *search, u16 port);
/* Fill in the addresses of an event from a request. */
void dynport_trace_addresses(const struct dynport_request *req, __u8 *saddr,
			     __u8 *daddr, __u8 *saddr_v6, __u8 *daddr_v6);
#endif

#define dynport_show_path(path)					\
	__print_symbolic(path,					\
			 { DYNPORT_PATH_CONNECT, "connect" },	\
			 { DYNPORT_PATH_BIND, "bind" },		\
			 { DYNPORT_PATH_UDP, "udp" })

#define dynport_show_family(family)				\
	__print_symbolic(family,				\
			 { AF_INET, "AF_INET" },		\
			 { AF_INET6, "AF_INET6" })

#define dynport_show_protocol(protocol)			\
	__print_symbolic(protocol,				\
			 { IPPROTO_TCP, "IPPROTO_TCP" },	\
			 { IPPROTO_UDP, "IPPROTO_UDP" },	\
			 { IPPROTO_UDPLITE, "IPPROTO_UDPLITE" })

TRACE_DEFINE_ENUM(DYNPORT_PATH_CONNECT);
TRACE_DEFINE_ENUM(DYNPORT_PATH_BIND);
TRACE_DEFINE_ENUM(DYNPORT_PATH_UDP);

/* A search ended; port 0: without one. candidates 0: the kernel's own choice. */
TRACE_EVENT(dynport_choose,
	TP_PROTO(const struct dynport_request *req, u16 port,
		 const char *algorithm, u32 candidates, u64 ns),

	TP_ARGS(req, port, algorithm, candidates, ns),

	TP_STRUCT__entry(
		__field(__u8, path)
		__field(__u16, family)
		__field(__u8, protocol)
		__array(__u8, saddr, 4)
		__array(__u8, daddr, 4)
		__array(__u8, saddr_v6, 16)
		__array(__u8, daddr_v6, 16)
		__field(__u16, dport)
		__field(__u16, port)
		__array(char, algorithm, DYNPORT_NAME_LEN)
		__field(__u32, candidates)
		__field(__u64, ns)
	),

	TP_fast_assign(
		__entry->path = req->path;
		__entry->family = req->family;
		__entry->protocol = req->protocol;
		dynport_trace_addresses(req, __entry->saddr, __entry->daddr,
					__entry->saddr_v6, __entry->daddr_v6);
		__entry->dport = dynport_has_peer(req) ? ntohs(req->rport) : 0;
		__entry->port = port;
		strscpy(__entry->algorithm, algorithm, DYNPORT_NAME_LEN);
		__entry->candidates = candidates;
		__entry->ns = ns;
	),

	TP_printk("path=%s family=%s protocol=%s saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c dport=%hu port=%hu algorithm=%s candidates=%u ns=%llu",
		  dynport_show_path(__entry->path),
		  dynport_show_family(__entry->family),
		  dynport_show_protocol(__entry->protocol),
		  __entry->saddr, __entry->daddr,
		  __entry->saddr_v6, __entry->daddr_v6,
		  __entry->dport, __entry->port, __entry->algorithm,
		  __entry->candidates, __entry->ns)
);

/* No port was left, and the caller got the kernel's error. */
TRACE_EVENT(dynport_exhausted,
	TP_PROTO(const struct dynport_request *req),

	TP_ARGS(req),

	TP_STRUCT__entry(
		__field(__u8, path)
		__field(__u16, family)
		__field(__u8, protocol)
		__array(__u8, saddr, 4)
		__array(__u8, daddr, 4)
		__array(__u8, saddr_v6, 16)
		__array(__u8, daddr_v6, 16)
		__field(__u16, dport)
	),

	TP_fast_assign(
		__entry->path = req->path;
		__entry->family = req->family;
		__entry->protocol = req->protocol;
		dynport_trace_addresses(req, __entry->saddr, __entry->daddr,
					__entry->saddr_v6, __entry->daddr_v6);
		__entry->dport = dynport_has_peer(req) ? ntohs(req->rport) : 0;
	),

	TP_printk("path=%s family=%s protocol=%s saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c dport=%hu",
		  dynport_show_path(__entry->path),
		  dynport_show_family(__entry->family),
		  dynport_show_protocol(__entry->protocol),
		  __entry->saddr, __entry->daddr,
		  __entry->saddr_v6, __entry->daddr_v6, __entry->dport)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
