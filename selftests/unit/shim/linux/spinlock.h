/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests have one thread: locks are always free. */
#ifndef DYNPORT_SHIM_LINUX_SPINLOCK_H
#define DYNPORT_SHIM_LINUX_SPINLOCK_H

#include <linux/types.h>

typedef struct {
	bool held;
} spinlock_t;

#define spin_lock_init(lock)	((lock)->held = false)

static inline bool spin_trylock(spinlock_t *lock)
{
	if (lock->held)
		return false;
	return lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	lock->held = false;
}

#endif
