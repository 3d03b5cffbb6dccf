// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_collision.c - T4: a device known by its shared counters
 *
 * After "Device Tracking via Linux's New TCP Source Port Selection Algorithm"
 * (Kol, Klein and Gilad, USENIX Security 2023; CVE-2022-32296): someone who can
 * make the host connect to many addresses of his own finds pairs among them of
 * which one's connections move the other's ports. The set of pairs depends on
 * the keys alone, not on the network the host is in.
 */
#include <math.h>
#include <stdlib.h>

#include <linux/jiffies.h>

#include "measure.h"

#define PAIRS		4	/* found pairs that are called a fingerprint */
#define BURST		64	/* connections that move a shared counter */
#define OWN_ADVANCE	8	/* at most, by one connection of one's own */
#define MAX_PEERS	1500
#define FIRST_DECOY	1000000

struct prober {
	struct host *host;
	u64 connections;
	u32 decoys;
	u32 last[MAX_PEERS];	/* number that a destination got last */
	u32 pairs[PAIRS][2];
	u32 found;
};

static u32 prober_connect(struct prober *prober, u32 nth)
{
	struct peer peer = host_peer(nth);

	prober->connections++;
	return measure_number(host_connect(prober->host, &peer,
					   host_nothing_busy));
}

/* How far has destination @nth moved since it was asked last? */
static u32 prober_ask(struct prober *prober, u32 nth)
{
	u32 number = prober_connect(prober, nth), moved;

	moved = (number + 14116 - prober->last[nth]) % 14116;
	prober->last[nth] = number;
	return moved;
}

static void prober_burst(struct prober *prober, u32 nth)
{
	u32 i;

	for (i = 0; i < BURST; i++)
		prober_connect(prober, nth);
}

/* Do connections to @by move @nth's ports, and those to a stranger not? */
static bool prober_confirm(struct prober *prober, u32 nth, u32 by)
{
	u32 i;

	for (i = 0; i < 4; i++) {
		prober_ask(prober, nth);
		prober_burst(prober, by);
		if (prober_ask(prober, nth) < BURST)
			return false;
		prober_burst(prober, FIRST_DECOY + prober->decoys++);
		if (prober_ask(prober, nth) > OWN_ADVANCE)
			return false;
	}
	return true;
}

/* One more destination: does it share a counter with an earlier one? */
static void prober_add(struct prober *prober, u32 nth)
{
	u32 i;

	prober_burst(prober, nth);
	for (i = 0; i < nth && prober->found < PAIRS; i++) {
		u32 moved = prober_ask(prober, i);

		/* Each destination since then may have moved it a little. */
		if (moved < BURST || moved > (BURST + 4) * OWN_ADVANCE ||
		    !prober_confirm(prober, i, nth))
			continue;
		prober->pairs[prober->found][0] = i;
		prober->pairs[prober->found][1] = nth;
		prober->found++;
	}
	prober->last[nth] = prober_connect(prober, nth);
}

static struct prober *prober_find(const struct dynport_algorithm *algorithm,
				  u32 peers)
{
	struct prober *prober = calloc(1, sizeof(*prober));
	u32 nth;

	if (!prober)
		abort();
	prober->host = host_alloc(algorithm);
	for (nth = 0; nth < peers && prober->found < PAIRS; nth++)
		prober_add(prober, nth);
	return prober;
}

static void prober_free(struct prober *prober)
{
	host_free(prober->host);
	free(prober);
}

/*
 * @argument 0: connections needed for a fingerprint, on average over hosts,
 * while keys stay the same (infinite if one has none after all peers); 1: share
 * of its pairs that are there still; 2: the same after new keys.
 */
static struct measured
take_fingerprint(const struct dynport_algorithm *algorithm, int argument,
		 bool quick)
{
	u32 hosts = quick ? 1 : 10, peers = quick ? 900 : MAX_PEERS, i, j;
	u32 found = 0, stable = 0;
	double connections = 0;

	for (i = 0; i < hosts; i++) {
		struct prober *prober = prober_find(algorithm, peers);

		connections += prober->found == PAIRS ? prober->connections :
							INFINITY;
		if (argument == 2)
			jiffies += 10 * HZ;
		for (j = 0; j < prober->found; j++)
			stable += prober_confirm(prober, prober->pairs[j][0],
						 prober->pairs[j][1]);
		found += prober->found;
		prober_free(prober);
	}
	if (!argument)
		return (struct measured){ connections / hosts, hosts };
	return (struct measured){ found ? (double)stable / found : NAN, found };
}

/* Those without a counter for each of several destinations. */
#define NO_CELLS \
	(OF(BSD) | OF(RANDOM_START) | OF(RANDOM_PICK) | OF(HASH) | \
	 OF(RANDINC) | OF(LEAST_RECENT))

const struct measure collision_measures[] = {
	{ .test = "T4", .figure = "connections to a fingerprint, keys kept",
	  .precision = 0, .take = take_fingerprint, .argument = 0,
	  .claims = NO_CELLS, .least = INFINITY, .most = INFINITY },
	{ .test = "T4", .figure = "fingerprint's pairs seen again, keys kept",
	  .precision = 2, .take = take_fingerprint, .argument = 1,
	  .skips = NO_CELLS },
	{ .test = "T4", .figure = "the same after new keys",
	  .precision = 2, .take = take_fingerprint, .argument = 2,
	  .claims = OF(DOUBLEHASH) | OF(DOUBLEHASH_256), .most = 0.1,
	  .skips = NO_CELLS },
	{ }
};
