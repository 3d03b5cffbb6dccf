/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portmap.h - a bitmap of busy ports with counts, for quick answers when full
 *
 * Pure data structure: knows neither sockets nor namespaces, takes no lock (the
 * caller does), compiles in user space too. A map covers the ports of one
 * window; inside, a port is its index, 0 .. count-1, from the window's start.
 *
 * Each port is in one of four states. A free port may be proposed. A busy one
 * isn't. A cooling one is free, and to be avoided for a while: proposed when
 * nothing is free. A lingering one belongs to a connection in TIME_WAIT that the
 * kernel may let go for a new one: proposed when nothing else is left.
 *
 * How long a port has been cooling is known by its generation, one of the last
 * four. The caller decides how long a generation takes.
 *
 * For each block of 512 ports, each group of 8 blocks, and each class of
 * dynport_ports, the free ports are counted, so that "the k-th free port" and
 * "the next free port" look at some counts and at one block, however full the
 * map is.
 */
#ifndef DYNPORT_PORTMAP_H
#define DYNPORT_PORTMAP_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "ports.h"

#define PORTMAP_BLOCK		512		/* ports per block */
#define PORTMAP_BLOCKS_MAX	(65536 / PORTMAP_BLOCK)
#define PORTMAP_GROUP		8		/* blocks per group */
#define PORTMAP_GROUPS_MAX	(PORTMAP_BLOCKS_MAX / PORTMAP_GROUP)
#define PORTMAP_GENERATIONS	4

enum portmap_state {
	PORTMAP_FREE,
	PORTMAP_BUSY,
	PORTMAP_LINGERING,
	PORTMAP_COOLING,
};

struct portmap {
	u32 count;		/* ports, 1 .. 65536 */
	u32 stride;		/* of the classes; 0: all in one */
	unsigned long bind_mask; /* bind's ports in the first word */
	/* Sums over the blocks; [0] is the class of connect, [1] of bind. */
	u32 free[2];
	u32 lingering;
	u32 cooling;
	u32 generation;		/* of the ports that begin to cool now */
	unsigned long *busy;	/* count bits, and ones up to a full block */
	unsigned long *linger;	/* likewise, zeros; with busy: cooling */
	/* Two bits, the generation of those that cool; NULL: all are of one. */
	unsigned long *born[2];
	u16 *block_free[2];	/* per block */
	u16 group_free[2][PORTMAP_GROUPS_MAX];
};

/* Bytes that portmap_init() needs for @count ports. */
size_t portmap_size(u32 count, bool generations);

/**
 * portmap_init() - an empty map
 * @map: filled in
 * @memory: portmap_size() bytes, zeroed, aligned to a long
 * @count: ports, 1 .. 65536
 * @stride: 0 or 2 .. 16, as for dynport_ports_init()
 * @generations: know since when ports cool; without, portmap_age() frees all
 */
void portmap_init(struct portmap *map, void *memory, u32 count, u32 stride,
		  bool generations);

/* A map as @from is, with @memory as for portmap_init(); may be overwritten. */
void portmap_copy(struct portmap *map, void *memory, const struct portmap *from);

enum portmap_state portmap_get(const struct portmap *map, u32 index);

/* Returns the state before. */
enum portmap_state portmap_set(struct portmap *map, u32 index,
			       enum portmap_state state);

/* Likewise, of one that is known to be free. */
void portmap_take(struct portmap *map, u32 index);

/* Does [@low, @high] cover the map? The rule. */
static inline bool portmap_is_whole(const struct portmap *map, u32 low,
				    u32 high)
{
	return !low && high == map->count - 1;
}

/* What a number for connect's class and one for bind's come to for a class. */
static inline u32 portmap_sum(u32 connect, u32 bind, enum dynport_class class)
{
	switch (class) {
	case DYNPORT_CLASS_CONNECT:
		return connect;
	case DYNPORT_CLASS_BIND:
		return bind;
	default:
		return connect + bind;
	}
}

/* For portmap_count_free(). */
u32 portmap_count_part(const struct portmap *map, enum dynport_class class,
		       u32 low, u32 high);

/* Free ports of @class with indices in [@low, @high]. */
static inline u32 portmap_count_free(const struct portmap *map,
				     enum dynport_class class, u32 low,
				     u32 high)
{
	if (likely(portmap_is_whole(map, low, high)))
		return portmap_sum(map->free[0], map->free[1], class);
	return portmap_count_part(map, class, low, high);
}

/*
 * The free port of @class in [@low, @high] with the given rank, 0 for the
 * first. @rank must be below portmap_count_free().
 */
u32 portmap_nth_free(const struct portmap *map, enum dynport_class class,
		     u32 low, u32 high, u32 rank);

/*
 * The first free port of @class at or after @from, around from @high to @low.
 * At least one must be free in [@low, @high], and @from in it.
 */
u32 portmap_next_free(const struct portmap *map, enum dynport_class class,
		      u32 low, u32 high, u32 from);

/* The first lingering port in [@low, @high], or map->count if there is none. */
u32 portmap_next_lingering(const struct portmap *map, u32 low, u32 high);

/*
 * A port of the oldest generation that cools in [@low, @high]: the first at or
 * after @from, around from @high to @low. map->count if there is none.
 */
u32 portmap_oldest_cooling(const struct portmap *map, u32 low, u32 high,
			   u32 from);

/* Begin a generation: ports that cool since the oldest are free. */
void portmap_age(struct portmap *map);

#endif
