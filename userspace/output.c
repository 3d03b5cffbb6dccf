// SPDX-License-Identifier: GPL-2.0-only
/* Tables by libsmartcols. */
#include <err.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "verb.h"

static const char *const sequences[] = {
	[OUTPUT_BOLD] = "\033[1m",
	[OUTPUT_DIM] = "\033[2m",
	[OUTPUT_GOOD] = "\033[32m",
	[OUTPUT_BAD] = "\033[31m",
};

void output_no_memory(void)
{
	errx(EXIT_FAILED, "out of memory");
}

/* https://no-color.org: set and not empty */
static bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return output_terminal() && !(no && *no) &&
	       term && *term && strcmp(term, "dumb") != 0;
}

bool output_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

bool output_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

const char *output_colour_on(enum output_colour colour)
{
	return colour_wanted() ? sequences[colour] : "";
}

const char *output_colour_off(void)
{
	return colour_wanted() ? "\033[0m" : "";
}

struct libscols_table *output_table(FILE *out, const char *name, bool json,
				    const struct output_column *columns,
				    size_t count)
{
	struct libscols_table *table = scols_new_table();
	size_t i;

	if (!table || scols_table_set_name(table, name) ||
	    scols_table_set_stream(table, out) ||
	    scols_table_enable_json(table, json) ||
	    scols_table_enable_colors(table, !json && colour_wanted()))
		output_no_memory();
	for (i = 0; i < count; i++) {
		const struct output_column *c = &columns[i];
		struct libscols_column *column;

		/* flags are about looks: in JSON a tree would be nested */
		column = scols_table_new_column(table,
				json || !c->heading ? c->key : c->heading, 0,
				json ? 0 : c->heading ? c->flags
						      : SCOLS_FL_HIDDEN);
		if (!column || scols_column_set_json_type(column, c->json))
			output_no_memory();
		if (c->json == SCOLS_JSON_ARRAY_STRING)
			scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
						  scols_wrapnl_nextchunk, NULL);
		if (!json)
			scols_cell_set_color(scols_column_get_header(column),
					     sequences[OUTPUT_BOLD]);
	}
	return table;
}

struct libscols_line *output_line(struct libscols_table *table,
				  struct libscols_line *parent)
{
	struct libscols_line *line = scols_table_new_line(table, parent);

	if (!line)
		output_no_memory();
	return line;
}

void output_set(struct libscols_line *line, size_t column, const char *text)
{
	if (text && scols_line_set_data(line, column, text))
		output_no_memory();
}

void output_setf(struct libscols_line *line, size_t column,
		 const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		output_no_memory();
	va_end(args);
	if (scols_line_refer_data(line, column, text))
		output_no_memory();
}

void output_colour(struct libscols_line *line, size_t column,
		   enum output_colour colour)
{
	if (scols_cell_set_color(scols_line_get_cell(line, column),
				 sequences[colour]))
		output_no_memory();
}

void output_print(struct libscols_table *table)
{
	if (scols_print_table(table))
		output_no_memory();
	scols_unref_table(table);
}
