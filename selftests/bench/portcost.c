// SPDX-License-Identifier: GPL-2.0-only
/*
 * portcost.c - what one choice of a local port costs
 *
 * Measures connect(), bind(0) and close() one at a time, at given occupancies
 * of one destination (connect) or of the range (bind, udp), and prints a TSV
 * row for each occupancy. In a guest under `-icount shift=0` a nanosecond is an
 * instruction. Works in a network namespace of its own unless one is named; is
 * single-threaded, so it measures cost and not contention.
 */
#define _GNU_SOURCE
#include "portcost.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEPS_MAX 64

static const char usage[] =
"usage: portcost [OPTION...] MODE\n"
"MODE: connect (TCP, loopback), bind (TCP, port 0), udp (UDP, port 0): times that call;\n"
"      close, close-bind, close-udp: times the close() after it (TCP: by reset)\n"
"  -o PERCENT,...  occupancies to measure at, rising (default 1)\n"
"  -n COUNT        operations measured at each (default 400)\n"
"  -u COUNT        operations before them, not measured (default 50)\n"
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
"  -H              no header line\n"
"Columns: ns are guest nanoseconds, less the clock's own; candidates is per search, from\n"
"dynport's statistics; \"-\": not measured.\n";

static const struct mode {
	const char *name;
	enum operation op;
	bool time_close;
} modes[] = {
	{ "connect", OP_CONNECT, false }, { "close", OP_CONNECT, true },
	{ "bind", OP_BIND, false }, { "close-bind", OP_BIND, true },
	{ "udp", OP_UDP, false }, { "close-udp", OP_UDP, true },
};

static const struct mode *mode_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	fprintf(stderr, "portcost: no mode %s\n%s", name, usage);
	exit(2);
}

static unsigned int number(const char *text, unsigned int min, unsigned int max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || *text == '-' || value < min || value > max) {
		fprintf(stderr, "portcost: %s: want a number of %u to %u\n", text, min, max);
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
		    (n && value < steps[n - 1])) {
			fprintf(stderr, "portcost: -o: want rising percentages of 0 to 100\n");
			exit(2);
		}
		steps[n++] = value;
	}
	return n;
}

static void set_address(struct settings *set, const char *text)
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
		die("%s is no address of this family", text);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct figures {
	uint64_t median, mean, p90, max;
	unsigned int failed;
};

static struct figures measure(const struct settings *set, uint64_t *ns, unsigned int count,
			      uint64_t clock_cost)
{
	struct figures result = { .failed = 0 };
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (traffic_operate(set, i % set->destinations, &ns[i]))
			result.failed++;
		ns[i] -= ns[i] < clock_cost ? ns[i] : clock_cost;
		sum += ns[i];
	}
	qsort(ns, count, sizeof(*ns), by_value);
	result.median = (ns[(count - 1) / 2] + ns[count / 2]) / 2;
	result.mean = sum / count;
	result.p90 = ns[(count * 9 - 1) / 10];
	result.max = ns[count - 1];
	return result;
}

static void print_candidates(const struct settings *set, struct module_counts before)
{
	struct module_counts after = counters_module(set->op);
	uint64_t searches = after.searches - before.searches;
	uint64_t candidates = after.candidates - before.candidates;

	/* The stock picker counts no candidates, with the module or without. */
	if (after.present && searches && candidates)
		printf("\t%.2f", (double)candidates / (double)searches);
	else
		printf("\t-");
}

static void print_in_use(const struct settings *set, unsigned int count)
{
	unsigned int i;
	uint64_t ns;

	if (!count) {
		puts("\t-");
		return;
	}
	counters_trace_start(set->family);
	for (i = 0; i < count; i++)
		traffic_operate(set, i % set->destinations, &ns);
	printf("\t%.2f\n", (double)counters_trace_stop() / count);
}

