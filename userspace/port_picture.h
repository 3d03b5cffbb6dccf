/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A range of ports as a picture: what is known of each port, and cells of some
 * neighbouring ports each. Pure; how cells look is for those who draw.
 */
#ifndef DYNPORTCTL_PORT_PICTURE_H
#define DYNPORTCTL_PORT_PICTURE_H

#include <stdbool.h>

#include "ports.h"

struct port_picture {
	struct port_range range;
	struct port_set busy;		/* in use, in TIME_WAIT too */
	struct port_set time_wait;	/* of them, by nothing but a TIME_WAIT */
	struct port_set listening;	/* a TCP socket listens on it */
	struct port_set reserved;	/* ip_local_reserved_ports */
	/* only the module knows these, and only with */
	bool soft_known;
	struct port_set guarded;	/* guard_seconds */
	struct port_set cooling;	/* quarantine_ms */
};

struct port_cell {
	struct port_range range;
	unsigned int ports;		/* in it; what follows is of them */
	unsigned int busy, time_wait, listening, reserved, guarded, cooling;
};

enum port_mark {
	MARK_NONE,
	MARK_LISTENING,		/* a port of the cell is listened on */
	MARK_RESERVED,		/* one is reserved */
	MARK_GUARDED,		/* one is guarded */
	MARK_COOLING,		/* half of those that are free cool down */
};

/* The steps of port_cell_shade(), the first: nothing is busy. */
#define PORT_SHADES 5

/* Ports per cell, a power of 2, so that there are @cells at most. */
unsigned int port_picture_block(struct port_range range, unsigned int cells);

/* The cells, of @block ports but for the last one. */
unsigned int port_picture_cells(struct port_range range, unsigned int block);
struct port_cell port_picture_cell(const struct port_picture *picture,
				   unsigned int block, unsigned int index);

/* Any ports as if they were a cell. */
struct port_cell port_picture_sum(const struct port_picture *picture,
				  struct port_range range);

/*
 * How busy are those of its ports that may be chosen: 0 none, then a step for
 * each quarter. All reserved: none.
 */
unsigned int port_cell_shade(const struct port_cell *cell);
/* The same as a share, 0..1. */
double port_cell_share(const struct port_cell *cell);

/* The most important thing that is so in the cell, in the order of the enum. */
enum port_mark port_cell_mark(const struct port_cell *cell);

/* At least half of the busy ports are only in TIME_WAIT. */
bool port_cell_waits(const struct port_cell *cell);

#endif
