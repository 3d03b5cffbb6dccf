// SPDX-License-Identifier: GPL-2.0-only
/* Keys of spaces, and spaces as the module names them. */
#include <arpa/inet.h>
#include <string.h>

#include "mapped.h"
#include "ports.h"

struct space_key space_key(enum path path, uint8_t protocol,
			   const struct address *local,
			   const struct address *remote,
			   uint16_t remote_port, uint32_t device)
{
	struct space_key key;

	memset(&key, 0, sizeof(key));
	key.path = path;
	key.protocol = protocol;
	key.local = *local;
	key.device = device;
	if (path == PATH_CONNECT) {
		key.remote = *remote;
		key.remote_port = remote_port;
	}
	return key;
}

const char *space_protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return "udplite";
	}
}

/* Not address_parse(): a space of IPv6 is one, whatever its address. */
static bool word_address(const char *word, struct address *address)
{
	memset(address, 0, sizeof(*address));
	address->family = strchr(word, ':') ? AF_INET6 : AF_INET;
	return inet_pton(address->family, word, address->bytes) == 1;
}

static bool word_protocol(const char *word, uint8_t *protocol)
{
	if (strcmp(word, "tcp") == 0)
		*protocol = IPPROTO_TCP;
	else if (strcmp(word, "udp") == 0)
		*protocol = IPPROTO_UDP;
	else if (strcmp(word, "udplite") == 0)
		*protocol = IPPROTO_UDPLITE;
	else
		return false;
	return true;
}

static bool word_path(const char *word, enum path *path)
{
	for (*path = 0; *path < PATHS; (*path)++)
		if (strcmp(word, paths[*path].name) == 0)
			return true;
	return false;
}

bool mapped_take(const struct space *space, struct mapped *mapped)
{
	struct address local, remote = { .family = 0 };
	uint8_t protocol;
	enum path path;

	if (!word_path(space->path, &path) ||
	    !word_protocol(space->proto, &protocol) ||
	    !word_address(space->laddr, &local) ||
	    (path == PATH_CONNECT && !word_address(space->raddr, &remote)) ||
	    space->rport >= PORTS_ALL || space->device > INT32_MAX ||
	    space->low >= PORTS_ALL || !space->ports ||
	    space->ports > PORTS_ALL - space->low ||
	    space->busy > space->ports)
		return false;
	*mapped = (struct mapped){
		.key = space_key(path, protocol, &local, &remote, space->rport,
				 space->device),
		.low = space->low,
		.high = space->low + space->ports - 1,
		.used = space->busy,
		.searches = space->searches,
		.failed = space->exhausted,
	};
	return true;
}
