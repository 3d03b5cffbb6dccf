/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * space.h - port spaces: which ports are busy, where ports are contended
 *
 * A port space is the set of sockets that compete for one port: those with the
 * same addresses, peer and device for connect(), the same address for bind(0)
 * and UDP. Nothing is kept about most; a search that was refused too often
 * starts a space with a port map. The map is a hint: a port wrongly free costs
 * a refusal, one wrongly busy is found by the next sweep, and whether a port
 * may be used is for the kernel to say.
 *
 * Upkeep: a search marks its candidate busy before it tries it; the hooks on
 * release free it; the sweep (sweep.h) compares the map with the kernel's
 * tables.
 *
 * Lifetime: the namespace's table holds a reference; a search holds one while
 * it runs, the hooks on release are under RCU. A space that nobody used for a
 * minute is dropped, the longest unused one when there are map_limit, any when
 * memory is short, and all with the namespace.
 */
#ifndef DYNPORT_SPACE_H
#define DYNPORT_SPACE_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>

#include "algorithm.h"
#include "portmap.h"
#include "recent.h"

struct dynport_netns;

/*
 * For what is on the stack and filled in anyway: the kernel's zeroing of the
 * stack (CONFIG_INIT_STACK_ALL_ZERO) would only cost time.
 */
#if __has_attribute(__uninitialized__)
#define DYNPORT_UNINITIALIZED	__attribute__((__uninitialized__))
#else
#define DYNPORT_UNINITIALIZED
#endif

/* No padding: it is hashed by u32, and compared by u64. */
struct dynport_space_key {
	union dynport_address laddr;	/* IPv4 in the first bytes, then 0 */
	union dynport_address raddr;	/* connect only; else 0 */
	__be16 rport;			/* likewise */
	u8 path;			/* enum dynport_path */
	u8 family;
	int device;
	u64 protocol;
} __aligned(sizeof(u64));

/* Failures of a space for want of a port: what was told of them, and when. */
struct dynport_exhaustion {
	unsigned long announced;	/* by an event, jiffies; never: 0 */
	unsigned long logged;		/* likewise */
	u32 suppressed;			/* failures since that event */
	/* Only of a space without a map: */
	unsigned long seen;		/* jiffies; not in use: 0 */
	struct dynport_space_key key;
};

struct dynport_space {
	struct rhash_head node;
	struct dynport_space_key key;
	refcount_t users;
	struct rcu_head rcu;
	struct list_head list;		/* of the namespace; RCU for readers */
	u64 number;			/* ascending in that list, from 1 */
	u16 low;			/* the port with index 0 */
	bool sweep_wanted;
	unsigned long created;		/* jiffies */
	unsigned long last_used;	/* jiffies */
	unsigned long swept;		/* jiffies; never: 0 */

	spinlock_t lock;		/* innermost; protects what follows */
	struct portmap map;
	unsigned long aged;		/* jiffies: began map.generation */
	u64 recent;			/* ports released last; see recent.h */
	u32 released;			/* how many; wraps */
	u64 searches;
	u64 exhausted;			/* of them */
	/*
	 * Until then (ktime_get_ns()) a search of this window, or of a part of
	 * it, that finds the map full fails without asking the kernel. 0 once
	 * a port is released; and only as long as dynport_spaces.releases is
	 * what it was when the kernel was asked.
	 */
	u64 exhausted_until;
	u32 exhausted_low, exhausted_high;
	int exhausted_releases;
	bool pressed;			/* see pressure.h */
	bool gone;			/* out of the table: nothing more is told */
	struct dynport_exhaustion exhaustion;
	unsigned long bits[];
};

/* What a namespace keeps about spaces without a map that are exhausted. */
#define DYNPORT_EXHAUSTIONS	16

struct dynport_exhaustions {
	spinlock_t lock;		/* innermost; protects what follows */
	struct dynport_exhaustion records[DYNPORT_EXHAUSTIONS];
};

/* What a namespace keeps about its spaces. */
struct dynport_spaces {
	/* Written with the lock, read without it: are there any, and where? */
	u32 count[DYNPORT_PATHS];
	u32 total;
	u32 wildcards[2];		/* of any local address: IPv4, IPv6 */
	u32 devices;			/* of a device */
	u16 low, high;			/* window of all that there have been */

	struct rhashtable table;
	/* Protects list, last_number, counts, table's writers. */
	spinlock_t lock;
	struct list_head list;
	u64 last_number;		/* of a space */
	struct delayed_work sweep_work;
	/* jiffies; of spaces that have been swept, and of new ones: */
	unsigned long sweep_not_before, sweep_new_not_before;
	struct delayed_work idle_work;
	/*
	 * Releases that may free a port in spaces that nobody tells: see
	 * hook_release.c.
	 */
	atomic_t releases;
	/* Of one that couldn't be noted at all, jiffies; never: 0. */
	unsigned long untold;
};

/* The key of the space that a request belongs to. */
void dynport_space_key_init(struct dynport_space_key *key,
			    const struct dynport_request *req);

/**
 * dynport_space_get() - the space of a request
 * @netns: the namespace
 * @req: whose addresses, peer and device make the space
 * @low: first port of the request's window
 * @high: its last port
 * @part: the window may be a part of the namespace's
 *
 * A map that doesn't fit the window, or today's bind_stride, or that can't tell
 * since when ports cool where they do, is dropped; one that a @part doesn't fit
 * stays, for others.
 * Context: process. Return: the space, with a reference, or NULL.
 */
struct dynport_space *dynport_space_get(struct dynport_netns *netns,
					const struct dynport_request *req,
					u32 low, u32 high, bool part);
/* Likewise, made if need be; NULL also when memory is short. May sleep. */
struct dynport_space *dynport_space_create(struct dynport_netns *netns,
					   const struct dynport_request *req,
					   u32 low, u32 high, bool part);
/* The space that _get() would return, for who only wants to look. */
struct dynport_space *dynport_space_peek(struct dynport_netns *netns,
					 const struct dynport_request *req,
					 u32 low, u32 high);
void dynport_space_put(struct dynport_space *space);

/*
 * Drop a space; dynport_spaces.lock is held. Return: false if somebody else has
 * already taken it out.
 */
bool dynport_space_remove(struct dynport_netns *netns,
			  struct dynport_space *space);

/**
 * dynport_space_release() - a port is, or is about to be, no longer in use
 * @netns: under rcu_read_lock(), and not dead
 * @key: whose; nothing happens if there is no map
 * @port: host byte order
 * @state: PORTMAP_FREE, or PORTMAP_LINGERING
 *
 * With a quarantine, PORTMAP_FREE means that it cools.
 *
 * Context: any but hard interrupts.
 */
void dynport_space_release(struct dynport_netns *netns,
			   const struct dynport_space_key *key, u16 port,
			   enum portmap_state state);

/* Ports that can't be had. The space's lock is held. */
static inline u32 dynport_space_busy(const struct dynport_space *space)
{
	const struct portmap *map = &space->map;

	return map->count - map->free[0] - map->free[1] - map->lingering -
	       map->cooling;
}

/* For pernet init and exit, and the module's. */
int dynport_space_netns_init(struct dynport_netns *netns);
void dynport_space_netns_exit(struct dynport_netns *netns);
void dynport_space_init(void);

#endif
