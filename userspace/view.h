/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'stats' shows: counters and histogram, for people and as JSON, once or
 * as one picture of a live view.
 */
#ifndef DYNPORTCTL_VIEW_H
#define DYNPORTCTL_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proc_stats.h"

struct libscols_line;

struct view {
	FILE *out;
	bool json;
	bool live;		/* show rates, and in JSON the time */
	double seconds;		/* between the two samples; 0: there is but one */
};

/* @before is used only if @view->seconds is not 0. */
void view_counters(const struct view *view, const struct counters *now,
		   const struct counters *before);
void view_histogram(const struct view *view, const struct histogram *now,
		    const struct histogram *before);

/* A counter may have wrapped between the two. */
double view_rate(const struct view *view, uint64_t now, uint64_t before);

void view_set_number(struct libscols_line *line, size_t column, uint64_t n);
void view_set_rate(struct libscols_line *line, size_t column, double rate);

#endif
