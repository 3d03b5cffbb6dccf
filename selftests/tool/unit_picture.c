// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the picture of a range of ports. */
#include <string.h>

#include "port_picture.h"
#include "unit.h"

static struct port_picture picture;

static void add_range(struct port_set *set, unsigned int low, unsigned int high)
{
	for (; low <= high; low++)
		port_set_add(set, low);
}

static void test_counts(void)
{
	struct port_set set = { .word = { 0 } };

	add_range(&set, 1, 1);
	add_range(&set, 60, 200);
	add_range(&set, 65535, 65535);
	expect(port_set_count(&set, (struct port_range){ 1, 65535 }) == 143);
	expect(port_set_count(&set, (struct port_range){ 60, 63 }) == 4);
	expect(port_set_count(&set, (struct port_range){ 64, 64 }) == 1);
	expect(port_set_count(&set, (struct port_range){ 190, 300 }) == 11);
	expect(port_set_count(&set, (struct port_range){ 201, 65534 }) == 0);
	expect(port_set_count(&set, (struct port_range){ 65535, 65535 }) == 1);
	tell("the ports of a set are counted, within a range");
}

static void test_blocks(void)
{
	const struct port_range usual = { 32768, 60999 }, one = { 5, 5 },
				all = { 1, 65535 };
	unsigned int cells, block;

	expect(port_picture_block(usual, 1024) == 32);
	expect(port_picture_cells(usual, 32) == 883);
	expect(port_picture_block(usual, 28232) == 1);
	expect(port_picture_block(usual, 28231) == 2);
	expect(port_picture_block(one, 1) == 1 && port_picture_cells(one, 1) == 1);
	expect(port_picture_block(all, 1) == 65536);
	expect(port_picture_block(all, 0) == 65536);
	for (cells = 1; cells < 3000; cells++) {
		block = port_picture_block(all, cells);
		expect(port_picture_cells(all, block) <= cells);
		expect(block == 1 || port_picture_cells(all, block / 2) > cells);
	}
	tell("a block is the smallest power of two with which the cells suffice");
}

static void test_cells(void)
{
	struct port_cell cell = { .ports = 0 };
	unsigned int i, ports = 0, busy = 0;

	memset(&picture, 0, sizeof(picture));
	picture.range = (struct port_range){ 1000, 1099 };
	add_range(&picture.busy, 1000, 1049);
	add_range(&picture.time_wait, 1000, 1004);
	add_range(&picture.reserved, 1090, 1099);
	for (i = 0; i < port_picture_cells(picture.range, 32); i++) {
		cell = port_picture_cell(&picture, 32, i);
		ports += cell.ports;
		busy += cell.busy;
	}
	expect(i == 4 && ports == 100 && busy == 50);
	expect(cell.range.low == 1096 && cell.range.high == 1099 &&
	       cell.ports == 4 && cell.reserved == 4);
	cell = port_picture_sum(&picture, picture.range);
	expect(cell.ports == 100 && cell.busy == 50 && cell.time_wait == 5 &&
	       cell.reserved == 10);
	tell("cells have each port of the range once, the last cell may be short");
}

/* A cell of 100 ports. */
static struct port_cell cell_of(unsigned int busy, unsigned int reserved)
{
	return (struct port_cell){
		.ports = 100, .busy = busy, .reserved = reserved,
	};
}

static unsigned int shade(unsigned int busy, unsigned int reserved)
{
	const struct port_cell cell = cell_of(busy, reserved);

	return port_cell_shade(&cell);
}

static void test_shades(void)
{
	expect(shade(0, 0) == 0);
	expect(shade(1, 0) == 1 && shade(25, 0) == 1);
	expect(shade(26, 0) == 2 && shade(50, 0) == 2);
	expect(shade(51, 0) == 3 && shade(75, 0) == 3);
	expect(shade(76, 0) == 4 && shade(100, 0) == 4);
	expect(shade(10, 60) == 1 && shade(40, 60) == 4);
	expect(shade(0, 100) == 0 && shade(70, 100) == 0 && shade(70, 60) == 4);
	tell("shades are quarters of the ports that may be chosen");
}

static void test_marks(void)
{
	struct port_cell cell = cell_of(50, 0);

	expect(port_cell_mark(&cell) == MARK_NONE && !port_cell_waits(&cell));
	cell.time_wait = 24;
	expect(!port_cell_waits(&cell));
	cell.time_wait = 25;
	expect(port_cell_waits(&cell));
	cell.cooling = 24;
	expect(port_cell_mark(&cell) == MARK_NONE);
	cell.cooling = 25;
	expect(port_cell_mark(&cell) == MARK_COOLING);
	cell.guarded = 1;
	expect(port_cell_mark(&cell) == MARK_GUARDED);
	cell.reserved = 1;
	expect(port_cell_mark(&cell) == MARK_RESERVED);
	cell.listening = 1;
	expect(port_cell_mark(&cell) == MARK_LISTENING);
	cell = cell_of(60, 60);
	cell.cooling = 1;
	cell.reserved = 0;
	cell.ports = 60;
	expect(port_cell_mark(&cell) == MARK_COOLING);
	tell("of several marks the most important is shown");
}

void test_picture(void)
{
	test_counts();
	test_blocks();
	test_cells();
	test_shades();
	test_marks();
}
