/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/net/dynport/spaces: the port spaces that have a map, and how full they
 * are. Columns are found by their names; those of a later version are passed
 * over, those that this one lacks stay 0 or "".
 */
#ifndef DYNPORTCTL_PROC_SPACES_H
#define DYNPORTCTL_PROC_SPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proc_stats.h"

#define SPACE_WORD_MAX 48	/* an address, with the NUL */

struct space {
	char path[SPACE_WORD_MAX];	/* "connect", "bind", "udp" */
	char proto[SPACE_WORD_MAX];	/* "tcp", "udp", "udplite" */
	char laddr[SPACE_WORD_MAX];
	char raddr[SPACE_WORD_MAX];	/* "-": it has no peer */
	uint64_t rport;			/* 0: it has no peer */
	uint64_t device;		/* 0: bound to none */
	uint64_t low;			/* first port of the window */
	uint64_t ports, busy, lingering;	/* busy includes lingering */
	uint64_t searches, exhausted;
	uint64_t last_used;		/* seconds ago */
};

struct spaces {
	size_t count;
	struct space *at;		/* to be freed */
};

/* Pure, but for the memory. On failure nothing is to be freed. */
bool spaces_parse(const char *text, size_t len, struct spaces *spaces,
		  struct proc_error *error);

/* Sorts them, the fullest first. */
void spaces_sort(struct spaces *spaces);

static inline double space_occupancy(const struct space *space)
{
	return space->ports ? (double)space->busy / space->ports : 0;
}

/* Reads and parses; 0, or -errno and why. */
int spaces_read(struct spaces *spaces, char why[PROC_WHY_MAX]);

#endif
