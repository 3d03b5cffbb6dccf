// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes into structures. What genl_attributes() leaves open is judged here:
 * whether those needed are there, and whether their values can be.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "messages.h"

static unsigned int number16(const struct nlattr **attr, int type)
{
	return attr[type] ? mnl_attr_get_u16(attr[type]) : 0;
}

static uint32_t number32(const struct nlattr **attr, int type)
{
	return attr[type] ? mnl_attr_get_u32(attr[type]) : 0;
}

static uint64_t number64(const struct nlattr **attr, int type)
{
	return attr[type] ? mnl_attr_get_u64(attr[type]) : 0;
}

static bool there(const struct nlattr **attr, const int *types)
{
	for (; *types; types++)
		if (!attr[*types])
			return false;
	return true;
}

static bool family_known(const struct nlattr **attr)
{
	uint8_t family = mnl_attr_get_u8(attr[DYNPORT_A_FAMILY]);

	return family == AF_INET || family == AF_INET6;
}

/* A space of IPv6 is one, whatever its address: not address_make(). */
static struct address address_of(const struct nlattr **attr, int type)
{
	struct address a = {
		.family = mnl_attr_get_u8(attr[DYNPORT_A_FAMILY]),
	};

	memcpy(a.bytes, mnl_attr_get_payload(attr[type]),
	       mnl_attr_get_payload_len(attr[type]));
	return a;
}

static bool window_of(const struct nlattr **attr, struct port_range *window)
{
	static const int needed[] = { DYNPORT_A_LOW, DYNPORT_A_HIGH, 0 };

	if (!there(attr, needed))
		return false;
	window->low = number16(attr, DYNPORT_A_LOW);
	window->high = number16(attr, DYNPORT_A_HIGH);
	return window->low <= window->high;
}

int message_space(const struct nlmsghdr *nlh, struct message_space *space)
{
	static const int needed[] = {
		DYNPORT_A_PATH, DYNPORT_A_FAMILY, DYNPORT_A_PROTOCOL,
		DYNPORT_A_LADDR, DYNPORT_A_PORTS, 0
	};
	static const int peer[] = { DYNPORT_A_RADDR, DYNPORT_A_RPORT, 0 };
	struct address local, remote = { .family = 0 };
	const struct nlattr *attr[DYNPORT_A_MAX + 1];
	uint8_t path;

	if (genl_attributes(nlh, attr) || !there(attr, needed) ||
	    !family_known(attr))
		return -EBADMSG;
	path = mnl_attr_get_u8(attr[DYNPORT_A_PATH]);
	/* the numbers of enum path, see below */
	if (path >= PATHS || (path == PATH_CONNECT && !there(attr, peer)))
		return -EBADMSG;
	memset(space, 0, sizeof(*space));
	if (!window_of(attr, &space->window))
		return -EBADMSG;
	local = address_of(attr, DYNPORT_A_LADDR);
	if (path == PATH_CONNECT)
		remote = address_of(attr, DYNPORT_A_RADDR);
	space->key = space_key(path, mnl_attr_get_u8(attr[DYNPORT_A_PROTOCOL]),
			       &local, &remote, number16(attr, DYNPORT_A_RPORT),
			       number32(attr, DYNPORT_A_IFINDEX));
	space->ports = number32(attr, DYNPORT_A_PORTS);
	space->mapped = attr[DYNPORT_A_BUSY];
	space->busy = number32(attr, DYNPORT_A_BUSY);
	space->free = number32(attr, DYNPORT_A_FREE);
	space->lingering = number32(attr, DYNPORT_A_LINGERING);
	space->cooling = number32(attr, DYNPORT_A_COOLING);
	space->searches = number64(attr, DYNPORT_A_SEARCHES);
	space->failed = number64(attr, DYNPORT_A_FAILED);
	space->idle_ms = number64(attr, DYNPORT_A_IDLE_MS);
	space->suppressed = number32(attr, DYNPORT_A_SUPPRESSED);
	return space->ports && space->ports <= PORTS_ALL ? 0 : -EBADMSG;
}

int message_lease(const struct nlmsghdr *nlh, struct message_lease *lease)
{
	static const int needed[] = {
		DYNPORT_A_FAMILY, DYNPORT_A_PROTOCOL, DYNPORT_A_LADDR,
		DYNPORT_A_PORT, DYNPORT_A_COOKIE, 0
	};
	const struct nlattr *attr[DYNPORT_A_MAX + 1];

	if (genl_attributes(nlh, attr) || !there(attr, needed) ||
	    !family_known(attr))
		return -EBADMSG;
	*lease = (struct message_lease){
		.protocol = mnl_attr_get_u8(attr[DYNPORT_A_PROTOCOL]),
		.local = address_of(attr, DYNPORT_A_LADDR),
		.port = number16(attr, DYNPORT_A_PORT),
		.device = number32(attr, DYNPORT_A_IFINDEX),
		.uid = number32(attr, DYNPORT_A_UID),
		.cookie = number64(attr, DYNPORT_A_COOKIE),
	};
	return lease->port ? 0 : -EBADMSG;
}

