// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hash table by key that only grows: open addressing, at most half full. A
 * namespace has up to a million connections, and every one comes by here.
 */
#include <stdlib.h>
#include <string.h>

#include "destinations.h"
#include "memory.h"

#define SLOTS_MIN	256

/* The trend is that of about so many seconds. */
#define TREND_SECONDS	5.0
/* Below that it is none: one port in a minute. */
#define TREND_LEAST	(1.0 / 60)

void destinations_init(struct destinations *d, const struct port_set *reserved)
{
	memset(d, 0, sizeof(*d));
	d->reserved = reserved;
	d->slots = SLOTS_MIN;
	d->slot = memory_alloc(d->slots, sizeof(*d->slot));
}

void destinations_free(struct destinations *d)
{
	free(d->at);
	free(d->owned);
	free(d->slot);
	memset(d, 0, sizeof(*d));
}

/* FNV-1a: the keys are nobody's choice that could make them collide on purpose. */
static size_t key_hash(const struct space_key *key)
{
	const unsigned char *c = (const unsigned char *)key;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < sizeof(*key); i++)
		hash = (hash ^ c[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* Where the key is, or would have to be. */
static uint32_t *slot_find(const struct destinations *d,
			   const struct space_key *key)
{
	size_t i = key_hash(key) & (d->slots - 1);

	while (d->slot[i] &&
	       memcmp(&d->at[d->slot[i] - 1].key, key, sizeof(*key)) != 0)
		i = (i + 1) & (d->slots - 1);
	return &d->slot[i];
}

static void slots_double(struct destinations *d)
{
	size_t i;

	free(d->slot);
	d->slots *= 2;
	d->slot = memory_alloc(d->slots, sizeof(*d->slot));
	for (i = 0; i < d->count; i++)
		*slot_find(d, &d->at[i].key) = i + 1;
}

static struct destination *destination_get(struct destinations *d,
					   const struct space_key *key)
{
	uint32_t *slot = slot_find(d, key);

	if (*slot)
		return &d->at[*slot - 1];
	if (2 * (d->count + 1) > d->slots) {
		slots_double(d);
		slot = slot_find(d, key);
	}
	d->at = memory_grow(d->at, &d->room, d->count + 1, sizeof(*d->at));
	d->at[d->count] = (struct destination){ .key = *key };
	*slot = ++d->count;
	return &d->at[d->count - 1];
}

void destinations_classes(struct destinations *d, unsigned int low,
			  unsigned int stride)
{
	d->class_low = low;
	d->class_stride = stride;
}

static bool bind_class(const struct destinations *d, unsigned int port)
{
	return d->class_stride && port >= d->class_low &&
	       (port - d->class_low) % d->class_stride == d->class_stride - 1;
}

static void owner_note(struct destinations *d, const struct destination *dest,
		       uint32_t inode)
{
	if (!inode)
		return;
	d->owned = memory_grow(d->owned, &d->owned_room, d->owned_count + 1,
			       sizeof(*d->owned));
	d->owned[d->owned_count++] = (struct socket_owned){
		.inode = inode, .destination = dest - d->at,
	};
}

void destinations_add_listener(struct destinations *d,
			       const struct sockdiag_socket *socket)
{
	port_set_add(&d->listening, socket->local_port);
	if (!port_set_has(d->reserved, socket->local_port))
		port_set_add(&d->tcp, socket->local_port);
}

/* What competes for ports without a peer: that of the wildcard address. */
static struct destination *wildcard_get(struct destinations *d, enum path path)
{
	static const struct address any = { .family = AF_INET };
	const struct space_key key = space_key(path, path == PATH_UDP ?
					       IPPROTO_UDP : IPPROTO_TCP,
					       &any, NULL, 0, 0);

	return destination_get(d, &key);
}

void destinations_add_socket(struct destinations *d,
			     const struct sockdiag_socket *socket)
{
	bool time_wait = socket->protocol == IPPROTO_TCP &&
			 socket->state == TCP_TIME_WAIT;
	struct destination *dest;
	struct space_key key;

	if (port_set_has(d->reserved, socket->local_port))
		return;
	d->sockets++;
	d->time_wait += time_wait;
	if (socket->protocol != IPPROTO_TCP) {
		dest = wildcard_get(d, PATH_UDP);
		port_set_add(&d->udp, socket->local_port);
		owner_note(d, dest, socket->inode);
		return;
	}
	dest = wildcard_get(d, PATH_BIND);
	dest->time_wait += time_wait;
	port_set_add(&d->tcp, socket->local_port);
	owner_note(d, dest, socket->inode);
	if (!socket->remote_port ||
	    port_set_has(&d->listening, socket->local_port))
		return;
	key = space_key(PATH_CONNECT, IPPROTO_TCP, &socket->local,
			&socket->remote, socket->remote_port, socket->device);
	dest = destination_get(d, &key);
	dest->used++;
	dest->time_wait += time_wait;
	dest->bound += bind_class(d, socket->local_port);
	owner_note(d, dest, socket->inode);
}

static const struct port_range all = { 1, PORTS_ALL - 1 };

void destinations_finish(struct destinations *d,
			 const unsigned int ports[PATHS],
			 const struct mapped_list *mapped)
{
	size_t i;

	wildcard_get(d, PATH_BIND)->used = port_set_count(&d->tcp, all);
	wildcard_get(d, PATH_UDP)->used = port_set_count(&d->udp, all);
	for (i = 0; i < d->count; i++)
		d->at[i].ports = ports[d->at[i].key.path];
	for (i = 0; i < mapped->count; i++) {
		const struct mapped *map = &mapped->at[i];
		struct destination *dest = destination_get(d, &map->key);
		struct port_range window = { map->low, map->high };

		dest->mapped = true;
		dest->ports = port_range_size(window) -
			      port_set_count(d->reserved, window);
		dest->used = map->used;
		dest->searches = map->searches;
		dest->failed = map->failed;
	}
	/* a reserved port that was asked for by number counts in a map */
	for (i = 0; i < d->count; i++) {
		struct destination *dest = &d->at[i];

		if (dest->used > dest->ports)
			dest->used = dest->ports;
		if (dest->time_wait > dest->used)
			dest->time_wait = dest->used;
	}
}

void destinations_trend(struct destinations *d,
			const struct destinations *before, double seconds)
{
	double weight = seconds / (seconds + TREND_SECONDS);
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct destination *now = &d->at[i];
		uint32_t slot = *slot_find(before, &now->key);
		const struct destination *old = slot ? &before->at[slot - 1] : NULL;
		double rate = ((double)now->used - (old ? old->used : 0)) / seconds;

		now->trend_known = true;
		now->trend = old && old->trend_known ?
			old->trend + (rate - old->trend) * weight : rate;
	}
}

double destination_share(const struct destination *destination)
{
	return destination->ports ?
		(double)destination->used / destination->ports : 1;
}

double destination_seconds_left(const struct destination *destination)
{
	unsigned int left = destination->ports - destination->used;

	if (!left)
		return 0;
	if (!destination->trend_known || destination->trend < TREND_LEAST)
		return -1;
	return left / destination->trend;
}

/* Fuller first; where they are alike, an order that stays. */
static int by_share(const void *a, const void *b, void *arg)
{
	const struct destinations *d = arg;
	const struct destination *x = &d->at[*(const uint32_t *)a];
	const struct destination *y = &d->at[*(const uint32_t *)b];
	double difference = destination_share(y) - destination_share(x);

	if (difference)
		return difference > 0 ? 1 : -1;
	if (x->used != y->used)
		return x->used < y->used ? 1 : -1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

size_t destinations_top(const struct destinations *d, bool with_peer,
			uint32_t *top, size_t count)
{
	uint32_t *order = memory_alloc(d->count, sizeof(*order));
	size_t found = 0, i;

	for (i = 0; i < d->count; i++)
		if ((d->at[i].key.path == PATH_CONNECT) == with_peer)
			order[found++] = i;
	qsort_r(order, found, sizeof(*order), by_share, (void *)d);
	if (count > found)
		count = found;
	memcpy(top, order, count * sizeof(*top));
	free(order);
	return count;
}
