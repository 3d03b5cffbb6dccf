// SPDX-License-Identifier: GPL-2.0-only
/*
 * guess.c - how well can the next of a series of numbers be guessed?
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "guess.h"

#define MAX_GUESSES	128	/* a turn */

enum way { BY_VALUE, BY_DIFFERENCE, BY_AGE, WAYS };

struct guesser {
	u32 count;
	u32 last;		/* number seen */
	u64 seen;
	u64 tries;
	u64 hits[WAYS][MAX_GUESSES];	/* with guess number n, from 0 */
	/* By number, or difference mod count. */
	u32 *times[BY_AGE];	/* learned */
	u8 *rank[BY_AGE];	/* the guess number it has; MAX_GUESSES: none */
	u64 *when;		/* last seen; 0: never */
	/* A ring of the numbers, the one not seen for longest first. */
	u32 *older, *newer;	/* @count is its head */
};

static void *guesser_array(size_t count, size_t size)
{
	void *array = calloc(count, size);

	if (!array) {
		perror("calloc");
		exit(1);
	}
	return array;
}

struct guesser *guesser_alloc(u32 count)
{
	struct guesser *guesser = guesser_array(1, sizeof(*guesser));
	u32 i;

	guesser->count = count;
	for (i = 0; i < BY_AGE; i++) {
		guesser->times[i] = guesser_array(count, sizeof(u32));
		guesser->rank[i] = guesser_array(count, sizeof(u8));
	}
	guesser->when = guesser_array(count, sizeof(u64));
	guesser->older = guesser_array(count + 1, sizeof(u32));
	guesser->newer = guesser_array(count + 1, sizeof(u32));
	for (i = 0; i <= count; i++) {
		guesser->newer[i] = i < count ? i + 1 : 0;
		guesser->older[i] = i ? i - 1 : count;
	}
	return guesser;
}

void guesser_free(struct guesser *guesser)
{
	u32 i;

	for (i = 0; i < BY_AGE; i++) {
		free(guesser->times[i]);
		free(guesser->rank[i]);
	}
	free(guesser->when);
	free(guesser->older);
	free(guesser->newer);
	free(guesser);
}

void guesser_see(struct guesser *guesser, u32 number)
{
	u32 head = guesser->count;

	guesser->last = number;
	guesser->when[number] = ++guesser->seen;
	guesser->newer[guesser->older[number]] = guesser->newer[number];
	guesser->older[guesser->newer[number]] = guesser->older[number];
	guesser->older[number] = guesser->older[head];
	guesser->newer[number] = head;
	guesser->newer[guesser->older[head]] = number;
	guesser->older[head] = number;
}

static u32 guesser_difference(const struct guesser *guesser, u32 number)
{
	return (number + guesser->count - guesser->last) % guesser->count;
}

void guesser_learn(struct guesser *guesser, u32 number)
{
	guesser->times[BY_VALUE][number]++;
	guesser->times[BY_DIFFERENCE][guesser_difference(guesser, number)]++;
}

void guesser_ready(struct guesser *guesser)
{
	u32 way, guess, i, best;

	for (way = 0; way < BY_AGE; way++) {
		memset(guesser->rank[way], MAX_GUESSES, guesser->count);
		for (guess = 0; guess < MAX_GUESSES; guess++) {
			best = guesser->count;
			for (i = 0; i < guesser->count; i++)
				if (guesser->rank[way][i] == MAX_GUESSES &&
				    (best == guesser->count ||
				     guesser->times[way][i] >
				     guesser->times[way][best]))
					best = i;
			if (best < guesser->count)
				guesser->rank[way][best] = guess;
		}
	}
}

static u32 guesser_age_rank(const struct guesser *guesser, u32 number)
{
	u32 rank = 0, i;

	/* At least count - MAX_GUESSES others are newer than a guess. */
	if (guesser->when[number] &&
	    guesser->seen - guesser->when[number] + MAX_GUESSES <
	    guesser->count)
		return MAX_GUESSES;
	for (i = guesser->newer[guesser->count];
	     i != number && rank < MAX_GUESSES; i = guesser->newer[i])
		rank++;
	return rank;
}

void guesser_try(struct guesser *guesser, u32 number)
{
	u32 difference = guesser_difference(guesser, number);
	u32 ranks[WAYS] = {
		[BY_VALUE] = guesser->rank[BY_VALUE][number],
		[BY_DIFFERENCE] = guesser->rank[BY_DIFFERENCE][difference],
		[BY_AGE] = guesser_age_rank(guesser, number),
	};
	u32 way;

	guesser->tries++;
	for (way = 0; way < WAYS; way++)
		if (ranks[way] < MAX_GUESSES)
			guesser->hits[way][ranks[way]]++;
}

double guesser_bits(const struct guesser *guesser, u64 hits)
{
	double bits, least = log2(guesser->count) + 1;
	u32 way, guess;
	u64 sum;

	for (way = 0; way < WAYS; way++) {
		for (sum = 0, guess = 0; guess < MAX_GUESSES; guess++) {
			sum += guesser->hits[way][guess];
			if (sum >= hits)
				break;
		}
		if (guess == MAX_GUESSES)
			guess--;
		bits = sum ? log2((guess + 1.) * guesser->tries / sum) : least;
		if (bits < least)
			least = bits;
	}
	return least;
}
