/* SPDX-License-Identifier: GPL-2.0-only */
/* Annotations that mean nothing in user space, and accesses that do. */
#ifndef DYNPORT_SHIM_LINUX_COMPILER_H
#define DYNPORT_SHIM_LINUX_COMPILER_H

#define __percpu
#define __rcu
#define __force
#define __user
#define __init
#define __read_mostly
#define noinline	__attribute__((__noinline__))
#define __aligned(n)	__attribute__((__aligned__(n)))

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

#define data_race(expression)	(expression)

#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value)	\
	__atomic_store_n(p, value, __ATOMIC_RELEASE)

#define smp_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)

#define IS_ENABLED(option)	0

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#endif
