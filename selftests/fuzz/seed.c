// SPDX-License-Identifier: GPL-2.0-only
/*
 * seed FOLDER - writes seeds for the targets that take netlink: what this
 * machine's kernel answers, or, where only dynport would answer, what it says
 * according to uapi/dynport.h. Sequence numbers are made 0: see fuzz_netlink.c.
 */
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/sock_diag.h>

#include "../../module/uapi/dynport.h"

static const char *folder;
static char buf[64 << 10];

static FILE *seed_open(const char *target, const char *name)
{
	char *path;
	FILE *out;

	if (asprintf(&path, "%s/%s", folder, target) < 0)
		err(1, "asprintf");
	mkdir(path, 0777);
	free(path);
	if (asprintf(&path, "%s/%s/%s", folder, target, name) < 0)
		err(1, "asprintf");
	out = fopen(path, "w");
	if (!out)
		err(1, "%s", path);
	free(path);
	return out;
}

static void seed_close(FILE *out)
{
	if (fclose(out))
		err(1, "write");
}

static void piece_write(FILE *out, char *piece, size_t len)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)piece;
	int left = len;

	fputc(len & 0xff, out);
	fputc(len >> 8, out);
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		nlh->nlmsg_seq = 0;
		nlh->nlmsg_pid = 0;
	}
	fwrite(piece, 1, len, out);
}

/* What the kernel answers to the request, up to @pieces of it. */
static void ask(const char *target, int bus, struct nlmsghdr *nlh, int pieces)
{
	struct mnl_socket *nl = mnl_socket_open(bus);
	FILE *out = seed_open(target, "seed");
	bool end = false;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		err(1, "netlink");
	while (!end && pieces--) {
		ssize_t n = mnl_socket_recvfrom(nl, buf, 4096);
		struct nlmsghdr *last = (struct nlmsghdr *)buf;

		if (n < 0)
			err(1, "netlink");
		end = last->nlmsg_type == NLMSG_DONE ||
		      last->nlmsg_type == NLMSG_ERROR;
		piece_write(out, buf, n);
	}
	mnl_socket_close(nl);
	seed_close(out);
}

static void sockets_seed(void)
{
	char request[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct inet_diag_req_v2 *r;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	r = mnl_nlmsg_put_extra_header(nlh, sizeof(*r));
	r->sdiag_family = AF_INET;
	r->sdiag_protocol = IPPROTO_TCP;
	r->idiag_states = ~0u;
	ask("sockets", NETLINK_SOCK_DIAG, nlh, 4);
}

static void family_seed(void)
{
	char request[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct genlmsghdr *header;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = CTRL_CMD_GETFAMILY;
	header->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	ask("family", NETLINK_GENERIC, nlh, 4);
}

static struct nlmsghdr *message(char *room, uint8_t command)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct genlmsghdr *header;

	nlh->nlmsg_type = 0x20;
	nlh->nlmsg_flags = NLM_F_MULTI;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = command;
	mnl_attr_put_u8(nlh, DYNPORT_A_PATH, 0);
	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET);
	mnl_attr_put(nlh, DYNPORT_A_LADDR, 4, "\x7f\0\0\1");
	mnl_attr_put(nlh, DYNPORT_A_RADDR, 4, "\x7f\0\0\2");
	mnl_attr_put_u16(nlh, DYNPORT_A_RPORT, 443);
	mnl_attr_put_u16(nlh, DYNPORT_A_PORT, 40000);
	mnl_attr_put_u32(nlh, DYNPORT_A_BUSY, 28000);
	mnl_attr_put_u64(nlh, DYNPORT_A_SEARCHES, 1ULL << 40);
	mnl_attr_put_strz(nlh, DYNPORT_A_ALGORITHM, "hash");
	return nlh;
}

/* nftables tells that a port is in the set tcp_leases now. */
static void watch_seed(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *list, *element, *key;
	FILE *out = seed_open("watch", "seed");

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, "dynport");
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, "tcp_leases");
	list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	key = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);
	mnl_attr_put_u16(nlh, NFTA_DATA_VALUE, htons(40000));
	mnl_attr_nest_end(nlh, key);
	mnl_attr_nest_end(nlh, element);
	mnl_attr_nest_end(nlh, list);
	fputc(NFT_MSG_NEWSETELEM, out);
	fwrite(mnl_nlmsg_get_payload(nlh), 1, mnl_nlmsg_get_payload_len(nlh), out);
	seed_close(out);
}

