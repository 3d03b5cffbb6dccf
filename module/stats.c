// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - names and sums of the per-CPU counters
 */
#include "stats.h"

const char *const dynport_path_names[DYNPORT_PATHS] = {
	[DYNPORT_PATH_CONNECT]	= "connect",
	[DYNPORT_PATH_BIND]	= "bind",
	[DYNPORT_PATH_UDP]	= "udp",
};

const char *const dynport_path_stat_names[DYNPORT_PATH_STATS] = {
	/* requests for a dynamic port, also those left to the kernel */
	[DYNPORT_STAT_SEARCHES]		= "searches",
	/* ports proposed to the kernel */
	[DYNPORT_STAT_CANDIDATES]	= "candidates",
	/* ports skipped: ip_local_reserved_ports has them */
	[DYNPORT_STAT_REFUSED_RESERVED]	= "refused_reserved",
	/* candidates that the kernel refused: in use */
	[DYNPORT_STAT_REFUSED_KERNEL]	= "refused_kernel",
	/* searches that went on into the other path's class */
	[DYNPORT_STAT_CLASS_OVERFLOWS]	= "class_overflows",
	/* searches that ended with the kernel's own search */
	[DYNPORT_STAT_STOCK_FALLBACKS]	= "stock_fallbacks",
	/* searches that found no port, and their caller got an error */
	[DYNPORT_STAT_EXHAUSTED]	= "exhausted",
	/* searches that found a port map */
	[DYNPORT_STAT_MAP_HITS]		= "map_hits",
	/* exhausted ones that the map answered without asking the kernel */
	[DYNPORT_STAT_EXHAUSTED_CACHED]	= "exhausted_cached",
	/* exhausted ones to whom root_reserve_percent left no port */
	[DYNPORT_STAT_ROOT_RESERVED]	= "root_reserved",
	/* ports skipped: guard_seconds leaves them to a service */
	[DYNPORT_STAT_REFUSED_GUARD]	= "refused_guard",
	/* ports skipped: quarantine_ms hasn't passed, as far as no map knows */
	[DYNPORT_STAT_REFUSED_QUARANTINE] = "refused_quarantine",
};

const char *const dynport_stat_names[DYNPORT_STATS] = {
	/* key replacements of doublehash */
	[DYNPORT_STAT_REKEYS]		= "rekeys",
	[DYNPORT_STAT_MAPS_CREATED]	= "maps_created",
	/* for map_limit, changed settings or want of memory; not idle ones */
	[DYNPORT_STAT_MAPS_EVICTED]	= "maps_evicted",
	/* comparisons of a map with the kernel's tables */
	[DYNPORT_STAT_SWEEPS]		= "sweeps",
	/* calls of bind() that late_bind left without a port */
	[DYNPORT_STAT_BINDS_POSTPONED]	= "binds_postponed",
};

/* The sum of one counter, given by its offset. */
static unsigned long stats_sum(const struct dynport_stats __percpu *stats,
			       size_t offset)
{
	const unsigned long *counter;
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		counter = (const void *)per_cpu_ptr(stats, cpu) + offset;
		sum += READ_ONCE(*counter);
	}
	return sum;
}

static unsigned long stats_plain(const struct dynport_stats __percpu *stats,
				 enum dynport_path path)
{
	return stats_sum(stats, offsetof(struct dynport_stats,
					 path[path].stat[DYNPORT_STAT_PLAIN]));
}

unsigned long dynport_stats_path(const struct dynport_stats __percpu *stats,
				 enum dynport_path path,
				 enum dynport_path_stat which)
{
	unsigned long sum = stats_sum(stats, offsetof(struct dynport_stats,
						      path[path].stat[which]));

	if (which == DYNPORT_STAT_SEARCHES || which == DYNPORT_STAT_CANDIDATES)
		sum += stats_plain(stats, path);
	return sum;
}

unsigned long dynport_stats_histogram(const struct dynport_stats __percpu *stats,
				      enum dynport_path path,
				      unsigned int bucket)
{
	unsigned long sum = stats_sum(stats, offsetof(struct dynport_stats,
						      path[path].histogram[bucket]));

	if (!bucket)
		sum += stats_plain(stats, path);
	return sum;
}

unsigned long dynport_stats_netns(const struct dynport_stats __percpu *stats,
				  enum dynport_stat which)
{
	return stats_sum(stats, offsetof(struct dynport_stats, stat[which]));
}

unsigned long dynport_stats_inside(const struct dynport_stats __percpu *stats)
{
	return stats_sum(stats, offsetof(struct dynport_stats, inside));
}
