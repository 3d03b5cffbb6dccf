/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family of dynport, for tests: plain netlink, so that a
 * test can also send what no library would.
 *
 * Functions return 0 or -errno unless they say something else.
 */
#ifndef NETLINK_H
#define NETLINK_H

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../module/uapi/dynport.h"

/* The longest message: GET_PORTS with five bitmaps of 8 KiB. */
#define NETLINK_MESSAGE_MAX (64 << 10)

/* A socket in the netns of the thread that opened it. */
struct netlink {
	int fd;
	uint16_t family;	/* dynport's number */
	uint32_t group;		/* of its events */
	uint32_t sequence;
};

struct netlink_request {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	char attributes[1024];
};

typedef void (*netlink_take)(const struct nlmsghdr *message, void *arg);

static inline void *netlink_payload(const struct nlattr *attr)
{
	return (char *)attr + NLA_HDRLEN;
}

static inline int netlink_length(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline uint8_t netlink_u8(const struct nlattr *attr)
{
	return attr ? *(uint8_t *)netlink_payload(attr) : 0;
}

static inline uint16_t netlink_u16(const struct nlattr *attr)
{
	return attr ? *(uint16_t *)netlink_payload(attr) : 0;
}

static inline uint32_t netlink_u32(const struct nlattr *attr)
{
	return attr ? *(uint32_t *)netlink_payload(attr) : 0;
}

static inline uint64_t netlink_u64(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (attr)
		memcpy(&value, netlink_payload(attr), sizeof(value));
	return value;
}

#define netlink_for_each(attr, start, length)					\
	for (attr = (start);							\
	     (char *)(attr) + NLA_HDRLEN <= (char *)(start) + (length) &&	\
	     (attr)->nla_len >= NLA_HDRLEN;					\
	     attr = (void *)((char *)(attr) + NLA_ALIGN((attr)->nla_len)))

/* Sorts by number; those that are missing are NULL. */
static inline void netlink_sort(const struct nlattr *start, int length,
				const struct nlattr *attrs[DYNPORT_A_MAX + 1])
{
	const struct nlattr *attr;

	memset(attrs, 0, (DYNPORT_A_MAX + 1) * sizeof(attrs[0]));
	netlink_for_each(attr, start, length)
		if ((attr->nla_type & NLA_TYPE_MASK) <= DYNPORT_A_MAX)
			attrs[attr->nla_type & NLA_TYPE_MASK] = attr;
}

static inline const struct nlattr *netlink_first(const struct nlmsghdr *message)
{
	return (void *)((char *)message + NLMSG_HDRLEN + GENL_HDRLEN);
}

static inline int netlink_size(const struct nlmsghdr *message)
{
	return message->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
}

static inline void netlink_parse(const struct nlmsghdr *message,
				 const struct nlattr *attrs[DYNPORT_A_MAX + 1])
{
	netlink_sort(netlink_first(message), netlink_size(message), attrs);
}

static inline uint8_t netlink_command(const struct nlmsghdr *message)
{
	const struct genlmsghdr *generic = NLMSG_DATA(message);

	return generic->cmd;
}

static inline void netlink_begin(struct netlink_request *request,
				 const struct netlink *nl, uint8_t command,
				 uint16_t flags)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	request->header.nlmsg_type = nl->family;
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	request->generic.cmd = command;
	request->generic.version = DYNPORT_GENL_VERSION;
}