static void message_write(const char *name, uint8_t command,
			  const struct nlmsghdr *nlh)
{
	FILE *out = seed_open("messages", name);

	fputc(command, out);
	fwrite(mnl_nlmsg_get_payload(nlh), 1, mnl_nlmsg_get_payload_len(nlh), out);
	seed_close(out);
}

static void lease_seed(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET);
	mnl_attr_put_u8(nlh, DYNPORT_A_PROTOCOL, IPPROTO_TCP);
	mnl_attr_put(nlh, DYNPORT_A_LADDR, 4, "\x7f\0\0\1");
	mnl_attr_put_u16(nlh, DYNPORT_A_PORT, 40000);
	mnl_attr_put_u32(nlh, DYNPORT_A_UID, 0);
	mnl_attr_put_u64(nlh, DYNPORT_A_COOKIE, 7);
	message_write("lease", DYNPORT_CMD_LEASE_NEW, nlh);
}

/* Everything that spaces, explanations and pictures have. */
static void space_seed(void)
{
	static const char bits[2] = { 0x55, 0x03 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *nest;
	int type, i;

	mnl_attr_put_u8(nlh, DYNPORT_A_PATH, DYNPORT_GENL_CONNECT);
	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET);
	mnl_attr_put_u8(nlh, DYNPORT_A_PROTOCOL, IPPROTO_TCP);
	mnl_attr_put(nlh, DYNPORT_A_LADDR, 4, "\x7f\0\0\1");
	mnl_attr_put(nlh, DYNPORT_A_RADDR, 4, "\x7f\0\0\2");
	mnl_attr_put_u16(nlh, DYNPORT_A_RPORT, 443);
	mnl_attr_put_u16(nlh, DYNPORT_A_LOW, 40000);
	mnl_attr_put_u16(nlh, DYNPORT_A_HIGH, 40009);
	mnl_attr_put_u32(nlh, DYNPORT_A_PORTS, 10);
	mnl_attr_put_u32(nlh, DYNPORT_A_BUSY, 6);
	mnl_attr_put_u32(nlh, DYNPORT_A_FREE, 4);
	mnl_attr_put_u64(nlh, DYNPORT_A_SEARCHES, 1ULL << 40);
	mnl_attr_put_strz(nlh, DYNPORT_A_ALGORITHM, "hash");
	for (i = 0; i < 3; i++) {
		nest = mnl_attr_nest_start(nlh, DYNPORT_A_CANDIDATE);
		mnl_attr_put_u16(nlh, DYNPORT_A_PORT, 40000 + i);
		mnl_attr_put_u8(nlh, DYNPORT_A_VERDICT, i);
		mnl_attr_nest_end(nlh, nest);
	}
	for (type = DYNPORT_A_BUSY_BITMAP; type <= DYNPORT_A_RESERVED_BITMAP; type++)
		mnl_attr_put(nlh, type, sizeof(bits), bits);
	message_write("space", DYNPORT_CMD_PRESSURE, nlh);
	message_write("exhausted", DYNPORT_CMD_EXHAUSTED, nlh);
}

static void dynport_seeds(void)
{
	struct nlmsghdr *nlh = message(buf, DYNPORT_CMD_EXPLAIN);
	struct nlattr *nest = mnl_attr_nest_start(nlh, DYNPORT_A_CANDIDATE);
	FILE *out;

	mnl_attr_put_u16(nlh, DYNPORT_A_PORT, 40001);
	mnl_attr_put_u8(nlh, DYNPORT_A_VERDICT, 1);
	mnl_attr_nest_end(nlh, nest);
	out = seed_open("attributes", "seed");
	fwrite(mnl_nlmsg_get_payload(nlh), 1, mnl_nlmsg_get_payload_len(nlh), out);
	seed_close(out);
	out = seed_open("dump", "seed");
	nlh = message(buf, DYNPORT_CMD_GET_SPACE);
	piece_write(out, buf, nlh->nlmsg_len);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = NLMSG_DONE;
	mnl_nlmsg_put_extra_header(nlh, sizeof(int));
	piece_write(out, buf, nlh->nlmsg_len);
	seed_close(out);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: seed FOLDER");
	folder = argv[1];
	sockets_seed();
	family_seed();
	dynport_seeds();
	lease_seed();
	space_seed();
	watch_seed();
	return 0;
}
