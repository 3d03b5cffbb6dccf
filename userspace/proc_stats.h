/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/net/dynport/stats and histogram: their text, parsed. Both are tables
 * with a header line and tabs; columns and counters are only ever appended, so
 * a reader takes what it knows by name and keeps the rest as it is.
 *
 * The parsers are pure: any bytes of any length go in (they need no NUL), and
 * either a complete result or a message comes out.
 */
#ifndef DYNPORTCTL_PROC_STATS_H
#define DYNPORTCTL_PROC_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROC_NAME_MAX 48	/* of a counter or a column, with the NUL */

struct counter {
	char name[PROC_NAME_MAX];
	uint64_t value;
};

#define COUNTERS_MAX 128

struct counters {
	size_t count;
	struct counter at[COUNTERS_MAX];
};

#define HISTOGRAM_ROWS_MAX 32
#define HISTOGRAM_COLUMNS_MAX 8

struct histogram_row {
	char label[24];			/* "1", "3-4": as the kernel wrote it */
	uint32_t low, high;		/* the same as numbers, inclusive */
	uint64_t value[HISTOGRAM_COLUMNS_MAX];
};

struct histogram {
	size_t columns, rows;
	char column[HISTOGRAM_COLUMNS_MAX][PROC_NAME_MAX];
	struct histogram_row row[HISTOGRAM_ROWS_MAX];
};

/* What a parser did not like. */
struct proc_error {
	size_t line;		/* from 1; 0: the text as a whole */
	const char *what;
};

bool counters_parse(const char *text, size_t len, struct counters *counters,
		    struct proc_error *error);
bool histogram_parse(const char *text, size_t len, struct histogram *histogram,
		     struct proc_error *error);

/* The counter's value, or NULL if there is none of that name. */
const uint64_t *counters_find(const struct counters *counters,
			      const char *name);
/* The same for "<path>_<what>". */
const uint64_t *counters_find_path(const struct counters *counters,
				   const char *path, const char *what);

/*
 * Read and parse the files of the namespace that the program is in. Return 0,
 * or -errno and why: the callers know when it can be said.
 */
#define PROC_WHY_MAX 192

int counters_read(struct counters *counters, char why[PROC_WHY_MAX]);
int histogram_read(struct histogram *histogram, char why[PROC_WHY_MAX]);

#endif
