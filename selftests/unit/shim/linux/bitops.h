/* SPDX-License-Identifier: GPL-2.0-only */
/* Single bits, and which of a word are set. */
#ifndef DYNPORT_SHIM_LINUX_BITOPS_H
#define DYNPORT_SHIM_LINUX_BITOPS_H

#include <linux/types.h>

#define BIT(n)		(1UL << (n))
#define BITS_PER_LONG		(8 * (int)sizeof(long))
#define BITS_TO_LONGS(bits)	(((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_PER_BYTE		8
#define BIT_MASK(nr)		(1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)		((nr) / BITS_PER_LONG)

static inline bool test_bit(unsigned long nr, const unsigned long *bits)
{
	return READ_ONCE(bits[BIT_WORD(nr)]) & BIT_MASK(nr);
}

static inline void set_bit(unsigned long nr, unsigned long *bits)
{
	__atomic_fetch_or(&bits[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_RELAXED);
}

static inline void clear_bit(unsigned long nr, unsigned long *bits)
{
	__atomic_fetch_and(&bits[BIT_WORD(nr)], ~BIT_MASK(nr),
			   __ATOMIC_RELAXED);
}

static inline void __set_bit(unsigned long nr, unsigned long *bits)
{
	bits[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(unsigned long nr, unsigned long *bits)
{
	bits[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

#define hweight_long(word)	((unsigned long)__builtin_popcountl(word))

/* The first set bit of a word that isn't 0. */
static inline unsigned long __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

/* The first set bit at or after @nr; @size if there is none. */
static inline unsigned long find_next_bit(const unsigned long *bits,
					  unsigned long size, unsigned long nr)
{
	while (nr < size && !test_bit(nr, bits))
		nr++;
	return nr < size ? nr : size;
}

/* The last set bit counted from 1; 0 if there is none. */
static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

#endif
