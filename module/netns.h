/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netns.h - what dynport keeps for a network namespace
 *
 * Lifetime: from the namespace's creation (or the module's load) to its end (or
 * the module's unload). The memory outlives the namespace's exit functions, so
 * whoever holds a socket of the namespace may use it; after exit it proposes
 * nothing any more.
 */
#ifndef DYNPORT_NETNS_H
#define DYNPORT_NETNS_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/in.h>
#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "registry.h"
#include "space.h"
#include "stamps.h"
#include "stats.h"

/* Choices of an algorithm: one for each path, and the default for all. */
#define DYNPORT_CHOICE_DEFAULT	DYNPORT_PATHS
#define DYNPORT_CHOICES		(DYNPORT_PATHS + 1)

/* Why a search may have to avoid ports; bits of dynport_netns.avoid. */
enum dynport_avoid {
	DYNPORT_AVOID_GUARDED,	/* guard.h; stays once there was such a port */
	DYNPORT_AVOID_COOLING,	/* quarantine.h; as long as quarantine_ms is set */
};

struct dynport_netns {
	/*
	 * Read by every search, written when something is configured.
	 * dead: the namespace is going away; see dynport_netns_enter().
	 * bypass: the path's calls are left to the kernel without a detour.
	 * instance: NULL only once nobody can enter any more.
	 */
	bool dead;
	bool bypass[DYNPORT_PATHS];
	unsigned long avoid;	/* atomic; 0 is what most searches meet */
	struct dynport_instance __rcu *instance[DYNPORT_PATHS];
	struct dynport_tunables tunables;
	struct dynport_stats __percpu *stats;
	struct dynport_spaces spaces;
	struct dynport_exhaustions exhaustions;
	/* By protocol: see dynport_netns_stamps(). */
	struct dynport_stamps guarded[2];
	struct dynport_stamps released[2];

	/* Serializes configuration; protects what follows, and instances. */
	struct mutex config_lock;
	/* NULL: as the default. Each holds a reference on its module. */
	const struct dynport_algorithm *choice[DYNPORT_CHOICES];

	struct net *net;
	struct ctl_table *sysctl_table;
	struct ctl_table_header *sysctl_header;
};

extern unsigned int dynport_netns_id;

static inline struct dynport_netns *dynport_netns(const struct net *net)
{
	return net_generic(net, dynport_netns_id);
}

/*
 * dynport_netns() where preemption is off, which is all the protection that
 * net->gen needs: spares rcu_read_lock() and its counterpart on every call.
 */
static __always_inline struct dynport_netns *
dynport_netns_nopreempt(const struct net *net)
{
	const struct net_generic *gen = rcu_dereference_sched(net->gen);

	return gen->ptr[dynport_netns_id];
}

/**
 * dynport_netns_enter() - keep instances and counters from being freed
 * @net: the namespace of a socket that the caller holds
 *
 * Kernel sockets hold no reference on their namespace, so its exit waits for
 * those who are inside, who may sleep. The exit sets @dead, lets an RCU grace
 * period pass, which covers the region without preemption here, and then waits
 * until the sum over all CPUs is 0.
 *
 * Return: what belongs to @net, and then dynport_netns_leave() must follow;
 * NULL if the namespace is going away.
 */
static __always_inline struct dynport_netns *
dynport_netns_enter(const struct net *net)
{
	struct dynport_netns *netns;

	preempt_disable_notrace();
	netns = dynport_netns_nopreempt(net);
	if (unlikely(READ_ONCE(netns->dead)))
		netns = NULL;
	else
		__this_cpu_inc(netns->stats->inside);
	preempt_enable_notrace();
	return netns;
}

/* Nothing of @netns may be touched after this. */
static __always_inline void dynport_netns_leave(struct dynport_netns *netns)
{
	this_cpu_dec(netns->stats->inside);
}

/* Is there any space of a path? One read; to be asked before looking one up. */
static __always_inline bool
dynport_space_exist(const struct dynport_netns *netns, enum dynport_path path)
{
	return READ_ONCE(netns->spaces.count[path]);
}

/* A protocol's of a namespace's pairs of times. */
static inline struct dynport_stamps *
dynport_netns_stamps(struct dynport_stamps pair[2], u8 protocol)
{
	return &pair[protocol != IPPROTO_TCP];
}

/* From now on searches ask. Pairs with the test in search.c, by and by. */
static inline void dynport_netns_avoid(struct dynport_netns *netns,
				       enum dynport_avoid reason)
{
	if (unlikely(!test_bit(reason, &netns->avoid)))
		set_bit(reason, &netns->avoid);
}

/*
 * Narrow a window of the kernel's by tcp_port_range or udp_port_range, unless
 * nothing would be left of it.
 */
static inline void dynport_netns_narrow(const struct dynport_netns *netns,
					enum dynport_path path, int *low,
					int *high)
{
	u32 range = path == DYNPORT_PATH_UDP ?
		    READ_ONCE(netns->tunables.udp_port_range) :
		    READ_ONCE(netns->tunables.tcp_port_range);
	int range_low = range & 0xffff, range_high = range >> 16;

	if (likely(!range))
		return;
	if (range_low > *high || range_high < *low)
		return;
	*low = max(*low, range_low);
	*high = min(*high, range_high);
}

/**
 * dynport_netns_choose() - select an algorithm
 * @netns: the namespace; its config_lock must not be held
 * @which: a path, or DYNPORT_CHOICE_DEFAULT
 * @algorithm: with a reference, which is consumed in any case; NULL lets a path
 *	follow the default
 *
 * Searches under way finish with what they began with, or start anew.
 * Context: process, may sleep. Return: 0 or -ENOMEM, and then nothing changed.
 */
int dynport_netns_choose(struct dynport_netns *netns, unsigned int which,
			 const struct dynport_algorithm *algorithm);

/* To be called with config_lock held after tunables have changed. */
void dynport_netns_update(struct dynport_netns *netns);

/*
 * @algorithm is the initial namespace's default; -ENOENT if there is none of
 * that name.
 */
int dynport_netns_init(const char *algorithm);
void dynport_netns_exit(void);

#endif
