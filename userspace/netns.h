/* SPDX-License-Identifier: GPL-2.0-only */
/* Moves the program into a network namespace. */
#ifndef DYNPORTCTL_NETNS_H
#define DYNPORTCTL_NETNS_H

#include <stdbool.h>

/*
 * Enters the namespace @name: a name in /run/netns, or, with a slash in it, the
 * path of a namespace file. All later reads of /proc/thread-self/net and
 * /proc/sys/net are about it. False after having said what was wrong.
 */
bool netns_enter(const char *name);

#endif
