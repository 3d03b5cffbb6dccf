/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - unit tests that report in KTAP
 *
 * A test is a true sentence and a function that tries to refute it with
 * EXPECT(). A refuted test ends at once, but for what the caller must free; its
 * reason goes to stdout as a comment.
 */
#ifndef DYNPORT_UNIT_CHECK_H
#define DYNPORT_UNIT_CHECK_H

#include "host.h"

struct test {
	const char *sentence;
	void (*run)(void);
};

/* Each file of tests has one table of them, ended by an empty one. */
extern const struct test shim_tests[];
extern const struct test ports_tests[];
extern const struct test random_tests[];
extern const struct test portmap_tests[];
extern const struct test portmap_fuzz_tests[];
extern const struct test algorithm_tests[];
extern const struct test window_tests[];
extern const struct test search_tests[];
extern const struct test exhaustion_tests[];
extern const struct test mapped_tests[];
extern const struct test mapped_limit_tests[];
extern const struct test map_trust_tests[];
extern const struct test root_reserve_tests[];
extern const struct test sweep_tests[];
extern const struct test avoid_tests[];
extern const struct test reuse_tests[];
extern const struct test recent_tests[];
extern const struct test property_tests[];

/* All built-in algorithms but stock, in the order they are listed. */
extern struct dynport_algorithm *const check_algorithms[];
#define CHECK_ALGORITHMS	7

extern bool check_failed;	/* of the running test */

void check_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Note a failure with what led to it, and return from the caller. */
#define EXPECT(condition, ...) do {				\
	if (!(condition)) {					\
		check_fail(__FILE__, __LINE__, #condition	\
			   ": " __VA_ARGS__);			\
		return;						\
	}							\
} while (0)

#endif
