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
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/ip.h>

#include "compat.h"
#include "netns.h"
#include "space.h"
#include "sweep.h"

#define SPACE_IDLE		(60 * HZ)	/* unused for so long: dropped */
#define SPACE_IDLE_CHECK	(10 * HZ)

/*
 * Every search and every release of a mapped namespace looks a space up, so
 * hashing and comparing stand here in line: a universal hash (NH: products of
 * sums with random numbers), since peers may choose addresses.
 */
#define SPACE_KEY_WORDS	(sizeof(struct dynport_space_key) / sizeof(u32))

static u32 space_hash_key[SPACE_KEY_WORDS + 1] __read_mostly;

static __always_inline u32 space_hash(const void *data, u32 len, u32 seed)
{
	const u32 *word = data, *key = space_hash_key;
	u64 sum = 0;
	u32 i;

	BUILD_BUG_ON(SPACE_KEY_WORDS % 2 == 0);
	for (i = 0; i + 1 < SPACE_KEY_WORDS; i += 2)
		sum += (u64)(word[i] + key[i]) * (word[i + 1] + key[i + 1]);
	sum += (u64)(word[i] + key[i]) * (seed + key[i + 1]);
	return sum ^ sum >> 32;
}

static __always_inline int space_compare(struct rhashtable_compare_arg *arg,
					 const void *object)
{
	const struct dynport_space *space = object;
	const u32 *a = arg->key, *b = (const u32 *)&space->key;
	u32 i, difference = 0;

	for (i = 0; i < SPACE_KEY_WORDS; i++)
		difference |= a[i] ^ b[i];
	return difference;
}

static const struct rhashtable_params space_params = {
	.key_len	= sizeof(struct dynport_space_key),
	.key_offset	= offsetof(struct dynport_space, key),
	.head_offset	= offsetof(struct dynport_space, node),
	.hashfn		= space_hash,
	.obj_cmpfn	= space_compare,
	.automatic_shrinking = true,
};

void dynport_space_key_init(struct dynport_space_key *key,
			    const struct dynport_request *req)
{
	memset(key, 0, sizeof(*key));
	key->path = req->path;
	key->family = req->family;
	key->protocol = req->protocol;
	key->device = req->device;
	if (dynport_has_peer(req))
		key->rport = req->rport;
	if (req->family == AF_INET6) {
		key->laddr.ip6 = req->laddr.ip6;
		if (dynport_has_peer(req))
			key->raddr.ip6 = req->raddr.ip6;
	} else {
		key->laddr.ip = req->laddr.ip;
		if (dynport_has_peer(req))
			key->raddr.ip = req->raddr.ip;
	}
}

void dynport_space_put(struct dynport_space *space)
{
	if (refcount_dec_and_test(&space->users))
		kvfree_rcu(space, rcu);
}

/* Returns false if somebody else has already taken it out. */
static bool space_remove(struct dynport_netns *netns,
			 struct dynport_space *space)
{
	struct dynport_spaces *spaces = &netns->spaces;

	lockdep_assert_held(&spaces->lock);
	if (rhashtable_remove_fast(&spaces->table, &space->node, space_params))
		return false;
	list_del_rcu(&space->list);
	WRITE_ONCE(spaces->count[space->key.path],
		   spaces->count[space->key.path] - 1);
	dynport_space_put(space);
	return true;
}

static void space_evict(struct dynport_netns *netns,
			struct dynport_space *space)
{
	spin_lock_bh(&netns->spaces.lock);
	if (space_remove(netns, space))
		dynport_count(netns->stats, DYNPORT_STAT_MAPS_EVICTED);
	spin_unlock_bh(&netns->spaces.lock);
}

static struct dynport_space *space_find(struct dynport_netns *netns,
					const struct dynport_space_key *key)
{
	struct dynport_space *space;

	rcu_read_lock();
	space = rhashtable_lookup(&netns->spaces.table, key, space_params);
	if (space && !refcount_inc_not_zero(&space->users))
		space = NULL;
	rcu_read_unlock();
	return space;
}

