// SPDX-License-Identifier: GPL-2.0-only
/* How many candidates the searches needed: a table with bars, or JSON. */
#include <string.h>

#include "output.h"
#include "view.h"

static void json_histogram(const struct view *view, const struct histogram *h)
{
	struct output_column columns[3 + HISTOGRAM_COLUMNS_MAX] = {
		{ .key = "candidates", .json = SCOLS_JSON_STRING },
		{ .key = "from", .json = SCOLS_JSON_NUMBER },
		{ .key = "to", .json = SCOLS_JSON_NUMBER },
	};
	struct libscols_table *table;
	size_t i, row;

	for (i = 0; i < h->columns; i++)
		columns[3 + i] = (struct output_column){
			.key = h->column[i], .json = SCOLS_JSON_NUMBER,
		};
	table = output_table(view->out, "histogram", true, columns, 3 + h->columns);
	for (row = 0; row < h->rows; row++) {
		struct libscols_line *line = output_line(table, NULL);

		output_set(line, 0, h->row[row].label);
		view_set_number(line, 1, h->row[row].low);
		view_set_number(line, 2, h->row[row].high);
		for (i = 0; i < h->columns; i++)
			view_set_number(line, 3 + i, h->row[row].value[i]);
	}
	output_print(table);
}

#define BAR_MIN 4
#define BAR_MAX 20

/* A bar of @share (0..1) of @width columns, in eighths where UTF-8 is shown. */
static void set_bar(struct libscols_line *line, size_t column, double share,
		    size_t width)
{
	static const char *const eighth[] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a",
		"\u2589", "\u2588",
	};
	char bar[3 * BAR_MAX + 1] = "";
	size_t steps = output_utf8() ? 8 : 1;
	size_t left = share * width * steps + 0.5, len = 0;

	if (!left && share > 0)
		left = 1;
	if (left > width * steps)
		left = width * steps;
	while (left) {
		size_t part = left < steps ? left : steps;
		const char *block = steps == 8 ? eighth[part] : "#";

		memcpy(bar + len, block, strlen(block) + 1);
		len += strlen(block);
		left -= part;
	}
	output_set(line, column, bar);
}

/*
 * Searches by the number of their candidates; with @before those of the time
 * between, per second. The bar is the row's share of its column.
 */
static void table_histogram(const struct view *view, const struct histogram *h,
			    const struct histogram *before)
{
	struct output_column columns[1 + 2 * HISTOGRAM_COLUMNS_MAX] = {
		{ .key = "candidates", .heading = "CANDIDATES", .flags = SCOLS_FL_RIGHT },
	};
	char heading[HISTOGRAM_COLUMNS_MAX][PROC_NAME_MAX + 2];
	double value[HISTOGRAM_ROWS_MAX][HISTOGRAM_COLUMNS_MAX];
	double sum[HISTOGRAM_COLUMNS_MAX] = { 0 };
	struct libscols_table *table;
	size_t row, i, rows = 1, width, room;

	if (!(view->seconds > 0) || before->rows != h->rows ||
	    before->columns != h->columns)
		before = NULL;
	for (i = 0; i < h->columns; i++) {
		char *c;

		snprintf(heading[i], sizeof(heading[i]), "%s%s", h->column[i],
			 before ? "/S" : "");
		for (c = heading[i]; *c; c++)
			if (*c >= 'a' && *c <= 'z')
				*c -= 'a' - 'A';
		columns[1 + 2 * i] = (struct output_column){
			.key = h->column[i], .heading = heading[i],
			.flags = SCOLS_FL_RIGHT,
		};
		columns[2 + 2 * i] = (struct output_column){
			.key = "share", .heading = "",
			.flags = SCOLS_FL_STRICTWIDTH,
		};
	}
	for (row = 0; row < h->rows; row++)
		for (i = 0; i < h->columns; i++) {
			value[row][i] = before ?
				view_rate(view, h->row[row].value[i],
					  before->row[row].value[i]) :
				(double)h->row[row].value[i];
			sum[i] += value[row][i];
			if (h->row[row].value[i])
				rows = row + 1;
		}

	table = output_table(view->out, "histogram", false, columns,
			     1 + 2 * h->columns);
	room = scols_table_get_termwidth(table);
	width = h->columns ? (room > 12 ? room - 12 : 0) / h->columns : 0;
	width = width > 12 + BAR_MIN ? width - 12 : BAR_MIN;
	if (width > BAR_MAX)
		width = BAR_MAX;
	for (row = 0; row < rows && row < h->rows; row++) {
		struct libscols_line *line = output_line(table, NULL);

		output_set(line, 0, h->row[row].label);
		for (i = 0; i < h->columns; i++) {
			if (before)
				view_set_rate(line, 1 + 2 * i, value[row][i]);
			else
				view_set_number(line, 1 + 2 * i,
						h->row[row].value[i]);
			set_bar(line, 2 + 2 * i,
				sum[i] ? value[row][i] / sum[i] : 0, width);
		}
	}
	for (i = 0; i < h->columns; i++)
		scols_column_set_whint(scols_table_get_column(table, 2 + 2 * i),
				       width);
	output_print(table);
}

void view_histogram(const struct view *view, const struct histogram *now,
		    const struct histogram *before)
{
	if (view->json)
		json_histogram(view, now);
	else
		table_histogram(view, now, before);
}
