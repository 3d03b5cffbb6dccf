// SPDX-License-Identifier: GPL-2.0-only
/*
 * portcost.c - what one choice of a local port costs
 *
 * Measures connect(), bind(0) and close() one at a time, at given occupancies
 * of one destination (connect) or of the range (bind, udp), and prints a TSV
 * row for each occupancy, and each variant of the system that it is told of. In
 * a guest under `-icount shift=0` a nanosecond is an instruction. Works in a
 * network namespace of its own unless one is named; is single-threaded, so it
 * measures cost and not contention.
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

/* At least so many operations, whatever they take. */
#define COUNT_MIN 5

struct figures {
	unsigned int count, failed;
	uint64_t first;
	uint64_t median, mean, p90, max;
	uint64_t close_median, close_mean;
};

static uint64_t median_of(uint64_t *sorted, unsigned int n)
{
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

static uint64_t less(uint64_t value, uint64_t clock_cost)
{
	return value - (value < clock_cost ? value : clock_cost);
}

/* So many operations, or as many as there is time for. Returns their number. */
static unsigned int operate(const struct options *opt, const struct settings *set,
			    struct took *took, unsigned int count, struct figures *result)
{
	uint64_t sum = 0;
	unsigned int i;

	result->failed = 0;
	for (i = 0; i < count; i++) {
		if (i >= COUNT_MIN && opt->budget && sum >= opt->budget)
			break;
		if (traffic_operate(set, i % set->destinations, &took[i]))
			result->failed++;
		sum += took[i].ns;
	}
	return i;
}

static void evaluate(struct figures *result, const struct took *took, uint64_t *ns,
		     uint64_t clock_cost)
{
	unsigned int i, n = result->count;
	uint64_t sum = 0;

	for (i = 0; i < n; i++)
		sum += ns[i] = less(took[i].close_ns, clock_cost);
	qsort(ns, n, sizeof(*ns), by_value);
	result->close_median = median_of(ns, n);
	result->close_mean = sum / n;

	sum = 0;
	for (i = 0; i < n; i++)
		sum += ns[i] = less(took[i].ns, clock_cost);
	qsort(ns, n, sizeof(*ns), by_value);
	result->median = median_of(ns, n);
	result->mean = sum / n;
	result->p90 = ns[(n * 9 - 1) / 10];
	result->max = ns[n - 1];
}

/* Per search, since @before; the stock picker counts none, with the module or without. */
static void print_counts(const struct settings *set, struct module_counts before)
{
	struct module_counts after = counters_module(set->op);
	uint64_t searches = after.searches - before.searches;
	uint64_t candidates = after.candidates - before.candidates;
	uint64_t map_hits = after.map_hits - before.map_hits;

	if (after.present && searches && (candidates || map_hits))
		printf("\t%.2f\t%.2f", (double)candidates / (double)searches,
		       (double)map_hits / (double)searches);
	else
		printf("\t-\t-");
}

static void print_in_use(const struct settings *set, unsigned int count)
{
	struct took took;
	unsigned int i;

	if (!count) {
		printf("\t-");
		return;
	}
	counters_trace_start(set->family);
	for (i = 0; i < count; i++)
		traffic_operate(set, i % set->destinations, &took);
	printf("\t%.2f", (double)counters_trace_stop() / count);
}

static void print_header(void)
{
	puts("mode\tfamily\tdestinations\tpercent\tports\tbusy\tcount\tfailed"
	     "\tmedian\tmean\tp90\tmax\tcandidates\tmapped\tin_use\tclose\tclose_mean"
	     "\tfirst\tvariant");
}

/* One row: a variant, with the ports occupied. */
static void print_row(const struct options *opt, const struct variant *variant,
		      double percent, unsigned int busy, uint64_t clock_cost)
{
	struct took *took = calloc(opt->count + opt->warm_up + COUNT_MIN, sizeof(*took));
	uint64_t *ns = calloc(opt->count, sizeof(*ns));
	struct settings set = opt->set;
	struct module_counts before;
	struct figures result;

	if (!took || !ns)
		die("no memory for %u figures", opt->count);
	set.client = variant->client;
	variants_enter(variant);
	operate(opt, &set, took, opt->warm_up, &result);
	result.first = opt->warm_up ? less(took[0].ns, clock_cost) : 0;
	counters_settle();
	before = counters_module(set.op);
	result.count = operate(opt, &set, took, opt->count, &result);
	evaluate(&result, took, ns, clock_cost);

	printf("%s\t%d\t%u\t%g\t%u\t%u\t%u\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	       "\t%" PRIu64, opt->mode->name, set.family == AF_INET6 ? 6 : 4,
	       set.destinations, percent, set.high - set.low + 1, busy, result.count,
	       result.failed, result.median, result.mean, result.p90, result.max);
	print_counts(&set, before);
	print_in_use(&set, opt->trace);
	printf("\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\n", result.close_median,
	       result.close_mean, result.first, variant->name);
	fflush(stdout);
	free(took);
	free(ns);
}

/* A step: occupies more ports, and measures each variant. */
static void print_step(const struct options *opt, double percent, uint64_t clock_cost)
{
	const struct settings *set = &opt->set;
	unsigned int range = set->high - set->low + 1;
	unsigned int ports = (unsigned int)(range * percent / 100 + 0.5);
	unsigned int busy = occupy_ports(set, ports), i;

	if (busy < ports && percent < 100)
		die("only %u of %u ports could be occupied", busy, ports);
	for (i = 0; i < opt->nvariants; i++)
		print_row(opt, &opt->variants[i], percent, busy, clock_cost);
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
	uint64_t clock_cost;
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
	clock_cost = traffic_clock_cost();

	if (opt.header)
		print_header();
	for (i = 0; i < opt.nsteps; i++)
		print_step(&opt, opt.steps[i], clock_cost);
	if (opt.command && system(opt.command))
		die("failed: %s", opt.command);
	return 0;
}
