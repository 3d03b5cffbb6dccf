/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that ask a verb to end, read from a descriptor: for loops that poll.
 * Views on the terminal have screen.h.
 */
#ifndef DYNPORTCTL_SIGNALS_H
#define DYNPORTCTL_SIGNALS_H

/*
 * From now on SIGINT, SIGQUIT, SIGTERM and SIGHUP make this descriptor readable
 * instead of ending the program, but for those that it was started to ignore.
 * -errno on failure.
 */
int signals_end(void);

#endif
