/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory from malloc(), or none: what GFP_ATOMIC is prepared for. */
#ifndef DYNPORT_SHIM_LINUX_SLAB_H
#define DYNPORT_SHIM_LINUX_SLAB_H

#include <stdlib.h>

#include <linux/types.h>

#define GFP_ATOMIC	0
#define __GFP_ACCOUNT	0
#define __GFP_NOWARN	0

/* There is none while this is set. */
extern bool slab_fails;

static inline void *kcalloc(size_t n, size_t size, unsigned int flags)
{
	return slab_fails ? NULL : calloc(n, size);
}

#define kfree(memory)		free(memory)

#endif
