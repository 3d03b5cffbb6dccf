/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * dynport.h - the generic netlink family "dynport", version 1
 *
 * This is its manual. Every request is about the network namespace of the
 * socket it is sent on, and needs CAP_NET_ADMIN in the user namespace that owns
 * it (else -EPERM); so does joining the multicast group. Numbers are in host
 * byte order, addresses as on the wire. Attributes that a receiver doesn't know
 * are to be ignored: there may be more in time.
 *
 * A port space is what competes for one port: for path "connect" the sockets of
 * a protocol with the same local address, peer and device, for "bind" and
 * "udp" those with the same local address and device.
 *
 * DYNPORT_CMD_GET_SPACE, with NLM_F_DUMP: the port spaces that have a map now.
 * One message each, with
 *	DYNPORT_A_PATH, _FAMILY, _PROTOCOL, _LADDR, _IFINDEX
 *	DYNPORT_A_RADDR, _RPORT			only for path connect
 *	DYNPORT_A_LOW, _HIGH			the map's window
 *	DYNPORT_A_PORTS				how many ports that are
 *	DYNPORT_A_BUSY, _FREE, _LINGERING, _COOLING	their sum is _PORTS
 *	DYNPORT_A_SEARCHES, _FAILED		since the map was started; that
 *						of which EXHAUSTED tells isn't
 *						counted yet
 *	DYNPORT_A_IDLE_MS			since its last use
 *
 * DYNPORT_CMD_GET_LEASE, with NLM_F_DUMP: the leases, that is the sockets whose
 * port was chosen for them and that others may send to unasked: of TCP the
 * bound ones that aren't connected, and listeners; of UDP and UDP-Lite all. One
 * message each, with
 *	DYNPORT_A_FAMILY, _PROTOCOL, _LADDR, _PORT, _IFINDEX
 *	DYNPORT_A_UID				the socket's owner
 *	DYNPORT_A_COOKIE			the socket's cookie (SO_COOKIE)
 * The cookie tells leases apart: a socket has one at most, and several may have
 * the same port. _LADDR is what the socket was bound to, also once connect()
 * has given a UDP socket an address; the any-address of AF_INET6 includes IPv4
 * unless the socket is IPV6_V6ONLY. A socket in use is waited for, a tenth of a
 * second for each part of the dump at most.
 *
 * DYNPORT_CMD_EXPLAIN: the candidates that a search would go through if it
 * started now, without making one. The request has
 *	DYNPORT_A_PATH				required
 *	DYNPORT_A_FAMILY			required
 *	DYNPORT_A_LADDR				default: the any-address
 *	DYNPORT_A_RADDR, _RPORT			required for path connect
 *	DYNPORT_A_IFINDEX			default: 0, no device
 *	DYNPORT_A_PROTOCOL			default: TCP, or UDP for path udp
 *	DYNPORT_A_COUNT				1 .. 256, default 16
 *	DYNPORT_A_PORT				instead of candidates: what a
 *						search would do with this port
 * and one message answers it, with
 *	DYNPORT_A_ALGORITHM, and what GET_SPACE has; without a map, nothing
 *						after _PORTS
 *	DYNPORT_A_CANDIDATE			nested, DYNPORT_A_COUNT times at
 *		most, in the order of the search: DYNPORT_A_PORT and
 *		DYNPORT_A_VERDICT. Algorithms that draw at random draw anew: the
 *		next search will come to other ports, by the same rules. Each
 *		candidate is taken as refused by the kernel. There is none with
 *		the algorithm stock, and after search_limit of them the kernel
 *		would search. The source address of a connection is chosen
 *		before its port: the algorithms that hash it need it in _LADDR.
 * -EINVAL or -ERANGE if an attribute is missing or has a bad value; -ENODEV if
 * there is no such device.
 *
 * DYNPORT_CMD_GET_PORTS: the window of a path as a picture. The request is as
 * for EXPLAIN, but _RADDR and _RPORT may both be left out: then it is about the
 * whole namespace. One message answers it: DYNPORT_A_LOW, _HIGH, _PORTS, and
 * for each of
 *	DYNPORT_A_BUSY_BITMAP			the map says so; absent without
 *						a map
 *	DYNPORT_A_LINGERING_BITMAP		likewise
 *	DYNPORT_A_COOLING_BITMAP		quarantine_ms
 *	DYNPORT_A_GUARDED_BITMAP		guard_seconds
 *	DYNPORT_A_RESERVED_BITMAP		ip_local_reserved_ports
 * one bit per port: that of port _LOW + i is bit i % 8 of byte i / 8, bit 0
 * being the least significant.
 *
 * Multicast group "events" (DYNPORT_EVENTS):
 *
 * DYNPORT_CMD_PRESSURE		a mapped space has reached pressure_percent
 * DYNPORT_CMD_RELIEVED		after one of the others: it is 10 below again
 *				(10 below 100, if pressure_percent is 0), or its
 *				map has gone, so that nobody looks any more
 * DYNPORT_CMD_EXHAUSTED	a request failed for want of a port. At most one
 *				a second for each space; DYNPORT_A_SUPPRESSED
 *				tells how many failures went unannounced since
 *				the last one
 *	all three as a message of GET_SPACE; an exhausted space without a map
 *	has no attributes after _RPORT but _LOW, _HIGH and _PORTS
 * DYNPORT_CMD_LEASE_NEW	a lease begins
 * DYNPORT_CMD_LEASE_DEL	a lease ends: the socket is closed, or, of TCP,
 *				becomes a connection
 *	both as a message of GET_LEASE. A dump that is taken after joining the
 *	group, and then all events since, in their order, tell of every lease:
 *	for each cookie the last event is right, and without one the dump. What
 *	happens while the dump is taken may be told by both.
 *
 * Of a path with the algorithm stock, failures are told of only while somebody
 * listens. DYNPORT_A_SUPPRESSED counts while somebody listens. At most 16 spaces
 * without a map are told of in one second.
 *
 * A receiver that is too slow loses events: its socket reports ENOBUFS, and it
 * has to read on until its queue is empty, and then dump again. No event is
 * built while nobody listens in any namespace; a namespace's events stay in it.
 */
