// SPDX-License-Identifier: GPL-2.0-only
/* Leases, what is said to nftables about them, and what nftables tells. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "nft_watch.h"
#include "ruleset.h"
#include "unit.h"

static struct leases leases;

static struct message_lease lease(uint64_t cookie, uint8_t protocol, unsigned int port)
{
	return (struct message_lease){
		.cookie = cookie, .protocol = protocol, .port = port,
	};
}

static void add(uint64_t cookie, uint8_t protocol, unsigned int port)
{
	const struct message_lease l = lease(cookie, protocol, port);

	leases_add(&leases, &l);
}

static void drop(uint64_t cookie)
{
	const struct message_lease l = lease(cookie, IPPROTO_TCP, 1);

	leases_remove(&leases, &l);
}

static bool holds(enum lease_protocol protocol, const char *ports)
{
	char *text = port_set_text(&leases.held[protocol]);
	bool same = strcmp(text, ports) == 0;

	free(text);
	return same;
}

static void test_leases(void)
{
	add(1, IPPROTO_TCP, 40000);
	add(2, IPPROTO_TCP, 40000);
	add(3, IPPROTO_UDP, 40000);
	add(4, IPPROTO_UDPLITE, 40001);
	expect(holds(LEASE_TCP, "40000") && holds(LEASE_UDP, "40000"));
	drop(1);
	expect(holds(LEASE_TCP, "40000"));
	drop(2);
	expect(holds(LEASE_TCP, "") && holds(LEASE_UDP, "40000"));
	tell("a port is held until the last of its sockets is gone");

	/* told by a dump, and once more by an event */
	add(5, IPPROTO_TCP, 40005);
	add(5, IPPROTO_TCP, 40005);
	drop(5);
	expect(holds(LEASE_TCP, ""));
	drop(5);
	drop(99);
	add(6, IPPROTO_TCP, 40006);
	add(6, IPPROTO_TCP, 40007);
	expect(holds(LEASE_TCP, "40007"));
	add(7, IPPROTO_TCP, 65535);
	leases_clear(&leases);
	expect(holds(LEASE_TCP, "") && holds(LEASE_UDP, ""));
	tell("a lease told twice is one, and one that isn't known can't end");
}

static bool said(char *text, const char *expected)
{
	bool same = text ? expected && strcmp(text, expected) == 0 : !expected;

	free(text);
	return same;
}

static void test_ruleset(void)
{
	static struct port_set in[LEASE_PROTOCOLS];

	add(1, IPPROTO_TCP, 40000);
	add(2, IPPROTO_TCP, 40064);
	add(3, IPPROTO_UDP, 65535);
	port_set_add(&in[LEASE_TCP], 5);
	port_set_add(&in[LEASE_TCP], 40000);
	expect(said(ruleset_changes("t", leases.held, in, 2),
		    "add element inet t tcp_leases { 40064 }\n"
		    "add element inet t udp_leases { 65535 }\n"));
	expect(port_set_has(&in[LEASE_TCP], 5));
	expect(said(ruleset_changes("t", leases.held, in, 2),
		    "delete element inet t tcp_leases { 5 }\n"));
	expect(said(ruleset_changes("t", leases.held, in, 2), NULL));
	expect(memcmp(in, leases.held, sizeof(in)) == 0);
	tell("changes are the difference, new ports first, and as many as wanted");

	expect(said(ruleset_rebuild("t", leases.held),
		    "add table inet t\n"
		    "add set inet t tcp_leases { type inet_service; }\n"
		    "flush set inet t tcp_leases\n"
		    "add element inet t tcp_leases { 40000, 40064 }\n"
		    "add set inet t udp_leases { type inet_service; }\n"
		    "flush set inet t udp_leases\n"
		    "add element inet t udp_leases { 65535 }\n"));
	leases_clear(&leases);
	expect(ruleset_name_right("dynport") && ruleset_name_right("a_b.c-1"));
	expect(!ruleset_name_right("") && !ruleset_name_right("1a") &&
	       !ruleset_name_right("a b") && !ruleset_name_right("a;b"));
	tell("rebuilding needs nothing that was there, and names can't be commands");
}

