/* SPDX-License-Identifier: GPL-2.0-only */
/* A bar in a cell of a table. */
#ifndef DYNPORTCTL_BAR_H
#define DYNPORTCTL_BAR_H

#include <stddef.h>

#define BAR_MAX 20

struct libscols_line;

/*
 * A bar of @share (0..1) of @width columns, in eighths where UTF-8 is shown.
 * Anything above 0 is seen.
 */
void bar_set(struct libscols_line *line, size_t column, double share,
	     size_t width);

#endif
