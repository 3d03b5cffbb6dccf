/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - one shim for each difference between the supported kernels
 *
 * The only file that asks for a kernel version. Each shim names the version,
 * the commit that made the difference, and so when it can be deleted: once the
 * oldest supported kernel is newer. Supported: 6.1 and 6.12.
 */
#ifndef DYNPORT_COMPAT_H
#define DYNPORT_COMPAT_H

#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/shrinker.h>
#include <linux/sysctl.h>
#include <linux/version.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>
#include <net/udp.h>
#include <net/udplite.h>

/*
 * 6.2, 94d095ffa0e1 ("ftrace: abstract DYNAMIC_FTRACE_WITH_ARGS accesses"):
 * accessors for ftrace_regs. Before it, x86 has pt_regs in there.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define dynport_ftrace_argument(fregs, n) \
	regs_get_kernel_argument(&arch_ftrace_regs_compat(fregs), n)
#define dynport_ftrace_set_ip(fregs, ip) \
	ftrace_instruction_pointer_set(fregs, ip)
#define arch_ftrace_regs_compat(fregs)	((fregs)->regs)
#else
#define dynport_ftrace_argument(fregs, n) \
	ftrace_regs_get_argument(fregs, n)
#define dynport_ftrace_set_ip(fregs, ip) \
	ftrace_regs_set_instruction_pointer(fregs, ip)
#endif

/*
 * 6.2, 9804985bf27f ("udp: Introduce optional per-netns hash table."): a
 * namespace may have its own.
 */
static inline struct udp_table *dynport_udp_table(struct net *net, u8 protocol)
{
	if (protocol == IPPROTO_UDPLITE)
		return &udplite_table;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return &udp_table;
#else
	return net->ipv4.udp_table;
#endif
}

/*
 * 6.4, ac3b43283923 ("module: replace module_layout with module_memory").
 * Bounds of the module's text that stays after initialization.
 */
static inline void dynport_module_text(const struct module *module,
				       unsigned long *start, unsigned long *size)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	*start = (unsigned long)module->core_layout.base;
	*size = module->core_layout.text_size;
#else
	*start = (unsigned long)module->mem[MOD_TEXT].base;
	*size = module->mem[MOD_TEXT].size;
#endif
}

/*
 * 6.6, 95d4977876da ("sysctl: Add size to register_net_sysctl function"): the
 * number of entries is an argument. Before it, an empty entry ends the table:
 * callers leave room for one behind @entries.
 */
static inline struct ctl_table_header *
dynport_register_net_sysctl(struct net *net, const char *path,
			    struct ctl_table *table, size_t entries)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return register_net_sysctl(net, path, table);
#else
	return register_net_sysctl_sz(net, path, table, entries);
#endif
}

/*
 * 6.7, c42d50aefd17 ("mm: shrinker: add infrastructure for dynamically
 * allocating shrinker"): shrinkers are allocated.
 */
struct dynport_shrinker {
	const char *name;
	unsigned long (*count)(struct shrinker *shrinker,
			       struct shrink_control *control);
	unsigned long (*scan)(struct shrinker *shrinker,
			      struct shrink_control *control);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	struct shrinker shrinker;
#else
	struct shrinker *shrinker;
#endif
};

static inline int dynport_shrinker_register(struct dynport_shrinker *shrinker)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	shrinker->shrinker.count_objects = shrinker->count;
	shrinker->shrinker.scan_objects = shrinker->scan;
	shrinker->shrinker.seeks = DEFAULT_SEEKS;
	return register_shrinker(&shrinker->shrinker, "%s", shrinker->name);
#else
	shrinker->shrinker = shrinker_alloc(0, "%s", shrinker->name);
	if (!shrinker->shrinker)
		return -ENOMEM;
	shrinker->shrinker->count_objects = shrinker->count;
	shrinker->shrinker->scan_objects = shrinker->scan;
	shrinker_register(shrinker->shrinker);
	return 0;
#endif
}

static inline void
dynport_shrinker_unregister(struct dynport_shrinker *shrinker)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	unregister_shrinker(&shrinker->shrinker);
#else
	shrinker_free(shrinker->shrinker);
#endif
}

/*
 * 6.8, 822fb91fc724 ("tcp: Link bhash2 to bhash."): the sockets of a bucket
 * hang below its bhash2 buckets. Does @match say yes to any? They may be in
 * TIME_WAIT. With the bucket's lock held.
 */
static inline bool dynport_any_bound(struct inet_bind_bucket *tb,
				     bool (*match)(const void *arg,
						   const struct sock *sk),
				     const void *arg)
{
	struct sock *sk;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	sk_for_each_bound(sk, &tb->owners)
		if (match(arg, sk))
			return true;
#else
	struct inet_bind2_bucket *tb2;

	hlist_for_each_entry(tb2, &tb->bhash2, bhash_node)
		sk_for_each_bound(sk, &tb2->owners)
			if (match(arg, sk))
				return true;
#endif
	return false;
}

/*
 * 6.8, d9f28735af87 ("Use READ/WRITE_ONCE() for IP local_port_range access.").
 * The field behind IP_LOCAL_PORT_RANGE, as lo | hi << 16. Since then it is one
 * u32 that setsockopt() writes without the socket lock; before, two u16 that
 * it writes under that lock, which every caller here holds.
 */
static inline u32 dynport_sk_port_range(const struct sock *sk)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return inet_sk(sk)->local_port_range.lo |
	       (u32)inet_sk(sk)->local_port_range.hi << 16;
#else
	return READ_ONCE(inet_sk(sk)->local_port_range);
#endif
}

/* Replaces @old by @new. Returns what was there: @old if it did. */
static inline u32 dynport_sk_port_range_cmpxchg(struct sock *sk, u32 old,
						u32 new)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	u32 seen = dynport_sk_port_range(sk);

	if (seen == old) {
		inet_sk(sk)->local_port_range.lo = new;
		inet_sk(sk)->local_port_range.hi = new >> 16;
	}
	return seen;
#else
	return cmpxchg(&inet_sk(sk)->local_port_range, old, new);
#endif
}

/*
 * 6.9, 3de21a8990d3 ("genetlink: Add per family bind/unbind callbacks"): a family
 * is told when a socket joins one of its groups.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define DYNPORT_HAVE_GENL_BIND
#endif

/*
 * 6.11, 78eb4ea25cd5 ("sysctl: treewide: constify the ctl_table argument of
 * proc_handlers").
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define dynport_const_ctl_table	struct ctl_table
#else
#define dynport_const_ctl_table	const struct ctl_table
#endif

#endif
