// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks rtnetlink, as 'ip route get' does. A connect() of a UDP socket would tell
 * it, too, but take a port.
 */
#include <errno.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "route.h"

struct source {
	struct address *local;
	int family;
};

static int source_attribute(const struct nlattr *attr, void *data)
{
	const struct source *source = data;

	if (mnl_attr_get_type(attr) != RTA_PREFSRC)
		return MNL_CB_OK;
	if (mnl_attr_get_payload_len(attr) != (source->family == AF_INET6 ? 16 : 4)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	*source->local = address_make(source->family, mnl_attr_get_payload(attr));
	return MNL_CB_OK;
}

static int route_take(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct rtmsg), source_attribute, data);
}

static int ask(struct mnl_socket *socket, const struct nlmsghdr *request,
	       struct source *source)
{
	char buf[8192];
	ssize_t n;

	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	do
		n = mnl_socket_recvfrom(socket, buf, sizeof(buf));
	while (n < 0 && errno == EINTR);
	if (n < 0 || mnl_cb_run(buf, n, request->nlmsg_seq,
				mnl_socket_get_portid(socket), route_take, source) < 0)
		return -errno;
	return source->local->family ? 0 : -ENETUNREACH;
}

int route_source(const struct address *remote, uint32_t device,
		 struct address *local)
{
	struct source source = { .local = local, .family = remote->family };
	size_t len = remote->family == AF_INET6 ? 16 : 4;
	struct mnl_socket *socket;
	struct nlmsghdr *request;
	struct rtmsg *route;
	char buf[256];
	int ret;

	*local = (struct address){ .family = 0 };
	request = mnl_nlmsg_put_header(buf);
	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	request->nlmsg_seq = 1;
	route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	route->rtm_family = remote->family;
	route->rtm_dst_len = 8 * len;
	mnl_attr_put(request, RTA_DST, len, remote->bytes);
	if (device)
		mnl_attr_put_u32(request, RTA_OIF, device);

	socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	ret = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno :
		ask(socket, request, &source);
	mnl_socket_close(socket);
	return ret;
}
