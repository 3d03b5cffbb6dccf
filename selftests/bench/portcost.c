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

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

/* One row: occupies more ports and measures. */
static void print_step(const struct options *opt, double percent, uint64_t *ns,
		       uint64_t clock_cost)
{
	const struct settings *set = &opt->set;
	unsigned int range = set->high - set->low + 1;
	unsigned int ports = (unsigned int)(range * percent / 100 + 0.5);
	unsigned int busy = traffic_occupy(set, ports), i;
	struct module_counts before;
	struct figures result;

	if (busy < ports && percent < 100)
		die("only %u of %u ports could be occupied", busy, ports);
	for (i = 0; i < opt->warm_up; i++)
		traffic_operate(set, i % set->destinations, ns);
	before = counters_module(set->op);
	result = measure(set, ns, opt->count, clock_cost);
	printf("%s\t%d\t%u\t%g\t%u\t%u\t%u\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	       "\t%" PRIu64, opt->mode->name, set->family == AF_INET6 ? 6 : 4,
	       set->destinations, percent, range, busy, opt->count, result.failed,
	       result.median, result.mean, result.p90, result.max);
	print_candidates(set, before);
	print_in_use(set, opt->trace);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct options opt = {
		.set = {
			.family = AF_INET, .destinations = 1, .server_port = 9000,
			.server_netns = -1, .seed = 1,
		},
		.steps = { 1 }, .nsteps = 1, .count = 400, .warm_up = 50, .header = true,
	};
	struct settings *set = &opt.set;
	uint64_t clock_cost, *ns;
	unsigned int i;

	options_parse(&opt, argc, argv);
	if (opt.server_netns)
		set->server_netns = place_open_netns(opt.server_netns);
	if (opt.client_netns)
		place_enter(place_open_netns(opt.client_netns));
	else
		place_enter_new();
	for (i = 0; i < opt.nsysctls; i++)
		place_set_sysctl(opt.sysctls[i]);
	place_read_range(&set->low, &set->high);
	place_allow_files(2UL * (set->high - set->low + 1) * set->destinations +
			  DESTINATIONS_MAX + 64);
	if (set->op == OP_CONNECT)
		traffic_listen(set);
	ns = calloc(opt.count, sizeof(*ns));
	if (!ns)
		die("no memory for %u figures", opt.count);
	clock_cost = traffic_clock_cost();

	if (opt.header)
		puts("mode\tfamily\tdestinations\tpercent\tports\tbusy\tcount\tfailed"
		     "\tmedian\tmean\tp90\tmax\tcandidates\tin_use");
	for (i = 0; i < opt.nsteps; i++)
		print_step(&opt, opt.steps[i], ns, clock_cost);
	if (opt.command && system(opt.command))
		die("failed: %s", opt.command);
	return 0;
}
