/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that ask a verb to end: read from a descriptor, for loops that poll.
 * Views on the terminal have screen.h.
 */
#ifndef DYNPORTCTL_SIGNALS_H
#define DYNPORTCTL_SIGNALS_H

#include <signal.h>
#include <stddef.h>

/*
 * Those of @wanted that the program wasn't started to ignore, as nohup and
 * background jobs do with some.
 */
void signals_heeded(sigset_t *set, const int *wanted, size_t count);

/* SIGINT, SIGQUIT, SIGTERM and SIGHUP, likewise. */
void signals_that_end(sigset_t *set);

/*
 * From now on these make this descriptor readable instead of ending the program.
 * -errno on failure.
 */
int signals_end(void);

#endif
