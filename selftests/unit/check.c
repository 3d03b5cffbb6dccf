// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - runs all unit tests
 *
 * Usage: check [--seed N] [WORD]: only tests whose sentence has WORD in it.
 * Repeatable: the seed is 1 unless given. Exit status 0 if all passed, 1 if
 * not, 2 for a usage error.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/random.h>

#include "check.h"

static const struct test *const check_tables[] = {
	shim_tests, random_tests, ports_tests, portmap_tests, portmap_fuzz_tests,
	algorithm_tests, window_tests, search_tests, exhaustion_tests,
	mapped_tests, mapped_limit_tests, map_trust_tests, root_reserve_tests,
	sweep_tests, avoid_tests, reuse_tests, recent_tests, property_tests,
};

struct dynport_algorithm *const check_algorithms[CHECK_ALGORITHMS] = {
	&dynport_bsd, &dynport_random_start, &dynport_random_pick,
	&dynport_hash, &dynport_doublehash, &dynport_randinc,
	&dynport_least_recent,
};

bool check_failed;

void check_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	check_failed = true;
	printf("# %s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static int check_run(u64 seed, const char *word, bool dry)
{
	int number = 0, failures = 0;
	const struct test *test;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(check_tables); i++) {
		for (test = check_tables[i]; test->run; test++) {
			if (word && !strstr(test->sentence, word))
				continue;
			number++;
			if (dry)
				continue;
			/* Each on its own: the order doesn't matter. */
			random_seed(seed);
			check_failed = false;
			test->run();
			failures += check_failed;
			printf("%s %d - %s\n", check_failed ? "not ok" : "ok",
			       number, test->sentence);
			fflush(stdout);
		}
	}
	return dry ? number : failures;
}

int main(int argc, char **argv)
{
	const char *word = NULL;
	u64 seed = 1;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--seed") && i + 1 < argc) {
			seed = strtoull(argv[++i], NULL, 0);
		} else if (argv[i][0] != '-' && !word) {
			word = argv[i];
		} else {
			fprintf(stderr, "usage: check [--seed N] [WORD]\n");
			return 2;
		}
	}
	printf("KTAP version 1\n1..%d\n", check_run(seed, word, true));
	return check_run(seed, word, false) != 0;
}