static int candidate_of(const struct nlattr *nest,
			struct message_candidate *candidate)
{
	static const int needed[] = { DYNPORT_A_PORT, DYNPORT_A_VERDICT, 0 };
	const struct nlattr *attr[DYNPORT_A_MAX + 1];

	if (genl_nested(nest, attr) || !there(attr, needed))
		return -EBADMSG;
	candidate->port = number16(attr, DYNPORT_A_PORT);
	candidate->verdict = mnl_attr_get_u8(attr[DYNPORT_A_VERDICT]);
	return 0;
}

int message_explanation(const struct nlmsghdr *nlh,
			struct message_explanation *explanation)
{
	const struct nlattr *each;
	const struct nlattr *attr[DYNPORT_A_MAX + 1];

	if (genl_attributes(nlh, attr) || !attr[DYNPORT_A_ALGORITHM] ||
	    !window_of(attr, &explanation->window))
		return -EBADMSG;
	snprintf(explanation->algorithm, sizeof(explanation->algorithm), "%s",
		 mnl_attr_get_str(attr[DYNPORT_A_ALGORITHM]));
	explanation->mapped = attr[DYNPORT_A_BUSY];
	explanation->busy = number32(attr, DYNPORT_A_BUSY);
	explanation->free = number32(attr, DYNPORT_A_FREE);
	explanation->count = 0;
	/* sorted by number, there is but the last of them */
	mnl_attr_for_each(each, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(each) != DYNPORT_A_CANDIDATE)
			continue;
		if (explanation->count == MESSAGE_CANDIDATES_MAX ||
		    candidate_of(each, &explanation->candidate[explanation->count++]))
			return -EBADMSG;
	}
	return 0;
}

/* False if the bitmap isn't as long as the window. */
static bool bitmap_of(const struct nlattr **attr, int type, struct port_range window,
		      struct port_set *set)
{
	unsigned int i, size = port_range_size(window);
	const uint8_t *bits;

	memset(set, 0, sizeof(*set));
	if (!attr[type])
		return true;
	if (mnl_attr_get_payload_len(attr[type]) < (size + 7) / 8)
		return false;
	bits = mnl_attr_get_payload(attr[type]);
	for (i = 0; i < size; i++)
		if (bits[i / 8] >> i % 8 & 1)
			port_set_add(set, window.low + i);
	return true;
}

int message_ports(const struct nlmsghdr *nlh, struct message_ports *ports)
{
	const struct nlattr *attr[DYNPORT_A_MAX + 1];

	if (genl_attributes(nlh, attr) || !window_of(attr, &ports->window))
		return -EBADMSG;
	ports->mapped = attr[DYNPORT_A_BUSY_BITMAP];
	if (!bitmap_of(attr, DYNPORT_A_BUSY_BITMAP, ports->window, &ports->busy) ||
	    !bitmap_of(attr, DYNPORT_A_LINGERING_BITMAP, ports->window, &ports->lingering) ||
	    !bitmap_of(attr, DYNPORT_A_COOLING_BITMAP, ports->window, &ports->cooling) ||
	    !bitmap_of(attr, DYNPORT_A_GUARDED_BITMAP, ports->window, &ports->guarded) ||
	    !bitmap_of(attr, DYNPORT_A_RESERVED_BITMAP, ports->window, &ports->reserved))
		return -EBADMSG;
	return 0;
}

static size_t address_len(const struct address *address)
{
	return address->family == AF_INET6 ? 16 : 4;
}

_Static_assert(DYNPORT_GENL_CONNECT == (int)PATH_CONNECT &&
	       DYNPORT_GENL_BIND == (int)PATH_BIND &&
	       DYNPORT_GENL_UDP == (int)PATH_UDP, "paths have one number each");

void message_ask_space(struct nlmsghdr *request, const struct space_key *key,
		       bool peer)
{
	/* all of it together is less than half of a request's room */
	mnl_attr_put_u8(request, DYNPORT_A_PATH, key->path);
	mnl_attr_put_u8(request, DYNPORT_A_FAMILY, key->local.family);
	mnl_attr_put_u8(request, DYNPORT_A_PROTOCOL, key->protocol);
	if (!address_any(&key->local))
		mnl_attr_put(request, DYNPORT_A_LADDR, address_len(&key->local),
			     key->local.bytes);
	if (key->device)
		mnl_attr_put_u32(request, DYNPORT_A_IFINDEX, key->device);
	if (!peer)
		return;
	mnl_attr_put(request, DYNPORT_A_RADDR, address_len(&key->remote),
		     key->remote.bytes);
	mnl_attr_put_u16(request, DYNPORT_A_RPORT, key->remote_port);
}
