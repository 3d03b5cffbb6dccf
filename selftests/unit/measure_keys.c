// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_keys.c - T5, T11: what keys are for, and what new ones cost
 */
#include <math.h>

#include <linux/jiffies.h>

#include "measure.h"

#define RATE		40	/* connections a second */
#define TIME_WAIT	60	/* seconds, TCP_TIMEWAIT_LEN */
#define INTERVAL	10	/* seconds between keys */
#define OWN_NOISE	8	/* doublehash's step is one of so many */

/*
 * Connections to one destination at a steady rate, each closed at once: the
 * share of those whose port was used within a TIME_WAIT. @argument is
 * rekey_seconds.
 */
static struct measured take_met_again(const struct dynport_algorithm *algorithm,
				      int argument, bool quick)
{
	u32 samples = RATE * (quick ? 300 : 3000), warm = RATE * TIME_WAIT;
	struct host *host = host_alloc(algorithm);
	unsigned long last[65536] = { 0 }, began = jiffies;
	struct peer peer = host_peer(0);
	u32 met = 0, i;

	host->netns.tunables.rekey_seconds = argument;
	for (i = 0; i < warm + samples; i++) {
		int port;

		jiffies = began + (unsigned long)i * HZ / RATE;
		port = host_connect(host, &peer, host_nothing_busy);
		met += i >= warm && last[port] &&
		       jiffies - last[port] < TIME_WAIT * HZ;
		last[port] = jiffies;
	}
	host_free(host);
	return (struct measured){ (double)met / samples, samples };
}

/*
 * How far ports move from one connection to the next where the interval ends,
 * less how far they do elsewhere, in windows; 0.25 is what chance gives.
 */
static struct measured take_jump(const struct dynport_algorithm *algorithm,
				 int argument, bool quick)
{
	u32 samples = quick ? 500 : 5000, i, j, now, last, moved;
	struct host *host = host_alloc(algorithm);
	struct peer peer = host_peer(0);
	double at_end = 0, elsewhere = 0;

	last = measure_number(host_connect(host, &peer, host_nothing_busy));
	for (i = 0; i < samples; i++) {
		for (j = 0; j < 10; j++) {
			if (!j)
				jiffies += INTERVAL * HZ;
			now = measure_number(host_connect(host, &peer,
							  host_nothing_busy));
			moved = (now + 14116 - last) % 14116;
			moved = min(moved, 14116 - moved);
			*(j ? &elsewhere : &at_end) += moved;
			last = now;
		}
	}
	host_free(host);
	return (struct measured){
		(at_end / samples - elsewhere / (9 * samples)) / MEASURE_CLASS,
		samples,
	};
}

/*
 * Two connections of one tuple, nothing between them: the share of tuples whose
 * second port follows from the first as for all others, give or take what one
 * connection moves a counter at random. @argument: seconds between the two.
 */
static struct measured take_offset(const struct dynport_algorithm *algorithm,
				   int argument, bool quick)
{
	u32 samples = quick ? 2000 : 20000, times[14116] = { 0 }, best = 0, i;
	u32 share, j;
	struct host *host = host_alloc(algorithm);

	for (i = 0; i < samples; i++) {
		struct peer peer = host_peer(i);
		u32 first, second, difference;

		/* Interval's start: both kernel and module get new keys here. */
		jiffies += 2 * INTERVAL * HZ - jiffies % (INTERVAL * HZ);
		host_propose(host, &peer);
		first = measure_number(host_propose(host, &peer));
		jiffies += argument * HZ;
		second = measure_number(host_propose(host, &peer));
		difference = (second + 14116 - first) % 14116;
		times[difference]++;
	}
	for (i = 0; i < 14116; i++) {
		for (share = 0, j = 0; j < OWN_NOISE; j++)
			share += times[(i + j) % 14116];
		best = max(best, share);
	}
	host_free(host);
	return (struct measured){ (double)best / samples, samples };
}

#define KEYED	(OF(HASH) | OF(DOUBLEHASH))

const struct measure key_measures[] = {
	{ .test = "T5", .figure = "tuples met again within 60 s, share",
	  .precision = 3, .take = take_met_again, .argument = INTERVAL,
	  .skips = OF(DOUBLEHASH_256) },
	{ .test = "T5", .figure = "the same with rekey_seconds 0",
	  .precision = 3, .take = take_met_again, .argument = 0,
	  .skips = ~OF(DOUBLEHASH) },
	{ .test = "T5", .figure = "jump at the interval, windows",
	  .precision = 3, .take = take_jump, .skips = OF(DOUBLEHASH_256) },
	{ .test = "T11", .figure = "same offset in one key period, share",
	  .precision = 4, .take = take_offset, .argument = 0,
	  .claims = KEYED, .least = 1, .most = 1,
	  .skips = OF(DOUBLEHASH_256) },
	{ .test = "T11", .figure = "the same after the interval",
	  .precision = 4, .take = take_offset, .argument = INTERVAL,
	  .claims = OF(DOUBLEHASH), .most = 0.01,
	  .skips = OF(DOUBLEHASH_256) },
	{ }
};
