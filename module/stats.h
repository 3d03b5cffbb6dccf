/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - counters of a network namespace, one set per CPU
 *
 * A counter is one increment of this CPU's copy, without a lock or a shared
 * cache line; readers add the copies up and may be a little behind. Counters
 * are never reset and wrap at the size of a long.
 */
#ifndef DYNPORT_STATS_H
#define DYNPORT_STATS_H

#include <linux/bitops.h>
#include <linux/percpu.h>

#include "algorithm.h"

/* Per path; shown as <path>_<name>. See dynport_path_stat_names. */
enum dynport_path_stat {
	DYNPORT_STAT_SEARCHES,
	DYNPORT_STAT_CANDIDATES,
	DYNPORT_STAT_REFUSED_RESERVED,
	DYNPORT_STAT_REFUSED_KERNEL,
	DYNPORT_STAT_CLASS_OVERFLOWS,
	DYNPORT_STAT_STOCK_FALLBACKS,
	DYNPORT_STAT_EXHAUSTED,
	/* Shown after everything above, so that no line has moved. */
	DYNPORT_STAT_MAP_HITS,
	DYNPORT_STAT_EXHAUSTED_CACHED,
	DYNPORT_STAT_ROOT_RESERVED,
	DYNPORT_STAT_REFUSED_GUARD,
	DYNPORT_STAT_REFUSED_QUARANTINE,
	DYNPORT_PATH_STATS,
	/*
	 * Searches whose first candidate was accepted, and nothing else to
	 * tell: counted here only, and added to the first two counters, and to
	 * the histogram's first bucket, by who reads those.
	 */
	DYNPORT_STAT_PLAIN = DYNPORT_PATH_STATS,
	DYNPORT_PATH_COUNTERS
};

/* Of the namespace. */
enum dynport_stat {
	DYNPORT_STAT_REKEYS,
	DYNPORT_STAT_MAPS_CREATED,
	DYNPORT_STAT_MAPS_EVICTED,
	DYNPORT_STAT_SWEEPS,
	DYNPORT_STAT_BINDS_POSTPONED,
	DYNPORT_STATS
};

/* Candidates per search: 1, 2, 3-4, 5-8, ... 32769-65536. */
#define DYNPORT_HISTOGRAM_BUCKETS	17

struct dynport_path_counters {
	unsigned long stat[DYNPORT_PATH_COUNTERS];
	unsigned long histogram[DYNPORT_HISTOGRAM_BUCKETS];
};

struct dynport_stats {
	struct dynport_path_counters path[DYNPORT_PATHS];
	unsigned long stat[DYNPORT_STATS];
	unsigned long inside;	/* see dynport_netns_enter(); wraps */
};

extern const char *const dynport_path_names[DYNPORT_PATHS];
extern const char *const dynport_path_stat_names[DYNPORT_PATH_STATS];
extern const char *const dynport_stat_names[DYNPORT_STATS];

#define dynport_count(stats, which) \
	this_cpu_inc((stats)->stat[which])
#define dynport_count_path(stats, path_, which, n) \
	this_cpu_add((stats)->path[path_].stat[which], n)

/* The bucket of a search that tried @candidates ports, 1 .. 65536. */
static inline unsigned int dynport_histogram_bucket(u32 candidates)
{
	return fls(candidates - 1);
}

#define dynport_count_histogram(stats, path_, candidates) \
	this_cpu_inc((stats)->path[path_] \
		     .histogram[dynport_histogram_bucket(candidates)])

unsigned long dynport_stats_path(const struct dynport_stats __percpu *stats,
				 enum dynport_path path,
				 enum dynport_path_stat which);
unsigned long dynport_stats_histogram(const struct dynport_stats __percpu *stats,
				      enum dynport_path path,
				      unsigned int bucket);
unsigned long dynport_stats_netns(const struct dynport_stats __percpu *stats,
				  enum dynport_stat which);
unsigned long dynport_stats_inside(const struct dynport_stats __percpu *stats);

#endif
