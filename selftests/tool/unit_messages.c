// SPDX-License-Identifier: GPL-2.0-only
/* Messages of the family, as a kernel sends them, as structures and in words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "event_text.h"
#include "explanation.h"
#include "messages.h"
#include "unit.h"

static char room[GENL_MESSAGE_MAX];

static struct nlmsghdr *message(uint8_t command)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct genlmsghdr *header;

	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = command;
	return nlh;
}

static const uint8_t here[4] = { 192, 0, 2, 7 }, there[4] = { 203, 0, 113, 80 };

static struct nlmsghdr *space_message(uint8_t command, uint8_t path)
{
	struct nlmsghdr *nlh = message(command);

	mnl_attr_put_u8(nlh, DYNPORT_A_PATH, path);
	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET);
	mnl_attr_put_u8(nlh, DYNPORT_A_PROTOCOL, IPPROTO_TCP);
	mnl_attr_put(nlh, DYNPORT_A_LADDR, 4, here);
	mnl_attr_put_u32(nlh, DYNPORT_A_IFINDEX, 0);
	if (path == DYNPORT_GENL_CONNECT) {
		mnl_attr_put(nlh, DYNPORT_A_RADDR, 4, there);
		mnl_attr_put_u16(nlh, DYNPORT_A_RPORT, 443);
	}
	mnl_attr_put_u16(nlh, DYNPORT_A_LOW, 40000);
	mnl_attr_put_u16(nlh, DYNPORT_A_HIGH, 40999);
	mnl_attr_put_u32(nlh, DYNPORT_A_PORTS, 1000);
	return nlh;
}

static void map_put(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, DYNPORT_A_BUSY, 900);
	mnl_attr_put_u32(nlh, DYNPORT_A_FREE, 90);
	mnl_attr_put_u32(nlh, DYNPORT_A_LINGERING, 10);
	mnl_attr_put_u32(nlh, DYNPORT_A_COOLING, 0);
	mnl_attr_put_u64(nlh, DYNPORT_A_SEARCHES, 12345);
	mnl_attr_put_u64(nlh, DYNPORT_A_FAILED, 3);
	mnl_attr_put_u64(nlh, DYNPORT_A_IDLE_MS, 7);
}

static void test_space(void)
{
	struct nlmsghdr *nlh = space_message(DYNPORT_CMD_PRESSURE, DYNPORT_GENL_CONNECT);
	struct message_space space;
	struct address local = { .family = AF_INET };

	map_put(nlh);
	memcpy(local.bytes, here, 4);
	expect(message_space(nlh, &space) == 0);
	expect(space.key.path == PATH_CONNECT && space.key.remote_port == 443);
	expect(memcmp(&space.key.local, &local, sizeof(local)) == 0);
	expect(space.window.low == 40000 && space.window.high == 40999);
	expect(space.mapped && space.busy == 900 && space.free == 90);
	expect(space.searches == 12345 && space.failed == 3 && !space.suppressed);
	expect(message_space(space_message(DYNPORT_CMD_EXHAUSTED, DYNPORT_GENL_BIND),
			     &space) == 0);
	expect(!space.mapped && space.ports == 1000 && !space.key.remote_port);
	tell("a space's message becomes a space, with and without a map");

	nlh = space_message(DYNPORT_CMD_PRESSURE, DYNPORT_GENL_UDP + 1);
	expect(message_space(nlh, &space) == -EBADMSG);
	nlh = message(DYNPORT_CMD_PRESSURE);
	mnl_attr_put_u8(nlh, DYNPORT_A_PATH, DYNPORT_GENL_BIND);
	expect(message_space(nlh, &space) == -EBADMSG);
	nlh = space_message(DYNPORT_CMD_PRESSURE, DYNPORT_GENL_BIND);
	mnl_attr_put_u16(nlh, DYNPORT_A_HIGH, 39999);
	expect(message_space(nlh, &space) == -EBADMSG);
	nlh = space_message(DYNPORT_CMD_PRESSURE, DYNPORT_GENL_BIND);
	mnl_attr_put_u8(nlh, DYNPORT_A_PATH, DYNPORT_GENL_CONNECT);
	expect(message_space(nlh, &space) == -EBADMSG);
	tell("a space without what names it, or of an impossible window, is refused");
}

static struct nlmsghdr *lease_message(uint8_t command, uint16_t port)
{
	struct nlmsghdr *nlh = message(command);

	mnl_attr_put_u8(nlh, DYNPORT_A_FAMILY, AF_INET);
	mnl_attr_put_u8(nlh, DYNPORT_A_PROTOCOL, IPPROTO_UDP);
	mnl_attr_put(nlh, DYNPORT_A_LADDR, 4, here);
	mnl_attr_put_u16(nlh, DYNPORT_A_PORT, port);
	mnl_attr_put_u32(nlh, DYNPORT_A_UID, 104);
	mnl_attr_put_u64(nlh, DYNPORT_A_COOKIE, 4711);
	return nlh;
}

static void test_lease(void)
{
	struct message_lease lease;

	expect(message_lease(lease_message(DYNPORT_CMD_LEASE_NEW, 40001), &lease) == 0);
	expect(lease.port == 40001 && lease.protocol == IPPROTO_UDP);
	expect(lease.cookie == 4711 && lease.uid == 104 && !lease.device);
	expect(message_lease(lease_message(DYNPORT_CMD_LEASE_NEW, 0), &lease) == -EBADMSG);
	expect(message_lease(message(DYNPORT_CMD_LEASE_NEW), &lease) == -EBADMSG);
	tell("a lease's message becomes a lease, one without a port is refused");
}

static void candidate_put(struct nlmsghdr *nlh, uint16_t port, uint8_t verdict)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DYNPORT_A_CANDIDATE);

	mnl_attr_put_u16(nlh, DYNPORT_A_PORT, port);
	mnl_attr_put_u8(nlh, DYNPORT_A_VERDICT, verdict);
	mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *explain_message(void)
{
	struct nlmsghdr *nlh = message(DYNPORT_CMD_EXPLAIN);

	mnl_attr_put_strz(nlh, DYNPORT_A_ALGORITHM, "random_pick");
	mnl_attr_put_u16(nlh, DYNPORT_A_LOW, 40000);
	mnl_attr_put_u16(nlh, DYNPORT_A_HIGH, 40999);
	return nlh;
}

static void test_explanation(void)
{
	static struct message_explanation e;
	struct nlmsghdr *nlh = explain_message();
	static const char some[] =
		"The kernel would be asked for port 40010 first. Of 5 candidates 2 would be. "
		"1 is tried only where there is no other (1 of the other class). "
		"2 are skipped (1 reserved, 1 refused for another reason).";
	static const char full[] =
		"The first candidate would not be proposed to the kernel. "
		"1 is skipped (1 busy). No port is free by the port map: "
		"TCP bind(0) fails with EADDRINUSE if the kernel finds none either.";
	static const char first[] =
		"The kernel would be asked for port 40007 first, the first candidate.";
	char *text;

	candidate_put(nlh, 40007, DYNPORT_VERDICT_RESERVED);
	candidate_put(nlh, 40003, DYNPORT_VERDICT_CLASS);
	candidate_put(nlh, 40010, DYNPORT_VERDICT_PROPOSE);
	candidate_put(nlh, 40012, DYNPORT_VERDICT_PROPOSE);
	candidate_put(nlh, 40014, DYNPORT_VERDICT_ROOT + 9);
	expect(message_explanation(nlh, &e) == 0);
	expect(e.count == 5 && e.candidate[0].port == 40007 &&
	       e.candidate[4].port == 40014);
	expect(strcmp(e.algorithm, "random_pick") == 0 && !e.mapped);
	text = explanation_text(&e, PATH_CONNECT);
	expect(strcmp(text, some) == 0);
	free(text);
	tell("candidates keep their order, and the search is told in a few sentences");

	nlh = explain_message();
	mnl_attr_put_u32(nlh, DYNPORT_A_BUSY, 1000);
	mnl_attr_put_u32(nlh, DYNPORT_A_FREE, 0);
	candidate_put(nlh, 40007, DYNPORT_VERDICT_MAP);
	expect(message_explanation(nlh, &e) == 0);
	text = explanation_text(&e, PATH_BIND);
	expect(strcmp(text, full) == 0);
	free(text);
	nlh = explain_message();
	candidate_put(nlh, 40007, DYNPORT_VERDICT_PROPOSE);
	expect(message_explanation(nlh, &e) == 0);
	text = explanation_text(&e, PATH_UDP);
	expect(strcmp(text, first) == 0);
	free(text);
	expect(message_explanation(message(DYNPORT_CMD_EXPLAIN), &e) == -EBADMSG);
	tell("a full space is told as such, an answer without an algorithm refused");
}

static void test_ports(void)
{
	static struct message_ports ports;
	struct nlmsghdr *nlh = message(DYNPORT_CMD_GET_PORTS);
	const uint8_t guarded[2] = { 0x01, 0x02 };

	mnl_attr_put_u16(nlh, DYNPORT_A_LOW, 40000);
	mnl_attr_put_u16(nlh, DYNPORT_A_HIGH, 40009);
	mnl_attr_put(nlh, DYNPORT_A_GUARDED_BITMAP, sizeof(guarded), guarded);
	expect(message_ports(nlh, &ports) == 0);
	expect(!ports.mapped && port_set_has(&ports.guarded, 40000) &&
	       port_set_has(&ports.guarded, 40009));
	expect(port_set_count(&ports.guarded, ports.window) == 2);
	mnl_attr_put(nlh, DYNPORT_A_COOLING_BITMAP, 1, guarded);
	expect(message_ports(nlh, &ports) == -EBADMSG);
	tell("bitmaps are counted from the window's first port, and none is too short");
}

static bool told(const struct nlmsghdr *nlh, const char *event, const char *text)
{
	struct event e;
	char *words;
	bool same;

	if (!event_take(nlh, &e) || strcmp(event_name(&e), event) != 0)
		return false;
	words = event_text(&e);
	same = strcmp(words, text) == 0;
	free(words);
	return same;
}

static void test_events(void)
{
	struct nlmsghdr *nlh = space_message(DYNPORT_CMD_PRESSURE, DYNPORT_GENL_CONNECT);
	struct event e;

	map_put(nlh);
	expect(told(nlh, "pressure",
		    "TCP connect() to 203.0.113.80:443 from 192.0.2.7: "
		    "900 of 1000 ports busy (90.0 %)"));
	nlh = space_message(DYNPORT_CMD_EXHAUSTED, DYNPORT_GENL_BIND);
	mnl_attr_put_u32(nlh, DYNPORT_A_SUPPRESSED, 41);
	expect(told(nlh, "exhausted",
		    "TCP bind(0) from 192.0.2.7: no port of 1000 found; "
		    "41 failures before weren't announced"));
	expect(told(lease_message(DYNPORT_CMD_LEASE_NEW, 40001), "lease_new",
		    "udp port 40001 at 192.0.2.7, uid 104"));
	expect(told(lease_message(DYNPORT_CMD_LEASE_DEL, 40001), "lease_del",
		    "udp port 40001 at 192.0.2.7, uid 104"));
	expect(!event_take(lease_message(DYNPORT_CMD_MAX + 1, 40001), &e));
	expect(!event_take(message(DYNPORT_CMD_LEASE_NEW), &e));
	tell("each event has a line, and one of a later version none");
}

void test_messages(void)
{
	test_space();
	test_lease();
	test_explanation();
	test_ports();
	test_events();
}
