// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynport's attributes: which type each has, and how a message's are sorted.
 * Pure; attributes of a later version are passed over.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "genl.h"

#define NONE -1

static const int types[DYNPORT_A_MAX + 1] = {
	[DYNPORT_A_UNSPEC] = NONE,
	[DYNPORT_A_PAD] = NONE,
	[DYNPORT_A_PATH] = MNL_TYPE_U8,
	[DYNPORT_A_FAMILY] = MNL_TYPE_U8,
	[DYNPORT_A_PROTOCOL] = MNL_TYPE_U8,
	[DYNPORT_A_LADDR] = MNL_TYPE_BINARY,
	[DYNPORT_A_RADDR] = MNL_TYPE_BINARY,
	[DYNPORT_A_RPORT] = MNL_TYPE_U16,
	[DYNPORT_A_IFINDEX] = MNL_TYPE_U32,
	[DYNPORT_A_PORT] = MNL_TYPE_U16,
	[DYNPORT_A_LOW] = MNL_TYPE_U16,
	[DYNPORT_A_HIGH] = MNL_TYPE_U16,
	[DYNPORT_A_PORTS] = MNL_TYPE_U32,
	[DYNPORT_A_BUSY] = MNL_TYPE_U32,
	[DYNPORT_A_FREE] = MNL_TYPE_U32,
	[DYNPORT_A_LINGERING] = MNL_TYPE_U32,
	[DYNPORT_A_COOLING] = MNL_TYPE_U32,
	[DYNPORT_A_SEARCHES] = MNL_TYPE_U64,
	[DYNPORT_A_FAILED] = MNL_TYPE_U64,
	[DYNPORT_A_IDLE_MS] = MNL_TYPE_U64,
	[DYNPORT_A_SUPPRESSED] = MNL_TYPE_U32,
	[DYNPORT_A_UID] = MNL_TYPE_U32,
	[DYNPORT_A_COOKIE] = MNL_TYPE_U64,
	[DYNPORT_A_ALGORITHM] = MNL_TYPE_NUL_STRING,
	[DYNPORT_A_COUNT] = MNL_TYPE_U32,
	[DYNPORT_A_CANDIDATE] = MNL_TYPE_NESTED,
	[DYNPORT_A_VERDICT] = MNL_TYPE_U8,
	[DYNPORT_A_BUSY_BITMAP] = MNL_TYPE_BINARY,
	[DYNPORT_A_LINGERING_BITMAP] = MNL_TYPE_BINARY,
	[DYNPORT_A_COOLING_BITMAP] = MNL_TYPE_BINARY,
	[DYNPORT_A_GUARDED_BITMAP] = MNL_TYPE_BINARY,
	[DYNPORT_A_RESERVED_BITMAP] = MNL_TYPE_BINARY,
};

uint8_t genl_command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(nlh);

	return header->cmd;
}

/* Is it an attribute that is to be taken? */
static bool attribute_known(const struct nlattr *attr)
{
	uint16_t type = mnl_attr_get_type(attr);

	return type <= DYNPORT_A_MAX && types[type] != NONE;
}

static int attribute_take(const struct nlattr *attr, void *data)
{
	const struct nlattr **sorted = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (!attribute_known(attr))
		return MNL_CB_OK;
	if (types[type] != MNL_TYPE_BINARY &&
	    mnl_attr_validate(attr, types[type]) < 0)
		return MNL_CB_ERROR;
	sorted[type] = attr;
	return MNL_CB_OK;
}

static void forget(const struct nlattr *attr[DYNPORT_A_MAX + 1])
{
	size_t i;

	for (i = 0; i <= DYNPORT_A_MAX; i++)
		attr[i] = NULL;
}

/* An address is of 4 or of 16 bytes, as its family says. */
static bool addresses_right(const struct nlattr *attr[DYNPORT_A_MAX + 1])
{
	static const int which[] = { DYNPORT_A_LADDR, DYNPORT_A_RADDR };
	size_t i, len;

	for (i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		const struct nlattr *address = attr[which[i]];

		if (!address)
			continue;
		if (!attr[DYNPORT_A_FAMILY])
			return false;
		len = mnl_attr_get_u8(attr[DYNPORT_A_FAMILY]) == AF_INET6 ? 16 : 4;
		if (mnl_attr_get_payload_len(address) != len)
			return false;
	}
	return true;
}

int genl_attributes(const struct nlmsghdr *nlh,
		    const struct nlattr *attr[DYNPORT_A_MAX + 1])
{
	forget(attr);
	if (mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN ||
	    mnl_attr_parse(nlh, GENL_HDRLEN, attribute_take, attr) < 0 ||
	    !addresses_right(attr))
		return -EBADMSG;
	return 0;
}

int genl_nested(const struct nlattr *nest,
		const struct nlattr *attr[DYNPORT_A_MAX + 1])
{
	forget(attr);
	if (mnl_attr_parse_nested(nest, attribute_take, attr) < 0 ||
	    !addresses_right(attr))
		return -EBADMSG;
	return 0;
}
