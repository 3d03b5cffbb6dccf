// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_cost.c - ports tried per connect() while one destination fills up
 */
#include "measure.h"

#define WINDOW	28232
#define MAPS	1000	/* added to the percentage */

/*
 * Candidates of the search, and the ports that the kernel's own picker looks
 * at, from @argument percent of the window on, for 1 percent of it. With MAPS
 * a map begins after the default's 8 refusals, and is swept at once.
 */
static struct measured take_cost(const struct dynport_algorithm *algorithm,
				 int argument, bool quick)
{
	u32 from = WINDOW / 100 * (argument % MAPS), to = from + WINDOW / 100;
	u32 fills = quick ? 1 : 3, fill, i;
	u64 probes = 0;

	for (fill = 0; fill < fills; fill++) {
		unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
		struct host *host = host_alloc(algorithm);
		struct peer peer = host_peer(fill);

		if (argument >= MAPS) {
			host->netns.tunables.map_threshold = 8;
			host->sweeps = true;
		}
		for (i = 0; i < to; i++) {
			set_bit(host_connect(host, &peer, busy), busy);
			if (i >= from)
				probes += host->probes;
		}
		host_free(host);
	}
	return (struct measured){
		(double)probes / (fills * (to - from)), fills * (to - from),
	};
}

#define COST(percent) \
	{ .test = "cost", .figure = "ports tried at " #percent " % occupancy", \
	  .precision = 1, .take = take_cost, .argument = (percent), \
	  .skips = OF(DOUBLEHASH_256) }

#define COST_MAPPED(percent) \
	{ .test = "cost", .figure = "the same with maps, " #percent " %", \
	  .precision = 1, .take = take_cost, .argument = MAPS + (percent), \
	  .skips = OF(STOCK) | OF(DOUBLEHASH_256) }

const struct measure cost_measures[] = {
	COST(1), COST(25), COST(48), COST(51), COST(90), COST(99),
	COST_MAPPED(25), COST_MAPPED(48), COST_MAPPED(51), COST_MAPPED(90),
	COST_MAPPED(99),
	{ }
};
