// SPDX-License-Identifier: GPL-2.0-only
/*
 * simulate.c - prints what every algorithm's ports give away, as one table
 *
 * Usage: simulate [--seed N] [--quick] [--tsv] [TEST...]: all tests, or those
 * named (T1 .. T11, cost). Without --seed no two runs are the same. Exit status
 * 0 if each claim is kept, 1 if not, 2 for a usage error.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/random.h>

#include "measure.h"

static const char *const titles[MEASURE_ALGORITHMS] = {
	"stock", "bsd", "random_start", "random_pick", "hash", "doublehash",
	"randinc", "least_recent", "doublehash_256",
};

static struct {
	bool seeded, quick, tsv;
	u64 seed;
	char **tests;
	int test_count;
	u32 broken;
} simulation;

static const char *const verdict_names[] = {
	[NO_CLAIM] = "none", [KEPT] = "kept", [BROKEN] = "broken",
};

static void print_tsv(const struct measure *measure, u32 algorithm,
		      struct measured measured, enum verdict verdict)
{
	bool other = OF(algorithm) & measure->other_claims;

	printf("%s\t%s\t%s\t%.6g\t%llu\t%s", measure->test, measure->figure,
	       titles[algorithm], measured.value,
	       (unsigned long long)measured.samples, verdict_names[verdict]);
	if (verdict == NO_CLAIM)
		printf("\t\t\n");
	else
		printf("\t%.6g\t%.6g\n",
		       other ? measure->other_least : measure->least,
		       measure->most);
}

static void print_cell(const struct measure *measure, struct measured measured,
		       enum verdict verdict)
{
	static const char marks[] = { [NO_CLAIM] = ' ', [KEPT] = '+',
				      [BROKEN] = '!' };
	char number[32];

	if (isnan(measured.value))
		snprintf(number, sizeof(number), "-");
	else if (isinf(measured.value))
		snprintf(number, sizeof(number), "never");
	else
		snprintf(number, sizeof(number), "%.*f", measure->precision,
			 measured.value + 0.);
	printf(" %13s%c", number, marks[verdict]);
}

static void simulate(const struct measure *measure)
{
	u64 samples = 0;
	u32 i;

	if (!simulation.tsv)
		printf("%-4s  %-42s", measure->test, measure->figure);
	for (i = 0; i < MEASURE_ALGORITHMS; i++) {
		struct measured measured = { .value = NAN };
		enum verdict verdict = NO_CLAIM;

		if (!(measure->skips & OF(i))) {
			if (simulation.seeded)
				random_seed(simulation.seed + i);
			measured = measure->take(measure_algorithms[i],
						 measure->argument,
						 simulation.quick);
			verdict = measure_judge(measure, i, measured.value);
			simulation.broken += verdict == BROKEN;
			samples = max(samples, measured.samples);
			if (simulation.tsv)
				print_tsv(measure, i, measured, verdict);
		}
		if (!simulation.tsv)
			print_cell(measure, measured, verdict);
		fflush(stdout);
	}
	if (!simulation.tsv)
		printf(" %10llu\n", (unsigned long long)samples);
}

static bool is_wanted(const struct measure *measure)
{
	int i;

	for (i = 0; i < simulation.test_count; i++)
		if (!strcmp(simulation.tests[i], measure->test))
			return true;
	return !simulation.test_count;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: simulate [--seed N] [--quick] [--tsv] [TEST...]\n");
	return 2;
}

static bool parse(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--seed") && i + 1 < argc) {
			simulation.seed = strtoull(argv[++i], NULL, 0);
			simulation.seeded = true;
		} else if (!strcmp(argv[i], "--quick")) {
			simulation.quick = true;
		} else if (!strcmp(argv[i], "--tsv")) {
			simulation.tsv = true;
		} else {
			return false;
		}
	}
	simulation.tests = argv + i;
	simulation.test_count = argc - i;
	return true;
}

int main(int argc, char **argv)
{
	const struct measure *measure;
	u32 i, printed = 0;

	if (!parse(argc, argv))
		return usage();
	if (simulation.tsv) {
		printf("test\tfigure\talgorithm\tvalue\tsamples\tclaim\tleast\tmost\n");
	} else {
		printf("%-48s", "");
		for (i = 0; i < MEASURE_ALGORITHMS; i++)
			printf(" %13s ", titles[i]);
		printf(" %10s\n", "samples");
	}
	for (i = 0; i < MEASURE_TABLES; i++)
		for (measure = measure_tables[i]; measure->take; measure++)
			if (is_wanted(measure)) {
				simulate(measure);
				printed++;
			}
	if (!printed)
		return usage();
	if (!simulation.tsv)
		printf("+ keeps its claim  ! breaks it  - no such figure\n");
	return simulation.broken != 0;
}
