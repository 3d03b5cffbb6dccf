/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests have one thread: a lock that is waited for would never be free. */
#ifndef DYNPORT_SHIM_LINUX_SPINLOCK_H
#define DYNPORT_SHIM_LINUX_SPINLOCK_H

#include <stdlib.h>

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

static inline void spin_lock_bh(spinlock_t *lock)
{
	if (!spin_trylock(lock))
		abort();
}

static inline void spin_unlock(spinlock_t *lock)
{
	if (!lock->held)
		abort();
	lock->held = false;
}

#define spin_unlock_bh(lock)	spin_unlock(lock)

#define lockdep_assert_held(lock) do {	\
	if (!(lock)->held)		\
		abort();		\
} while (0)

#endif
