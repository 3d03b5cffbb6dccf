// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of dynport's family, and nftables' own, taken for what they mean. The
 * first byte of the input is the message's type, the rest its attributes.
 */
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>

#include "event_text.h"
#include "explanation.h"
#include "fuzz.h"
#include "leases.h"
#include "messages.h"
#include "nft_watch.h"
#include "ruleset.h"

#define INPUT_MAX (32 << 10)

/* A message with @header in front of its attributes, to be freed. */
static struct nlmsghdr *message_make(uint16_t type, const void *header, size_t size,
				     const uint8_t *data, size_t len)
{
	size_t whole = MNL_NLMSG_HDRLEN + MNL_ALIGN(size) + len;
	struct nlmsghdr *nlh = calloc(1, MNL_ALIGN(whole));
	char *payload;

	must(nlh);
	nlh->nlmsg_len = whole;
	nlh->nlmsg_type = type;
	payload = mnl_nlmsg_get_payload(nlh);
	memcpy(payload, header, size);
	if (len)
		memcpy(payload + MNL_ALIGN(size), data, len);
	return nlh;
}

/* What is held is what has a holder. */
static void lease_judge(const struct message_lease *lease)
{
	static struct leases leases;
	const struct port_range all = { 0, PORTS_ALL - 1 };
	unsigned int held;

	must(lease->port >= 1 && lease->port < PORTS_ALL);
	leases_add(&leases, lease);
	leases_add(&leases, lease);
	held = port_set_count(&leases.held[LEASE_TCP], all) +
	       port_set_count(&leases.held[LEASE_UDP], all);
	must(held == (lease->protocol == IPPROTO_TCP ||
		      lease->protocol == IPPROTO_UDP));
	leases_remove(&leases, lease);
	leases_remove(&leases, lease);
	must(!port_set_count(&leases.held[LEASE_TCP], all) &&
	     !port_set_count(&leases.held[LEASE_UDP], all));
	leases_clear(&leases);
}

static void line_judge(char *text)
{
	must(text && *text && !strchr(text, '\n'));
	free(text);
}

void fuzz_messages(const uint8_t *data, size_t len)
{
	static struct message_explanation explanation;
	static struct message_ports ports;
	struct message_space space;
	struct message_lease lease;
	struct genlmsghdr header = { .version = DYNPORT_GENL_VERSION };
	struct nlmsghdr *nlh;
	struct event event;
	char *text;

	if (!len || len > INPUT_MAX)
		return;
	header.cmd = data[0];
	nlh = message_make(0x20, &header, sizeof(header), data + 1, len - 1);
	if (!message_space(nlh, &space)) {
		must(space.key.path < PATHS);
		must(space.window.low <= space.window.high &&
		     space.window.high < PORTS_ALL);
	}
	if (!message_lease(nlh, &lease))
		lease_judge(&lease);
	if (!message_explanation(nlh, &explanation)) {
		must(explanation.count <= MESSAGE_CANDIDATES_MAX);
		must(memchr(explanation.algorithm, '\0', MESSAGE_ALGORITHM_MAX));
		text = explanation_text(&explanation, PATH_CONNECT);
		must(*text);
		free(text);
	}
	if (!message_ports(nlh, &ports))
		must(ports.window.low <= ports.window.high);
	if (event_take(nlh, &event)) {
		must(event_name(&event));
		line_judge(event_text(&event));
	}
	free(nlh);
}

void fuzz_watch(const uint8_t *data, size_t len)
{
	const struct nfgenmsg header = { .nfgen_family = NFPROTO_INET };
	static struct nft_watch watch = { .table = "dynport" };
	static struct port_set wanted[LEASE_PROTOCOLS];
	struct nlmsghdr *nlh;

	if (!len || len > INPUT_MAX)
		return;
	nlh = message_make(NFNL_SUBSYS_NFTABLES << 8 | data[0], &header,
			   sizeof(header), data + 1, len - 1);
	memset(watch.in, 0, sizeof(watch.in));
	watch.intact = true;
	must(nft_watch_take(nlh, &watch) == MNL_CB_OK);
	free(nlh);
	/* whatever is there is brought to what is wanted */
	free(ruleset_changes(watch.table, wanted, watch.in, PORTS_ALL * 2));
	must(memcmp(watch.in, wanted, sizeof(wanted)) == 0);
}
