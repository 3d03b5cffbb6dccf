// SPDX-License-Identifier: GPL-2.0-only
/*
 * portchurn.c - what connect() costs while connections to one destination come and go
 *
 * Three kinds of traffic, each for every variant (variants.c), which starts with
 * no port in use:
 *	fill		connections are made and kept until each -o is reached; a row
 *			for the way to it
 *	churn		-o of the ports are in use; again and again one of the
 *			connections, chosen at random, is reset and another one made
 *	timewait	the client ends each connection at once, so that it stays in
 *			TIME_WAIT, and waits for -i ms; measured from the moment on
 *			when as many were made as there are ports
 * As portcost, it has a single thread and a network namespace of its own, and
 * under `-icount shift=0` a nanosecond is an instruction.
 */
#define _GNU_SOURCE
#include "portcost.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long a TIME_WAIT lasts, in seconds, and some more. */
#define TIME_WAIT	62

static const char usage[] =
"usage: portchurn -v FILE [-o PERCENT,...] [-n COUNT] [-b NS] [-i MS] [-w NAME=VALUE]...\n"
"                 [-H] fill|churn|timewait\n"
"  -v FILE         variants, as for portcost\n"
"  -o PERCENT,...  occupancies (default 90)\n"
"  -n COUNT        connections measured (churn, timewait; default 400)\n"
"  -b NS           a row ends, and with it a fill, once its connect() calls took so long\n"
"  -i MS           pause after each connection (timewait; default 1)\n"
"  -H              no header line\n";

struct connection {
	int fd, peer;
};

static struct options opt = {
	.set = { .op = OP_CONNECT, .family = AF_INET, .destinations = 1,
		 .server_port = 9000, .server_netns = -1, .seed = 1 },
	.steps = { 90 }, .nsteps = 1, .count = 400, .header = true,
};
static unsigned int pause_ms = 1;
static struct connection held[PORTS_MAX];
static unsigned int nheld;
static uint64_t samples[PORTS_MAX], close_samples[PORTS_MAX], clock_cost, rng = 1;

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* A connection as the variant's client makes it; false: there was no port. */
static bool connect_one(const struct settings *set, struct connection *new, uint64_t *ns)
{
	struct sockaddr_storage addr = traffic_address(set, set->server_port);
	uint64_t begin;
	int failed;

	new->fd = traffic_open(set, 0);
	begin = traffic_now();
	failed = traffic_choose(set, new->fd, &addr);
	*ns = traffic_now() - begin;
	*ns -= *ns < clock_cost ? *ns : clock_cost;
	if (failed) {
		traffic_full_error("connect");
		close(new->fd);
		return false;
	}
	new->peer = traffic_accept(0);
	return true;
}

/* By reset: nothing stays behind. */
static uint64_t reset_one(struct connection *old)
{
	uint64_t begin = traffic_now(), ns;

	close(old->fd);
	ns = traffic_now() - begin;
	close(old->peer);
	return ns - (ns < clock_cost ? ns : clock_cost);
}

static void reset_all(void)
{
	while (nheld)
		reset_one(&held[--nheld]);
}

static void print_row(const char *kind, const struct variant *variant, double percent,
		      unsigned int n, unsigned int failed)
{
	uint64_t sum = 0, close_sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		sum += samples[i];
		close_sum += close_samples[i];
	}
	qsort(samples, n, sizeof(samples[0]), by_value);
	printf("%s\t%g\t%u\t%u\t%u\t%u", kind, percent, opt.set.high - opt.set.low + 1, nheld, n,
	       failed);
	if (n)
		printf("\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
		       (samples[(n - 1) / 2] + samples[n / 2]) / 2, sum / n,
		       samples[(n * 99UL - 1) / 100], samples[n - 1], close_sum / n);
	else
		printf("\t-\t-\t-\t-\t-");
	printf("\t%s\n", variant->name);
	fflush(stdout);
}

static unsigned int ports_at(double percent)
{
	return (unsigned int)((opt.set.high - opt.set.low + 1) * percent / 100 + 0.5);
}

static void fill(const struct settings *set, const struct variant *variant)
{
	unsigned int i, n, failed = 0;
	uint64_t sum;

	for (i = 0; i < opt.nsteps && !failed; i++) {
		sum = 0;
		n = 0;
		while (nheld < ports_at(opt.steps[i]) && !failed &&
		       !(opt.budget && sum >= opt.budget)) {
			failed = !connect_one(set, &held[nheld], &samples[n]);
			sum += samples[n];
			close_samples[n++] = 0;
			nheld += !failed;
		}
		print_row("fill", variant, opt.steps[i], n, failed);
		if (nheld < ports_at(opt.steps[i]))
			break;
	}
	reset_all();
}

