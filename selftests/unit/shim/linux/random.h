/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's generator: seeded for a repeatable run, or getrandom(2). */
#ifndef DYNPORT_SHIM_LINUX_RANDOM_H
#define DYNPORT_SHIM_LINUX_RANDOM_H

#include <linux/types.h>

/* Repeat the run with this seed. Without a call, getrandom(2) is used. */
void random_seed(u64 seed);

u64 random_u64(void);
void get_random_bytes(void *buf, size_t len);

static inline u32 get_random_u32(void)
{
	return random_u64() >> 32;
}

static inline u16 get_random_u16(void)
{
	return random_u64() >> 48;
}

/* Uniform over 0 .. ceil-1, exactly. */
static inline u32 get_random_u32_below(u32 ceil)
{
	u64 product = (u64)get_random_u32() * ceil;

	if ((u32)product < ceil) {
		u32 excess = -ceil % ceil;

		while ((u32)product < excess)
			product = (u64)get_random_u32() * ceil;
	}
	return product >> 32;
}

#endif