int main(int argc, char **argv)
{
	struct settings set = {
		.family = AF_INET, .destinations = 1, .server_port = 9000,
		.server_netns = -1, .seed = 1,
	};
	const char *address = NULL, *client = NULL, *server = NULL, *sysctls[32];
	unsigned int count = 400, warm_up = 50, trace = 0, nsysctls = 0, nsteps = 1, i, w;
	unsigned int ports, busy, range;
	struct module_counts before;
	double steps[STEPS_MAX] = { 1 };
	const struct mode *mode;
	struct figures result;
	bool header = true;
	uint64_t clock_cost, *ns;
	int option;

	while ((option = getopt(argc, argv, "o:n:u:6Na:d:p:t:c:s:w:e:Hh")) != -1) {
		switch (option) {
		case 'o':
			nsteps = parse_steps(optarg, steps);
			break;
		case 'n':
			count = number(optarg, 1, 10000000);
			break;
		case 'u':
			warm_up = number(optarg, 0, 10000000);
			break;
		case '6':
			set.family = AF_INET6;
			break;
		case 'N':
			set.nonblocking = true;
			break;
		case 'a':
			address = optarg;
			break;
		case 'd':
			set.destinations = number(optarg, 1, DESTINATIONS_MAX);
			break;
		case 'p':
			set.server_port = number(optarg, 1, PORTS_MAX - DESTINATIONS_MAX);
			break;
		case 't':
			trace = number(optarg, 1, 10000000);
			break;
		case 'c':
			client = optarg;
			break;
		case 's':
			server = optarg;
			break;
		case 'w':
			if (nsysctls == sizeof(sysctls) / sizeof(sysctls[0]))
				die("too many -w");
			sysctls[nsysctls++] = optarg;
			break;
		case 'e':
			set.seed = number(optarg, 0, UINT32_MAX);
			break;
		case 'H':
			header = false;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc - 1 || !nsteps) {
		fputs(usage, stderr);
		return 2;
	}
	mode = mode_find(argv[optind]);
	set.op = mode->op;
	set.time_close = mode->time_close;
	if (trace && set.op != OP_CONNECT)
		die("-t counts ports that connect() finds in use: not for mode %s", mode->name);

	set_address(&set, address);
	if (server)
		set.server_netns = place_open_netns(server);
	if (client)
		place_enter(place_open_netns(client));
	else
		place_enter_new();
	for (i = 0; i < nsysctls; i++)
		place_set_sysctl(sysctls[i]);
	place_read_range(&set.low, &set.high);
	range = set.high - set.low + 1;
	place_allow_files(2UL * range * set.destinations + DESTINATIONS_MAX + 64);
	if (set.op == OP_CONNECT)
		traffic_listen(&set);
	ns = calloc(count, sizeof(*ns));
	if (!ns)
		die("no memory for %u figures", count);
	clock_cost = traffic_clock_cost();

	if (header)
		puts("mode\tfamily\tdestinations\tpercent\tports\tbusy\tcount\tfailed"
		     "\tmedian\tmean\tp90\tmax\tcandidates\tin_use");
	for (i = 0; i < nsteps; i++) {
		ports = (unsigned int)(range * steps[i] / 100 + 0.5);
		busy = traffic_occupy(&set, ports);
		if (busy < ports && steps[i] < 100)
			die("only %u of %u ports could be occupied", busy, ports);
		for (w = 0; w < warm_up; w++)
			traffic_operate(&set, w % set.destinations, ns);
		before = counters_module(set.op);
		result = measure(&set, ns, count, clock_cost);
		printf("%s\t%d\t%u\t%g\t%u\t%u\t%u\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		       "\t%" PRIu64, mode->name, set.family == AF_INET6 ? 6 : 4,
		       set.destinations, steps[i], range, busy, count, result.failed,
		       result.median, result.mean, result.p90, result.max);
		print_candidates(&set, before);
		print_in_use(&set, trace);
		fflush(stdout);
	}
	return 0;
}
