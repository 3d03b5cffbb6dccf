// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_entropy.c - T1, T2, T9: can the next port be guessed?
 */
#include <math.h>

#include "guess.h"
#include "measure.h"

#define RANDOM_CLAIMS	(OF(RANDOM_PICK) | OF(HASH) | OF(DOUBLEHASH))

/* The attacker is the destination, and knows its earlier ports. */
static struct measured
take_same_destination(const struct dynport_algorithm *algorithm, int argument,
		      bool quick)
{
	u64 samples = quick ? 200000 : 2000000, i;
	struct guesser *guesser = guesser_alloc(MEASURE_CLASS);
	struct host *host = host_alloc(algorithm);
	struct peer peer = host_peer(0);
	struct measured measured = { .samples = samples };

	for (i = 0; i < 2 * samples; i++) {
		u32 number = measure_number(host_connect(host, &peer,
							 host_nothing_busy));

		if (i == samples)
			guesser_ready(guesser);
		if (i < samples)
			guesser_learn(guesser, number);
		else
			guesser_try(guesser, number);
		guesser_see(guesser, number);
	}
	measured.value = guesser_bits(guesser, 1000);
	host_free(host);
	guesser_free(guesser);
	return measured;
}

/*
 * The attacker is one destination, sees the ports of connections to itself, and
 * wants that of the next connection to a destination of which it never saw one.
 */
static struct measured
take_other_destination(const struct dynport_algorithm *algorithm, int argument,
		       bool quick)
{
	u64 samples = quick ? 200000 : 2000000, i;
	struct guesser *guesser = guesser_alloc(MEASURE_CLASS);
	struct host *host = host_alloc(algorithm);
	struct peer attacker = host_peer(0), victim;
	struct measured measured = { .samples = samples };
	u32 number;

	for (i = 0; i < 2 * samples; i++) {
		number = measure_number(host_connect(host, &attacker,
						     host_nothing_busy));
		guesser_see(guesser, number);
		victim = host_peer(1 + i);
		number = measure_number(host_connect(host, &victim,
						     host_nothing_busy));
		if (i == samples)
			guesser_ready(guesser);
		if (i < samples)
			guesser_learn(guesser, number);
		else
			guesser_try(guesser, number);
	}
	measured.value = guesser_bits(guesser, 1000);
	host_free(host);
	guesser_free(guesser);
	return measured;
}

/* As T1, for UDP, where no peer is known and all ports are one class. */
static struct measured take_udp(const struct dynport_algorithm *algorithm,
				int argument, bool quick)
{
	u64 samples = quick ? 1500000 : 10000000, i;
	struct guesser *guesser = guesser_alloc(MEASURE_WINDOW);
	struct host *host = host_alloc(algorithm);
	struct measured measured = { .samples = samples };

	for (i = 0; i < 2 * samples; i++) {
		u32 number = host_pick(host, DYNPORT_PATH_UDP, NULL,
				       host_nothing_busy) - HOST_LOW;

		if (i == samples)
			guesser_ready(guesser);
		if (i < samples)
			guesser_learn(guesser, number);
		else
			guesser_try(guesser, number);
		guesser_see(guesser, number);
	}
	/* Hits for a standard error of 0.6 percent, quick of 1.2. */
	measured.value = exp2(guesser_bits(guesser, 30000)) / MEASURE_WINDOW;
	host_free(host);
	guesser_free(guesser);
	return measured;
}

const struct measure entropy_measures[] = {
	{ .test = "T1", .figure = "bits, next port to the same destination",
	  .precision = 2, .take = take_same_destination,
	  .skips = OF(DOUBLEHASH_256) },
	{ .test = "T2", .figure = "bits, next port to another destination",
	  .precision = 2, .take = take_other_destination,
	  .claims = RANDOM_CLAIMS,
	  .least = __builtin_log2(MEASURE_CLASS) - 0.5, .most = INFINITY,
	  .other_claims = OF(LEAST_RECENT),
	  .other_least = __builtin_log2(MEASURE_CLASS / 2) - 0.5,
	  .skips = OF(DOUBLEHASH_256) },
	{ .test = "T9", .figure = "UDP: effective ports / N",
	  .precision = 3, .take = take_udp,
	  .claims = OF(RANDOM_PICK) | OF(RANDOM_START) | OF(HASH) |
		    OF(DOUBLEHASH),
	  .least = 0.95, .most = INFINITY, .skips = OF(DOUBLEHASH_256) },
	{ }
};
