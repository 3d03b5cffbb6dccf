// SPDX-License-Identifier: GPL-2.0-only
/*
 * nfnetlink's group of nftables. In all the messages that matter here the first
 * attribute is the table's name, and in those about sets the second the set's;
 * others are of other objects, and passed over.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "nft_watch.h"
#include "ruleset.h"

/* Two full sets, replaced, fit; the kernel holds it back unless for root. */
#define WATCH_BUFFER (32 << 20)

int nft_watch_open(struct nft_watch *watch, const char *table)
{
	int group = NFNLGRP_NFTABLES, size = WATCH_BUFFER, fd;

	memset(watch, 0, sizeof(*watch));
	watch->table = table;
	watch->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!watch->socket)
		return -errno;
	fd = mnl_socket_get_fd(watch->socket);
	/* a smaller buffer is no error: lost messages are noticed */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_bind(watch->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(watch->socket, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0) {
		int err = errno;

		nft_watch_close(watch);
		return -err;
	}
	return 0;
}

void nft_watch_close(struct nft_watch *watch)
{
	mnl_socket_close(watch->socket);
	watch->socket = NULL;
}

int nft_watch_fd(const struct nft_watch *watch)
{
	return mnl_socket_get_fd(watch->socket);
}

_Static_assert((int)NFTA_TABLE_NAME == (int)NFTA_SET_TABLE &&
	       (int)NFTA_SET_TABLE == (int)NFTA_SET_ELEM_LIST_TABLE &&
	       (int)NFTA_SET_NAME == (int)NFTA_SET_ELEM_LIST_SET,
	       "names have one place");

static int attribute_take(const struct nlattr *attr, void *data)
{
	const struct nlattr **sorted = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= NFTA_SET_ELEM_LIST_ELEMENTS)
		sorted[type] = attr;
	return MNL_CB_OK;
}

static bool attribute_is(const struct nlattr *attr, const char *text)
{
	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 &&
	       strcmp(mnl_attr_get_str(attr), text) == 0;
}

static const struct nlattr *nested_find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/* Which of the two sets, or -1. */
static int set_which(const struct nlattr *name)
{
	enum lease_protocol p;

	for (p = 0; p < LEASE_PROTOCOLS; p++)
		if (attribute_is(name, ruleset_sets[p]))
			return p;
	return -1;
}

static void elements_take(const struct nlattr *list, bool add, struct port_set *set)
{
	const struct nlattr *element, *value;
	uint16_t port;

	mnl_attr_for_each_nested(element, list) {
		value = nested_find(element, NFTA_SET_ELEM_KEY);
		if (value)
			value = nested_find(value, NFTA_DATA_VALUE);
		/* the key of a set of another type, which can't be ours */
		if (!value || mnl_attr_get_payload_len(value) != sizeof(port))
			continue;
		memcpy(&port, mnl_attr_get_payload(value), sizeof(port));
		if (add)
			port_set_add(set, ntohs(port));
		else
			port_set_remove(set, ntohs(port));
	}
}

int nft_watch_take(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr[NFTA_SET_ELEM_LIST_ELEMENTS + 1] = { NULL };
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(nlh);
	struct nft_watch *watch = data;
	uint8_t type = NFNL_MSG_TYPE(nlh->nlmsg_type);
	int which;

	if (NFNL_SUBSYS_ID(nlh->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*header) ||
	    header->nfgen_family != NFPROTO_INET)
		return MNL_CB_OK;
	if (mnl_attr_parse(nlh, sizeof(*header), attribute_take, attr) < 0 ||
	    !attribute_is(attr[NFTA_TABLE_NAME], watch->table))
		return MNL_CB_OK;
	if (type == NFT_MSG_DELTABLE) {
		watch->intact = false;
		memset(watch->in, 0, sizeof(watch->in));
		return MNL_CB_OK;
	}
	if (type != NFT_MSG_DELSET && type != NFT_MSG_NEWSETELEM &&
	    type != NFT_MSG_DELSETELEM)
		return MNL_CB_OK;
	which = set_which(attr[NFTA_SET_NAME]);
	if (which < 0)
		return MNL_CB_OK;
	if (type == NFT_MSG_DELSET) {
		watch->intact = false;
		memset(&watch->in[which], 0, sizeof(watch->in[which]));
	} else if (attr[NFTA_SET_ELEM_LIST_ELEMENTS]) {
		elements_take(attr[NFTA_SET_ELEM_LIST_ELEMENTS],
			      type == NFT_MSG_NEWSETELEM, &watch->in[which]);
	}
	return MNL_CB_OK;
}

int nft_watch_read(struct nft_watch *watch)
{
	static char buf[64 << 10];
	int lost = 0;

	for (;;) {
		ssize_t n = recv(nft_watch_fd(watch), buf, sizeof(buf), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return lost;
		/* the kernel goes on telling only when the queue is empty */
		if (n < 0 && errno == ENOBUFS)
			lost = -ENOBUFS;
		else if (n < 0)
			return -errno;
		else if (mnl_cb_run(buf, n, 0, 0, nft_watch_take, watch) < 0)
			lost = -ENOBUFS;
	}
}
