// SPDX-License-Identifier: GPL-2.0-only
/*
 * portmap_cooling.c - ports of a map that are free, but not for everybody
 *
 * The cooling and the lingering ones; see portmap.h. They are few, or a search
 * comes to them only when nothing is free: no counts per block, but a walk over
 * the words.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>

#include "portmap.h"

/* The ports of one word that cool since a generation. */
static unsigned long portmap_cooling_word(const struct portmap *map, u32 word,
					  u32 generation)
{
	unsigned long cooling = map->busy[word] & map->linger[word];
	unsigned int bit;

	if (!cooling || !map->born[0])
		return cooling;
	for (bit = 0; bit < 2; bit++)
		cooling &= generation >> bit & 1 ? map->born[bit][word] :
						   ~map->born[bit][word];
	return cooling;
}

/* Those that linger, or with @cooling cool since @generation. */
static u32 portmap_next(const struct portmap *map, bool cooling, u32 generation,
			u32 low, u32 high)
{
	unsigned long bits;
	u32 word, index;

	for (word = low / BITS_PER_LONG; word <= high / BITS_PER_LONG; word++) {
		bits = cooling ? portmap_cooling_word(map, word, generation) :
				 map->linger[word] & ~map->busy[word];
		if (word == low / BITS_PER_LONG)
			bits &= ~0UL << (low % BITS_PER_LONG);
		if (bits) {
			index = word * BITS_PER_LONG + __ffs(bits);
			return index <= high ? index : map->count;
		}
	}
	return map->count;
}

u32 portmap_next_lingering(const struct portmap *map, u32 low, u32 high)
{
	return portmap_next(map, false, 0, low, high);
}

u32 portmap_oldest_cooling(const struct portmap *map, u32 low, u32 high,
			   u32 from)
{
	u32 newer, generation, index = map->count;

	for (newer = 1; index == map->count && newer <= PORTMAP_GENERATIONS;
	     newer++) {
		generation = (map->generation + newer) % PORTMAP_GENERATIONS;
		index = portmap_next(map, true, generation, from, high);
		if (index == map->count)
			index = portmap_next(map, true, generation, low, from);
	}
	return index;
}

void portmap_age(struct portmap *map)
{
	u32 words = DIV_ROUND_UP(map->count, BITS_PER_LONG), word;
	unsigned long bits;

	map->generation = (map->generation + 1) % PORTMAP_GENERATIONS;
	for (word = 0; word < words && map->cooling; word++) {
		bits = portmap_cooling_word(map, word, map->generation);
		for (; bits; bits &= bits - 1)
			portmap_set(map, word * BITS_PER_LONG + __ffs(bits),
				    PORTMAP_FREE);
	}
}
