// SPDX-License-Identifier: GPL-2.0-only
/*
 * portmap.c - see portmap.h
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "portmap.h"

#define WORDS_PER_BLOCK	(PORTMAP_BLOCK / BITS_PER_LONG)
#define WORDS_PER_GROUP	(WORDS_PER_BLOCK * PORTMAP_GROUP)

/* Every n-th bit, from bit 0 on. */
static const u64 portmap_every[] = {
	[2]  = 0x5555555555555555, [3]	= 0x9249249249249249,
	[4]  = 0x1111111111111111, [5]	= 0x1084210842108421,
	[6]  = 0x1041041041041041, [7]	= 0x8102040810204081,
	[8]  = 0x0101010101010101, [9]	= 0x8040201008040201,
	[10] = 0x1004010040100401, [11] = 0x0080100200400801,
	[12] = 0x1001001001001001, [13] = 0x0010008004002001,
	[14] = 0x0100040010004001, [15] = 0x1000200040008001,
	[16] = 0x0001000100010001,
};

static u32 portmap_blocks(u32 count)
{
	return DIV_ROUND_UP(count, PORTMAP_BLOCK);
}

size_t portmap_size(u32 count, bool generations)
{
	u32 blocks = portmap_blocks(count), bitmaps = generations ? 4 : 2;

	return blocks * (bitmaps * PORTMAP_BLOCK / BITS_PER_BYTE +
			 2 * sizeof(u16));
}

/* The ports of a class in one word of the bitmaps. */
static __always_inline unsigned long
portmap_class_mask(const struct portmap *map, u32 word,
		   enum dynport_class class)
{
	u32 first = word * BITS_PER_LONG, n = map->stride;
	unsigned long bind = map->bind_mask;

	if (class == DYNPORT_CLASS_ALL)
		return ~0UL;
	/*
	 * Indices n-1, 2n-1, ...: the first in this word, then every n-th. All
	 * words are alike if n divides their length, or there are no classes.
	 */
	if (unlikely(n & (n - 1)))
		bind = portmap_every[n] << (n - 1 - first % n);
	return class == DYNPORT_CLASS_BIND ? bind : ~bind;
}

static unsigned int portmap_class_of(const struct portmap *map, u32 index)
{
	return map->stride >= 2 && index % map->stride == map->stride - 1;
}

/* Free ports of @class in one word, of those at @low .. @high. */
static unsigned long portmap_free_word(const struct portmap *map, u32 word,
				       enum dynport_class class, u32 low,
				       u32 high)
{
	unsigned long free = ~(map->busy[word] | map->linger[word]) &
			     portmap_class_mask(map, word, class);

	if (word == low / BITS_PER_LONG)
		free &= ~0UL << (low % BITS_PER_LONG);
	if (word == high / BITS_PER_LONG)
		free &= ~0UL >> (BITS_PER_LONG - 1 - high % BITS_PER_LONG);
	return free;
}

static __always_inline u32 portmap_free_block(const struct portmap *map,
					      u32 block,
					      enum dynport_class class)
{
	return portmap_sum(map->block_free[0][block],
			   map->block_free[1][block], class);
}

static __always_inline u32 portmap_free_group(const struct portmap *map,
					      u32 group,
					      enum dynport_class class)
{
	return portmap_sum(map->group_free[0][group],
			   map->group_free[1][group], class);
}

static __always_inline void portmap_account(struct portmap *map, u32 index, int change)
{
	unsigned int class = portmap_class_of(map, index);

	map->block_free[class][index / PORTMAP_BLOCK] += change;
	map->group_free[class][index / PORTMAP_BLOCK / PORTMAP_GROUP] += change;
	map->free[class] += change;
}

static void portmap_lay_out(struct portmap *map, void *memory, u32 blocks,
			    bool generations)
{
	unsigned long *bitmap = memory;

	map->busy = bitmap;
	bitmap += blocks * WORDS_PER_BLOCK;
	map->linger = bitmap;
	bitmap += blocks * WORDS_PER_BLOCK;
	map->born[0] = NULL;
	map->born[1] = NULL;
	if (generations) {
		map->born[0] = bitmap;
		bitmap += blocks * WORDS_PER_BLOCK;
		map->born[1] = bitmap;
		bitmap += blocks * WORDS_PER_BLOCK;
	}
	map->block_free[0] = (void *)bitmap;
	map->block_free[1] = map->block_free[0] + blocks;
}

