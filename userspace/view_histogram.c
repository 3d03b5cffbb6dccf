// SPDX-License-Identifier: GPL-2.0-only
/* How many candidates the searches needed: a table with bars, or JSON. */
#include <string.h>

#include "bar.h"
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
			bar_set(line, 2 + 2 * i,
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
