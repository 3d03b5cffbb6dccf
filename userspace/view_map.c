// SPDX-License-Identifier: GPL-2.0-only
/* The map as text: a line for each row of cells, and a legend; and as JSON. */
#include "map.h"
#include "output.h"

/* What stands beside the cells: "32768 " and " 100%". */
#define LABEL_WIDTH	6
#define PERCENT_WIDTH	6
#define CELLS_STEP	16
/* Title, two lines of numbers, two empty ones, a legend of two. */
#define LINES_AROUND	7
#define ROWS_USUAL	16

static const char *const shade_utf8[PORT_SHADES] = {
	"\u00b7", "\u2591", "\u2592", "\u2593", "\u2588",
};

static const char *const shade_ascii[PORT_SHADES] = { ".", "-", "+", "*", "#" };

static const char *const mark_letter[] = {
	[MARK_LISTENING] = "L", [MARK_RESERVED] = "r", [MARK_GUARDED] = "g",
	[MARK_COOLING] = "c",
};

static const char *shade_text(unsigned int shade)
{
	return output_utf8() ? shade_utf8[shade] : shade_ascii[shade];
}

static enum output_colour cell_colour(const struct port_cell *cell)
{
	unsigned int shade = port_cell_shade(cell);

	if (port_cell_mark(cell) != MARK_NONE)
		return OUTPUT_MARK;
	if (!shade)
		return OUTPUT_DIM;
	if (port_cell_waits(cell))
		return OUTPUT_FAIR;
	return shade == PORT_SHADES - 1 ? OUTPUT_BAD : OUTPUT_GOOD;
}

/* @colour: what the terminal is set to; sequences only where it changes. */
static void print_cell(FILE *out, const struct port_cell *cell, int *colour)
{
	enum port_mark mark = port_cell_mark(cell);
	int wanted = cell_colour(cell);

	if (wanted != *colour)
		fprintf(out, "%s%s", output_colour_off(), output_colour_on(wanted));
	*colour = wanted;
	fputs(mark == MARK_NONE ? shade_text(port_cell_shade(cell)) :
				  mark_letter[mark], out);
}

static void print_row(FILE *out, const struct map *map, unsigned int block,
		      unsigned int first, unsigned int per_row)
{
	unsigned int cells = port_picture_cells(map->picture.range, block), i;
	struct port_cell cell, row;
	int colour = -1;

	row = port_picture_cell(&map->picture, block, first);
	fprintf(out, "%-*u", LABEL_WIDTH, row.range.low);
	for (i = first; i < first + per_row; i++) {
		if (i >= cells)
			break;
		cell = port_picture_cell(&map->picture, block, i);
		row.range.high = cell.range.high;
		print_cell(out, &cell, &colour);
	}
	row = port_picture_sum(&map->picture, row.range);
	fprintf(out, "%s%*.0f%%\n", output_colour_off(),
		PERCENT_WIDTH - 1 + (int)(first + per_row - i),
		port_cell_share(&row) * 100);
}

static void print_legend(FILE *out, const struct map *map, unsigned int block)
{
	unsigned int i;

	fprintf(out, "\na cell is %u port%s; busy: ", block, block == 1 ? "" : "s");
	if (block == 1) {
		fprintf(out, "%s no, %s yes", shade_text(0),
			shade_text(PORT_SHADES - 1));
	} else {
		fprintf(out, "%s none,", shade_text(0));
		for (i = 1; i < PORT_SHADES; i++)
			fprintf(out, " %s", shade_text(i));
		fprintf(out, " up to 25, 50, 75, 100 %%");
	}
	if (!map->udp && *output_colour_on(OUTPUT_FAIR))
		fprintf(out, "; %smost in TIME_WAIT%s", output_colour_on(OUTPUT_FAIR),
			output_colour_off());
	fputs("\nhas one that is: ", out);
	if (!map->udp)
		fprintf(out, "%s listened on, ", mark_letter[MARK_LISTENING]);
	fprintf(out, "%s reserved", mark_letter[MARK_RESERVED]);
	if (map->picture.soft_known)
		fprintf(out, ", %s guarded; half of the free ones are: %s cooling",
			mark_letter[MARK_GUARDED], mark_letter[MARK_COOLING]);
	fputc('\n', out);
}

