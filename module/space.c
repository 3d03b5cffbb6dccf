// SPDX-License-Identifier: GPL-2.0-only
/*
 * space.c - the life of port spaces, and ports being released in them
 *
 * See space.h. Locks, outermost first: dynport_spaces.lock (which spaces there
 * are), dynport_space.lock (one map). Neither is held over a call into the
 * network stack.
 */
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "compat.h"
#include "netns.h"
#include "pressure.h"
#include "quarantine.h"
#include "reclaim.h"
#include "space.h"
#include "sweep.h"

/*
 * Every search and every release of a mapped namespace looks a space up, so
 * hashing and comparing stand here in line, and without loops: a universal hash
 * (NH: products of sums with random numbers), since peers may choose addresses.
 */
static u32 space_hash_key[12] __read_mostly;

static __always_inline u64 space_hash_pair(u32 a, u32 b, u32 i)
{
	return (u64)(a + space_hash_key[i]) * (b + space_hash_key[i + 1]);
}

static __always_inline u32 space_hash(const void *data, u32 len, u32 seed)
{
	const struct dynport_space_key *key = data;
	const __be32 *laddr = key->laddr.ip6.s6_addr32;
	const __be32 *raddr = key->raddr.ip6.s6_addr32;
	u32 ends = (__force u32)key->rport | key->path << 16 |
		   (u32)key->family << 24;
	u64 sum;

	sum = space_hash_pair((__force u32)laddr[0], (__force u32)raddr[0], 0) +
	      space_hash_pair(ends, key->device, 2) +
	      space_hash_pair(key->protocol, seed, 4);
	if (key->family == AF_INET6)
		sum += space_hash_pair((__force u32)laddr[1],
				       (__force u32)raddr[1], 6) +
		       space_hash_pair((__force u32)laddr[2],
				       (__force u32)raddr[2], 8) +
		       space_hash_pair((__force u32)laddr[3],
				       (__force u32)raddr[3], 10);
	return sum ^ sum >> 32;
}

static __always_inline int space_compare(struct rhashtable_compare_arg *arg,
					 const void *object)
{
	const struct dynport_space *space = object;
	const u64 *a = arg->key, *b = (const u64 *)&space->key;

	BUILD_BUG_ON(sizeof(space->key) != 6 * sizeof(u64));
	return a[0] != b[0] || a[2] != b[2] || a[4] != b[4] || a[1] != b[1] ||
	       a[3] != b[3] || a[5] != b[5];
}

static const struct rhashtable_params space_params = {
	.key_len	= sizeof(struct dynport_space_key),
	.key_offset	= offsetof(struct dynport_space, key),
	.head_offset	= offsetof(struct dynport_space, node),
	.hashfn		= space_hash,
	.obj_cmpfn	= space_compare,
	.automatic_shrinking = true,
};

/* An address of a key, from one of @family. */
static __always_inline void
space_key_address(union dynport_address *address, u8 family,
		  const union dynport_address *from)
{
	if (family == AF_INET6) {
		address->ip6 = from->ip6;
	} else {
		memset(address, 0, sizeof(*address));
		address->ip = from->ip;
	}
}

static __always_inline void space_key_init(struct dynport_space_key *key,
					   const struct dynport_request *req)
{
	key->path = req->path;
	key->family = req->family;
	key->protocol = req->protocol;
	key->device = req->device;
	space_key_address(&key->laddr, req->family, &req->laddr);
	/* An IPv4-mapped address is one of IPv4, and competes with it. */
	if (req->family == AF_INET6 && req->path != DYNPORT_PATH_CONNECT &&
	    unlikely(ipv6_addr_v4mapped(&req->laddr.ip6))) {
		key->family = AF_INET;
		memset(&key->laddr, 0, sizeof(key->laddr));
		key->laddr.ip = req->laddr.ip6.s6_addr32[3];
	}
	if (dynport_has_peer(req)) {
		key->rport = req->rport;
		space_key_address(&key->raddr, req->family, &req->raddr);
	} else {
		key->rport = 0;
		memset(&key->raddr, 0, sizeof(key->raddr));
	}
}

void dynport_space_key_init(struct dynport_space_key *key,
			    const struct dynport_request *req)
{
	space_key_init(key, req);
}

void dynport_space_put(struct dynport_space *space)
{
	if (refcount_dec_and_test(&space->users))
		kvfree_rcu(space, rcu);
}

