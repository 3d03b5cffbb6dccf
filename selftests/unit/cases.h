/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cases.h - a test for every algorithm and path, watching what is proposed
 */
#ifndef DYNPORT_UNIT_CASES_H
#define DYNPORT_UNIT_CASES_H

#include "check.h"

/* What a host proposed since it is being watched. */
struct proposals {
	const struct host *host;
	u32 times[65536];
	u32 outside;	/* of the window that the host had then */
	u32 reserved;
};

extern unsigned long cases_all_busy[BITS_TO_LONGS(65536)];

/* Runs @check for each algorithm and path, each time with a fresh host. */
void cases_run(void (*check)(struct host *host, enum dynport_path path));

/* There is one such account: a second call clears it. */
struct proposals *cases_watch(struct host *host);

#endif
