// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - the command line of portcost
 *
 * Fills a struct options once, at start; exits with 2 and a message where the
 * line makes no sense. Opens nothing and changes nothing.
 */
#include "portcost.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: portcost [OPTION...] MODE\n"
"MODE: connect (TCP, loopback), bind (TCP, port 0), udp (UDP, port 0): times that call,\n"
"      and the close() after it (TCP: by reset)\n"
"  -o PERCENT,...  occupancies to measure at, rising (default 1)\n"
"  -n COUNT        operations measured at each (default 400)\n"
"  -u COUNT        operations before them, not measured (default 50)\n"
"  -b NS           no more operations for a row, before or while measuring, once they took\n"
"                  so long (at least 5)\n"
"  -v FILE         measure each of these variants at each occupancy; a line has a name, who\n"
"                  chooses the port (plain: nobody; range: IP_LOCAL_PORT_RANGE on each socket;\n"
"                  picks: bind() to random ports before connect()), and, if need be, a command\n"
"                  that makes the system so\n"
"  -6              IPv6\n"
"  -N              nonblocking connect()\n"
"  -a ADDRESS      of the server, or to bind (default: loopback, or the wildcard)\n"
"  -d COUNT        destinations, consecutive server ports, used in turn (default 1)\n"
"  -p PORT         first server port (default 9000)\n"
"  -t COUNT        then trace so many connects: in_use = ports found in use, per connect\n"
"  -c NETNS        work in this namespace (default: a new one); a name or a path\n"
"  -s NETNS        the listeners are in that one\n"
"  -w NAME=VALUE   set a sysctl in the namespace first; may be repeated\n"
"  -e SEED         other ports are occupied (default 1)\n"
"  -x COMMAND      run this in the namespace at the end, with the ports still occupied\n"
"  -H              no header line\n"
"Columns: ns are guest nanoseconds, less the clock's own; candidates is per search, from\n"
"dynport's statistics, mapped the share of searches that had a port map; first is the first\n"
"operation of all; \"-\": not measured.\n";

static void __attribute__((noreturn)) usage_error(const char *message, const char *what)
{
	fprintf(stderr, "portcost: %s %s\n", message, what);
	exit(2);
}

static const struct mode modes[] = {
	{ "connect", OP_CONNECT }, { "bind", OP_BIND }, { "udp", OP_UDP },
};

static const struct mode *mode_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	usage_error("no such mode:", name);
}

static unsigned int number(const char *text, unsigned int min, unsigned int max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || *text == '-' || value < min || value > max) {
		fprintf(stderr, "portcost: %s: want a number from %u to %u\n", text, min, max);
		exit(2);
	}
	return (unsigned int)value;
}

/* Percentages may have a fraction: 99.9. */
static unsigned int parse_steps(char *text, double *steps)
{
	unsigned int n = 0;
	char *end, *item;

	for (item = strtok(text, ","); item; item = strtok(NULL, ",")) {
		double value = strtod(item, &end);

		if (n == STEPS_MAX || *end || !(value >= 0 && value <= 100) ||
		    (n && value < steps[n - 1]))
			usage_error("-o wants rising percentages from 0 to 100, not", item);
		steps[n++] = value;
	}
	return n;
}

void options_set_address(struct settings *set, const char *text)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&set->addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&set->addr;
	bool six = set->family == AF_INET6;

	if (!text && set->op == OP_CONNECT)
		text = six ? "::1" : "127.0.0.1";
	else if (!text)
		text = six ? "::" : "0.0.0.0";
	set->addr.ss_family = (sa_family_t)set->family;
	set->addr_len = six ? sizeof(*in6) : sizeof(*in);
	if (inet_pton(set->family, text, six ? (void *)&in6->sin6_addr :
					       (void *)&in->sin_addr) != 1)
		usage_error("no address of this family:", text);
}

void options_parse(struct options *opt, int argc, char **argv)
{
	struct settings *set = &opt->set;
	const char *address = NULL;
	int option;

	while ((option = getopt(argc, argv, "o:n:u:b:v:6Na:d:p:t:c:s:w:e:x:Hh")) != -1) {
		switch (option) {
		case 'o':
			opt->nsteps = parse_steps(optarg, opt->steps);
			break;
		case 'n':
			opt->count = number(optarg, 1, 10000000);
			break;
		case 'u':
			opt->warm_up = number(optarg, 0, 10000000);
			break;
		case 'b':
			opt->budget = number(optarg, 1, UINT32_MAX);
			break;
		case 'v':
			variants_read(opt, optarg);
			break;
		case '6':
			set->family = AF_INET6;
			break;
		case 'N':
			set->nonblocking = true;
			break;
		case 'a':
			address = optarg;
			break;
		case 'd':
			set->destinations = number(optarg, 1, DESTINATIONS_MAX);
			break;
		case 'p':
			set->server_port = number(optarg, 1, PORTS_MAX - DESTINATIONS_MAX);
			break;
		case 't':
			opt->trace = number(optarg, 1, 10000000);
			break;
		case 'c':
			opt->client_netns = optarg;
			break;
		case 's':
			opt->server_netns = optarg;
			break;
		case 'w':
			if (opt->nsysctls == SYSCTLS_MAX)
				usage_error("too many -w", optarg);
			opt->sysctls[opt->nsysctls++] = optarg;
			break;
		case 'e':
			set->seed = number(optarg, 0, UINT32_MAX);
			break;
		case 'x':
			opt->command = optarg;
			break;
		case 'H':
			opt->header = false;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc - 1 || !opt->nsteps) {
		fputs(usage, stderr);
		exit(2);
	}
	opt->mode = mode_find(argv[optind]);
	if (opt->trace && opt->mode->op != OP_CONNECT)
		usage_error("-t counts what connect() finds in use, not for mode", opt->mode->name);
	set->op = opt->mode->op;
	if (!opt->nvariants)
		opt->variants[opt->nvariants++].name = "-";
	options_set_address(set, address);
}