static inline void netlink_put(struct netlink_request *request, int type,
			       const void *value, size_t size)
{
	struct nlattr *attr = (void *)((char *)request +
				       request->header.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	memcpy(netlink_payload(attr), value, size);
	request->header.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

static inline void netlink_put_u8(struct netlink_request *request, int type,
				  uint8_t value)
{
	netlink_put(request, type, &value, sizeof(value));
}

static inline void netlink_put_u16(struct netlink_request *request, int type,
				   uint16_t value)
{
	netlink_put(request, type, &value, sizeof(value));
}

static inline void netlink_put_u32(struct netlink_request *request, int type,
				   uint32_t value)
{
	netlink_put(request, type, &value, sizeof(value));
}

/*
 * Sends, and gives each message of the answer to @take (if not NULL). A request
 * without NLM_F_DUMP must have NLM_F_ACK. Returns what the kernel answered.
 */
static inline int netlink_ask(struct netlink *nl,
			      struct netlink_request *request,
			      netlink_take take, void *arg)
{
	static __thread char buffer[NETLINK_MESSAGE_MAX];
	const struct nlmsghdr *message;
	ssize_t n;

	request->header.nlmsg_seq = ++nl->sequence;
	if (send(nl->fd, request, request->header.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		n = recv(nl->fd, buffer, sizeof(buffer), 0);
		if (n < 0)
			return -errno;
		for (message = (void *)buffer; NLMSG_OK(message, n);
		     message = NLMSG_NEXT(message, n)) {
			if (message->nlmsg_seq != nl->sequence)
				continue;
			if (message->nlmsg_type == NLMSG_ERROR ||
			    message->nlmsg_type == NLMSG_DONE)
				return *(int *)NLMSG_DATA(message);
			if (take)
				take(message, arg);
		}
	}
}

static inline void netlink_take_family(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *attr, *group, *part;
	struct netlink *nl = arg;

	netlink_for_each(attr, netlink_first(message), netlink_size(message)) {
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			nl->family = netlink_u16(attr);
		if ((attr->nla_type & NLA_TYPE_MASK) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		/* it has one only */
		group = netlink_payload(attr);
		netlink_for_each(part, (struct nlattr *)netlink_payload(group),
				 netlink_length(group))
			if (part->nla_type == CTRL_ATTR_MCAST_GRP_ID)
				nl->group = netlink_u32(part);
	}
}

/* Opens a socket and finds the family: -ENOENT if the kernel has none. */
static inline int netlink_open(struct netlink *nl)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	struct netlink_request request;
	int ret;

	*nl = (struct netlink){ .family = GENL_ID_CTRL };
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0)
		return -errno;
	if (bind(nl->fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	netlink_begin(&request, nl, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	netlink_put(&request, CTRL_ATTR_FAMILY_NAME, DYNPORT_GENL_NAME,
		    sizeof(DYNPORT_GENL_NAME));
	ret = netlink_ask(nl, &request, netlink_take_family, nl);
	return ret ?: nl->group ? 0 : -EPROTO;
}

static inline void netlink_close(struct netlink *nl)
{
	close(nl->fd);
	nl->fd = -1;
}

/* Joins the group of the events; @room: bytes of its queue, 0: as it is. */
static inline int netlink_join(struct netlink *nl, int room)
{
	if (room && setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room,
			       sizeof(room)))
		return -errno;
	return setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			  &nl->group, sizeof(nl->group)) ? -errno : 0;
}

/* Opens a socket for events, and joins. */
static inline int netlink_listen(struct netlink *nl)
{
	return netlink_open(nl) ?: netlink_join(nl, 8 << 20);
}

/* Gives each event that is queued to @take. -EPROTO: that was none. */
static inline int netlink_events(struct netlink *nl, netlink_take take,
				 void *arg)
{
	static __thread char buffer[NETLINK_MESSAGE_MAX];
	const struct nlmsghdr *message = (void *)buffer;
	ssize_t n;

	for (;;) {
		n = recv(nl->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if ((size_t)n < NLMSG_HDRLEN + GENL_HDRLEN ||
		    message->nlmsg_len != n || message->nlmsg_type != nl->family)
			return -EPROTO;
		if (take)
			take(message, arg);
	}
}

/* A dump of @command by a socket of its own. */
static inline int netlink_dump(uint8_t command, netlink_take take, void *arg)
{
	struct netlink_request request;
	struct netlink nl;
	int ret;

	ret = netlink_open(&nl);
	if (!ret) {
		netlink_begin(&request, &nl, command, NLM_F_DUMP);
		ret = netlink_ask(&nl, &request, take, arg);
	}
	netlink_close(&nl);
	return ret;
}

#endif
