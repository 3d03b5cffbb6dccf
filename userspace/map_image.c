// SPDX-License-Identifier: GPL-2.0-only
/* The map as a file, drawn by cairo: the same cells as on the terminal, in colours. */
#include <err.h>
#include <stdlib.h>

#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>

#include "file_replace.h"
#include "map.h"
#include "memory.h"

#define PER_ROW		128
#define ROWS_MOST	64
#define CELL		8.0	/* pixels, and between them: */
#define GAP		1.0
#define LEFT		64.0	/* for the rows' first ports */
#define RIGHT		64.0	/* for their percentages */
#define TOP		64.0	/* for title and numbers */
#define BOTTOM		56.0	/* for the legend */
#define FONT		12.0

struct colour {
	double red, green, blue;
};

/* From light to dark, and readable without colours; then the marks. */
static const struct colour shades[PORT_SHADES] = {
	{ 0.93, 0.93, 0.93 }, { 0.99, 0.80, 0.54 }, { 0.99, 0.55, 0.35 },
	{ 0.84, 0.19, 0.12 }, { 0.50, 0.00, 0.00 },
};

/* The same where most of the busy ports are only in TIME_WAIT. */
static const struct colour waiting[PORT_SHADES] = {
	{ 0.93, 0.93, 0.93 }, { 0.78, 0.86, 0.94 }, { 0.52, 0.69, 0.86 },
	{ 0.26, 0.48, 0.72 }, { 0.05, 0.25, 0.50 },
};

static const struct colour marks[] = {
	[MARK_LISTENING] = { 0.05, 0.50, 0.10 },
	[MARK_RESERVED] = { 0.60, 0.60, 0.60 },
	[MARK_GUARDED] = { 0.45, 0.20, 0.60 },
	[MARK_COOLING] = { 0.20, 0.65, 0.65 },
};

struct bytes {
	size_t count, room;
	char *at;
};

static cairo_status_t bytes_add(void *closure, const unsigned char *data,
				unsigned int length)
{
	struct bytes *bytes = closure;
	unsigned int i;

	bytes->at = memory_grow(bytes->at, &bytes->room, bytes->count + length, 1);
	for (i = 0; i < length; i++)
		bytes->at[bytes->count++] = data[i];
	return CAIRO_STATUS_SUCCESS;
}

static void colour_set(cairo_t *cr, const struct colour *c)
{
	cairo_set_source_rgb(cr, c->red, c->green, c->blue);
}

static void text_put(cairo_t *cr, double x, double y, const char *text)
{
	static const struct colour black = { 0.1, 0.1, 0.1 };

	colour_set(cr, &black);
	cairo_move_to(cr, x, y);
	cairo_show_text(cr, text);
}

static void square_put(cairo_t *cr, double x, double y, const struct colour *c)
{
	colour_set(cr, c);
	cairo_rectangle(cr, x, y, CELL - GAP, CELL - GAP);
	cairo_fill(cr);
}

/* A mark is a smaller square within the shade: both are to be seen. */
static void mark_put(cairo_t *cr, double x, double y, enum port_mark mark)
{
	colour_set(cr, &marks[mark]);
	cairo_rectangle(cr, x + 1, y + 1, CELL - GAP - 2, CELL - GAP - 2);
	cairo_fill(cr);
}

static void cell_put(cairo_t *cr, const struct port_cell *cell, double x, double y)
{
	unsigned int shade = port_cell_shade(cell);
	enum port_mark mark = port_cell_mark(cell);

	square_put(cr, x, y, port_cell_waits(cell) ? &waiting[shade] : &shades[shade]);
	if (mark != MARK_NONE)
		mark_put(cr, x, y, mark);
}

static double legend_put(cairo_t *cr, double x, double y, const struct colour *c,
			 enum port_mark mark, const char *text)
{
	cairo_text_extents_t extents;

	square_put(cr, x, y - CELL + GAP, c);
	if (mark != MARK_NONE)
		mark_put(cr, x, y - CELL + GAP, mark);
	text_put(cr, x + CELL + 4, y, text);
	cairo_text_extents(cr, text, &extents);
	return x + CELL + 4 + extents.x_advance + 16;
}

