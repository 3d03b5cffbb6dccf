/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A live view: owns the terminal's state and the signals while it is shown.
 * On a terminal it uses the alternate screen, so that what was there before
 * comes back; elsewhere one picture is written after the other.
 *
 * Between screen_enter() and screen_leave() nothing else may write to stdout,
 * and stderr can't be seen.
 */
#ifndef DYNPORTCTL_SCREEN_H
#define DYNPORTCTL_SCREEN_H

#include <stdbool.h>

enum screen_event {
	SCREEN_TICK,	/* the time is over */
	SCREEN_REDRAW,	/* the terminal is another: draw again */
	SCREEN_END,	/* the user has seen enough */
};

/* @full: take the whole terminal, if there is one. 0 or -errno. */
int screen_enter(bool full);

/* Shows @text, lines ended by newlines, in place of what was shown before. */
void screen_draw(const char *text);

/* How many lines screen_draw() shows; 0: any number. */
unsigned int screen_room(void);

/* Waits until @deadline (seconds of screen_now()) or for something to happen. */
enum screen_event screen_wait(double deadline);

/* A clock that only goes forward, in seconds. */
double screen_now(void);

/*
 * Gives the terminal back as it was; harmless when called twice, and done by
 * exit() too. If SIGTERM or SIGHUP was the reason for SCREEN_END, the process
 * now dies of it; after any other SCREEN_END the signals stay blocked, for what
 * is left to do is to end.
 */
void screen_leave(void);

#endif
