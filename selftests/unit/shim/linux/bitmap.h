/* SPDX-License-Identifier: GPL-2.0-only */
/* Bitmaps as arrays of longs. */
#ifndef DYNPORT_SHIM_LINUX_BITMAP_H
#define DYNPORT_SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>

#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]

static inline void bitmap_zero(unsigned long *bits, unsigned int count)
{
	memset(bits, 0, BITS_TO_LONGS(count) * sizeof(long));
}

static inline void bitmap_set(unsigned long *bits, unsigned int start,
			      unsigned int count)
{
	while (count--)
		__set_bit(start++, bits);
}

#endif
