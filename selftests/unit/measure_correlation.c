// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_correlation.c - T3, T9, T10: what one series of ports tells of another
 */
#include <math.h>

#include <linux/random.h>

#include "measure.h"

/*
 * A peer that is connected to now and then looks at how far its port moved;
 * between two looks the host makes 0 to 20 connections to others.
 */
static struct measured
take_victim_count(const struct dynport_algorithm *algorithm, int argument,
		  bool quick)
{
	u32 samples = quick ? 5000 : 50000, others, now, last = 0, i, j;
	struct host *host = host_alloc(algorithm);
	struct peer peer = host_peer(0), other;
	struct correlation correlation = { 0 };

	for (i = 0; i <= samples; i++) {
		others = get_random_u32_below(21);
		for (j = 0; j < others; j++) {
			other = host_peer(1 + get_random_u32_below(1000));
			host_connect(host, &other, host_nothing_busy);
		}
		now = measure_number(host_connect(host, &peer,
						  host_nothing_busy));
		if (i)
			correlation_add(&correlation, others,
					(now + 14116 - last) % 14116);
		last = now;
	}
	host_free(host);
	return (struct measured){ correlation_value(&correlation), samples };
}

/* Of each UDP port with the next. */
static struct measured take_udp_serial(const struct dynport_algorithm *algorithm,
				       int argument, bool quick)
{
	u32 samples = quick ? 100000 : 1000000, i;
	struct host *host = host_alloc(algorithm);
	struct correlation correlation = { 0 };
	int last = 0, now;

	for (i = 0; i <= samples; i++) {
		now = host_pick(host, DYNPORT_PATH_UDP, NULL,
				host_nothing_busy);
		if (i)
			correlation_add(&correlation, last, now);
		last = now;
	}
	host_free(host);
	return (struct measured){ correlation_value(&correlation), samples };
}

/*
 * The first connection to a destination from two namespaces of one kernel, or
 * before and after a reload of the module, which makes all state anew as well.
 * @argument 0: share of the same port in both; 1: correlation of the ports.
 */
static struct measured
take_two_namespaces(const struct dynport_algorithm *algorithm, int argument,
		    bool quick)
{
	u32 samples = quick ? 1000 : 10000, equal = 0, i;
	struct correlation correlation = { 0 };
	struct peer peer = host_peer(0);

	for (i = 0; i < samples; i++) {
		struct host *host = host_alloc(algorithm);
		struct host *other = host_alloc_beside(host);
		int port = host_connect(host, &peer, host_nothing_busy);
		int same = host_connect(other, &peer, host_nothing_busy);

		equal += port == same;
		correlation_add(&correlation, port, same);
		host_free(other);
		host_free(host);
	}
	return (struct measured){
		argument ? correlation_value(&correlation) :
			   (double)equal / samples,
		samples,
	};
}

#define INDEPENDENT \
	(OF(RANDOM_START) | OF(RANDOM_PICK) | OF(HASH) | OF(DOUBLEHASH) | \
	 OF(RANDINC) | OF(LEAST_RECENT))

const struct measure correlation_measures[] = {
	{ .test = "T3", .figure = "correlation with connections to others",
	  .precision = 3, .take = take_victim_count,
	  .claims = OF(RANDOM_PICK) | OF(DOUBLEHASH) | OF(LEAST_RECENT),
	  .least = -0.06, .most = 0.06 },
	{ .test = "T9", .figure = "UDP: correlation with the next port",
	  .precision = 3, .take = take_udp_serial,
	  .claims = OF(RANDOM_PICK) | OF(RANDOM_START) | OF(HASH) |
		    OF(DOUBLEHASH) | OF(LEAST_RECENT),
	  .least = -0.02, .most = 0.02, .skips = OF(DOUBLEHASH_256) },
	{ .test = "T10", .figure = "same port in two namespaces, share",
	  .precision = 4, .take = take_two_namespaces, .argument = 0,
	  .claims = INDEPENDENT, .most = 0.005, .skips = OF(DOUBLEHASH_256) },
	{ .test = "T10", .figure = "correlation of two namespaces",
	  .precision = 3, .take = take_two_namespaces, .argument = 1,
	  .claims = INDEPENDENT, .least = -0.15, .most = 0.15,
	  .skips = OF(DOUBLEHASH_256) },
	{ }
};
