/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * algorithm.h - what an allocation algorithm implements
 *
 * The whole interface between dynport and an algorithm, for those in
 * algorithms/ and for other modules. An algorithm knows a request and
 * numbers; it never sees a socket, takes no lock of the network stack and does
 * not decide whether a port may be used: the kernel does.
 *
 * A search goes through tiers. In each tier the search offers a set of
 * ports, numbered 0 .. req->ports.count-1. The algorithm names the number of
 * the first candidate, and, if it wants to, of each further one.
 */
#ifndef DYNPORT_ALGORITHM_H
#define DYNPORT_ALGORITHM_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>

#include "ports.h"

#define DYNPORT_NAME_LEN	16	/* with the terminating NUL */

/* Who asks for a port. Indexes per-path settings and counters. */
enum dynport_path {
	DYNPORT_PATH_CONNECT,	/* TCP connect() of a socket without a port */
	DYNPORT_PATH_BIND,	/* TCP bind(0), listen() without bind() */
	DYNPORT_PATH_UDP,	/* UDP and UDP-Lite bind(0) and autobind */
	DYNPORT_PATHS
};

union dynport_address {
	__be32 ip;
	struct in6_addr ip6;
};

/*
 * Numeric settings of a network namespace (sysctl net.dynport.*), changed at
 * any time: read each once, with READ_ONCE(); sysctl.c writes them with
 * WRITE_ONCE(). Ranges are lo | hi << 16, and 0 for none.
 */
struct dynport_tunables {
	u32 tcp_port_range;
	u32 udp_port_range;
	u32 bind_stride;		/* 0, 2 .. 16 */
	u32 search_limit;		/* 1 .. 65535 refusals */
	u32 map_threshold;		/* 0 (never) .. 65535 refusals */
	u32 map_limit;			/* 0 .. 65536 maps */
	u32 random_increment_max;	/* 1 .. 65535 ports */
	u32 rekey_seconds;		/* 0 (never) .. 86400 */
	u32 late_bind;			/* 0 or 1 */
	u32 root_reserve_percent;	/* 0 .. 50 of a mapped space */
	u32 pressure_percent;		/* 0 (none) .. 100 of a mapped space */
	u32 guard_seconds;		/* 0 (off) .. 86400 */
	u32 quarantine_ms;		/* 0 (off) .. 3600000 */
};

/* One search, as an algorithm sees it: read only, but for @scratch. */
struct dynport_request {
	const struct dynport_tunables *tunables;
	struct dynport_stats __percpu *stats;	/* for dynport_count() only */
	struct dynport_ports ports;	/* offered in this tier; count > 0 */
	union dynport_address laddr;	/* by family; any-address if unbound */
	union dynport_address raddr;	/* valid only with dynport_has_peer() */
	__be16 rport;			/* likewise */
	int device;			/* bound to (ifindex); 0: to none */
	u8 family;			/* AF_INET or AF_INET6, as on the wire */
	u8 protocol;			/* IPPROTO_TCP, _UDP or _UDPLITE */
	u8 path;			/* enum dynport_path */
	u32 scratch;			/* the algorithm's, from first() on */
};

/* Is the peer known? Only connect() knows it (RFC 6056, section 3.5). */
static inline bool dynport_has_peer(const struct dynport_request *req)
{
	return req->path == DYNPORT_PATH_CONNECT;
}

/*
 * An algorithm. Its functions, but for @init, run in process context in an RCU
 * read-side section, on any CPU and on several at once: they must not sleep,
 * and @state is theirs to protect, without locks in it: an explanation (explain.c)
 * searches with a copy that is made at any moment. @state belongs to one network
 * namespace and one protocol (TCP connect and bind share it when both use the
 * algorithm).
 */
struct dynport_algorithm {
	char name[DYNPORT_NAME_LEN];	/* [a-z0-9_]+, required */
	struct module *owner;		/* THIS_MODULE of another module */
	size_t state_size;		/* bytes of zeroed state; 0: none */

	/*
	 * Before the first search that can use @state; may sleep. Optional.
	 * Returns 0 or a negative errno, which the one who selects the
	 * algorithm receives; @state is then freed without further calls.
	 * There is no counterpart: @state must own nothing but itself.
	 */
	int (*init)(void *state);

	/*
	 * The number of a tier's first candidate, below req->ports.count.
	 * An algorithm without it makes no proposals: the kernel's own
	 * picker serves the request.
	 */
	u32 (*first)(void *state, struct dynport_request *req);

	/*
	 * The number of the candidate after @index, which was reserved or
	 * refused. Optional: without it the search takes the numbers that
	 * follow, each once.
	 */
	u32 (*next)(void *state, struct dynport_request *req, u32 index);

	/*
	 * Where a port map tells which ports are free, draw among those,
	 * instead of asking @first and @next.
	 */
	bool uniform;

	/*
	 * A draw owes nothing to those before: with a port map, it is for the
	 * search to pass over the ports released last (recent.h).
	 */
	bool memoryless;

	/*
	 * The tier is done with: @steps candidates after its first one were
	 * looked at, because that was reserved or refused; never called for 0.
	 * For counters that move by one per candidate. Optional.
	 */
	void (*passed)(void *state, struct dynport_request *req, u32 steps);

	/*
	 * The search took number @to, free according to a port map, instead
	 * of @from, which the algorithm had named last. Optional.
	 */
	void (*moved)(void *state, struct dynport_request *req, u32 from,
		      u32 to);

	/*
	 * The search ended with @port, which the algorithm hadn't named: the
	 * kernel's own search found it, or it was the last resort of a port
	 * map. It may be outside of req->ports. Optional.
	 */
	void (*taken)(void *state, struct dynport_request *req, u16 port);

	struct list_head list;		/* the registry's */
};

/**
 * dynport_algorithm_register() - offer an algorithm to every namespace
 * @algorithm: stays where it is until it is unregistered
 *
 * Context: process. Return: 0; -EINVAL for a malformed name; -EEXIST if the
 * name is taken.
 */
int dynport_algorithm_register(struct dynport_algorithm *algorithm);

/**
 * dynport_algorithm_unregister() - take an algorithm back
 * @algorithm: no longer in use once this returns
 *
 * A module that registered with its @owner can't be unloaded while a
 * namespace has the algorithm selected, so its exit function may call this
 * without further ado. Context: process, may sleep.
 */
void dynport_algorithm_unregister(struct dynport_algorithm *algorithm);

#endif
