// SPDX-License-Identifier: GPL-2.0-only
/* Edit distance (optimal string alignment) between short names. */
#include <limits.h>
#include <string.h>

#include "nearest.h"

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

unsigned int nearest_distance(const char *a, const char *b)
{
	unsigned int rows[3][NEAREST_MAX + 1];
	unsigned int *before = rows[0], *prev = rows[1], *row = rows[2];
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > NEAREST_MAX || lb > NEAREST_MAX)
		return UINT_MAX;
	for (j = 0; j <= lb; j++)
		prev[j] = j;
	for (i = 1; i <= la; i++) {
		unsigned int *spare;

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			unsigned int differ = a[i - 1] != b[j - 1];

			row[j] = min3(prev[j] + 1, row[j - 1] + 1,
				      prev[j - 1] + differ);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = prev;
		prev = row;
		row = spare;
	}
	return prev[lb];
}

struct nearest nearest_start(const char *wanted)
{
	size_t len = strlen(wanted);

	/* A third of the letters may be wrong, and at least one. */
	return (struct nearest){
		.wanted = wanted,
		.distance = len < 3 ? 2 : len / 3 + 1,
	};
}

void nearest_offer(struct nearest *near, const char *name)
{
	unsigned int distance = nearest_distance(near->wanted, name);

	if (distance < near->distance) {
		near->distance = distance;
		near->best = name;
	}
}
