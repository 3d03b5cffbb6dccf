// SPDX-License-Identifier: GPL-2.0-only
/* A tree of cookies, and a count for each port. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "leases.h"
#include "memory.h"

struct holder {
	uint64_t cookie;
	uint16_t port;
	uint8_t protocol;	/* enum lease_protocol */
};

static int by_cookie(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

static void port_take(struct leases *leases, const struct holder *holder)
{
	if (!leases->holders[holder->protocol][holder->port]++)
		port_set_add(&leases->held[holder->protocol], holder->port);
}

static void port_give(struct leases *leases, const struct holder *holder)
{
	if (!--leases->holders[holder->protocol][holder->port])
		port_set_remove(&leases->held[holder->protocol], holder->port);
}

void leases_clear(struct leases *leases)
{
	tdestroy(leases->by_cookie, free);
	memset(leases, 0, sizeof(*leases));
}

static bool protocol_of(const struct message_lease *lease, uint8_t *protocol)
{
	*protocol = lease->protocol == IPPROTO_TCP ? LEASE_TCP : LEASE_UDP;
	return lease->protocol == IPPROTO_TCP || lease->protocol == IPPROTO_UDP;
}

void leases_add(struct leases *leases, const struct message_lease *lease)
{
	struct holder *holder, **found;
	uint8_t protocol;

	if (!protocol_of(lease, &protocol))
		return;
	holder = memory_alloc(1, sizeof(*holder));
	holder->cookie = lease->cookie;
	found = tsearch(holder, &leases->by_cookie, by_cookie);
	if (!found)
		memory_out();
	if (*found != holder) {
		free(holder);
		holder = *found;
		port_give(leases, holder);
	}
	holder->protocol = protocol;
	holder->port = lease->port;
	port_take(leases, holder);
}

void leases_remove(struct leases *leases, const struct message_lease *lease)
{
	const struct holder key = { .cookie = lease->cookie };
	struct holder **found = tfind(&key, &leases->by_cookie, by_cookie), *holder;

	if (!found)
		return;
	holder = *found;
	tdelete(&key, &leases->by_cookie, by_cookie);
	port_give(leases, holder);
	free(holder);
}
