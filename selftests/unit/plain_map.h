/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * plain_map.h - what a port map must answer, from an array of states
 *
 * Each function looks at one port after the other, by portmap.h's definitions
 * and nothing else.
 */
#ifndef DYNPORT_UNIT_PLAIN_MAP_H
#define DYNPORT_UNIT_PLAIN_MAP_H

#include "portmap.h"

struct plain_map {
	u32 count, stride;
	bool generations;
	u8 state[65536];	/* enum portmap_state */
	u8 age[65536];		/* of those that cool, in generations */
};

void plain_init(struct plain_map *plain, u32 count, u32 stride,
		bool generations);
u32 plain_count_free(const struct plain_map *plain, enum dynport_class class,
		     u32 low, u32 high);
u32 plain_nth_free(const struct plain_map *plain, enum dynport_class class,
		   u32 low, u32 high, u32 rank);
u32 plain_next_free(const struct plain_map *plain, enum dynport_class class,
		    u32 low, u32 high, u32 from);
u32 plain_next_lingering(const struct plain_map *plain, u32 low, u32 high);
u32 plain_oldest_cooling(const struct plain_map *plain, u32 low, u32 high,
			 u32 from);
void plain_set(struct plain_map *plain, u32 index, enum portmap_state state);
void plain_age(struct plain_map *plain);

/* A map of exactly portmap_size() bytes; to be freed with map->busy. */
void plain_alloc(struct portmap *map, u32 count, u32 stride,
		 bool generations);

/*
 * Whether a map agrees with the array: a sentence on what differs, or NULL.
 * _all() looks at each port, and at the counts of every block.
 */
const char *plain_compare_window(const struct plain_map *plain,
				 const struct portmap *map,
				 enum dynport_class class, u32 low, u32 high,
				 u32 from, u32 rank);
const char *plain_compare_all(const struct plain_map *plain,
			      const struct portmap *map);

#endif
