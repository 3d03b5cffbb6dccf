/* SPDX-License-Identifier: GPL-2.0-only */
/* atomic_t, which wraps around without overflowing. */
#ifndef DYNPORT_SHIM_LINUX_ATOMIC_H
#define DYNPORT_SHIM_LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	u32 counter;
} atomic_t;

static inline int atomic_read(const atomic_t *v)
{
	return (int)__atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_set(atomic_t *v, int value)
{
	__atomic_store_n(&v->counter, (u32)value, __ATOMIC_RELAXED);
}

static inline int atomic_add_return(int n, atomic_t *v)
{
	return (int)__atomic_add_fetch(&v->counter, (u32)n, __ATOMIC_SEQ_CST);
}

static inline int atomic_fetch_inc(atomic_t *v)
{
	return (int)__atomic_fetch_add(&v->counter, 1, __ATOMIC_SEQ_CST);
}

static inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	u32 seen = (u32)old;

	__atomic_compare_exchange_n(&v->counter, &seen, (u32)new, false,
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return (int)seen;
}

#define atomic_add(n, v)	((void)atomic_add_return(n, v))
#define atomic_inc_return(v)	atomic_add_return(1, v)

/* One thread: the value before, and the new one if that was as expected. */
#define cmpxchg(ptr, old, new) ({					\
	__typeof__(*(ptr)) seen_ = *(ptr);				\
									\
	if (seen_ == (old))						\
		*(ptr) = (new);						\
	seen_;								\
})

#endif
