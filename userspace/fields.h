/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of /proc/net/dynport, taken apart: lines, and in them fields
 * between tabs. Nothing is copied before it was measured, and no NUL is needed
 * at the end. Pure.
 */
#ifndef DYNPORTCTL_FIELDS_H
#define DYNPORTCTL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	const char *at, *end;
	size_t line;		/* the number of the line cut off last, from 1 */
};

struct field {
	const char *at;
	size_t len;
};

static inline struct text text_start(const char *text, size_t len)
{
	return (struct text){ .at = text, .end = text + len };
}

/* Cuts the next line off, without its newline. False at the end of the text. */
bool text_line(struct text *text, struct field *line);

/*
 * Cuts the next field off the line. A line of n tabs has n + 1 fields; after
 * the last one line->at is NULL, and there are no more.
 */
bool line_field(struct field *line, struct field *field);

bool field_is(const struct field *field, const char *text);
/* A decimal number without a sign that fits. */
bool field_number(const struct field *field, uint64_t *number);
/* Lower-case letters, digits and '_', copied to @name of @size with a NUL. */
bool field_name(const struct field *field, char *name, size_t size);
/* Any printable ASCII but blanks, likewise. */
bool field_word(const struct field *field, char *word, size_t size);

#endif