static bool space_fits(const struct dynport_netns *netns,
		       const struct dynport_space *space, u32 low, u32 high,
		       bool part)
{
	u32 space_high = space->low + space->map.count - 1;

	if (space->map.stride != READ_ONCE(netns->tunables.bind_stride))
		return false;
	if (part)
		return low >= space->low && high <= space_high;
	return low == space->low && high == space_high;
}

struct dynport_space *dynport_space_get(struct dynport_netns *netns,
					const struct dynport_request *req,
					u32 low, u32 high, bool part)
{
	struct dynport_space_key key;
	struct dynport_space *space;
	unsigned long now;

	dynport_space_key_init(&key, req);
	space = space_find(netns, &key);
	if (!space)
		return NULL;
	if (unlikely(!space_fits(netns, space, low, high, part))) {
		/* A setting has changed; the map starts anew when needed. */
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

/* Make room for one more: drop the longest unused. */
static bool space_make_room(struct dynport_netns *netns)
{
	struct dynport_spaces *spaces = &netns->spaces;
	u32 limit = READ_ONCE(netns->tunables.map_limit), count, path;
	struct dynport_space *space, *oldest;

	lockdep_assert_held(&spaces->lock);
	if (!limit)
		return false;
	for (;;) {
		for (count = 0, path = 0; path < DYNPORT_PATHS; path++)
			count += spaces->count[path];
		if (count < limit)
			return true;
		oldest = NULL;
		list_for_each_entry(space, &spaces->list, list)
			if (!oldest || time_before(READ_ONCE(space->last_used),
						   READ_ONCE(oldest->last_used)))
				oldest = space;
		space_remove(netns, oldest);
		dynport_count(netns->stats, DYNPORT_STAT_MAPS_EVICTED);
	}
}

static bool space_insert(struct dynport_netns *netns,
			 struct dynport_space *space)
{
	struct dynport_spaces *spaces = &netns->spaces;
	u32 high = space->low + space->map.count - 1;
	bool inserted = false;

	spin_lock_bh(&spaces->lock);
	if (space_make_room(netns) &&
	    !rhashtable_lookup_insert_fast(&spaces->table, &space->node,
					   space_params)) {
		space->number = ++spaces->last_number;
		list_add_tail_rcu(&space->list, &spaces->list);
		/* The window first: who sees the count looks at it. */
		WRITE_ONCE(spaces->low, min_t(u32, spaces->low, space->low));
		WRITE_ONCE(spaces->high, max_t(u32, spaces->high, high));
		/* Pairs with release_concerns(). */
		smp_store_release(&spaces->count[space->key.path],
				  spaces->count[space->key.path] + 1);
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
	struct dynport_space *space;
	int net_low, net_high;
	size_t size;

	if (part) {
		inet_get_local_port_range(netns->net, &net_low, &net_high);
		dynport_netns_narrow(netns, req->path, &net_low, &net_high);
		low = min_t(u32, low, net_low);
		high = max_t(u32, high, net_high);
	}

	size = struct_size(space, bits, 0) + portmap_size(high - low + 1);
	space = kvzalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!space)
		return NULL;
	dynport_space_key_init(&space->key, req);
	spin_lock_init(&space->lock);
	space->low = low;
	space->last_used = jiffies;
	portmap_init(&space->map, space->bits, high - low + 1,
		     READ_ONCE(netns->tunables.bind_stride));
	/* One for the table, one for the caller. */
	refcount_set(&space->users, 2);

	if (!space_insert(netns, space)) {
		kvfree(space);
		return dynport_space_get(netns, req, low, high, part);
	}
	queue_delayed_work(system_unbound_wq, &netns->spaces.idle_work,
			   SPACE_IDLE_CHECK);
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
	portmap_set(&space->map, index, state);
	space->exhausted_until = 0;
	spin_unlock_bh(&space->lock);
}

static void space_idle_work(struct work_struct *work)
{
	struct dynport_spaces *spaces =
		container_of(to_delayed_work(work), struct dynport_spaces,
			     idle_work);
	struct dynport_netns *netns =
		container_of(spaces, struct dynport_netns, spaces);
	struct dynport_space *space, *next;
	bool empty;

	spin_lock_bh(&spaces->lock);
	list_for_each_entry_safe(space, next, &spaces->list, list)
		if (time_after(jiffies,
			       READ_ONCE(space->last_used) + SPACE_IDLE))
			space_remove(netns, space);
	empty = list_empty(&spaces->list);
	spin_unlock_bh(&spaces->lock);

	if (!empty)
		queue_delayed_work(system_unbound_wq, &spaces->idle_work,
				   SPACE_IDLE_CHECK);
}

/*
 * Memory is short. What was used in this jiffy stays: it would be back at once.
 */
static unsigned long space_shrink_netns(struct dynport_netns *netns,
					unsigned long want)
{
	struct dynport_space *space, *next;
	unsigned long freed = 0, now = jiffies;

	spin_lock_bh(&netns->spaces.lock);
	list_for_each_entry_safe(space, next, &netns->spaces.list, list) {
		if (freed == want)
			break;
		if (READ_ONCE(space->last_used) == now)
			continue;
		space_remove(netns, space);
		dynport_count(netns->stats, DYNPORT_STAT_MAPS_EVICTED);
		freed++;
	}
	spin_unlock_bh(&netns->spaces.lock);
	return freed;
}

static unsigned long space_shrink_count(struct shrinker *shrinker,
					struct shrink_control *control)
{
	struct dynport_netns *netns;
	unsigned long sum = 0;
	unsigned int path;
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net) {
		netns = dynport_netns(net);
		for (path = 0; path < DYNPORT_PATHS; path++)
			sum += READ_ONCE(netns->spaces.count[path]);
	}
	rcu_read_unlock();
	return sum ?: SHRINK_EMPTY;
}

static unsigned long space_shrink_scan(struct shrinker *shrinker,
				       struct shrink_control *control)
{
	struct dynport_netns *netns;
	unsigned long freed = 0;
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net) {
		netns = dynport_netns(net);
		if (READ_ONCE(netns->dead))
			continue;
		freed += space_shrink_netns(netns,
					    control->nr_to_scan - freed);
		if (freed == control->nr_to_scan)
			break;
	}
	rcu_read_unlock();
	return freed ?: SHRINK_STOP;
}

