// SPDX-License-Identifier: GPL-2.0-only
/* The status for machines: one flat object, a path's items as <path>_<item>. */
#include <stdlib.h>

#include "output.h"
#include "status.h"
#include "verb.h"

enum {
	PER_PATH_ALGORITHM,
	PER_PATH_OWN,
	PER_PATH_LOW,
	PER_PATH_HIGH,
	PER_PATH_PORTS,
	PER_PATH_RESERVED,
	PER_PATH_CLASS,
	PER_PATH_SEARCHES,
	PER_PATH_CANDIDATES,
	PER_PATH_AVERAGE,
	PER_PATH_FALLBACKS,
	PER_PATH_EXHAUSTED,
	PER_PATH_COLUMNS
};

static const struct output_column per_path[PER_PATH_COLUMNS] = {
	[PER_PATH_ALGORITHM] = { .key = "algorithm" },
	[PER_PATH_OWN] = { .key = "algorithm_own", .json = SCOLS_JSON_BOOLEAN_OPTIONAL },
	[PER_PATH_LOW] = { .key = "low", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_HIGH] = { .key = "high", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_PORTS] = { .key = "ports", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_RESERVED] = { .key = "reserved", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_CLASS] = { .key = "class_ports", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_SEARCHES] = { .key = "searches", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_CANDIDATES] = { .key = "candidates", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_AVERAGE] = { .key = "candidates_per_search",
			       .json = SCOLS_JSON_NUMBER },
	[PER_PATH_FALLBACKS] = { .key = "stock_fallbacks", .json = SCOLS_JSON_NUMBER },
	[PER_PATH_EXHAUSTED] = { .key = "exhausted", .json = SCOLS_JSON_NUMBER },
};

enum {
	JSON_LOADED,
	JSON_VERSION,
	JSON_SRCVERSION,
	JSON_NETNS,
	JSON_PATHS,
	JSON_PROBLEMS = JSON_PATHS + PATHS * PER_PATH_COLUMNS,
	JSON_COLUMNS
};

static void json_path(struct libscols_line *line, size_t first,
		      const struct status *status, enum path path)
{
	const struct status_path *p = &status->path[path];

	output_set(line, first + PER_PATH_ALGORITHM, p->algorithm);
	output_set(line, first + PER_PATH_OWN, p->own ? "1" : "0");
	output_setf(line, first + PER_PATH_LOW, "%u", p->range.low);
	output_setf(line, first + PER_PATH_HIGH, "%u", p->range.high);
	output_setf(line, first + PER_PATH_PORTS, "%u", p->count.ports);
	output_setf(line, first + PER_PATH_RESERVED, "%u", p->count.reserved);
	output_setf(line, first + PER_PATH_CLASS, "%u", status_class_ports(status, path));
	if (!status->counted)
		return;
	output_setf(line, first + PER_PATH_SEARCHES, "%llu",
		    (unsigned long long)p->searches);
	output_setf(line, first + PER_PATH_CANDIDATES, "%llu",
		    (unsigned long long)p->candidates);
	if (p->searches)
		output_setf(line, first + PER_PATH_AVERAGE, "%.3f",
			    (double)p->candidates / p->searches);
	output_setf(line, first + PER_PATH_FALLBACKS, "%llu",
		    (unsigned long long)p->stock_fallbacks);
	output_setf(line, first + PER_PATH_EXHAUSTED, "%llu",
		    (unsigned long long)p->exhausted);
}

void status_json(const struct invocation *inv, const struct status *status,
		 const struct findings *findings)
{
	struct output_column columns[JSON_COLUMNS] = {
		[JSON_LOADED] = { .key = "loaded", .json = SCOLS_JSON_BOOLEAN },
		[JSON_VERSION] = { .key = "version" },
		[JSON_SRCVERSION] = { .key = "srcversion" },
		[JSON_NETNS] = { .key = "netns" },
		/* an empty array would be printed as [null] */
		[JSON_PROBLEMS] = { .key = "problems",
				    .json = findings && findings->count ?
					    SCOLS_JSON_ARRAY_STRING :
					    SCOLS_JSON_STRING },
	};
	char names[PATHS * PER_PATH_COLUMNS][48];
	struct libscols_table *table;
	struct libscols_line *line;
	char *problems = NULL;
	enum path path;
	size_t i;

	for (path = 0; path < PATHS; path++)
		for (i = 0; i < PER_PATH_COLUMNS; i++) {
			size_t at = path * PER_PATH_COLUMNS + i;

			snprintf(names[at], sizeof(names[at]), "%s_%s",
				 paths[path].name, per_path[i].key);
			columns[JSON_PATHS + at] = per_path[i];
			columns[JSON_PATHS + at].key = names[at];
		}
	table = output_table(stdout, "status", true, columns, JSON_COLUMNS);
	line = output_line(table, NULL);
	output_set(line, JSON_LOADED, status ? "1" : "0");
	output_set(line, JSON_NETNS, inv->netns);
	if (status) {
		output_set(line, JSON_VERSION, status->version);
		output_set(line, JSON_SRCVERSION, status->srcversion);
		for (path = 0; path < PATHS; path++)
			json_path(line, JSON_PATHS + path * PER_PATH_COLUMNS,
				  status, path);
		problems = findings_join(findings);
		output_set(line, JSON_PROBLEMS, problems);
	}
	output_print(table);
	free(problems);
}
