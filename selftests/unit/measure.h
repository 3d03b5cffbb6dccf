/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measure.h - tests T1 to T11: what an algorithm's ports give away
 *
 * A measure is one figure about one algorithm, taken from a fresh host with the
 * module's defaults (ports 32768-60999, bind_stride 2: connect() has 14,116 of
 * the 28,232) unless it says otherwise, and with idle destinations and a clock
 * that stands still unless it needs others. The figure comes with the number of
 * samples it rests on. Where an algorithm claims a property, the figure has a
 * bound. See docs/algorithms.md.
 */
#ifndef DYNPORT_UNIT_MEASURE_H
#define DYNPORT_UNIT_MEASURE_H

#include "host.h"

#define MEASURE_WINDOW	28232.	/* ports of the default range */
#define MEASURE_CLASS	14116.	/* connect()'s own with bind_stride 2 */

/* The algorithms measured. The last one is for T3 and T4 only. */
enum {
	STOCK, BSD, RANDOM_START, RANDOM_PICK, HASH, DOUBLEHASH, RANDINC,
	LEAST_RECENT, DOUBLEHASH_256, MEASURE_ALGORITHMS
};

#define OF(algorithm)	(1U << (algorithm))

extern struct dynport_algorithm *const measure_algorithms[];

struct measured {
	double value;	/* NAN: there is no such figure */
	u64 samples;
};

struct measure {
	const char *test;	/* "T1" */
	const char *figure;	/* what the value is */
	int precision;		/* digits behind the point */
	/* @argument is the measure's; @quick: modest samples, for check. */
	struct measured (*take)(const struct dynport_algorithm *algorithm,
				int argument, bool quick);
	int argument;
	u32 claims;		/* OF() those that have to keep the bounds */
	double least, most;	/* both included */
	/* An algorithm with a bound of its own, and that; 0: none. */
	u32 other_claims;
	double other_least;
	u32 skips;		/* OF() those not measured */
};

/* Each file has a table of them, ended by an empty one. */
extern const struct measure entropy_measures[];
extern const struct measure correlation_measures[];
extern const struct measure collision_measures[];
extern const struct measure key_measures[];
extern const struct measure evenness_measures[];
extern const struct measure reuse_measures[];
extern const struct measure cost_measures[];

extern const struct measure *const measure_tables[];
#define MEASURE_TABLES	7

enum verdict { NO_CLAIM, KEPT, BROKEN };

enum verdict measure_judge(const struct measure *measure, u32 algorithm,
			   double value);

/* A port's number in its class, as connect() counts with bind_stride 2. */
static inline u32 measure_number(int port)
{
	return (u32)(port - HOST_LOW) / 2;
}

/* Pearson's correlation coefficient of pairs, one after the other. */
struct correlation {
	u64 n;
	double x, y, xx, yy, xy;
};

void correlation_add(struct correlation *correlation, double x, double y);
double correlation_value(const struct correlation *correlation);

#endif
