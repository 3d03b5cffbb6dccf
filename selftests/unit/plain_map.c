// SPDX-License-Identifier: GPL-2.0-only
/*
 * plain_map.c - what a port map must answer, from an array of states
 */
#include <stdio.h>
#include <stdlib.h>

#include "plain_map.h"

void plain_init(struct plain_map *plain, u32 count, u32 stride,
		bool generations)
{
	plain->generations = generations;
	plain->count = count;
	plain->stride = stride;
	memset(plain->state, PORTMAP_FREE, sizeof(plain->state));
}

static bool plain_is_free(const struct plain_map *plain,
			  enum dynport_class class, u32 index)
{
	/* Ports low + n-1, low + 2n-1, ... are bind's; without n, none is. */
	bool is_bind = plain->stride >= 2 &&
		       index % plain->stride == plain->stride - 1;

	if (plain->state[index] != PORTMAP_FREE)
		return false;
	return class == DYNPORT_CLASS_ALL ||
	       is_bind == (class == DYNPORT_CLASS_BIND);
}

u32 plain_count_free(const struct plain_map *plain, enum dynport_class class,
		     u32 low, u32 high)
{
	u32 index, sum = 0;

	for (index = low; index <= high; index++)
		sum += plain_is_free(plain, class, index);
	return sum;
}

u32 plain_nth_free(const struct plain_map *plain, enum dynport_class class,
		   u32 low, u32 high, u32 rank)
{
	u32 index;

	for (index = low; index <= high; index++)
		if (plain_is_free(plain, class, index) && !rank--)
			return index;
	return plain->count;
}

u32 plain_next_free(const struct plain_map *plain, enum dynport_class class,
		    u32 low, u32 high, u32 from)
{
	u32 index;

	for (index = from; index <= high; index++)
		if (plain_is_free(plain, class, index))
			return index;
	for (index = low; index < from; index++)
		if (plain_is_free(plain, class, index))
			return index;
	return plain->count;
}

u32 plain_next_lingering(const struct plain_map *plain, u32 low, u32 high)
{
	u32 index;

	for (index = low; index <= high; index++)
		if (plain->state[index] == PORTMAP_LINGERING)
			return index;
	return plain->count;
}

u32 plain_oldest_cooling(const struct plain_map *plain, u32 low, u32 high,
			 u32 from)
{
	u32 best = plain->count, step, index;

	for (step = 0; step <= high - low; step++) {
		index = low + (from - low + step) % (high - low + 1);
		if (plain->state[index] == PORTMAP_COOLING &&
		    (best == plain->count ||
		     plain->age[index] > plain->age[best]))
			best = index;
	}
	return best;
}

void plain_set(struct plain_map *plain, u32 index, enum portmap_state state)
{
	plain->state[index] = state;
	plain->age[index] = 0;
}

void plain_age(struct plain_map *plain)
{
	u32 index;

	for (index = 0; index < plain->count; index++)
		if (plain->state[index] == PORTMAP_COOLING &&
		    plain->generations &&
		    plain->age[index] < PORTMAP_GENERATIONS - 1)
			plain->age[index]++;
		else if (plain->state[index] == PORTMAP_COOLING)
			plain->state[index] = PORTMAP_FREE;
}

void plain_alloc(struct portmap *map, u32 count, u32 stride, bool generations)
{
	void *memory = calloc(1, portmap_size(count, generations));

	if (!memory) {
		perror("calloc");
		exit(1);
	}
	portmap_init(map, memory, count, stride, generations);
}

const char *plain_compare_window(const struct plain_map *plain,
				 const struct portmap *map,
				 enum dynport_class class, u32 low, u32 high,
				 u32 from, u32 rank)
{
	u32 free = plain_count_free(plain, class, low, high);

	if (portmap_count_free(map, class, low, high) != free)
		return "count_free() differs";
	if (portmap_next_lingering(map, low, high) !=
	    plain_next_lingering(plain, low, high))
		return "next_lingering() differs";
	if (portmap_oldest_cooling(map, low, high, from) !=
	    plain_oldest_cooling(plain, low, high, from))
		return "oldest_cooling() differs";
	if (!free)
		return NULL;
	if (portmap_next_free(map, class, low, high, from) !=
	    plain_next_free(plain, class, low, high, from))
		return "next_free() differs";
	rank %= free;
	if (portmap_nth_free(map, class, low, high, rank) !=
	    plain_nth_free(plain, class, low, high, rank))
		return "nth_free() differs";
	return NULL;
}

const char *plain_compare_all(const struct plain_map *plain,
			      const struct portmap *map)
{
	static const enum dynport_class classes[] = { DYNPORT_CLASS_CONNECT,
						      DYNPORT_CLASS_BIND };
	u32 index, block, first, last, lingering = 0, cooling = 0, class;

	for (index = 0; index < plain->count; index++) {
		if (portmap_get(map, index) != plain->state[index])
			return "a state differs";
		lingering += plain->state[index] == PORTMAP_LINGERING;
		cooling += plain->state[index] == PORTMAP_COOLING;
	}
	if (map->lingering != lingering)
		return "the number of lingering ports differs";
	if (map->cooling != cooling)
		return "the number of cooling ports differs";
	for (class = 0; class < ARRAY_SIZE(classes); class++) {
		if (map->free[class] != plain_count_free(plain, classes[class],
							 0, plain->count - 1))
			return "the number of free ports differs";
		for (block = 0; block * PORTMAP_BLOCK < plain->count; block++) {
			first = block * PORTMAP_BLOCK;
			last = min(first + PORTMAP_BLOCK, plain->count) - 1;
			if (map->block_free[class][block] !=
			    plain_count_free(plain, classes[class], first,
					     last))
				return "a block's count differs";
		}
	}
	return NULL;
}
