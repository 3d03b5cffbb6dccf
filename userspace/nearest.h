/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the name that was probably meant. Pure; keeps only pointers. */
#ifndef DYNPORTCTL_NEAREST_H
#define DYNPORTCTL_NEAREST_H

struct nearest {
	const char *wanted;
	const char *best;	/* NULL while nothing is near enough */
	unsigned int distance;	/* of the best; only a smaller one replaces it */
};

struct nearest nearest_start(const char *wanted);
void nearest_offer(struct nearest *near, const char *name);

/*
 * Insertions, deletions, replacements and swaps of neighbours that turn @a into
 * @b. Names longer than NEAREST_MAX are never near: UINT_MAX.
 */
#define NEAREST_MAX 64
unsigned int nearest_distance(const char *a, const char *b);

#endif
