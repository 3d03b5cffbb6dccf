// SPDX-License-Identifier: GPL-2.0-only
/* Messages of the family, as a kernel might send them, taken apart. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "genl.h"
#include "unit.h"

static char room[GENL_MESSAGE_MAX];
static const struct nlattr *attr[DYNPORT_A_MAX + 1];

static struct nlmsghdr *message(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct genlmsghdr *header;

	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = DYNPORT_CMD_LEASE_NEW;
	return nlh;
}

static void test_sorted(void)
{
	const unsigned char address[16] = { 0x20, 0x01 };
	struct nlmsghdr *nlh = message();

	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET6);
	mnl_attr_put(nlh, DYNPORT_A_LADDR, sizeof(address), address);
	mnl_attr_put_u16(nlh, DYNPORT_A_PORT, 40000);
	mnl_attr_put_u64(nlh, DYNPORT_A_COOKIE, 1ULL << 40);
	mnl_attr_put(nlh, DYNPORT_A_MAX + 1, 3, "new");
	mnl_attr_put(nlh, DYNPORT_A_PAD, 0, "");
	expect(genl_attributes(nlh, attr) == 0);
	expect(genl_command(nlh) == DYNPORT_CMD_LEASE_NEW);
	expect(attr[DYNPORT_A_PORT] &&
	       mnl_attr_get_u16(attr[DYNPORT_A_PORT]) == 40000);
	expect(attr[DYNPORT_A_COOKIE] &&
	       mnl_attr_get_u64(attr[DYNPORT_A_COOKIE]) == 1ULL << 40);
	expect(attr[DYNPORT_A_LADDR] &&
	       memcmp(mnl_attr_get_payload(attr[DYNPORT_A_LADDR]), address,
		      sizeof(address)) == 0);
	expect(!attr[DYNPORT_A_PAD] && !attr[DYNPORT_A_UID]);
	expect(genl_attributes(message(), attr) == 0 && !attr[DYNPORT_A_PORT]);
	tell("a message's attributes are sorted, and unknown ones passed over");
}

static void test_refused(void)
{
	struct nlmsghdr *nlh = message();

	mnl_attr_put_u32(nlh, DYNPORT_A_PORT, 40000);
	expect(genl_attributes(nlh, attr) == -EBADMSG);
	nlh = message();
	mnl_attr_put(nlh, DYNPORT_A_ALGORITHM, 4, "hash");
	expect(genl_attributes(nlh, attr) == -EBADMSG);
	nlh = message();
	mnl_attr_put_u32(nlh, DYNPORT_A_LADDR, 0x0100007f);
	expect(genl_attributes(nlh, attr) == -EBADMSG);
	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET);
	expect(genl_attributes(nlh, attr) == 0);
	nlh = message();
	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET6);
	mnl_attr_put_u32(nlh, DYNPORT_A_RADDR, 0x0100007f);
	expect(genl_attributes(nlh, attr) == -EBADMSG);
	nlh = message();
	nlh->nlmsg_len = NLMSG_HDRLEN + 2;
	expect(genl_attributes(nlh, attr) == -EBADMSG);
	tell("attributes of a wrong size are refused, and addresses without a family");
}

static void test_nested(void)
{
	struct nlmsghdr *nlh = message();
	struct nlattr *nest = mnl_attr_nest_start(nlh, DYNPORT_A_CANDIDATE);

	mnl_attr_put_u16(nlh, DYNPORT_A_PORT, 7);
	mnl_attr_put_u8(nlh, DYNPORT_A_VERDICT, DYNPORT_VERDICT_CLASS);
	mnl_attr_nest_end(nlh, nest);
	expect(genl_attributes(nlh, attr) == 0 && attr[DYNPORT_A_CANDIDATE]);
	expect(!attr[DYNPORT_A_PORT]);
	expect(genl_nested(nest, attr) == 0);
	expect(attr[DYNPORT_A_PORT] &&
	       mnl_attr_get_u16(attr[DYNPORT_A_PORT]) == 7);
	expect(attr[DYNPORT_A_VERDICT] &&
	       mnl_attr_get_u8(attr[DYNPORT_A_VERDICT]) == DYNPORT_VERDICT_CLASS);
	tell("what is in a nested attribute is found there, and only there");
}

void test_genl(void)
{
	test_sorted();
	test_refused();
	test_nested();
}
