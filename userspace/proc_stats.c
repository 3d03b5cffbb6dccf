// SPDX-License-Identifier: GPL-2.0-only
/* The parsers of proc_stats.h. */
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "proc_stats.h"

static bool fail(struct proc_error *error, size_t line, const char *what)
{
	error->line = line;
	error->what = what;
	return false;
}

bool counters_parse(const char *text, size_t len, struct counters *counters,
		    struct proc_error *error)
{
	struct text in = text_start(text, len);
	struct field line, name, value;

	counters->count = 0;
	if (!text_line(&in, &line))
		return fail(error, 0, "empty");
	if (!line_field(&line, &name) || !field_is(&name, "name") ||
	    !line_field(&line, &value) || !field_is(&value, "value"))
		return fail(error, in.line, "no header 'name', 'value'");

	while (text_line(&in, &line)) {
		struct counter *counter = &counters->at[counters->count];

		if (counters->count == COUNTERS_MAX)
			return fail(error, in.line, "too many counters");
		if (!line_field(&line, &name) || !line_field(&line, &value))
			return fail(error, in.line, "no name and value");
		if (!field_name(&name, counter->name, PROC_NAME_MAX))
			return fail(error, in.line, "not a counter's name");
		if (counters_find(counters, counter->name))
			return fail(error, in.line, "a counter's second line");
		if (!field_number(&value, &counter->value))
			return fail(error, in.line, "not a number");
		counters->count++;
	}
	return true;
}

const uint64_t *counters_find(const struct counters *counters, const char *name)
{
	size_t i;

	for (i = 0; i < counters->count; i++)
		if (strcmp(counters->at[i].name, name) == 0)
			return &counters->at[i].value;
	return NULL;
}

const uint64_t *counters_find_path(const struct counters *counters,
				   const char *path, const char *what)
{
	char name[PROC_NAME_MAX];
	int n = snprintf(name, sizeof(name), "%s_%s", path, what);

	if (n < 0 || (size_t)n >= sizeof(name))
		return NULL;
	return counters_find(counters, name);
}

/* "7" or "5-8" */
static bool row_label(const struct field *field, struct histogram_row *row)
{
	const char *dash = memchr(field->at, '-', field->len);
	struct field low = *field, high = *field;
	uint64_t from, to;

	if (field->len >= sizeof(row->label))
		return false;
	if (dash) {
		low.len = dash - field->at;
		high.at = dash + 1;
		high.len = field->len - low.len - 1;
	}
	if (!field_number(&low, &from) || !field_number(&high, &to) ||
	    from > to || to > UINT32_MAX)
		return false;
	row->low = from;
	row->high = to;
	memcpy(row->label, field->at, field->len);
	row->label[field->len] = '\0';
	return true;
}

bool histogram_parse(const char *text, size_t len, struct histogram *histogram,
		     struct proc_error *error)
{
	struct text in = text_start(text, len);
	struct field line, field;
	size_t i;

	histogram->columns = 0;
	histogram->rows = 0;
	if (!text_line(&in, &line))
		return fail(error, 0, "empty");
	if (!line_field(&line, &field) || !field_is(&field, "candidates"))
		return fail(error, in.line, "no header 'candidates'");
	while (line_field(&line, &field)) {
		if (histogram->columns == HISTOGRAM_COLUMNS_MAX)
			return fail(error, in.line, "too many columns");
		if (!field_name(&field, histogram->column[histogram->columns],
				PROC_NAME_MAX))
			return fail(error, in.line, "not a column's name");
		histogram->columns++;
	}

	while (text_line(&in, &line)) {
		struct histogram_row *row = &histogram->row[histogram->rows];

		if (histogram->rows == HISTOGRAM_ROWS_MAX)
			return fail(error, in.line, "too many rows");
		if (!line_field(&line, &field) || !row_label(&field, row))
			return fail(error, in.line, "not a number of candidates");
		if (histogram->rows && row->low <= row[-1].high)
			return fail(error, in.line, "rows out of order");
		for (i = 0; i < histogram->columns; i++)
			if (!line_field(&line, &field) ||
			    !field_number(&field, &row->value[i]))
				return fail(error, in.line, "not a number");
		if (line_field(&line, &field))
			return fail(error, in.line, "more fields than columns");
		histogram->rows++;
	}
	return true;
}
