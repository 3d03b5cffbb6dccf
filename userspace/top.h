/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'top' shows: the fullest port spaces of a namespace, with trend and
 * owner. top_sample.c collects, view_top.c shows.
 */
#ifndef DYNPORTCTL_TOP_H
#define DYNPORTCTL_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "destinations.h"
#include "live.h"
#include "window.h"

struct top_row {
	const struct destination *destination;
	char *owner;			/* NULL: not known, or nobody's */
};

struct top {
	struct window window;
	double at;			/* screen_now() of the sample */
	struct destinations now;
	bool mapped;			/* the module's maps could be read */
	char note[LIVE_WHY_MAX];	/* why not, "": nothing to say */

	/* private to top_sample.c */
	double owners_next;		/* not read again before */
	size_t owners;
	struct {
		struct space_key key;
		char *name;
	} *owner;
};

/* Looks at the namespace, and takes the trend if it did so before. */
bool top_sample(struct top *top, char why[LIVE_WHY_MAX]);

/*
 * The @limit fullest (0: all) and whose they are; returns them, *@count of them,
 * to be freed with top_rows_free().
 */
struct top_row *top_rows(struct top *top, size_t limit, size_t *count);
void top_rows_free(struct top_row *rows, size_t count);

void top_free(struct top *top);

/* @limit: rows at most, 0: all. */
void view_top(FILE *out, bool json, struct top *top, size_t limit);

/* The same without the lines above the table. */
void view_top_rows(FILE *out, bool json, struct top *top, size_t limit);

/* Lines of view_top() for people that are no rows. */
#define VIEW_TOP_LINES 4

#endif
