/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's integer types. */
#ifndef DYNPORT_SHIM_LINUX_TYPES_H
#define DYNPORT_SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/compiler.h>
#include <linux/minmax.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct list_head {
	struct list_head *next, *prev;
};

#endif
