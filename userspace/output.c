// SPDX-License-Identifier: GPL-2.0-only
/* Tables by libsmartcols. */
#include <err.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output.h"
#include "verb.h"

#define SEPARATOR "  "	/* between columns */

static const char *const sequences[] = {
	[OUTPUT_BOLD] = "\033[1m",
	[OUTPUT_DIM] = "\033[2m",
	[OUTPUT_GOOD] = "\033[32m",
	[OUTPUT_BAD] = "\033[31m",
	[OUTPUT_FAIR] = "\033[33m",
	[OUTPUT_MARK] = "\033[36m",
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

unsigned int output_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
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

static int column_flags(const struct output_column *column, bool json)
{
	if (json && !column->key)
		return SCOLS_FL_HIDDEN;
	if (!json)
		return column->heading ? column->flags : SCOLS_FL_HIDDEN;
	/* the others are about looks: a tree would be nested in JSON */
	return column->json == SCOLS_JSON_ARRAY_STRING ? SCOLS_FL_WRAP : 0;
}

/* A newline in a cell's text divides it: into lines, or an array's items. */
static void column_take_lines(struct libscols_column *column)
{
	if (scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
				      scols_wrapnl_nextchunk, NULL) ||
	    scols_column_set_safechars(column, "\n"))
		output_no_memory();
}

struct libscols_table *output_table(FILE *out, const char *name, bool json,
				    const struct output_column *columns,
				    size_t count)
{
	struct libscols_table *table = scols_new_table();
	size_t i;

	if (!table || scols_table_set_name(table, name) ||
	    scols_table_set_stream(table, out) ||
	    scols_table_set_column_separator(table, SEPARATOR) ||
	    scols_table_enable_json(table, json) ||
	    scols_table_enable_colors(table, !json && colour_wanted()))
		output_no_memory();
	for (i = 0; i < count; i++) {
		const struct output_column *c = &columns[i];
		const char *title = json ? c->key : c->heading;
		struct libscols_column *column;

		column = scols_table_new_column(table, title ? title : "", 0,
						column_flags(c, json));
		if (!column || scols_column_set_json_type(column, c->json))
			output_no_memory();
		if (c->json == SCOLS_JSON_ARRAY_STRING || c->flags & SCOLS_FL_WRAP)
			column_take_lines(column);
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

/* Columns on the screen; all texts are UTF-8 of letters one column wide. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; text && *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

/* Breaks @text between words into lines of at most @width, where it can. */
static void words_wrap(char *text, size_t width)
{
	char *line = text, *blank = NULL, *c;

	for (c = text; *c; c++) {
		if (*c != ' ')
			continue;
		if (blank && (size_t)(c - line) > width) {
			*blank = '\n';
			line = blank + 1;
		}
		blank = c;
	}
	if (blank && (size_t)(c - line) > width)
		*blank = '\n';
}

static size_t column_width(struct libscols_table *table, size_t at)
{
	struct libscols_column *column = scols_table_get_column(table, at);
	size_t width = text_width(scols_column_get_name(column)), i;

	for (i = 0; i < scols_table_get_nlines(table); i++) {
		struct libscols_line *line = scols_table_get_line(table, i);
		size_t w = text_width(scols_line_get_column_data(line, column));

		if (w > width)
			width = w;
	}
	return width;
}

/*
 * libsmartcols wraps between any two letters, so its last column is wrapped
 * here, into the room that the others leave on the terminal.
 */
static void table_wrap(struct libscols_table *table)
{
	size_t last = scols_table_get_ncols(table) - 1, used = 1, i;
	struct libscols_column *column = scols_table_get_column(table, last);
	size_t room = scols_table_get_termwidth(table);

	if (!(scols_column_get_flags(column) & SCOLS_FL_WRAP) ||
	    (!output_terminal() && scols_table_get_termforce(table) !=
				   SCOLS_TERMFORCE_ALWAYS))
		return;
	for (i = 0; i < last; i++)
		if (!scols_column_is_hidden(scols_table_get_column(table, i)))
			used += column_width(table, i) + strlen(SEPARATOR);
	for (i = 0; i < scols_table_get_nlines(table); i++) {
		struct libscols_line *line = scols_table_get_line(table, i);
		const char *text = scols_line_get_column_data(line, column);
		char *wrapped = text ? strdup(text) : NULL;

		if (!wrapped)
			continue;
		words_wrap(wrapped, room > used + 20 ? room - used : 20);
		if (scols_line_refer_column_data(line, column, wrapped))
			output_no_memory();
	}
}

void output_print(struct libscols_table *table)
{
	if (!scols_table_is_json(table))
		table_wrap(table);
	if (scols_print_table(table))
		output_no_memory();
	scols_unref_table(table);
}
