// SPDX-License-Identifier: GPL-2.0-only
/* Cells are sums over their ports. */
#include "port_picture.h"

unsigned int port_picture_block(struct port_range range, unsigned int cells)
{
	unsigned int block = 1;

	while (port_picture_cells(range, block) > (cells ? cells : 1))
		block *= 2;
	return block;
}

unsigned int port_picture_cells(struct port_range range, unsigned int block)
{
	return (port_range_size(range) + block - 1) / block;
}

struct port_cell port_picture_sum(const struct port_picture *picture,
				  struct port_range range)
{
	return (struct port_cell){
		.range = range,
		.ports = port_range_size(range),
		.busy = port_set_count(&picture->busy, range),
		.time_wait = port_set_count(&picture->time_wait, range),
		.listening = port_set_count(&picture->listening, range),
		.reserved = port_set_count(&picture->reserved, range),
		.guarded = port_set_count(&picture->guarded, range),
		.cooling = port_set_count(&picture->cooling, range),
	};
}

struct port_cell port_picture_cell(const struct port_picture *picture,
				   unsigned int block, unsigned int index)
{
	struct port_range range = { .low = picture->range.low + index * block };

	range.high = range.low + block - 1;
	if (range.high > picture->range.high)
		range.high = picture->range.high;
	return port_picture_sum(picture, range);
}

double port_cell_share(const struct port_cell *cell)
{
	unsigned int usable = cell->ports - cell->reserved;

	if (!usable)
		return 0;
	/* a reserved port may be busy, too */
	return cell->busy < usable ? (double)cell->busy / usable : 1;
}

unsigned int port_cell_shade(const struct port_cell *cell)
{
	double share = port_cell_share(cell);
	unsigned int shade = 1;

	if (share == 0)
		return 0;
	while (shade < PORT_SHADES - 1 && share * (PORT_SHADES - 1) > shade)
		shade++;
	return shade;
}

enum port_mark port_cell_mark(const struct port_cell *cell)
{
	unsigned int taken = cell->busy + cell->reserved;

	if (cell->listening)
		return MARK_LISTENING;
	if (cell->reserved)
		return MARK_RESERVED;
	if (cell->guarded)
		return MARK_GUARDED;
	if (cell->cooling &&
	    (taken >= cell->ports || 2 * cell->cooling >= cell->ports - taken))
		return MARK_COOLING;
	return MARK_NONE;
}

bool port_cell_waits(const struct port_cell *cell)
{
	return cell->time_wait && 2 * cell->time_wait >= cell->busy;
}
