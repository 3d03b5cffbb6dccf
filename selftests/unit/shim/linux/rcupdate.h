/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: what is published stays until a test replaces it. */
#ifndef DYNPORT_SHIM_LINUX_RCUPDATE_H
#define DYNPORT_SHIM_LINUX_RCUPDATE_H

#include <linux/types.h>

struct rcu_head {
	void *unused;
};

#define rcu_read_lock()		do { } while (0)
#define rcu_read_unlock()	do { } while (0)
#define rcu_read_lock_any_held()	true
#define rcu_dereference(p)		READ_ONCE(p)
#define rcu_dereference_check(p, held)	READ_ONCE(p)
#define rcu_dereference_sched(p)	READ_ONCE(p)

#endif
