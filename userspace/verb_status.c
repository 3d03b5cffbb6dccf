// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl status: what is loaded, how and from what each path chooses, what
 * came of it, and what looks wrong.
 */
#include <stdlib.h>

#include "output.h"
#include "status.h"
#include "sysctl.h"
#include "verb.h"

/* --- for machines: one flat object, <path>_<what> --- */

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

static unsigned int class_ports(const struct status_path *p, enum path path)
{
	return path == PATH_BIND && p->count.bind_class + p->count.connect_class
		? p->count.bind_class : p->count.connect_class;
}

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
	output_setf(line, first + PER_PATH_CLASS, "%u", class_ports(p, path));
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

/* @status NULL: dynport is not loaded. */
static void print_json(const struct invocation *inv, const struct status *status,
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

/* --- for people --- */

enum { COLUMN_WHAT, COLUMN_PATHS, COLUMNS = COLUMN_PATHS + PATHS };

static struct libscols_line *row(struct libscols_table *table,
				 struct libscols_line *parent, const char *what)
{
	struct libscols_line *line = output_line(table, parent);

	output_set(line, COLUMN_WHAT, what);
	return line;
}

static void rows_window(struct libscols_table *table,
			const struct status *status)
{
	struct libscols_line *range = row(table, NULL, "range");
	struct libscols_line *from = row(table, range, "from");
	struct libscols_line *usable = row(table, range, "ports");
	struct libscols_line *class = row(table, range, "own class");
	struct libscols_line *reserved = row(table, range, "reserved");
	enum path path;

	for (path = 0; path < PATHS; path++) {
		const struct status_path *p = &status->path[path];
		size_t at = COLUMN_PATHS + path;

		output_setf(range, at, "%u-%u", p->range.low, p->range.high);
		output_set(from, at, port_range_none(p->own_range) ||
				     p->range_ignored ?
				     "ip_local_port_range" : paths[path].range);
		if (p->range_ignored)
			output_colour(from, at, OUTPUT_BAD);
		output_setf(usable, at, "%u",
			    p->count.ports - p->count.reserved);
		if (status->bind_stride && path != PATH_UDP)
			output_setf(class, at, "%u", class_ports(p, path));
		else
			output_set(class, at, "-");
		output_setf(reserved, at, "%u", p->count.reserved);
		if (p->count.reserved == p->count.ports)
			output_colour(usable, at, OUTPUT_BAD);
	}
}

static void rows_counters(struct libscols_table *table,
			  const struct status *status)
{
	struct libscols_line *searches = row(table, NULL, "searches");
	struct libscols_line *average = row(table, searches, "candidates each");
	struct libscols_line *fallbacks = row(table, searches, "stock fallbacks");
	struct libscols_line *exhausted = row(table, searches, "exhausted");
	enum path path;

	for (path = 0; path < PATHS; path++) {
		const struct status_path *p = &status->path[path];
		size_t at = COLUMN_PATHS + path;

		output_setf(searches, at, "%llu",
			    (unsigned long long)p->searches);
		if (p->searches && p->candidates)
			output_setf(average, at, "%.2f",
				    (double)p->candidates / p->searches);
		else
			output_set(average, at, "-");
		output_setf(fallbacks, at, "%llu",
			    (unsigned long long)p->stock_fallbacks);
		output_setf(exhausted, at, "%llu",
			    (unsigned long long)p->exhausted);
		if (p->exhausted)
			output_colour(exhausted, at, OUTPUT_BAD);
	}
}

static void print_findings(const struct findings *findings)
{
	static const struct output_column columns[] = {
		{ .key = "mark", .heading = "" },
		{ .key = "problem", .heading = "", .flags = SCOLS_FL_WRAP },
	};
	struct libscols_table *table;
	size_t i;

	if (!findings->count) {
		printf("\n%sNothing looks wrong.%s\n",
		       output_colour_on(OUTPUT_GOOD), output_colour_off());
		return;
	}
	printf("\n%sLooks wrong:%s\n", output_colour_on(OUTPUT_BAD),
	       output_colour_off());
	table = output_table(stdout, "problems", false, columns, 2);
	scols_table_enable_noheadings(table, 1);
	for (i = 0; i < findings->count; i++) {
		struct libscols_line *line = output_line(table, NULL);

		output_set(line, 0, output_utf8() ? " \u2022" : " *");
		output_set(line, 1, findings->text[i]);
	}
	output_print(table);
}

static void print_table(const struct invocation *inv,
			const struct status *status)
{
	struct output_column columns[COLUMNS] = {
		[COLUMN_WHAT] = { .key = "what", .heading = "", .flags = SCOLS_FL_TREE },
	};
	struct libscols_line *algorithm, *chosen;
	struct libscols_table *table;
	enum path path;

	printf("%sdynport%s%s%s is loaded", output_colour_on(OUTPUT_BOLD),
	       status->version ? " " : "",
	       status->version ? status->version : "", output_colour_off());
	if (status->srcversion)
		printf(" (srcversion %s)", status->srcversion);
	if (inv->netns)
		printf("; network namespace %s", inv->netns);
	printf("\n\n");

	for (path = 0; path < PATHS; path++)
		columns[COLUMN_PATHS + path] = (struct output_column){
			.key = paths[path].name, .heading = paths[path].heading,
			.flags = SCOLS_FL_RIGHT,
		};
	table = output_table(stdout, "status", false, columns, COLUMNS);
	algorithm = row(table, NULL, "algorithm");
	chosen = row(table, algorithm, "set by");
	for (path = 0; path < PATHS; path++) {
		const struct status_path *p = &status->path[path];

		output_set(algorithm, COLUMN_PATHS + path, p->algorithm);
		output_set(chosen, COLUMN_PATHS + path,
			   p->own ? paths[path].algorithm : "algorithm");
	}
	rows_window(table, status);
	if (status->counted)
		rows_counters(table, status);
	output_print(table);
}

static int status_run(const struct invocation *inv, int argc, char **argv)
{
	struct findings findings = { 0 };
	struct status status;
	int ret = EXIT_FAILED;

	(void)argc;
	(void)argv;
	if (!sysctl_dynport_present()) {
		if (inv->json)
			print_json(inv, NULL, NULL);
		return EXIT_FAILED;
	}
	if (status_read(&status)) {
		if (!findings_make(&status, &findings))
			output_no_memory();
		if (inv->json) {
			print_json(inv, &status, &findings);
		} else {
			print_table(inv, &status);
			print_findings(&findings);
		}
		ret = EXIT_DONE;
	}
	findings_free(&findings);
	status_free(&status);
	return ret;
}

const struct verb verb_status = {
	.name = "status",
	.summary = "Show what is loaded, how ports are chosen, what looks wrong",
	.details =
		"Paths: connect is TCP connect(), bind is TCP bind(0) and listen(), udp is UDP.\n"
		"'own class' is the part of the range that a path tries first (bind_stride).\n"
		"The counters are for root. --json also tells when dynport is not loaded.\n",
	.run = status_run,
};
