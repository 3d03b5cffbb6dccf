// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collects for 'top': the window, the sockets, the maps, the owners. Finding
 * owners reads all of /proc/PID/fd; a live view therefore spends at most a
 * tenth of its time on it, and shows what it knows in between.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "owners.h"
#include "screen.h"
#include "top.h"

#define OWNERS_SHARE 10		/* one part of so many */
/* Rows that have no peer; with a map for each local address there may be many. */
#define OTHERS_MAX 4

static void take_listener(const struct sockdiag_socket *socket, void *arg)
{
	destinations_add_listener(arg, socket);
}

static void take_socket(const struct sockdiag_socket *socket, void *arg)
{
	destinations_add_socket(arg, socket);
}

static bool sockets_read(struct destinations *d, const struct window *window,
			 char why[LIVE_WHY_MAX])
{
	const struct port_range tcp = window->path[PATH_CONNECT].range;
	const struct port_range udp = window->path[PATH_UDP].range;
	const uint32_t listening = SOCKDIAG_STATE(TCP_LISTEN);
	const struct sockdiag_query listeners = {
		.protocol = IPPROTO_TCP, .states = listening, .local = tcp,
	};
	/* what a listener hasn't accepted yet has chosen no port */
	const struct sockdiag_query connections = {
		.protocol = IPPROTO_TCP, .local = tcp,
		.states = SOCKDIAG_ALL & ~listening &
			  ~SOCKDIAG_STATE(TCP_SYN_RECV),
	};
	const struct sockdiag_query datagrams = {
		.protocol = IPPROTO_UDP, .states = SOCKDIAG_ALL, .local = udp,
	};

	_Static_assert(SOCKDIAG_WHY_MAX <= LIVE_WHY_MAX, "room for the reason");
	return !sockdiag_read(&listeners, take_listener, d, why) &&
	       !sockdiag_read(&connections, take_socket, d, why) &&
	       !sockdiag_read(&datagrams, take_socket, d, why);
}

bool top_sample(struct top *top, char why[LIVE_WHY_MAX])
{
	struct destinations before = top->now;
	double before_at = top->at;
	unsigned int ports[PATHS];
	struct mapped_list mapped = { .count = 0 };
	enum path path;
	bool ok;
	int ret;

	if (!window_read(&top->window)) {
		snprintf(why, LIVE_WHY_MAX, "the range of dynamic ports can't be read");
		return false;
	}
	for (path = 0; path < PATHS; path++)
		ports[path] = top->window.path[path].count.ports -
			      top->window.path[path].count.reserved;
	ret = top->window.loaded ? mapped_read(&mapped, top->note) : -ENOENT;
	top->mapped = !ret;
	if (!ret || ret == -ENOENT)
		*top->note = '\0';

	destinations_init(&top->now, &top->window.reserved);
	/* without the module it is the kernel's odd and even */
	destinations_classes(&top->now, top->window.path[PATH_CONNECT].range.low,
			     top->window.loaded ? top->window.bind_stride : 2);
	top->at = screen_now();
	ok = sockets_read(&top->now, &top->window, why);
	if (ok) {
		destinations_finish(&top->now, ports, &mapped);
		if (before.slots && top->at > before_at)
			destinations_trend(&top->now, &before, top->at - before_at);
	}
	mapped_free(&mapped);
	destinations_free(&before);
	return ok;
}

static void owners_forget(struct top *top)
{
	size_t i;

	for (i = 0; i < top->owners; i++)
		free(top->owner[i].name);
	free(top->owner);
	top->owner = NULL;
	top->owners = 0;
}

static void owners_find(struct top *top, const uint32_t *row, size_t count)
{
	uint32_t *group = memory_alloc(top->now.count, sizeof(*group));
	struct owners *owners = owners_new(count);
	double began = screen_now(), now;
	size_t i;

	for (i = 0; i < count; i++)
		group[row[i]] = i + 1;
	for (i = 0; i < top->now.owned_count; i++) {
		const struct socket_owned *socket = &top->now.owned[i];

		if (group[socket->destination])
			owners_ask(owners, socket->inode,
				   group[socket->destination] - 1);
	}
	owners_read(owners);
	owners_forget(top);
	top->owner = memory_alloc(count, sizeof(*top->owner));
	top->owners = count;
	for (i = 0; i < count; i++) {
		top->owner[i].key = top->now.at[row[i]].key;
		top->owner[i].name = owners_name(owners, i);
	}
	owners_free(owners);
	free(group);
	now = screen_now();
	top->owners_next = now + OWNERS_SHARE * (now - began);
}

static char *owner_known(const struct top *top, const struct space_key *key)
{
	size_t i;

	for (i = 0; i < top->owners; i++)
		if (memcmp(&top->owner[i].key, key, sizeof(*key)) == 0)
			return top->owner[i].name;
	return NULL;
}

struct top_row *top_rows(struct top *top, size_t limit, size_t *count)
{
	const struct destinations *d = &top->now;
	uint32_t *order = memory_alloc(d->count, sizeof(*order));
	size_t room = limit && limit < d->count ? limit : d->count;
	size_t others = room, i;
	struct top_row *rows;

	if (limit)
		others = limit / 2 < OTHERS_MAX ? limit / 2 : OTHERS_MAX;
	if (others > room)
		others = room;
	others = destinations_top(d, false, order, others);
	*count = destinations_top(d, true, order, room - others);
	*count += destinations_top(d, false, order + *count, others);
	if (screen_now() >= top->owners_next)
		owners_find(top, order, *count);
	rows = memory_alloc(*count, sizeof(*rows));
	for (i = 0; i < *count; i++) {
		const char *owner = owner_known(top, &d->at[order[i]].key);

		rows[i].destination = &d->at[order[i]];
		if (!owner)
			continue;
		rows[i].owner = strdup(owner);
		if (!rows[i].owner)
			memory_out();
	}
	free(order);
	return rows;
}

void top_rows_free(struct top_row *rows, size_t count)
{
	while (count)
		free(rows[--count].owner);
	free(rows);
}

void top_free(struct top *top)
{
	destinations_free(&top->now);
	owners_forget(top);
}
