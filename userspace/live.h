/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A live view of something that is sampled at intervals: the loop around
 * screen.h that 'stats --watch' and 'top' have in common.
 */
#ifndef DYNPORTCTL_LIVE_H
#define DYNPORTCTL_LIVE_H

#include <stdbool.h>
#include <stdio.h>

#include "verb.h"

#define LIVE_WHY_MAX 256

struct live {
	const struct invocation *inv;	/* with json: documents, no screen */
	double seconds;			/* between samples */
	const char *title;		/* what is shown, for people */

	/*
	 * sample: looks at it now. Returns false and why if that can't be done,
	 * which ends the view.
	 */
	bool (*sample)(void *state, char why[LIVE_WHY_MAX]);
	/* draw: writes the last sample to @out. */
	void (*draw)(void *state, FILE *out);
	void *state;
};

/* Until the user ends it. Returns an exit code. */
int live_run(const struct live *live);

/*
 * The argument of --watch into *@seconds, NULL: one second. EXIT_DONE, or
 * EXIT_USAGE after having said why.
 */
int live_seconds_parse(const char *argument, double *seconds);

/* How many lines there are for draw(), 0: as many as it likes. */
unsigned int live_rows(void);

#endif
