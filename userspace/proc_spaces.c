// SPDX-License-Identifier: GPL-2.0-only
/* The parser of proc_spaces.h, made from a table of columns. */
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "proc_spaces.h"

#define COLUMNS_MAX 64	/* in the file, those of later versions included */

static const struct column {
	const char *name;
	size_t offset;		/* in struct space */
	bool number;		/* else a word */
} columns[] = {
	{ "path", offsetof(struct space, path), false },
	{ "proto", offsetof(struct space, proto), false },
	{ "laddr", offsetof(struct space, laddr), false },
	{ "raddr", offsetof(struct space, raddr), false },
	{ "rport", offsetof(struct space, rport), true },
	{ "device", offsetof(struct space, device), true },
	{ "low", offsetof(struct space, low), true },
	{ "ports", offsetof(struct space, ports), true },
	{ "busy", offsetof(struct space, busy), true },
	{ "lingering", offsetof(struct space, lingering), true },
	{ "searches", offsetof(struct space, searches), true },
	{ "exhausted", offsetof(struct space, exhausted), true },
	{ "last_used", offsetof(struct space, last_used), true },
};

static bool fail(struct proc_error *error, size_t line, const char *what)
{
	error->line = line;
	error->what = what;
	return false;
}

static const struct column *column_find(const struct field *name)
{
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (field_is(name, columns[i].name))
			return &columns[i];
	return NULL;
}

static bool space_set(struct space *space, const struct column *column,
		      const struct field *field)
{
	void *where = (char *)space + column->offset;

	return column->number ? field_number(field, where) :
				field_word(field, where, SPACE_WORD_MAX);
}

static struct space *spaces_add(struct spaces *spaces)
{
	/* grows at 0, 1, 2, 4, 8, ... */
	if (!(spaces->count & (spaces->count - 1))) {
		size_t room = spaces->count ? 2 * spaces->count : 1;
		struct space *larger = reallocarray(spaces->at, room,
						    sizeof(*larger));

		if (!larger)
			return NULL;
		spaces->at = larger;
	}
	spaces->at[spaces->count] = (struct space){ .ports = 0 };
	return &spaces->at[spaces->count++];
}

static bool line_parse(struct field line, const struct column *const *order,
		       size_t count, struct spaces *spaces,
		       struct proc_error *error, size_t number)
{
	struct space *space = spaces_add(spaces);
	struct field field;
	size_t i;

	if (!space)
		return fail(error, number, "out of memory");
	for (i = 0; i < count; i++) {
		if (!line_field(&line, &field))
			return fail(error, number, "fewer fields than columns");
		if (order[i] && !space_set(space, order[i], &field))
			return fail(error, number, "not a value of its column");
	}
	if (line_field(&line, &field))
		return fail(error, number, "more fields than columns");
	if (!space->ports || space->busy > space->ports)
		return fail(error, number, "more ports busy than there are");
	return true;
}

bool spaces_parse(const char *text, size_t len, struct spaces *spaces,
		  struct proc_error *error)
{
	const struct column *order[COLUMNS_MAX];
	struct text in = text_start(text, len);
	struct field line, field;
	size_t count = 0;

	*spaces = (struct spaces){ .at = NULL };
	if (!text_line(&in, &line))
		return fail(error, 0, "empty");
	while (line_field(&line, &field)) {
		if (count == COLUMNS_MAX)
			return fail(error, in.line, "too many columns");
		order[count++] = column_find(&field);
	}
	if (!order[0] || strcmp(order[0]->name, "proto") != 0)
		return fail(error, in.line, "no header 'proto'");
	while (text_line(&in, &line))
		if (!line_parse(line, order, count, spaces, error, in.line)) {
			free(spaces->at);
			*spaces = (struct spaces){ .at = NULL };
			return false;
		}
	return true;
}

/* Equals in an order of their own, so that the same ones come first each time. */
static int space_compare(const void *a, const void *b)
{
	const struct space *x = a, *y = b;
	double left = space_occupancy(x), right = space_occupancy(y);
	int order;

	if (left != right)
		return left < right ? 1 : -1;
	if (x->busy != y->busy)
		return x->busy < y->busy ? 1 : -1;
	order = strcmp(x->path, y->path);
	if (!order)
		order = strcmp(x->raddr, y->raddr);
	if (!order && x->rport != y->rport)
		order = x->rport < y->rport ? -1 : 1;
	if (!order)
		order = strcmp(x->laddr, y->laddr);
	if (!order && x->device != y->device)
		order = x->device < y->device ? -1 : 1;
	return order ? order : strcmp(x->proto, y->proto);
}

void spaces_sort(struct spaces *spaces)
{
	if (spaces->count)
		qsort(spaces->at, spaces->count, sizeof(*spaces->at),
		      space_compare);
}
