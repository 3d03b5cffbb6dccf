/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dynport's metrics for Prometheus: names, types, labels. Pure: what was read
 * goes in, text comes out. Every metric has the label netns if one was asked
 * for, so that the files of several namespaces go together.
 *
 * How many series there are is bounded by the module (paths, counters, buckets,
 * settings) and, for single port spaces, by the caller's limit.
 */
#ifndef DYNPORTCTL_METRICS_H
#define DYNPORTCTL_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proc_spaces.h"
#include "proc_stats.h"
#include "status.h"

struct metrics {
	FILE *out;
	const char *netns;	/* NULL: no label */
};

/* Is the module there? */
void metrics_up(const struct metrics *m, bool up);
/* Version, algorithms, windows, and how many findings there are. */
void metrics_status(const struct metrics *m, const struct status *status,
		    size_t findings);
/* One setting that is a number; the first one with @first. */
void metrics_setting(const struct metrics *m, const char *key, uint64_t value,
		     bool first);
/* All counters, also those that this version has no words for. */
void metrics_counters(const struct metrics *m, const struct counters *counters);
/* Candidates per search; the sums are among the counters. */
void metrics_histogram(const struct metrics *m,
		       const struct histogram *histogram,
		       const struct counters *counters);
/* @spaces sorted: the first @limit of them get series of their own. */
void metrics_spaces(const struct metrics *m, const struct spaces *spaces,
		    size_t limit);

#endif