static void legend(cairo_t *cr, const struct map *map, unsigned int block, double y)
{
	static const char *const shade_text[PORT_SHADES] = {
		"free", "up to 25 % busy", "50 %", "75 %", "100 %",
	};
	char text[64];
	double x = LEFT;
	unsigned int i;

	for (i = 0; i < PORT_SHADES; i++)
		x = legend_put(cr, x, y, &shades[i], MARK_NONE, shade_text[i]);
	if (!map->udp)
		legend_put(cr, x, y, &waiting[2], MARK_NONE, "blue: most of them in TIME_WAIT");
	y += 1.6 * FONT;
	x = LEFT;
	if (!map->udp)
		x = legend_put(cr, x, y, &shades[0], MARK_LISTENING, "listened on");
	x = legend_put(cr, x, y, &shades[0], MARK_RESERVED, "reserved");
	if (map->picture.soft_known) {
		x = legend_put(cr, x, y, &shades[0], MARK_GUARDED, "guarded");
		x = legend_put(cr, x, y, &shades[0], MARK_COOLING, "cooling");
	}
	snprintf(text, sizeof(text), "a square is %u port%s", block,
		 block == 1 ? "" : "s");
	text_put(cr, x, y, text);
}

static void rows_put(cairo_t *cr, const struct map *map, unsigned int block)
{
	unsigned int cells = port_picture_cells(map->picture.range, block), i, j;
	char text[32];

	for (i = 0; i < cells; i += PER_ROW) {
		double y = TOP + i / PER_ROW * CELL;
		struct port_cell row = port_picture_cell(&map->picture, block, i);

		for (j = i; j < cells && j < i + PER_ROW; j++) {
			struct port_cell cell = port_picture_cell(&map->picture, block, j);

			row.range.high = cell.range.high;
			cell_put(cr, &cell, LEFT + (j - i) * CELL, y);
		}
		/* every second row: the text is taller than a cell */
		if (i / PER_ROW % 2)
			continue;
		snprintf(text, sizeof(text), "%u", row.range.low);
		text_put(cr, 16, y + CELL, text);
		row = port_picture_sum(&map->picture, row.range);
		snprintf(text, sizeof(text), "%.0f %%", port_cell_share(&row) * 100);
		text_put(cr, LEFT + PER_ROW * CELL + 8, y + CELL, text);
	}
}

static void draw(cairo_t *cr, const struct map *map, unsigned int block, double height)
{
	char title[MAP_TITLE_MAX], busy[MAP_NUMBERS_MAX], marked[MAP_NUMBERS_MAX];
	char text[2 * MAP_NUMBERS_MAX + 2];

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
			       CAIRO_FONT_WEIGHT_BOLD);
	cairo_set_font_size(cr, 1.25 * FONT);
	text_put(cr, LEFT, 28, map_title(map, title));
	cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
			       CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cr, FONT);
	snprintf(text, sizeof(text), "%s; %s", map_busy(map, busy),
		 map_marked(map, marked));
	text_put(cr, LEFT, 48, text);
	rows_put(cr, map, block);
	legend(cr, map, block, height - BOTTOM + 2 * FONT);
}

bool map_image_write(const struct map *map, enum map_image kind,
		     const char *path, unsigned int block)
{
	struct bytes bytes = { .count = 0 };
	double width = LEFT + PER_ROW * CELL + RIGHT, height;
	cairo_surface_t *surface;
	cairo_status_t status;
	unsigned int rows;
	cairo_t *cr;
	bool ok;

	if (!block)
		block = port_picture_block(map->picture.range, PER_ROW * ROWS_MOST);
	rows = (port_picture_cells(map->picture.range, block) + PER_ROW - 1) / PER_ROW;
	height = TOP + rows * CELL + BOTTOM;
	surface = kind == MAP_IMAGE_SVG ?
		cairo_svg_surface_create_for_stream(bytes_add, &bytes, width, height) :
		cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	cr = cairo_create(surface);
	draw(cr, map, block, height);
	status = cairo_status(cr);
	cairo_destroy(cr);
	if (kind == MAP_IMAGE_PNG && !status)
		status = cairo_surface_write_to_png_stream(surface, bytes_add, &bytes);
	cairo_surface_finish(surface);
	if (!status)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	if (status)
		warnx("%s: cairo: %s", path, cairo_status_to_string(status));
	ok = !status && file_replace(path, bytes.at, bytes.count);
	free(bytes.at);
	return ok;
}
