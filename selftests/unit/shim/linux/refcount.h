/* SPDX-License-Identifier: GPL-2.0-only */
/* Reference counts that end the program rather than wrap. */
#ifndef DYNPORT_SHIM_LINUX_REFCOUNT_H
#define DYNPORT_SHIM_LINUX_REFCOUNT_H

#include <stdlib.h>

#include <linux/types.h>

typedef struct {
	u32 users;
} refcount_t;

#define refcount_set(count, n)	((void)((count)->users = (n)))

static inline void refcount_inc(refcount_t *count)
{
	if (!count->users++)
		abort();
}

static inline bool refcount_dec_and_test(refcount_t *count)
{
	if (!count->users)
		abort();
	return !--count->users;
}

#endif
