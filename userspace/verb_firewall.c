// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl firewall: keeps the ports that were chosen for bind(0) in sets of
 * nftables, or prints a ruleset that has such sets.
 */
#include <err.h>

#include "firewall.h"
#include "ruleset.h"
#include "sysctl.h"
#include "verb.h"
#include "window.h"

static struct {
	const char *table;
	bool print, leases, remove;
} want = { .table = RULESET_TABLE };

static int firewall_option(char letter, const char *argument)
{
	switch (letter) {
	case 'p':
		want.print = true;
		return EXIT_DONE;
	case 'l':
		want.leases = true;
		return EXIT_DONE;
	case 'r':
		want.remove = true;
		return EXIT_DONE;
	case 't':
		want.table = argument;
		if (ruleset_name_right(argument))
			return EXIT_DONE;
		warnx("'%s' is no name of a table", argument);
		return EXIT_USAGE;
	default:
		return EXIT_USAGE;
	}
}

static int print(void)
{
	static struct window window;

	if (!window_read(&window))
		return EXIT_FAILED;
	ruleset_print(stdout, want.table, window.local, &window.reserved);
	return EXIT_DONE;
}

static int firewall_verb_run(const struct invocation *inv, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (want.print + want.leases + want.remove > 1) {
		warnx("--print, --leases, --remove: one of them");
		return EXIT_USAGE;
	}
	if (inv->json && !want.leases) {
		warnx("--json is for --leases: nothing else is data");
		return EXIT_USAGE;
	}
	if (want.print)
		return print();
	if (!sysctl_dynport_present())
		return EXIT_FAILED;
	if (want.leases)
		return view_leases(inv->json) ? EXIT_DONE : EXIT_FAILED;
	return firewall_run(want.table, want.remove);
}

static const struct verb_option firewall_options[] = {
	{ "print", 'p', NULL, "print a ruleset for 'nft -f' that uses the sets, and end" },
	{ "leases", 'l', NULL, "list the leases there are now, and end" },
	{ "table", 't', "NAME", "the sets are in table inet NAME instead of dynport" },
	{ "remove", 'r', NULL, "at the end, take away what it has made" },
	{ .name = NULL }
};

const struct verb verb_firewall = {
	.name = "firewall",
	.summary = "Keep nftables sets equal to the ports chosen for bind(0)",
	.details =
		"Services that ask for any port (FTP's passive mode, NFS, RPC) need a firewall\n"
		"that knows which they got. This keeps the sets tcp_leases and udp_leases of the\n"
		"table inet dynport equal to the leases: the ports that the kernel chose and that\n"
		"others may send to, each for as long as a socket has it. It runs until SIGINT or\n"
		"SIGTERM, and says on stderr what it does. Somebody else's changes to the sets, or\n"
		"a flushed ruleset, are mended at once; rules that use the sets are yours.\n"
		"\n"
		"  dynportctl firewall --print >/etc/dynport.nft    # look at it\n"
		"  nft -f /etc/dynport.nft\n"
		"  dynportctl firewall\n"
		"\n"
		"The ruleset drops what comes to other ports of the range: a service at a fixed port\n"
		"in there needs it reserved (net.ipv4.ip_local_reserved_ports), or a rule in front.\n"
		"\n"
		"Sets are seen from their own table only; --table puts them into one of yours. At\n"
		"the end they stay as they are, unless --remove empties and removes them (what\n"
		"rules still use is left, empty). UDP-Lite is left alone. Needs CAP_NET_ADMIN.\n",
	.options = firewall_options,
	.option = firewall_option,
	.run = firewall_verb_run,
};
