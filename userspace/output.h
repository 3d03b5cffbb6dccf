/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables and JSON: a thin layer over libsmartcols that decides on colour and
 * JSON once, and ends the program when memory is short.
 */
#ifndef DYNPORTCTL_OUTPUT_H
#define DYNPORTCTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <libsmartcols/libsmartcols.h>

struct output_column {
	const char *key;	/* its name in JSON; NULL: only for people */
	const char *heading;	/* its name for people; NULL: only in JSON */
	int flags;		/* SCOLS_FL_*; WRAP is for the last one only */
	int json;		/* SCOLS_JSON_*; an array's cell has a line each */
};

/* A table called @name with a column for each of @columns. */
struct libscols_table *output_table(FILE *out, const char *name, bool json,
				    const struct output_column *columns,
				    size_t count);

/* Sets a cell of the line; NULL as text leaves it empty (null in JSON). */
void output_set(struct libscols_line *line, size_t column, const char *text);
void output_setf(struct libscols_line *line, size_t column,
		 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Colours of cells; without effect where no colour is wanted. */
enum output_colour {
	OUTPUT_BOLD, OUTPUT_DIM, OUTPUT_GOOD, OUTPUT_BAD, OUTPUT_FAIR, OUTPUT_MARK,
};

void output_colour(struct libscols_line *line, size_t column,
		   enum output_colour colour);
/* The same for text outside of tables: the sequence, or "". */
const char *output_colour_on(enum output_colour colour);
const char *output_colour_off(void);

struct libscols_line *output_line(struct libscols_table *table,
				  struct libscols_line *parent);

/* Prints and frees the table. Writing errors stay in the stream's error flag. */
void output_print(struct libscols_table *table);

/* Is stdout a terminal? */
bool output_terminal(void);

/* Columns of the terminal; 80 where there is none. */
unsigned int output_width(void);

/* Does the terminal (or the locale) show UTF-8? */
bool output_utf8(void);

/* Says "out of memory" and ends the program. */
void output_no_memory(void) __attribute__((noreturn));

#endif
