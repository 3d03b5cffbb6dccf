// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl status: what is loaded, how and from what each path chooses, what
 * came of it, the fullest destinations, and what looks wrong.
 */
#include "output.h"
#include "status.h"
#include "sysctl.h"
#include "top.h"
#include "verb.h"

/* Destinations, and what has none, that are shown; 'top' shows all. */
#define FULLEST 5

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
			output_setf(class, at, "%u", status_class_ports(status, path));
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
		{ .heading = "" },
		{ .heading = "", .flags = SCOLS_FL_WRAP },
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
		output_set(line, 1, findings->at[i].what);
	}
	output_print(table);
}

static void print_table(const struct invocation *inv,
			const struct status *status)
{
	struct output_column columns[COLUMNS] = {
		[COLUMN_WHAT] = { .heading = "", .flags = SCOLS_FL_TREE },
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
			.heading = paths[path].heading,
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

/* Without a word where sockets can't be listed: 'top' has the words. */
static void print_fullest(void)
{
	static struct top top;
	char why[LIVE_WHY_MAX];

	if (top_sample(&top, why)) {
		printf("\n%sFullest:%s\n", output_colour_on(OUTPUT_BOLD),
		       output_colour_off());
		view_top_rows(stdout, false, &top, FULLEST);
	}
	top_free(&top);
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
			status_json(inv, NULL, NULL);
		return EXIT_FAILED;
	}
	if (status_read(&status)) {
		findings_make(&status, &findings);
		if (inv->json) {
			status_json(inv, &status, &findings);
		} else {
			print_table(inv, &status);
			print_fullest();
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