/* Connections from these many ports, the ones that the kernel itself would have taken. */
static void hold(unsigned int count)
{
	static unsigned int order[PORTS_MAX];
	uint64_t state = opt.set.seed;
	unsigned int i;

	occupy_order(&opt.set, order, &state);
	for (i = 0; nheld < count; i++) {
		held[nheld].fd = occupy_port(&opt.set, 0, order[i], &held[nheld].peer);
		nheld += held[nheld].fd >= 0;
	}
}

static void churn(const struct settings *set, const struct variant *variant)
{
	unsigned int step, i, victim, n, failed;
	uint64_t sum;

	for (step = 0; step < opt.nsteps; step++) {
		hold(ports_at(opt.steps[step]));
		for (i = 0, n = 0, sum = 0, failed = 0; i < opt.count; i++) {
			if (opt.budget && sum >= opt.budget)
				break;
			victim = (unsigned int)(traffic_random(&rng) % nheld);
			close_samples[n] = reset_one(&held[victim]);
			if (!connect_one(set, &held[victim], &samples[n])) {
				failed++;
				held[victim] = held[--nheld];
			}
			sum += samples[n++];
		}
		print_row("churn", variant, opt.steps[step], n, failed);
		reset_all();
	}
}

static void timewait(const struct settings *set, const struct variant *variant)
{
	const struct timespec pause = { .tv_sec = pause_ms / 1000,
					.tv_nsec = pause_ms % 1000 * 1000000 };
	const struct linger gentle = { .l_onoff = 0 };
	unsigned int i, n = 0, failed = 0, ports = ports_at(100);
	struct connection connection;
	uint64_t ns, begin, sum = 0;

	for (i = 0; n < opt.count && !(opt.budget && sum >= opt.budget); i++) {
		samples[n] = 0;
		close_samples[n] = 0;
		if (connect_one(set, &connection, &ns)) {
			if (setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &gentle,
				       sizeof(gentle)))
				die("SO_LINGER: %s", strerror(errno));
			begin = traffic_now();
			close(connection.fd);
			close_samples[n] = traffic_now() - begin - clock_cost;
			close(connection.peer);
		} else if (i >= ports) {
			failed++;
		}
		if (i >= ports) {
			samples[n++] = ns;
			sum += ns;
		}
		nanosleep(&pause, NULL);
	}
	print_row("timewait", variant, 100, n, failed);
	sleep(TIME_WAIT);
}

static void parse(int argc, char **argv, const char **kind)
{
	char *item, *end;
	int option;

	while ((option = getopt(argc, argv, "v:o:n:b:i:w:H")) != -1) {
		switch (option) {
		case 'v':
			variants_read(&opt, optarg);
			break;
		case 'o':
			opt.nsteps = 0;
			for (item = strtok(optarg, ","); item; item = strtok(NULL, ",")) {
				if (opt.nsteps == STEPS_MAX)
					die("too many occupancies");
				opt.steps[opt.nsteps++] = strtod(item, &end);
				if (*end)
					die("no occupancy: %s", item);
			}
			break;
		case 'n':
			opt.count = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'b':
			opt.budget = strtoull(optarg, NULL, 10);
			break;
		case 'i':
			pause_ms = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			if (opt.nsysctls == SYSCTLS_MAX)
				die("too many -w");
			opt.sysctls[opt.nsysctls++] = optarg;
			break;
		case 'H':
			opt.header = false;
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc - 1 || !opt.nvariants || !opt.count || opt.count >= PORTS_MAX) {
		fputs(usage, stderr);
		exit(2);
	}
	*kind = argv[optind];
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const struct settings *set, const struct variant *variant);
	} kinds[] = { { "fill", fill }, { "churn", churn }, { "timewait", timewait } };
	struct settings *set = &opt.set;
	const char *kind;
	unsigned int i, k = 0;

	options_set_address(set, NULL);
	parse(argc, argv, &kind);
	while (k < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[k].name, kind))
		k++;
	if (k == sizeof(kinds) / sizeof(kinds[0]))
		die("no such kind of traffic: %s", kind);
	place_enter_new();
	for (i = 0; i < opt.nsysctls; i++)
		place_set_sysctl(opt.sysctls[i]);
	place_read_range(&set->low, &set->high);
	place_allow_files(2UL * PORTS_MAX + 64);
	traffic_listen(set);
	clock_cost = traffic_clock_cost();
	if (opt.header)
		puts("kind\tpercent\tports\tbusy\tcount\tfailed\tmedian\tmean\tp99\tmax\tclose_mean\tvariant");
	for (i = 0; i < opt.nvariants; i++) {
		variants_enter(&opt.variants[i]);
		set->client = opt.variants[i].client;
		kinds[k].run(set, &opt.variants[i]);
	}
	return 0;
}
