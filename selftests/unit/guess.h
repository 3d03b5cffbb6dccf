/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guess.h - how well can the next of a series of numbers be guessed?
 *
 * A guesser watches a series for a while, then guesses each further number with
 * what it learned, in three ways: the numbers that came most often; the
 * differences to what was seen last that came most often; the numbers not seen
 * for longest. Success of the best way, on numbers it did not learn from, gives
 * the conditional min-entropy (an upper bound, as any attack does), without the
 * bias of picking the luckiest of many counters.
 */
#ifndef DYNPORT_UNIT_GUESS_H
#define DYNPORT_UNIT_GUESS_H

#include <linux/types.h>

struct guesser;

/* Numbers are 0 .. @count-1. */
struct guesser *guesser_alloc(u32 count);
void guesser_free(struct guesser *guesser);

/* The attacker sees @number. */
void guesser_see(struct guesser *guesser, u32 number);
/* What should have been guessed was @number: learn from it. */
void guesser_learn(struct guesser *guesser, u32 number);
/* Learned enough. */
void guesser_ready(struct guesser *guesser);
/* What should be guessed is @number: try. */
void guesser_try(struct guesser *guesser, u32 number);

/*
 * Bits of min-entropy, from the least number of guesses a turn that hit
 * @hits times or more; with fewer hits the figure would be noise.
 */
double guesser_bits(const struct guesser *guesser, u64 hits);

#endif
