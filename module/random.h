/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random.h - uniform numbers from the kernel's generator
 *
 * As get_random_u32_below(), which takes 32 bits for any bound that is not a
 * constant. Bounds here are numbers of ports, for which 16 do: half as many
 * refills of the generator's batch, each some thousands of instructions.
 */
#ifndef DYNPORT_RANDOM_H
#define DYNPORT_RANDOM_H

#include <linux/compiler.h>
#include <linux/random.h>
#include <linux/types.h>

/**
 * dynport_random_below() - exactly uniform over 0 .. @bound-1
 * @bound: 1 .. 65536
 *
 * Lemire, "Fast Random Integer Generation in an Interval" (2019): the high half
 * of a product, drawn again where the low half falls into the remainder that
 * would favour some numbers.
 */
static inline u32 dynport_random_below(u32 bound)
{
	u32 product = bound * (u32)get_random_u16();

	if (unlikely((u16)product < bound)) {
		u32 remainder = (65536 - bound) % bound;

		while (unlikely((u16)product < remainder))
			product = bound * (u32)get_random_u16();
	}
	return product >> 16;
}

#endif
