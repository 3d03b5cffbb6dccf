// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl explain: which candidates the next search for a port would come to,
 * and what would become of each. Nothing is searched, no port is taken.
 */
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "explanation.h"
#include "route.h"
#include "sysctl.h"
#include "verb.h"

static struct {
	enum path path;		/* PATH_CONNECT unless --bind or --udp */
	const char *from, *device;
	unsigned int count;	/* 0: as many as the kernel likes */
} want;

static int explain_option(char letter, const char *argument)
{
	unsigned long count;
	char *end;

	switch (letter) {
	case 'b':
	case 'u':
		if (want.path != PATH_CONNECT) {
			warnx("--bind or --udp: one of them, once");
			return EXIT_USAGE;
		}
		want.path = letter == 'b' ? PATH_BIND : PATH_UDP;
		return EXIT_DONE;
	case 'f':
		want.from = argument;
		return EXIT_DONE;
	case 'd':
		want.device = argument;
		return EXIT_DONE;
	case 'c':
		count = strtoul(argument, &end, 10);
		if (*argument >= '0' && *argument <= '9' && !*end && count >= 1 &&
		    count <= MESSAGE_CANDIDATES_MAX) {
			want.count = count;
			return EXIT_DONE;
		}
		warnx("--count takes 1 to %u candidates, not '%s'",
		      MESSAGE_CANDIDATES_MAX, argument);
		return EXIT_USAGE;
	default:
		return EXIT_USAGE;
	}
}

/* The space asked for, as the command line has it: @local and @remote. */
static int arguments_take(int argc, char **argv, struct address *local,
			  struct address *remote, unsigned int *port)
{
	if (want.path == PATH_CONNECT && argc != 1) {
		warnx("explain takes one destination, or --bind, or --udp");
		return EXIT_USAGE;
	}
	if (want.path != PATH_CONNECT && argc) {
		warnx("--bind and --udp know no destination, but got '%s'", argv[0]);
		return EXIT_USAGE;
	}
	return connection_take(argc ? argv[0] : NULL, want.from, remote, port, local);
}

static bool source_find(const struct address *remote, uint32_t device,
			struct address *local)
{
	char text[ADDRESS_TEXT_MAX];
	int ret = route_source(remote, device, local);

	if (ret)
		warnx("the address from which %s is reached: %s (--from gives one)",
		      address_text(remote, text), strerror(-ret));
	return !ret;
}

static int explanation_take(const struct nlmsghdr *nlh, void *data)
{
	if (!message_explanation(nlh, data))
		return MNL_CB_OK;
	errno = EBADMSG;
	return MNL_CB_ERROR;
}

static bool ask(const struct space_key *key, struct message_explanation *explanation)
{
	char buf[GENL_REQUEST_MAX];
	struct nlmsghdr *request;
	struct genl genl;
	int ret;

	if (!genl_open_dynport(&genl))
		return false;
	request = genl_request(&genl, buf, DYNPORT_CMD_EXPLAIN);
	message_ask_space(request, key, key->path == PATH_CONNECT);
	if (want.count)
		mnl_attr_put_u32(request, DYNPORT_A_COUNT, want.count);
	ret = genl_ask(&genl, request, explanation_take, explanation);
	if (!ret && !*explanation->algorithm)
		ret = -EPROTO;
	genl_close(&genl);
	if (ret)
		genl_failed("explain", ret);
	return !ret;
}

static int explain_run(const struct invocation *inv, int argc, char **argv)
{
	struct address local = { .family = AF_INET }, remote = { .family = 0 };
	static struct message_explanation explanation;
	unsigned int port = 0, device = 0;
	struct space_key key;
	int ret = arguments_take(argc, argv, &local, &remote, &port);

	if (ret != EXIT_DONE)
		return ret;
	if (!sysctl_dynport_present())
		return EXIT_FAILED;
	if (want.device) {
		device = if_nametoindex(want.device);
		if (!device) {
			warnx("no network device '%s'", want.device);
			return EXIT_FAILED;
		}
	}
	if (argc && !want.from && !source_find(&remote, device, &local))
		return EXIT_FAILED;
	key = space_key(want.path, want.path == PATH_UDP ? IPPROTO_UDP : IPPROTO_TCP,
			&local, &remote, port, device);
	if (!ask(&key, &explanation))
		return EXIT_FAILED;
	view_explanation(stdout, inv->json, &key, &explanation);
	return EXIT_DONE;
}

static const struct verb_option explain_options[] = {
	{ "bind", 'b', NULL, "explain TCP bind(0) instead of a connect()" },
	{ "udp", 'u', NULL, "explain UDP's bind(0)" },
	{ "from", 'f', "ADDRESS", "from this local address; else as routed, or any" },
	{ "device", 'd', "NAME", "for a socket that is bound to this device" },
	{ "count", 'c', "N", "so many candidates (1..256) instead of 16" },
	{ .name = NULL }
};

const struct verb verb_explain = {
	.name = "explain",
	.arguments = "[ADDRESS:PORT]",
	.summary = "Tell which ports a search would try, and why not others",
	.details =
		"Shows the candidates in the order of the search for a connect() to that\n"
		"destination, or for bind(0), without making one. Algorithms that draw at random\n"
		"draw anew each time: the next search comes to other ports, by the same rules.\n"
		"With --json each candidate is an object. Needs CAP_NET_ADMIN.\n",
	.options = explain_options,
	.option = explain_option,
	.run = explain_run,
};