void portmap_init(struct portmap *map, void *memory, u32 count, u32 stride,
		  bool generations)
{
	u32 blocks = portmap_blocks(count), word;
	unsigned int class;

	map->count = count;
	map->stride = stride;
	map->bind_mask = stride < 2 || stride >= ARRAY_SIZE(portmap_every) ? 0 :
			 portmap_every[stride] << (stride - 1);
	map->free[0] = 0;
	map->free[1] = 0;
	map->lingering = 0;
	map->cooling = 0;
	map->generation = 0;
	memset(map->group_free, 0, sizeof(map->group_free));
	portmap_lay_out(map, memory, blocks, generations);
	bitmap_set(map->busy, count, blocks * PORTMAP_BLOCK - count);
	for (word = 0; word < blocks * WORDS_PER_BLOCK; word++) {
		for (class = 0; class < 2; class++) {
			u32 n = hweight_long(~map->busy[word] &
				portmap_class_mask(map, word, class ?
						   DYNPORT_CLASS_BIND :
						   DYNPORT_CLASS_CONNECT));

			map->block_free[class][word / WORDS_PER_BLOCK] += n;
			map->group_free[class][word / WORDS_PER_GROUP] += n;
			map->free[class] += n;
		}
	}
}

void portmap_copy(struct portmap *map, void *memory, const struct portmap *from)
{
	bool generations = from->born[0];

	*map = *from;
	memcpy(memory, from->busy, portmap_size(from->count, generations));
	portmap_lay_out(map, memory, portmap_blocks(from->count), generations);
}

enum portmap_state portmap_get(const struct portmap *map, u32 index)
{
	bool linger = test_bit(index, map->linger);

	if (test_bit(index, map->busy))
		return unlikely(linger) ? PORTMAP_COOLING : PORTMAP_BUSY;
	return linger ? PORTMAP_LINGERING : PORTMAP_FREE;
}

/* Note since when a port cools. */
static void portmap_born(struct portmap *map, u32 index)
{
	unsigned int bit;

	if (!map->born[0])
		return;
	for (bit = 0; bit < 2; bit++) {
		if (map->generation >> bit & 1)
			__set_bit(index, map->born[bit]);
		else
			__clear_bit(index, map->born[bit]);
	}
}

enum portmap_state portmap_set(struct portmap *map, u32 index,
			       enum portmap_state state)
{
	enum portmap_state before = portmap_get(map, index);

	/* The rule: it is released. */
	if (likely(before == PORTMAP_BUSY && state == PORTMAP_FREE)) {
		__clear_bit(index, map->busy);
		portmap_account(map, index, 1);
		return before;
	}
	if (before == state && state != PORTMAP_COOLING)
		return before;

	switch (before) {
	case PORTMAP_FREE:
		portmap_account(map, index, -1);
		break;
	case PORTMAP_BUSY:
		__clear_bit(index, map->busy);
		break;
	case PORTMAP_LINGERING:
		__clear_bit(index, map->linger);
		map->lingering--;
		break;
	case PORTMAP_COOLING:
		__clear_bit(index, map->busy);
		__clear_bit(index, map->linger);
		map->cooling--;
		break;
	}
	switch (state) {
	case PORTMAP_FREE:
		portmap_account(map, index, 1);
		break;
	case PORTMAP_BUSY:
		__set_bit(index, map->busy);
		break;
	case PORTMAP_LINGERING:
		__set_bit(index, map->linger);
		map->lingering++;
		break;
	case PORTMAP_COOLING:
		__set_bit(index, map->busy);
		__set_bit(index, map->linger);
		portmap_born(map, index);
		map->cooling++;
		break;
	}
	return before;
}

void portmap_take(struct portmap *map, u32 index)
{
	portmap_account(map, index, -1);
	__set_bit(index, map->busy);
}

/* Does [@low, @high] cover the whole block? Ports behind the end don't count. */
static bool portmap_covers(const struct portmap *map, u32 block, u32 low,
			   u32 high)
{
	u32 first = block * PORTMAP_BLOCK;

	return low <= first &&
	       high >= min(first + PORTMAP_BLOCK, map->count) - 1;
}