static bool prints(const char *reserved, const char *expected)
{
	const struct port_range range = { 32768, 60999 };
	static struct port_set set;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool has;

	if (!out || !port_set_parse(reserved, &set))
		return false;
	ruleset_print(out, "dynport", range, &set);
	fclose(out);
	has = strstr(text, expected);
	free(text);
	return has;
}

static void test_print(void)
{
	expect(prints("", "tcp dport { 32768-60999 } counter drop\n"));
	expect(prints("80,40000,50000-50009",
		      "udp dport { 32768-39999,40001-49999,50010-60999 } counter drop\n"));
	expect(!prints("32768-60999", "drop"));
	tell("the printed ruleset drops the range without what is reserved");
}

static char room[4096];

/* @message: NFT_MSG_*; @object: the set, NULL: none. */
static struct nlmsghdr *message(uint8_t type, uint8_t family, const char *table,
				const char *object)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct nfgenmsg *header;

	nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | type;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->nfgen_family = family;
	mnl_attr_put_strz(nlh, 1, table);
	if (object)
		mnl_attr_put_strz(nlh, 2, object);
	return nlh;
}

static struct nlmsghdr *elements(uint8_t type, const char *set, unsigned int first,
				 unsigned int count)
{
	struct nlmsghdr *nlh = message(type, NFPROTO_INET, "t", set);
	struct nlattr *list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);

	for (; count; count--, first++) {
		struct nlattr *element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
		struct nlattr *key = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);

		mnl_attr_put_u16(nlh, NFTA_DATA_VALUE, htons(first));
		mnl_attr_nest_end(nlh, key);
		mnl_attr_nest_end(nlh, element);
	}
	mnl_attr_nest_end(nlh, list);
	return nlh;
}

static bool is_in(const struct nft_watch *watch, enum lease_protocol protocol, const char *ports)
{
	char *text = port_set_text(&watch->in[protocol]);
	bool same = strcmp(text, ports) == 0;

	free(text);
	return same;
}

static void test_watch(void)
{
	static struct nft_watch watch = { .table = "t", .intact = true };

	nft_watch_take(elements(NFT_MSG_NEWSETELEM, "tcp_leases", 40000, 3), &watch);
	nft_watch_take(elements(NFT_MSG_NEWSETELEM, "udp_leases", 50000, 1), &watch);
	nft_watch_take(elements(NFT_MSG_NEWSETELEM, "others", 60000, 1), &watch);
	nft_watch_take(elements(NFT_MSG_DELSETELEM, "tcp_leases", 40001, 1), &watch);
	expect(is_in(&watch, LEASE_TCP, "40000,40002") && is_in(&watch, LEASE_UDP, "50000"));
	tell("elements that nftables tells are followed, in our sets only");

	nft_watch_take(message(NFT_MSG_DELTABLE, NFPROTO_INET, "u", NULL), &watch);
	nft_watch_take(message(NFT_MSG_DELTABLE, NFPROTO_IPV4, "t", NULL), &watch);
	nft_watch_take(message(NFT_MSG_DELCHAIN, NFPROTO_INET, "t", "tcp_leases"), &watch);
	nft_watch_take(message(NFT_MSG_DELSET, NFPROTO_INET, "t", "others"), &watch);
	expect(watch.intact && is_in(&watch, LEASE_TCP, "40000,40002"));
	nft_watch_take(message(NFT_MSG_DELSET, NFPROTO_INET, "t", "tcp_leases"), &watch);
	expect(!watch.intact && is_in(&watch, LEASE_TCP, "") &&
	       is_in(&watch, LEASE_UDP, "50000"));
	watch.intact = true;
	nft_watch_take(message(NFT_MSG_DELTABLE, NFPROTO_INET, "t", NULL), &watch);
	expect(!watch.intact && is_in(&watch, LEASE_UDP, ""));
	tell("a set or table that goes is noticed, another's isn't taken for it");
}

void test_firewall(void)
{
	test_leases();
	test_ruleset();
	test_print();
	test_watch();
}
