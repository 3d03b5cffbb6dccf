// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure.c - the list of measures, and what they have in common
 */
#include <math.h>

#include "measure.h"

extern struct dynport_algorithm unit_dynport_doublehash_256;

struct dynport_algorithm *const measure_algorithms[MEASURE_ALGORITHMS] = {
	[STOCK]			= &dynport_stock,
	[BSD]			= &dynport_bsd,
	[RANDOM_START]		= &dynport_random_start,
	[RANDOM_PICK]		= &dynport_random_pick,
	[HASH]			= &dynport_hash,
	[DOUBLEHASH]		= &dynport_doublehash,
	[RANDINC]		= &dynport_randinc,
	[LEAST_RECENT]		= &dynport_least_recent,
	[DOUBLEHASH_256]	= &unit_dynport_doublehash_256,
};

const struct measure *const measure_tables[MEASURE_TABLES] = {
	entropy_measures, correlation_measures, collision_measures,
	key_measures, evenness_measures, reuse_measures, cost_measures,
};

enum verdict measure_judge(const struct measure *measure, u32 algorithm,
			   double value)
{
	double least = measure->least;

	if (OF(algorithm) & measure->other_claims)
		least = measure->other_least;
	else if (!(OF(algorithm) & measure->claims))
		return NO_CLAIM;
	/* NAN keeps no bound. */
	return value >= least && value <= measure->most ? KEPT : BROKEN;
}

void correlation_add(struct correlation *correlation, double x, double y)
{
	correlation->n++;
	correlation->x += x;
	correlation->y += y;
	correlation->xx += x * x;
	correlation->yy += y * y;
	correlation->xy += x * y;
}

double correlation_value(const struct correlation *c)
{
	double x = c->n * c->xx - c->x * c->x, y = c->n * c->yy - c->y * c->y;

	if (x <= 0 || y <= 0)
		return NAN;
	return (c->n * c->xy - c->x * c->y) / sqrt(x * y);
}
