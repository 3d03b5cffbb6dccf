// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_reuse.c - T8: how soon does a port come back?
 */
#include <stdlib.h>

#include <linux/random.h>

#include "measure.h"

#define N		14116	/* connect()'s class */
#define BUSY_LONGS	BITS_TO_LONGS(65536)
#define MAX_PEERS	100

/* @argument of a measure: */
#define LIVE(percent)	(percent)	/* so many % of N are open, oldest closed */
#define MANY_PEERS	0x100		/* of 100 destinations in turn */
#define HELD		0x200		/* so many % of N are never closed */
#define QUANTILE	0x400		/* not the shortest, but 1 % are shorter */

struct reuse {
	struct host *host;
	u32 peers;
	unsigned long busy[MAX_PEERS][BUSY_LONGS];
	u16 live[N];		/* a ring of the open connections' ports */
	u64 last[65536];	/* choice in which a port came last, from 1 */
	u64 intervals[1001];	/* of reuse, in N / 1000; the last one: more */
	u64 reused;
	u64 shortest;
};

static void reuse_connect(struct reuse *reuse, u64 choice)
{
	u32 nth = choice % reuse->peers;
	struct peer peer = host_peer(nth);
	int port = host_connect(reuse->host, &peer, reuse->busy[nth]);
	u64 interval = choice - reuse->last[port];

	set_bit(port, reuse->busy[nth]);
	if (reuse->last[port]) {
		reuse->reused++;
		reuse->intervals[min(interval * 1000 / N, (u64)1000)]++;
		reuse->shortest = min(reuse->shortest, interval);
	}
	reuse->last[port] = choice;
	reuse->live[choice % N] = port;
}

static double reuse_quantile(const struct reuse *reuse)
{
	u64 shorter = 0;
	u32 i;

	for (i = 0; i < 1000; i++) {
		shorter += reuse->intervals[i];
		if (shorter * 100 >= reuse->reused)
			break;
	}
	return i / 1000.;
}

/* Intervals between two choices of a port, in N choices. */
static struct measured take_reuse(const struct dynport_algorithm *algorithm,
				  int argument, bool quick)
{
	struct reuse *reuse = calloc(1, sizeof(*reuse));
	u64 samples = (quick ? 8 : 40) * N, choice;
	u32 percent = argument & 0xff, open = N * percent / 100, i;
	struct measured measured;

	if (!reuse)
		abort();
	reuse->host = host_alloc(algorithm);
	reuse->peers = argument & MANY_PEERS ? MAX_PEERS : 1;
	reuse->shortest = samples;
	for (i = 0; argument & HELD && i < open;) {
		u32 port = HOST_LOW + 2 * get_random_u32_below(N);

		i += !test_bit(port, reuse->busy[0]);
		set_bit(port, reuse->busy[0]);
	}
	/* Those that come and go have at least one open. */
	if (argument & HELD)
		open = 1;
	for (choice = 1; choice <= samples; choice++) {
		if (choice > open)
			clear_bit(reuse->live[(choice - open) % N],
				  reuse->busy[(choice - open) % reuse->peers]);
		reuse_connect(reuse, choice);
	}
	measured.value = argument & QUANTILE ? reuse_quantile(reuse) :
					       (double)reuse->shortest / N;
	measured.samples = reuse->reused;
	host_free(reuse->host);
	free(reuse);
	return measured;
}

#define REUSE(argument_, name, ...) \
	{ .test = "T8", .figure = name, .precision = 3, .take = take_reuse, \
	  .argument = (argument_), .least = 0.5, .most = 1000, \
	  .skips = OF(DOUBLEHASH_256), __VA_ARGS__ }

const struct measure reuse_measures[] = {
	REUSE(LIVE(1), "tuple: shortest reuse / N, 1 % open",
	      .claims = OF(LEAST_RECENT)),
	REUSE(LIVE(25), "tuple: shortest reuse / N, 25 % open",
	      .claims = OF(LEAST_RECENT)),
	REUSE(LIVE(1) | QUANTILE, "tuple: 1 % are reused earlier, 1 % open"),
	REUSE(LIVE(25) | HELD, "tuple: shortest, 25 % open for ever"),
	REUSE(LIVE(25) | MANY_PEERS, "port: shortest, 100 peers, 25 % open",
	      .claims = OF(LEAST_RECENT)),
	{ }
};