void view_map(FILE *out, const struct map *map, unsigned int block,
	      unsigned int rows)
{
	unsigned int width = output_width(), per_row, first;
	char title[MAP_TITLE_MAX], text[MAP_NUMBERS_MAX];

	per_row = CELLS_STEP;
	if (width > LABEL_WIDTH + PERCENT_WIDTH + 2 * CELLS_STEP)
		per_row = (width - LABEL_WIDTH - PERCENT_WIDTH) / CELLS_STEP * CELLS_STEP;
	if (!rows)
		rows = ROWS_USUAL;
	else
		rows = rows > LINES_AROUND + 2 ? rows - LINES_AROUND : 2;
	if (!block)
		block = port_picture_block(map->picture.range, per_row * rows);
	fprintf(out, "%s%s%s\n", output_colour_on(OUTPUT_BOLD), map_title(map, title),
		output_colour_off());
	fprintf(out, "%s\n", map_busy(map, text));
	fprintf(out, "%s\n\n", map_marked(map, text));
	for (first = 0; first < port_picture_cells(map->picture.range, block);
	     first += per_row)
		print_row(out, map, block, first, per_row);
	print_legend(out, map, block);
}

enum {
	COLUMN_LOW, COLUMN_HIGH, COLUMN_PORTS, COLUMN_BUSY, COLUMN_TIME_WAIT,
	COLUMN_LISTENING, COLUMN_RESERVED, COLUMN_GUARDED, COLUMN_COOLING,
	COLUMNS
};

void view_map_json(FILE *out, const struct map *map, unsigned int block)
{
	static const struct output_column columns[COLUMNS] = {
		[COLUMN_LOW] = { .key = "low", .json = SCOLS_JSON_NUMBER },
		[COLUMN_HIGH] = { .key = "high", .json = SCOLS_JSON_NUMBER },
		[COLUMN_PORTS] = { .key = "ports", .json = SCOLS_JSON_NUMBER },
		[COLUMN_BUSY] = { .key = "busy", .json = SCOLS_JSON_NUMBER },
		[COLUMN_TIME_WAIT] = { .key = "time_wait", .json = SCOLS_JSON_NUMBER },
		[COLUMN_LISTENING] = { .key = "listening", .json = SCOLS_JSON_NUMBER },
		[COLUMN_RESERVED] = { .key = "reserved", .json = SCOLS_JSON_NUMBER },
		[COLUMN_GUARDED] = { .key = "guarded", .json = SCOLS_JSON_NUMBER },
		[COLUMN_COOLING] = { .key = "cooling", .json = SCOLS_JSON_NUMBER },
	};
	struct libscols_table *table = output_table(out, "map", true, columns, COLUMNS);
	unsigned int i;

	if (!block)
		block = port_picture_block(map->picture.range, 1024);
	for (i = 0; i < port_picture_cells(map->picture.range, block); i++) {
		const struct port_cell c = port_picture_cell(&map->picture, block, i);
		struct libscols_line *line = output_line(table, NULL);

		output_setf(line, COLUMN_LOW, "%u", c.range.low);
		output_setf(line, COLUMN_HIGH, "%u", c.range.high);
		output_setf(line, COLUMN_PORTS, "%u", c.ports);
		output_setf(line, COLUMN_BUSY, "%u", c.busy);
		output_setf(line, COLUMN_TIME_WAIT, "%u", c.time_wait);
		output_setf(line, COLUMN_LISTENING, "%u", c.listening);
		output_setf(line, COLUMN_RESERVED, "%u", c.reserved);
		if (!map->picture.soft_known)
			continue;
		output_setf(line, COLUMN_GUARDED, "%u", c.guarded);
		output_setf(line, COLUMN_COOLING, "%u", c.cooling);
	}
	output_print(table);
}
