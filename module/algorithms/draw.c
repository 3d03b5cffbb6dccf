// SPDX-License-Identifier: GPL-2.0-only
/* draw.c - where a draw came to one of the last ports */

#include "draw.h"

u32 dynport_draw_again(const struct dynport_request *req, u64 recent, u32 index)
{
	u32 draws;

	if (req->ports.count <= DYNPORT_RECENT)
		return index;
	for (draws = 0; draws < DYNPORT_RECENT_DRAWS; draws++) {
		index = dynport_random_below(req->ports.count);
		if (!dynport_recent_has(recent, dynport_ports_nth(&req->ports,
								  index)))
			break;
	}
	return index;
}
