// SPDX-License-Identifier: GPL-2.0-only
/*
 * One dump per family; the kernel itself picks the sockets by local port. Where
 * a kernel has no bound sockets to tell, it ignores that state's bit.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include "sockdiag.h"

/* A dump of 100,000 sockets has that many messages: fewer system calls. */
#define RECEIVE_BYTES	(128 << 10)

struct reader {
	const struct sockdiag_query *query;
	void (*take)(const struct sockdiag_socket *socket, void *arg);
	void *arg;
};

static int message_take(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	const struct reader *reader = data;
	struct sockdiag_socket socket;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return MNL_CB_ERROR;
	if (msg->idiag_family != AF_INET && msg->idiag_family != AF_INET6)
		return MNL_CB_OK;
	socket = (struct sockdiag_socket){
		.protocol = reader->query->protocol,
		.state = msg->idiag_state,
		.local = address_make(msg->idiag_family, msg->id.idiag_src),
		.remote = address_make(msg->idiag_family, msg->id.idiag_dst),
		.local_port = ntohs(msg->id.idiag_sport),
		.remote_port = ntohs(msg->id.idiag_dport),
		.device = msg->id.idiag_if,
		.uid = msg->idiag_uid,
		.inode = msg->idiag_inode,
	};
	reader->take(&socket, reader->arg);
	return MNL_CB_OK;
}

/*
 * Two conditions, first <= local port <= last, of two words each: the second
 * word's "no" is the port. Where one is not met, the jump leads beyond the end,
 * which means no.
 */
static void bytecode_put(struct nlmsghdr *nlh, struct port_range local)
{
	struct inet_diag_bc_op op[4] = { { .code = INET_DIAG_BC_S_GE } };
	const unsigned char two = 2 * sizeof(op[0]);

	op[0].yes = two;
	op[0].no = sizeof(op) + sizeof(op[0]);
	op[1].no = local.low;
	op[2].code = INET_DIAG_BC_S_LE;
	op[2].yes = two;
	op[2].no = sizeof(op) - two + sizeof(op[0]);
	op[3].no = local.high;
	mnl_attr_put(nlh, INET_DIAG_REQ_BYTECODE, sizeof(op), op);
}

static int dump(struct mnl_socket *nl, char *buf, const struct reader *reader,
		int family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *request;
	unsigned int seq = time(NULL) + family;
	ssize_t n;
	int ret;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	request = mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = reader->query->protocol;
	request->idiag_states = reader->query->states;
	bytecode_put(nlh, reader->query->local);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl, buf, RECEIVE_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		errno = EBADMSG;
		ret = mnl_cb_run(buf, n, seq, mnl_socket_get_portid(nl),
				 message_take, (void *)reader);
		if (ret < 0)
			return -errno;
	} while (ret != MNL_CB_STOP);
	return 0;
}

static const char *protocol_name(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	default:
		return "UDP-Lite";
	}
}

int sockdiag_read(const struct sockdiag_query *query,
		  void (*take)(const struct sockdiag_socket *socket, void *arg),
		  void *arg, char why[SOCKDIAG_WHY_MAX])
{
	static const int families[] = { AF_INET, AF_INET6 };
	const struct reader reader = {
		.query = query, .take = take, .arg = arg,
	};
	struct mnl_socket *nl = mnl_socket_open(NETLINK_SOCK_DIAG);
	char *buf = malloc(RECEIVE_BYTES);
	int ret = nl && buf ? 0 : -errno;
	size_t i;

	if (!ret && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		ret = -errno;
	for (i = 0; !ret && i < sizeof(families) / sizeof(families[0]); i++) {
		ret = dump(nl, buf, &reader, families[i]);
		/* a kernel without IPv6 has no such sockets */
		if (ret == -ENOENT && families[i] == AF_INET6)
			ret = 0;
	}
	if (ret)
		snprintf(why, SOCKDIAG_WHY_MAX, "the list of %s sockets (sock_diag): %s%s",
			 protocol_name(query->protocol), strerror(-ret),
			 ret == -ENOENT ? " (kernel without tcp_diag, udp_diag?)" : "");
	free(buf);
	if (nl)
		mnl_socket_close(nl);
	return ret;
}