/* One more, or one less, for those who look whether there are any. */
static void space_account(struct dynport_spaces *spaces,
			  const struct dynport_space_key *key, int change)
{
	u32 *wildcards = &spaces->wildcards[key->family == AF_INET6];

	lockdep_assert_held(&spaces->lock);
	WRITE_ONCE(spaces->total, spaces->total + change);
	if (key->path != DYNPORT_PATH_CONNECT &&
	    ipv6_addr_any(&key->laddr.ip6))
		WRITE_ONCE(*wildcards, *wildcards + change);
	if (key->device)
		WRITE_ONCE(spaces->devices, spaces->devices + change);
	/* Pairs with release_concerns(). */
	smp_store_release(&spaces->count[key->path],
			  spaces->count[key->path] + change);
}

bool dynport_space_remove(struct dynport_netns *netns,
			  struct dynport_space *space)
{
	struct dynport_spaces *spaces = &netns->spaces;

	lockdep_assert_held(&spaces->lock);
	if (rhashtable_remove_fast(&spaces->table, &space->node, space_params))
		return false;
	list_del_rcu(&space->list);
	space_account(spaces, &space->key, -1);
	dynport_pressure_forget(netns, space);
	dynport_space_put(space);
	return true;
}

static void space_evict(struct dynport_netns *netns,
			struct dynport_space *space)
{
	spin_lock_bh(&netns->spaces.lock);
	if (dynport_space_remove(netns, space))
		dynport_count(netns->stats, DYNPORT_STAT_MAPS_EVICTED);
	spin_unlock_bh(&netns->spaces.lock);
}

static __always_inline struct dynport_space *
space_find(struct dynport_netns *netns, const struct dynport_space_key *key)
{
	struct dynport_space *space;

	rcu_read_lock();
	space = rhashtable_lookup(&netns->spaces.table, key, space_params);
	if (space && !refcount_inc_not_zero(&space->users))
		space = NULL;
	rcu_read_unlock();
	return space;
}

/* Is the map one by today's settings? */
static bool space_is_current(const struct dynport_netns *netns,
			     const struct dynport_space *space)
{
	if (space->map.stride != READ_ONCE(netns->tunables.bind_stride))
		return false;
	return !test_bit(DYNPORT_AVOID_COOLING, &netns->avoid) ||
	       space->map.born[0];
}

static bool space_fits(const struct dynport_space *space, u32 low, u32 high,
		       bool part)
{
	u32 space_high = space->low + space->map.count - 1;

	if (part)
		return low >= space->low && high <= space_high;
	return low == space->low && high == space_high;
}

/* The window that requests without one of their own have, from @low to @high. */
static void space_ordinary_window(const struct dynport_netns *netns,
				  enum dynport_path path, int *low, int *high)
{
	inet_get_local_port_range(netns->net, low, high);
	dynport_netns_narrow(netns, path, low, high);
}

static bool space_is_ordinary(const struct dynport_netns *netns,
			      const struct dynport_space *space)
{
	int low, high;

	space_ordinary_window(netns, space->key.path, &low, &high);
	return space_fits(space, low, high, false);
}

struct dynport_space *dynport_space_get(struct dynport_netns *netns,
					const struct dynport_request *req,
					u32 low, u32 high, bool part)
{
	struct dynport_space_key key DYNPORT_UNINITIALIZED;
	struct dynport_space *space;
	unsigned long now;
	bool fits;

	space_key_init(&key, req);
	space = space_find(netns, &key);
	if (!space)
		return NULL;
	fits = space_fits(space, low, high, part);
	if (unlikely(!fits || !space_is_current(netns, space))) {
		/*
		 * A setting has changed; the map starts anew when needed. But a
		 * window that the socket asked for is its own affair: it takes
		 * no map away from others.
		 */
		if (fits || !part || !space_is_ordinary(netns, space))
			space_evict(netns, space);
		dynport_space_put(space);
		return NULL;
	}
	/* Others read it: written once a jiffy at most. */
	now = jiffies;
	if (READ_ONCE(space->last_used) != now)
		WRITE_ONCE(space->last_used, now);
	return space;
}

struct dynport_space *dynport_space_peek(struct dynport_netns *netns,
					 const struct dynport_request *req,
					 u32 low, u32 high)
{
	struct dynport_space_key key;
	struct dynport_space *space;

	space_key_init(&key, req);
	space = space_find(netns, &key);
	if (space && (!space_fits(space, low, high, false) ||
		      !space_is_current(netns, space))) {
		dynport_space_put(space);
		space = NULL;
	}
	return space;
}

