// SPDX-License-Identifier: GPL-2.0-only
/* The table of counters. */
#include <stddef.h>
#include <string.h>

#include "counter_info.h"

static const struct {
	const char *name, *meaning;
} known[] = {
	{ "searches", "times a port was looked for" },
	{ "candidates", "ports proposed to the kernel" },
	{ "refused_reserved", "skipped: reserved" },
	{ "refused_kernel", "refused by the kernel: taken" },
	{ "class_overflows", "own class full, the other used" },
	{ "stock_fallbacks", "left to the kernel's own search" },
	{ "exhausted", "no port found: the application failed" },
	{ "rekeys", "new keys for doublehash" },
	{ "map_hits", "searches helped by a port map" },
	{ "exhausted_cached", "of those, answered by a full map" },
	{ "root_reserved", "failed: the last ports are root's" },
	{ "refused_guard", "skipped: left to a service" },
	{ "refused_quarantine", "skipped: released just now" },
	{ "maps_created", "port maps begun" },
	{ "maps_evicted", "port maps dropped before their time" },
	{ "sweeps", "port maps compared with the kernel's tables" },
	{ "binds_postponed", "bind() left without a port, for late_bind" },
};

const char *counter_meaning(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].meaning;
	return NULL;
}

enum path counter_path(const char *name, const char **what)
{
	enum path path;

	for (path = 0; path < PATHS; path++) {
		size_t len = strlen(paths[path].name);

		if (strncmp(name, paths[path].name, len) == 0 &&
		    name[len] == '_') {
			*what = name + len + 1;
			return path;
		}
	}
	*what = name;
	return PATHS;
}
