// SPDX-License-Identifier: GPL-2.0-only
/* Collects for 'map': the window, what is reserved in it, and the sockets. */
#include <string.h>

#include "map.h"
#include "sockdiag.h"
#include "window.h"

struct collector {
	struct map *map;
	struct port_set live;	/* used by more than a TIME_WAIT */
};

static void take_listener(const struct sockdiag_socket *socket, void *arg)
{
	struct collector *c = arg;

	port_set_add(&c->map->picture.listening, socket->local_port);
	if (c->map->peer)
		return;
	port_set_add(&c->map->picture.busy, socket->local_port);
	port_set_add(&c->live, socket->local_port);
}

static bool same(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void take_socket(const struct sockdiag_socket *socket, void *arg)
{
	struct collector *c = arg;
	const struct map *map = c->map;

	if (map->peer && (socket->remote_port != map->remote_port ||
			  !same(&socket->remote, &map->remote)))
		return;
	if (map->from && !same(&socket->local, &map->local))
		return;
	port_set_add(&c->map->picture.busy, socket->local_port);
	if (socket->protocol != IPPROTO_TCP || socket->state != TCP_TIME_WAIT)
		port_set_add(&c->live, socket->local_port);
}

static bool sockets_read(struct map *map, char why[LIVE_WHY_MAX])
{
	static struct collector c;
	const uint32_t listening = SOCKDIAG_STATE(TCP_LISTEN);
	const struct sockdiag_query listeners = {
		.protocol = IPPROTO_TCP, .states = listening,
		.local = map->picture.range,
	};
	struct sockdiag_query others = {
		.protocol = map->udp ? IPPROTO_UDP : IPPROTO_TCP,
		.states = SOCKDIAG_ALL, .local = map->picture.range,
	};
	size_t i;

	_Static_assert(SOCKDIAG_WHY_MAX <= LIVE_WHY_MAX, "room for the reason");
	memset(&c, 0, sizeof(c));
	c.map = map;
	if (!map->udp) {
		others.states &= ~listening;
		if (sockdiag_read(&listeners, take_listener, &c, why))
			return false;
	}
	if (sockdiag_read(&others, take_socket, &c, why))
		return false;
	for (i = 0; i < PORTS_ALL / 64; i++)
		map->picture.time_wait.word[i] = map->picture.busy.word[i] &
						 ~c.live.word[i];
	return true;
}

bool map_sample(struct map *map, char why[LIVE_WHY_MAX])
{
	static struct window window;

	memset(&map->picture, 0, sizeof(map->picture));
	if (!window_read(&window)) {
		snprintf(why, LIVE_WHY_MAX, "the range of dynamic ports can't be read");
		return false;
	}
	map->picture.range = window.path[map->udp ? PATH_UDP : PATH_CONNECT].range;
	map->picture.reserved = window.reserved;
	if (window.loaded)
		map_soft_read(map);
	return sockets_read(map, why);
}

const char *map_title(const struct map *map, char text[MAP_TITLE_MAX])
{
	char remote[ENDPOINT_TEXT_MAX], local[ADDRESS_TEXT_MAX];

	snprintf(text, MAP_TITLE_MAX, "%s ports %u-%u%s%s%s%s",
		 map->udp ? "UDP" : "TCP", map->picture.range.low,
		 map->picture.range.high, map->peer ? " to " : "",
		 map->peer ? endpoint_text(&map->remote, map->remote_port, remote) : "",
		 map->from ? " from " : "",
		 map->from ? address_text(&map->local, local) : "");
	return text;
}

const char *map_busy(const struct map *map, char text[MAP_NUMBERS_MAX])
{
	const struct port_cell all = port_picture_sum(&map->picture,
						      map->picture.range);
	int n;

	n = snprintf(text, MAP_NUMBERS_MAX, "%u ports: %u busy (%.1f %%)",
		     all.ports, all.busy, port_cell_share(&all) * 100);
	if (!map->udp)
		snprintf(text + n, MAP_NUMBERS_MAX - n, ", %u of them in TIME_WAIT",
			 all.time_wait);
	return text;
}

const char *map_marked(const struct map *map, char text[MAP_NUMBERS_MAX])
{
	const struct port_cell all = port_picture_sum(&map->picture,
						      map->picture.range);
	int n = 0;

	if (!map->udp)
		n = snprintf(text, MAP_NUMBERS_MAX, "%u listened on, ", all.listening);
	n += snprintf(text + n, MAP_NUMBERS_MAX - n, "%u reserved", all.reserved);
	if (map->picture.soft_known)
		snprintf(text + n, MAP_NUMBERS_MAX - n, ", %u guarded, %u cooling",
			 all.guarded, all.cooling);
	return text;
}
