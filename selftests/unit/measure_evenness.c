// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_evenness.c - T6, T7: are all ports chosen equally often?
 */
#include <math.h>

#include <linux/random.h>

#include "measure.h"

#define LISTENERS	-1000	/* as an argument: so many, at random */

/*
 * Connections, each to a destination of its own and closed at once, in a window
 * with a block of @argument reserved ports, or with -@argument ports that the
 * kernel refuses. The count of the port chosen most, by the mean.
 */
static struct measured take_evenness(const struct dynport_algorithm *algorithm,
				     int argument, bool quick)
{
	u32 ports = quick ? 8000 : 28232, members, most = 0, i, port;
	u32 high = HOST_LOW + ports - 1, times[65536] = { 0 };
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct host *host = host_alloc(algorithm);
	u64 samples = ports / 2 * 1000ULL, n;

	host_set_window(host, HOST_LOW, high);
	if (argument > 0)
		host_reserve(host, HOST_LOW + 2000, HOST_LOW + 1999 + argument);
	for (i = 0; argument < 0 && i < (u32)-argument; i++)
		set_bit(HOST_LOW + 2 * get_random_u32_below(ports / 2), busy);

	for (n = 0; n < samples; n++) {
		struct peer peer = host_peer(n);

		times[host_connect(host, &peer, busy)]++;
	}
	for (members = 0, port = HOST_LOW; port <= high; port += 2) {
		members += !test_bit(port, busy) &&
			   !test_bit(port, host->net.reserved_ports);
		most = max(most, times[port]);
	}
	host_free(host);
	return (struct measured){ (double)most * members / samples, samples };
}

/* As above, without anything in the way: chi square by degree of freedom. */
static struct measured take_chi_square(const struct dynport_algorithm *algorithm,
				       int argument, bool quick)
{
	u32 samples = quick ? 1000000 : 5000000, times[14116] = { 0 }, i;
	struct host *host = host_alloc(algorithm);
	double expected = samples / MEASURE_CLASS, chi_square = 0;

	for (i = 0; i < samples; i++) {
		struct peer peer = host_peer(i);

		times[measure_number(host_connect(host, &peer,
						  host_nothing_busy))]++;
	}
	host_free(host);
	for (i = 0; i < ARRAY_SIZE(times); i++)
		chi_square += pow(times[i] - expected, 2) / expected;
	return (struct measured){ chi_square / (MEASURE_CLASS - 1), samples };
}

/* Percentage of even ports; @argument is the path, with bind_stride 0. */
static struct measured take_even_share(const struct dynport_algorithm *algorithm,
				       int argument, bool quick)
{
	u32 samples = quick ? 50000 : 1000000, even = 0, i;
	struct host *host = host_alloc(algorithm);

	host->netns.tunables.bind_stride = 0;
	for (i = 0; i < samples; i++) {
		struct peer peer = host_peer(i);

		even += host_pick(host, argument, &peer, host_nothing_busy) % 2
			== 0;
	}
	host_free(host);
	return (struct measured){ 100. * even / samples, samples };
}

#define ALL_BUT_STOCK	(OF(DOUBLEHASH_256) - 1 - OF(STOCK))

#define EVENNESS(argument_, name) \
	{ .test = "T6", .figure = "most chosen port / mean, " name, \
	  .precision = 2, .take = take_evenness, .argument = (argument_), \
	  .claims = OF(RANDOM_PICK), .most = 1.2, .skips = OF(DOUBLEHASH_256) }

#define EVEN_SHARE(path, name) \
	{ .test = "T7", .figure = "even ports, %, bind_stride 0, " name, \
	  .precision = 1, .take = take_even_share, .argument = (path), \
	  .claims = ALL_BUT_STOCK, .least = 49, .most = 51, \
	  .skips = OF(DOUBLEHASH_256) }

const struct measure evenness_measures[] = {
	EVENNESS(1, "1 reserved"),
	EVENNESS(100, "100 reserved"),
	EVENNESS(4000, "4000 reserved"),
	EVENNESS(LISTENERS, "1000 listeners"),
	/* Standard deviation: sqrt(2 / 14115) = 0.012. */
	{ .test = "T6", .figure = "chi square / degrees of freedom",
	  .precision = 2, .take = take_chi_square,
	  .claims = OF(RANDOM_PICK) | OF(RANDOM_START),
	  .least = 0.94, .most = 1.06, .skips = OF(DOUBLEHASH_256) },
	EVEN_SHARE(DYNPORT_PATH_CONNECT, "connect"),
	EVEN_SHARE(DYNPORT_PATH_BIND, "bind"),
	{ }
};
