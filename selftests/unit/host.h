/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - a machine that runs the module's search
 *
 * One network namespace with its settings, an algorithm for all paths, and the
 * model of the kernel's pickers behind it. Plays the hooks' part: asks the
 * search for candidates, refuses busy ones, falls back to the kernel's picker.
 * What is busy is the caller's: a bitmap by port number, per request. There are
 * no port maps unless a test sets map_threshold, or starts one; see spaces.h.
 */
#ifndef DYNPORT_UNIT_HOST_H
#define DYNPORT_UNIT_HOST_H

#include "algorithms/algorithms.h"
#include "search.h"
#include "stock.h"

#define HOST_LOW	32768	/* net.ipv4.ip_local_port_range */
#define HOST_HIGH	60999
#define HOST_ADDRESS	0x0a000001

struct host {
	struct net net;
	struct dynport_netns netns;
	struct dynport_stats stats;
	struct dynport_instance *instances[2];	/* of TCP, of UDP */
	struct stock *stock;
	bool shares_stock;
	u32 low, high;
	bool own_range;		/* the window is the socket's own */
	bool gives_up;		/* hooks leave it to the kernel */
	bool sweeps;		/* maps are mended when they ask for it */
	const unsigned long *busy;	/* of the request under way */
	DECLARE_BITMAP(held, 65536);	/* by services */
	u8 family;
	/* Of the last request: */
	u32 candidates;		/* that the search proposed */
	u32 probes;		/* candidates, and what the kernel's picker saw */
	bool fell_back;
	/* Called for each candidate, if set. */
	void (*watch)(void *cookie, u16 port);
	void *cookie;
};

/* A namespace with the module's defaults. Ends the program if out of memory. */
struct host *host_alloc(const struct dynport_algorithm *algorithm);
void host_free(struct host *host);

/*
 * Another namespace of @host's kernel, which keeps the state of its pickers for
 * all namespaces. To be freed before @host.
 */
struct host *host_alloc_beside(struct host *host);

/* The namespace's window. */
void host_set_window(struct host *host, u32 low, u32 high);
/* The socket's (IP_LOCAL_PORT_RANGE); 0, 0: as the namespace's again. */
void host_set_own_window(struct host *host, u32 low, u32 high);
/* net.dynport.guard_seconds and quarantine_ms; a host begins without. */
void host_set_guard(struct host *host, u32 seconds);
void host_set_quarantine(struct host *host, u32 ms);
/* Mark [low, high] in ip_local_reserved_ports. */
void host_reserve(struct host *host, u32 low, u32 high);

/*
 * The port that @path gets; @peer for connect() only. Or -EADDRNOTAVAIL,
 * -EADDRINUSE, -EAGAIN, by path. The caller marks it busy if it stays so.
 */
int host_pick(struct host *host, enum dynport_path path,
	      const struct peer *peer, const unsigned long *busy);

/* A request's addresses; its path is set. */
void host_set_tuple(const struct host *host, struct dynport_request *req,
		    const struct peer *peer);

/*
 * The first candidate for a connection that then fails for a reason of its own,
 * so that no port is used.
 */
int host_propose(struct host *host, const struct peer *peer);

/* A destination that nobody else has: the nth. */
static inline struct peer host_peer(u32 nth)
{
	return (struct peer){ .address = 0xc0000000 + nth, .port = 443 };
}

static inline unsigned long host_count(const struct host *host,
				       enum dynport_path path,
				       enum dynport_path_stat which)
{
	return dynport_stats_path(&host->stats, path, which);
}

static inline int host_connect(struct host *host, const struct peer *peer,
			       const unsigned long *busy)
{
	return host_pick(host, DYNPORT_PATH_CONNECT, peer, busy);
}

/* What is the path's failure to find a port? */
extern const int host_errno[DYNPORT_PATHS];
extern const unsigned long host_nothing_busy[BITS_TO_LONGS(65536)];

#endif
