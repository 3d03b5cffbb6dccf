// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ports that the module would rather not choose, asked for where it may be:
 * a map is for everybody, these marks for the namespace's root.
 */
#include <errno.h>

#include "map.h"
#include "messages.h"
#include "route.h"

static int ports_take(const struct nlmsghdr *nlh, void *data)
{
	if (!message_ports(nlh, data))
		return MNL_CB_OK;
	errno = EBADMSG;
	return MNL_CB_ERROR;
}

static struct space_key key_make(const struct map *map)
{
	static const struct address any = { .family = AF_INET };
	struct address local = any;

	if (map->from)
		local = map->local;
	/* without a route to it there is no search to tell of, either */
	else if (map->peer && route_source(&map->remote, 0, &local))
		local.family = map->remote.family;
	return space_key(map->udp ? PATH_UDP : PATH_CONNECT,
			 map->udp ? IPPROTO_UDP : IPPROTO_TCP, &local,
			 &map->remote, map->remote_port, 0);
}

void map_soft_read(struct map *map)
{
	static struct message_ports ports;
	const struct space_key key = key_make(map);
	char buf[GENL_REQUEST_MAX];
	struct nlmsghdr *request;
	struct genl genl;

	if (genl_open(&genl, DYNPORT_GENL_NAME, DYNPORT_GENL_VERSION, NULL))
		return;
	request = genl_request(&genl, buf, DYNPORT_CMD_GET_PORTS);
	message_ask_space(request, &key, map->peer);
	map->picture.soft_known = !genl_ask(&genl, request, ports_take, &ports);
	genl_close(&genl);
	if (!map->picture.soft_known)
		return;
	map->picture.guarded = ports.guarded;
	map->picture.cooling = ports.cooling;
}