int dynport_space_netns_init(struct dynport_netns *netns)
{
	struct dynport_spaces *spaces = &netns->spaces;

	spin_lock_init(&spaces->lock);
	INIT_LIST_HEAD(&spaces->list);
	dynport_sweep_netns_init(netns);
	INIT_DELAYED_WORK(&spaces->idle_work, space_idle_work);
	spaces->low = U16_MAX;
	return rhashtable_init(&spaces->table, &space_params);
}

/* No search is inside, and no hook on release sees the namespace any more. */
void dynport_space_netns_exit(struct dynport_netns *netns)
{
	struct dynport_spaces *spaces = &netns->spaces;
	struct dynport_space *space, *next;

	dynport_sweep_netns_exit(netns);
	cancel_delayed_work_sync(&spaces->idle_work);
	spin_lock_bh(&spaces->lock);
	list_for_each_entry_safe(space, next, &spaces->list, list)
		space_remove(netns, space);
	spin_unlock_bh(&spaces->lock);
	rhashtable_destroy(&spaces->table);
}

static struct dynport_shrinker space_shrinker = {
	.name	= "dynport-spaces",
	.count	= space_shrink_count,
	.scan	= space_shrink_scan,
};

int __init dynport_space_init(void)
{
	get_random_bytes(space_hash_key, sizeof(space_hash_key));
	return dynport_shrinker_register(&space_shrinker);
}

void dynport_space_exit(void)
{
	dynport_shrinker_unregister(&space_shrinker);
}
