/* SPDX-License-Identifier: GPL-2.0-only */
/* What 'monitor' prints for an event. */
#ifndef DYNPORTCTL_MONITOR_H
#define DYNPORTCTL_MONITOR_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

struct event;

/* @event NULL: some were lost. */
void view_event(FILE *out, bool json, const struct timespec *now,
		const struct event *event);

#endif
