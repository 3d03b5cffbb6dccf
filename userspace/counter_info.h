/* SPDX-License-Identifier: GPL-2.0-only */
/* What the counters of /proc/net/dynport/stats count. */
#ifndef DYNPORTCTL_COUNTER_INFO_H
#define DYNPORTCTL_COUNTER_INFO_H

/*
 * @name without the path in front, where it has one. NULL for a counter that
 * this version does not know.
 */
const char *counter_meaning(const char *name);

#endif