u32 portmap_count_part(const struct portmap *map, enum dynport_class class,
		       u32 low, u32 high)
{
	u32 block, word, last, sum = 0;

	for (block = low / PORTMAP_BLOCK; block <= high / PORTMAP_BLOCK;
	     block++) {
		if (portmap_covers(map, block, low, high)) {
			sum += portmap_free_block(map, block, class);
			continue;
		}
		word = max(low / BITS_PER_LONG, block * WORDS_PER_BLOCK);
		last = min(high / BITS_PER_LONG,
			   block * WORDS_PER_BLOCK + WORDS_PER_BLOCK - 1);
		for (; word <= last; word++)
			sum += hweight_long(portmap_free_word(map, word, class,
							      low, high));
	}
	return sum;
}

/* The n-th bit that is set, 0 for the first. */
static u32 portmap_nth_bit(unsigned long bits, u32 n)
{
	while (n--)
		bits &= bits - 1;
	return __ffs(bits);
}

/*
 * portmap_nth_free() in the whole map: by the groups, the blocks, the words.
 * @class is a constant, which takes it out of the loops.
 */
static __always_inline u32 portmap_nth_of_all(const struct portmap *map,
					      enum dynport_class class,
					      u32 rank)
{
	u32 group = 0, block, word, n;
	unsigned long free;

	while (rank >= (n = portmap_free_group(map, group, class))) {
		rank -= n;
		group++;
	}
	block = group * PORTMAP_GROUP;
	while (rank >= (n = portmap_free_block(map, block, class))) {
		rank -= n;
		block++;
	}
	for (word = block * WORDS_PER_BLOCK;; word++) {
		free = ~(map->busy[word] | map->linger[word]);
		if (free)
			free &= portmap_class_mask(map, word, class);
		n = hweight_long(free);
		if (rank < n)
			return word * BITS_PER_LONG + portmap_nth_bit(free, rank);
		rank -= n;
	}
}

static u32 portmap_nth_of_part(const struct portmap *map,
			       enum dynport_class class, u32 low, u32 high,
			       u32 rank)
{
	u32 word = low / BITS_PER_LONG, n;
	unsigned long free;

	for (;;) {
		/* Whole blocks by their counts, the rest by their words. */
		if (word % WORDS_PER_BLOCK == 0 &&
		    portmap_covers(map, word / WORDS_PER_BLOCK, low, high)) {
			n = portmap_free_block(map, word / WORDS_PER_BLOCK,
					       class);
			if (rank >= n) {
				rank -= n;
				word += WORDS_PER_BLOCK;
				continue;
			}
		}
		free = portmap_free_word(map, word, class, low, high);
		n = hweight_long(free);
		if (rank < n)
			return word * BITS_PER_LONG + portmap_nth_bit(free, rank);
		rank -= n;
		word++;
	}
}

u32 portmap_nth_free(const struct portmap *map, enum dynport_class class,
		     u32 low, u32 high, u32 rank)
{
	if (unlikely(!portmap_is_whole(map, low, high)))
		return portmap_nth_of_part(map, class, low, high, rank);
	switch (class) {
	case DYNPORT_CLASS_CONNECT:
		return portmap_nth_of_all(map, DYNPORT_CLASS_CONNECT, rank);
	case DYNPORT_CLASS_BIND:
		return portmap_nth_of_all(map, DYNPORT_CLASS_BIND, rank);
	default:
		return portmap_nth_of_all(map, DYNPORT_CLASS_ALL, rank);
	}
}

/* As portmap_next_free(), in [@low, @high] only; map->count if there is none. */
static u32 portmap_first_free(const struct portmap *map,
			      enum dynport_class class, u32 low, u32 high)
{
	u32 word = low / BITS_PER_LONG;
	unsigned long free;

	while (word <= high / BITS_PER_LONG) {
		if (word % WORDS_PER_BLOCK == 0 &&
		    !portmap_free_block(map, word / WORDS_PER_BLOCK, class)) {
			word += WORDS_PER_BLOCK;
			continue;
		}
		free = portmap_free_word(map, word, class, low, high);
		if (free)
			return word * BITS_PER_LONG + __ffs(free);
		word++;
	}
	return map->count;
}

u32 portmap_next_free(const struct portmap *map, enum dynport_class class,
		      u32 low, u32 high, u32 from)
{
	u32 index = portmap_first_free(map, class, from, high);

	if (index == map->count)
		index = portmap_first_free(map, class, low, from);
	return index;
}
