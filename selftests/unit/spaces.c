// SPDX-License-Identifier: GPL-2.0-only
/*
 * spaces.c - a host's port spaces, with the module's maps in them
 *
 * The first half is the interface of module/space.h, as search.c calls it.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/jiffies.h>
#include <linux/list.h>
#include <net/ip.h>

#include "census.h"
#include "pressure.h"
#include "quarantine.h"
#include "spaces.h"
#include "sweep.h"

static void space_key_init(struct dynport_space_key *key,
			   const struct dynport_request *req)
{
	memset(key, 0, sizeof(*key));
	key->path = req->path;
	key->family = req->family;
	key->protocol = req->protocol;
	key->device = req->device;
	if (req->family == AF_INET)
		key->laddr.ip = req->laddr.ip;
	else
		key->laddr.ip6 = req->laddr.ip6;
	if (!dynport_has_peer(req))
		return;
	key->rport = req->rport;
	if (req->family == AF_INET)
		key->raddr.ip = req->raddr.ip;
	else
		key->raddr.ip6 = req->raddr.ip6;
}

static struct dynport_space *space_find(struct dynport_netns *netns,
					const struct dynport_request *req)
{
	struct dynport_space_key key;
	struct dynport_space *space;

	space_key_init(&key, req);
	list_for_each_entry(space, &netns->spaces.list, list)
		if (!memcmp(&space->key, &key, sizeof(key)))
			return space;
	return NULL;
}

static void space_remove(struct dynport_netns *netns,
			 struct dynport_space *space)
{
	list_del(&space->list);
	netns->spaces.count[space->key.path]--;
	dynport_space_put(space);
}

struct dynport_space *dynport_space_get(struct dynport_netns *netns,
					const struct dynport_request *req,
					u32 low, u32 high, bool part)
{
	struct dynport_space *space = space_find(netns, req);
	u32 last;

	if (!space)
		return NULL;
	last = space->low + space->map.count - 1;
	if (space->map.stride != netns->tunables.bind_stride ||
	    low < space->low || high > last ||
	    (!part && (low != space->low || high != last)) ||
	    (test_bit(DYNPORT_AVOID_COOLING, &netns->avoid) &&
	     !space->map.born[0])) {
		space_remove(netns, space);
		return NULL;
	}
	refcount_inc(&space->users);
	return space;
}

struct dynport_space *dynport_space_create(struct dynport_netns *netns,
					   const struct dynport_request *req,
					   u32 low, u32 high, bool part)
{
	bool cools = test_bit(DYNPORT_AVOID_COOLING, &netns->avoid);
	struct dynport_space *space;
	int net_low, net_high;

	if (!netns->tunables.map_limit)
		return NULL;
	if (part) {
		inet_get_local_port_range(netns->net, &net_low, &net_high);
		dynport_netns_narrow(netns, req->path, &net_low, &net_high);
		low = min(low, (u32)net_low);
		high = max(high, (u32)net_high);
	}
	space = calloc(1, sizeof(*space) + portmap_size(high - low + 1, cools));
	if (!space) {
		perror("calloc");
		exit(1);
	}
	space_key_init(&space->key, req);
	spin_lock_init(&space->lock);
	space->low = low;
	space->created = jiffies;
	space->aged = jiffies;
	portmap_init(&space->map, space->bits, high - low + 1,
		     netns->tunables.bind_stride, cools);
	/* One for the list, one for the caller. */
	refcount_set(&space->users, 2);
	list_add_tail(&space->list, &netns->spaces.list);
	netns->spaces.count[req->path]++;
	dynport_count(netns->stats, DYNPORT_STAT_MAPS_CREATED);
	dynport_sweep_want(netns, space);
	return space;
}

void dynport_space_put(struct dynport_space *space)
{
	if (refcount_dec_and_test(&space->users))
		free(space);
}

/* Nobody listens here. */
void dynport_pressure_cross(struct dynport_netns *netns,
			    struct dynport_space *space)
{
	space->pressed = !space->pressed;
}

void dynport_pressure_exhausted(const struct dynport_search *search)
{
}

void dynport_sweep_want(struct dynport_netns *netns,
			struct dynport_space *space)
{
	struct host *host = container_of(netns, struct host, netns);
	u32 index;

	if (!host->sweeps)
		return;
	spin_lock_bh(&space->lock);
	for (index = 0; index < space->map.count; index++) {
		u16 port = space->low + index;
		bool in_use = test_bit(port, host->busy) ||
			      inet_is_local_reserved_port(netns->net, port);
		enum portmap_state state = portmap_get(&space->map, index);

		if (in_use && (state == PORTMAP_FREE ||
			       state == PORTMAP_COOLING)) {
			portmap_set(&space->map, index, PORTMAP_BUSY);
		} else if (!in_use && (state == PORTMAP_BUSY ||
				       state == PORTMAP_LINGERING)) {
			dynport_quarantine_release(netns, space, index);
			space->exhausted_until = 0;
		}
	}
	spin_unlock_bh(&space->lock);
	dynport_count(netns->stats, DYNPORT_STAT_SWEEPS);
}

bool dynport_census_is_held(struct net *net, u8 protocol, u16 port)
{
	struct host *host = container_of(net, struct host, net);

	return test_bit(port, host->held);
}

void spaces_init(struct host *host)
{
	INIT_LIST_HEAD(&host->netns.spaces.list);
}

void spaces_drop(struct host *host)
{
	struct dynport_netns *netns = &host->netns;
	struct list_head *head = &netns->spaces.list;

	while (head->next != head) {
		struct dynport_space *space =
			list_first_entry(head, struct dynport_space, list);

		/* A search that kept its reference would be a leak. */
		if (space->users.users != 1)
			abort();
		space_remove(netns, space);
	}
}

struct dynport_space *spaces_find(struct host *host, enum dynport_path path,
				  const struct peer *peer)
{
	struct dynport_request req = { .path = path };

	host_set_tuple(host, &req, peer);
	return space_find(&host->netns, &req);
}

struct dynport_space *spaces_map(struct host *host, enum dynport_path path,
				 const struct peer *peer,
				 const unsigned long *busy)
{
	struct dynport_request req = { .path = path };
	int low = host->low, high = host->high;
	bool sweeps = host->sweeps;
	struct dynport_space *space;

	host_set_tuple(host, &req, peer);
	dynport_netns_narrow(&host->netns, path, &low, &high);
	host->busy = busy;
	host->sweeps = true;
	space = dynport_space_create(&host->netns, &req, low, high,
				     host->own_range);
	host->sweeps = sweeps;
	dynport_space_put(space);
	return space;
}

void spaces_release(struct host *host, enum dynport_path path,
		    const struct peer *peer, u16 port,
		    enum portmap_state state)
{
	struct dynport_space *space = spaces_find(host, path, peer);

	if (test_bit(DYNPORT_AVOID_COOLING, &host->netns.avoid))
		dynport_quarantine_note(&host->netns, path == DYNPORT_PATH_UDP ?
					IPPROTO_UDP : IPPROTO_TCP, port);
	if (!space || port < space->low ||
	    port >= space->low + space->map.count)
		return;
	spin_lock_bh(&space->lock);
	space->recent = dynport_recent_add(space->recent, port);
	if (state == PORTMAP_FREE)
		dynport_quarantine_release(&host->netns, space,
					   port - space->low);
	else
		portmap_set(&space->map, port - space->low, state);
	space->released++;
	space->exhausted_until = 0;
	spin_unlock_bh(&space->lock);
}

enum portmap_state spaces_state(const struct dynport_space *space, u16 port)
{
	return portmap_get(&space->map, port - space->low);
}
