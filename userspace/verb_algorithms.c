// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl algorithms: the algorithms that the kernel has now, which paths
 * use them in this namespace, and when to choose which.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms.h"
#include "output.h"
#include "paths.h"
#include "sysctl.h"
#include "verb.h"

enum {
	COLUMN_NAME,
	COLUMN_SECTION,
	COLUMN_USED_BY,			/* for people, and for machines: */
	COLUMN_PATHS,
	COLUMN_WHEN = COLUMN_PATHS + PATHS,
	COLUMNS
};

static int value_read(const char *key, char **value)
{
	int ret = sysctl_dynport_read(key, value);

	if (ret)
		warnx("net.dynport.%s: %s", key, strerror(-ret));
	return ret;
}

/* The algorithm in effect on each path; to be freed, also on error. */
static int effective_read(char *effective[PATHS])
{
	enum path path;
	int ret = 0;

	for (path = 0; !ret && path < PATHS; path++) {
		ret = value_read(paths[path].algorithm, &effective[path]);
		if (ret || strcmp(effective[path], "default") != 0)
			continue;
		free(effective[path]);
		effective[path] = NULL;
		ret = value_read("algorithm", &effective[path]);
	}
	return ret;
}

static void algorithm_line(struct libscols_table *table, const char *name,
			   char *const effective[PATHS], bool json)
{
	const struct algorithm_info *info = algorithm_info_find(name);
	struct libscols_line *line = output_line(table, NULL);
	const char *none = json ? NULL : "-";
	char used_by[64] = "";
	enum path path;

	for (path = 0; path < PATHS; path++) {
		size_t len = strlen(used_by);

		bool used = strcmp(effective[path], name) == 0;

		if (used)
			snprintf(used_by + len, sizeof(used_by) - len, "%s%s",
				 len ? " " : "", paths[path].name);
		output_set(line, COLUMN_PATHS + path, used ? "1" : "0");
	}
	output_set(line, COLUMN_NAME, name);
	output_set(line, COLUMN_SECTION,
		   info && info->section ? info->section : none);
	output_set(line, COLUMN_USED_BY, *used_by ? used_by : none);
	output_set(line, COLUMN_WHEN, info ? info->when : none);
	if (*used_by)
		output_colour(line, COLUMN_NAME, OUTPUT_GOOD);
}

static int algorithms_run(const struct invocation *inv, int argc, char **argv)
{
	struct output_column columns[COLUMNS] = {
		[COLUMN_NAME] = { .key = "name", .heading = "NAME" },
		[COLUMN_SECTION] = { .key = "rfc6056", .heading = "RFC 6056" },
		[COLUMN_USED_BY] = { .heading = "USED BY" },
		[COLUMN_WHEN] = { .key = "when", .heading = "WHEN TO CHOOSE IT",
				  .flags = SCOLS_FL_WRAP },
	};
	struct libscols_table *table;
	char *available, *name, *rest;
	char *effective[PATHS] = { NULL };
	enum path path;
	int ret;

	(void)argc;
	(void)argv;
	if (!sysctl_dynport_present() ||
	    value_read("available_algorithms", &available))
		return EXIT_FAILED;
	for (path = 0; path < PATHS; path++)
		columns[COLUMN_PATHS + path] = (struct output_column){
			.key = paths[path].name, .json = SCOLS_JSON_BOOLEAN,
		};
	ret = effective_read(effective);
	if (!ret) {
		table = output_table(stdout, "algorithms", inv->json, columns,
				     COLUMNS);
		for (name = strtok_r(available, " ", &rest); name;
		     name = strtok_r(NULL, " ", &rest))
			algorithm_line(table, name, effective, inv->json);
		output_print(table);
	}
	for (path = 0; path < PATHS; path++)
		free(effective[path]);
	free(available);
	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct verb verb_algorithms = {
	.name = "algorithms",
	.summary = "List the algorithms, their users, and when to choose which",
	.details =
		"'dynportctl set algorithm NAME' chooses one for all paths, algorithm_connect,\n"
		"algorithm_bind and algorithm_udp for one. hash and doublehash know no peer\n"
		"when TCP bind(0) or UDP chooses; they draw at random then.\n",
	.run = algorithms_run,
};
