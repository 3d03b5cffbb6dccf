/* SPDX-License-Identifier: GPL-2.0-only */
/* SipHash-2-4, as the kernel's functions of these names. */
#ifndef DYNPORT_SHIM_LINUX_SIPHASH_H
#define DYNPORT_SHIM_LINUX_SIPHASH_H

#include <linux/types.h>

#define SIPHASH_ALIGNMENT	__alignof__(u64)

typedef struct {
	u64 key[2];
} siphash_key_t;

u64 siphash(const void *data, size_t len, const siphash_key_t *key);
u64 siphash_3u32(u32 first, u32 second, u32 third, const siphash_key_t *key);
u64 siphash_4u32(u32 first, u32 second, u32 third, u32 fourth,
		 const siphash_key_t *key);

#endif
