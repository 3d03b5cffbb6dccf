/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading /proc/net/dynport/stats and histogram of the caller's netns.
 */
#ifndef STATS_H
#define STATS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATS_FILE "/proc/thread-self/net/dynport/stats"
#define HISTOGRAM_FILE "/proc/thread-self/net/dynport/histogram"

/* The value of one counter; -1 if there is none of that name. */
static inline long long stats_get(const char *name)
{
	size_t len = strlen(name);
	long long value = -1;
	char line[256];
	FILE *f;

	f = fopen(STATS_FILE, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, name, len) && line[len] == '\t') {
			value = strtoll(line + len + 1, NULL, 10);
			break;
		}
	}
	fclose(f);
	return value;
}

/* The counter <path>_<what>. */
static inline long long stats_get_path(const char *path, const char *what)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", path, what);
	return stats_get(name);
}

#endif
