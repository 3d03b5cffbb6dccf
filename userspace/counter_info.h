/* SPDX-License-Identifier: GPL-2.0-only */
/* What the counters of /proc/net/dynport/stats count. */
#ifndef DYNPORTCTL_COUNTER_INFO_H
#define DYNPORTCTL_COUNTER_INFO_H

#include "paths.h"

/*
 * @name without the path in front, where it has one. NULL for a counter that
 * this version does not know.
 */
const char *counter_meaning(const char *name);

/*
 * The path in front of a counter's name, PATHS if it is the namespace's; @what
 * is what follows it.
 */
enum path counter_path(const char *name, const char **what);

#endif
