// SPDX-License-Identifier: GPL-2.0-only
/*
 * question.c - what a netlink request asks about
 *
 * Attributes of EXPLAIN and GET_PORTS, checked whole, in terms of a search.
 */
#include <linux/in.h>
#include <linux/netdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "question.h"

const struct nla_policy dynport_question_policy[DYNPORT_A_MAX + 1] = {
	[DYNPORT_A_PATH]	= NLA_POLICY_MAX(NLA_U8, DYNPORT_GENL_UDP),
	[DYNPORT_A_FAMILY]	= { .type = NLA_U8 },
	[DYNPORT_A_PROTOCOL]	= { .type = NLA_U8 },
	[DYNPORT_A_LADDR]	= { .type = NLA_BINARY,
				    .len = sizeof(struct in6_addr) },
	[DYNPORT_A_RADDR]	= { .type = NLA_BINARY,
				    .len = sizeof(struct in6_addr) },
	[DYNPORT_A_RPORT]	= NLA_POLICY_MIN(NLA_U16, 1),
	[DYNPORT_A_IFINDEX]	= { .type = NLA_U32 },
	[DYNPORT_A_PORT]	= { .type = NLA_U16 },
	[DYNPORT_A_COUNT]	= NLA_POLICY_RANGE(NLA_U32, 1,
						   DYNPORT_EXPLAIN_MAX),
};

static int question_address(union dynport_address *address,
			    const struct nlattr *attr, u8 family)
{
	size_t size = family == AF_INET6 ? sizeof(address->ip6) :
					   sizeof(address->ip);

	memset(address, 0, sizeof(*address));
	if (!attr)
		return 0;
	if (nla_len(attr) != size)
		return -EINVAL;
	memcpy(address, nla_data(attr), size);
	return 0;
}

static bool question_protocol_ok(const struct dynport_request *req)
{
	if (req->path != DYNPORT_PATH_UDP)
		return req->protocol == IPPROTO_TCP;
	return req->protocol == IPPROTO_UDP || req->protocol == IPPROTO_UDPLITE;
}

/* The peer, as the kernel would have it when it chooses a port. */
static int question_peer(struct dynport_question *question,
			 struct nlattr **attrs, bool needed)
{
	struct dynport_request *req = &question->req;

	question->has_peer = attrs[DYNPORT_A_RADDR] && attrs[DYNPORT_A_RPORT];
	if (!attrs[DYNPORT_A_RADDR] != !attrs[DYNPORT_A_RPORT])
		return -EINVAL;
	if (!question->has_peer)
		return req->path == DYNPORT_PATH_CONNECT && needed ?
		       -EINVAL : 0;
	if (req->path != DYNPORT_PATH_CONNECT)
		return -EINVAL;
	req->rport = htons(nla_get_u16(attrs[DYNPORT_A_RPORT]));
	if (question_address(&req->raddr, attrs[DYNPORT_A_RADDR], req->family))
		return -EINVAL;
	/* That is a connection of IPv4. */
	if (req->family == AF_INET6 && ipv6_addr_v4mapped(&req->raddr.ip6))
		return -EINVAL;
	return 0;
}

static int question_device(struct dynport_question *question,
			   const struct nlattr *attr)
{
	int device = attr ? nla_get_u32(attr) : 0;
	bool exists = true;

	if (device) {
		rcu_read_lock();
		exists = dev_get_by_index_rcu(question->netns->net, device);
		rcu_read_unlock();
	}
	question->req.device = device;
	return exists ? 0 : -ENODEV;
}

int dynport_question_ask(struct dynport_question *question,
			 struct genl_info *info, bool needs_peer)
{
	struct dynport_request *req = &question->req;
	struct nlattr **attrs = info->attrs;
	int err;

	memset(question, 0, sizeof(*question));
	question->netns = dynport_netns(genl_info_net(info));
	if (GENL_REQ_ATTR_CHECK(info, DYNPORT_A_PATH) ||
	    GENL_REQ_ATTR_CHECK(info, DYNPORT_A_FAMILY))
		return -EINVAL;
	req->path = nla_get_u8(attrs[DYNPORT_A_PATH]);
	req->family = nla_get_u8(attrs[DYNPORT_A_FAMILY]);
	if (req->family != AF_INET && req->family != AF_INET6)
		return -EINVAL;
	req->protocol = req->path == DYNPORT_PATH_UDP ? IPPROTO_UDP :
							IPPROTO_TCP;
	if (attrs[DYNPORT_A_PROTOCOL])
		req->protocol = nla_get_u8(attrs[DYNPORT_A_PROTOCOL]);
	if (!question_protocol_ok(req))
		return -EINVAL;
	err = question_address(&req->laddr, attrs[DYNPORT_A_LADDR],
			       req->family) ?:
	      question_peer(question, attrs, needs_peer) ?:
	      question_device(question, attrs[DYNPORT_A_IFINDEX]);
	if (err)
		return err;

	inet_get_local_port_range(question->netns->net, &question->low,
				  &question->high);
	dynport_netns_narrow(question->netns, req->path, &question->low,
			     &question->high);
	if (req->path != DYNPORT_PATH_CONNECT || question->has_peer)
		question->space = dynport_space_peek(question->netns, req,
						     question->low,
						     question->high);
	return 0;
}

void dynport_question_end(struct dynport_question *question)
{
	if (question->space)
		dynport_space_put(question->space);
}