#ifndef _UAPI_DYNPORT_H
#define _UAPI_DYNPORT_H

#define DYNPORT_GENL_NAME	"dynport"
#define DYNPORT_GENL_VERSION	1
#define DYNPORT_EVENTS		"events"

#define DYNPORT_EXPLAIN_MAX	256	/* candidates */
#define DYNPORT_EXPLAIN_DEFAULT	16

enum dynport_cmd {
	DYNPORT_CMD_UNSPEC,
	DYNPORT_CMD_GET_SPACE,
	DYNPORT_CMD_GET_LEASE,
	DYNPORT_CMD_EXPLAIN,
	DYNPORT_CMD_GET_PORTS,
	/* Events. */
	DYNPORT_CMD_PRESSURE,
	DYNPORT_CMD_RELIEVED,
	DYNPORT_CMD_EXHAUSTED,
	DYNPORT_CMD_LEASE_NEW,
	DYNPORT_CMD_LEASE_DEL,
	__DYNPORT_CMD_MAX,
	DYNPORT_CMD_MAX = __DYNPORT_CMD_MAX - 1
};

enum dynport_attribute {
	DYNPORT_A_UNSPEC,
	DYNPORT_A_PAD,
	DYNPORT_A_PATH,			/* u8, enum dynport_genl_path */
	DYNPORT_A_FAMILY,		/* u8, AF_INET or AF_INET6 */
	DYNPORT_A_PROTOCOL,		/* u8, IPPROTO_* */
	DYNPORT_A_LADDR,		/* 4 or 16 bytes, by _FAMILY */
	DYNPORT_A_RADDR,		/* likewise */
	DYNPORT_A_RPORT,		/* u16 */
	DYNPORT_A_IFINDEX,		/* u32; 0: bound to no device */
	DYNPORT_A_PORT,			/* u16 */
	DYNPORT_A_LOW,			/* u16, first port of a window */
	DYNPORT_A_HIGH,			/* u16, last port of a window */
	DYNPORT_A_PORTS,		/* u32, 1 .. 65536 */
	DYNPORT_A_BUSY,			/* u32, ports */
	DYNPORT_A_FREE,			/* u32, ports */
	DYNPORT_A_LINGERING,		/* u32, ports in a reusable TIME_WAIT */
	DYNPORT_A_COOLING,		/* u32, ports in quarantine */
	DYNPORT_A_SEARCHES,		/* u64 */
	DYNPORT_A_FAILED,		/* u64, searches that found no port */
	DYNPORT_A_IDLE_MS,		/* u64, milliseconds */
	DYNPORT_A_SUPPRESSED,		/* u32, events */
	DYNPORT_A_UID,			/* u32, in the netns's user namespace */
	DYNPORT_A_COOKIE,		/* u64 */
	DYNPORT_A_ALGORITHM,		/* string */
	DYNPORT_A_COUNT,		/* u32 */
	DYNPORT_A_CANDIDATE,		/* nested */
	DYNPORT_A_VERDICT,		/* u8, enum dynport_verdict */
	DYNPORT_A_BUSY_BITMAP,		/* binary */
	DYNPORT_A_LINGERING_BITMAP,	/* binary */
	DYNPORT_A_COOLING_BITMAP,	/* binary */
	DYNPORT_A_GUARDED_BITMAP,	/* binary */
	DYNPORT_A_RESERVED_BITMAP,	/* binary */
	__DYNPORT_A_MAX,
	DYNPORT_A_MAX = __DYNPORT_A_MAX - 1
};

/* Who asks for a port. */
enum dynport_genl_path {
	DYNPORT_GENL_CONNECT,	/* TCP connect() */
	DYNPORT_GENL_BIND,	/* TCP bind(0), and listen() without bind() */
	DYNPORT_GENL_UDP,	/* UDP bind(0), and connect(), sendto() without */
};

/* What a search does with a candidate. */
enum dynport_verdict {
	DYNPORT_VERDICT_PROPOSE,	/* asks the kernel for it */
	DYNPORT_VERDICT_RESERVED,	/* skips it: ip_local_reserved_ports */
	DYNPORT_VERDICT_GUARDED,	/* for later: guard_seconds */
	DYNPORT_VERDICT_COOLING,	/* for later: quarantine_ms */
	DYNPORT_VERDICT_CLASS,		/* for later: the other path's class */
	DYNPORT_VERDICT_MAP,		/* skips it: busy in the port map */
	DYNPORT_VERDICT_OUTSIDE,	/* never: outside tcp_port_range or
					 * udp_port_range
					 */
	DYNPORT_VERDICT_ROOT,		/* root_reserve_percent keeps it */
};

#endif