static bool space_insert(struct dynport_netns *netns,
			 struct dynport_space *space)
{
	struct dynport_spaces *spaces = &netns->spaces;
	u32 high = space->low + space->map.count - 1;
	bool inserted = false;

	spin_lock_bh(&spaces->lock);
	if (dynport_reclaim_make_room(netns) &&
	    !rhashtable_lookup_insert_fast(&spaces->table, &space->node,
					   space_params)) {
		space->number = ++spaces->last_number;
		list_add_tail_rcu(&space->list, &spaces->list);
		/* The window first: who sees the count looks at it. */
		WRITE_ONCE(spaces->low, min_t(u32, spaces->low, space->low));
		WRITE_ONCE(spaces->high, max_t(u32, spaces->high, high));
		space_account(spaces, &space->key, 1);
		dynport_count(netns->stats, DYNPORT_STAT_MAPS_CREATED);
		inserted = true;
	}
	spin_unlock_bh(&spaces->lock);
	return inserted;
}

struct dynport_space *dynport_space_create(struct dynport_netns *netns,
					   const struct dynport_request *req,
					   u32 low, u32 high, bool part)
{
	bool cools = test_bit(DYNPORT_AVOID_COOLING, &netns->avoid);
	struct dynport_space *space;
	int net_low, net_high;
	unsigned int flags;
	size_t size;

	if (part) {
		space_ordinary_window(netns, req->path, &net_low, &net_high);
		low = min_t(u32, low, net_low);
		high = max_t(u32, high, net_high);
	}

	size = struct_size(space, bits, 0) +
	       portmap_size(high - low + 1, cools);
	/*
	 * A map isn't worth killing a process for, nor waiting for a disk: it
	 * may be the disk's own connection that is being made.
	 */
	flags = memalloc_noio_save();
	space = kvzalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
			       __GFP_RETRY_MAYFAIL);
	memalloc_noio_restore(flags);
	if (!space)
		return NULL;
	space_key_init(&space->key, req);
	spin_lock_init(&space->lock);
	space->low = low;
	space->created = jiffies;
	space->last_used = jiffies;
	space->aged = jiffies;
	portmap_init(&space->map, space->bits, high - low + 1,
		     READ_ONCE(netns->tunables.bind_stride), cools);
	/* One for the table, one for the caller. */
	refcount_set(&space->users, 2);

	if (!space_insert(netns, space)) {
		kvfree(space);
		return dynport_space_get(netns, req, low, high, part);
	}
	dynport_reclaim_start(netns);
	dynport_sweep_want(netns, space);
	return space;
}

void dynport_space_release(struct dynport_netns *netns,
			   const struct dynport_space_key *key, u16 port,
			   enum portmap_state state)
{
	struct dynport_space *space;
	u32 index;

	space = rhashtable_lookup(&netns->spaces.table, key, space_params);
	if (!space)
		return;
	index = port - space->low;
	if (port < space->low || index >= space->map.count)
		return;

	spin_lock_bh(&space->lock);
	space->recent = dynport_recent_add(space->recent, port);
	if (state == PORTMAP_FREE)
		dynport_quarantine_release(netns, space, index);
	else
		portmap_set(&space->map, index, state);
	space->released++;
	space->exhausted_until = 0;
	dynport_pressure_changed(netns, space);
	spin_unlock_bh(&space->lock);
}

int dynport_space_netns_init(struct dynport_netns *netns)
{
	struct dynport_spaces *spaces = &netns->spaces;

	spin_lock_init(&spaces->lock);
	INIT_LIST_HEAD(&spaces->list);
	dynport_sweep_netns_init(netns);
	dynport_reclaim_netns_init(netns);
	spaces->low = U16_MAX;
	return rhashtable_init(&spaces->table, &space_params);
}

/* No search is inside, and no hook on release sees the namespace any more. */
void dynport_space_netns_exit(struct dynport_netns *netns)
{
	struct dynport_spaces *spaces = &netns->spaces;
	struct dynport_space *space;

	dynport_sweep_netns_exit(netns);
	dynport_reclaim_netns_exit(netns);
	while ((space = list_first_entry_or_null(&spaces->list,
						 struct dynport_space, list))) {
		spin_lock_bh(&spaces->lock);
		dynport_space_remove(netns, space);
		spin_unlock_bh(&spaces->lock);
		cond_resched();
	}
	rhashtable_destroy(&spaces->table);
}

void __init dynport_space_init(void)
{
	get_random_bytes(space_hash_key, sizeof(space_hash_key));
}
