// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters: for people a table of counters by path and one of the namespace's,
 * as JSON one object with the kernel's names and values.
 */
#include <string.h>
#include <time.h>

#include "counter_info.h"
#include "output.h"
#include "paths.h"
#include "view.h"

double view_rate(const struct view *view, uint64_t now, uint64_t before)
{
	/* they began anew: the module was loaded again */
	if (now < before)
		return 0;
	return (double)(now - before) / view->seconds;
}

void view_set_rate(struct libscols_line *line, size_t column, double rate)
{
	output_setf(line, column, "%.*f", rate > 0 && rate < 10 ? 1 : 0, rate);
}

void view_set_number(struct libscols_line *line, size_t column, uint64_t n)
{
	output_setf(line, column, "%llu", (unsigned long long)n);
}

static void json_counters(const struct view *view, const struct counters *now)
{
	struct output_column columns[COUNTERS_MAX + 1];
	struct libscols_table *table;
	struct libscols_line *line;
	size_t i;

	for (i = 0; i < now->count; i++)
		columns[i] = (struct output_column){
			.key = now->at[i].name, .json = SCOLS_JSON_NUMBER,
		};
	columns[i++] = (struct output_column){
		.key = "time", .json = SCOLS_JSON_NUMBER,
	};
	table = output_table(view->out, "stats", true, columns,
			     view->live ? i : i - 1);
	line = output_line(table, NULL);
	for (i = 0; i < now->count; i++)
		view_set_number(line, i, now->at[i].value);
	if (view->live) {
		struct timespec t;

		clock_gettime(CLOCK_REALTIME, &t);
		output_setf(line, i, "%lld.%03ld", (long long)t.tv_sec,
			    t.tv_nsec / 1000000);
	}
	output_print(table);
}

enum {
	COLUMN_COUNTER,
	COLUMN_CONNECT, COLUMN_CONNECT_RATE,
	COLUMN_BIND, COLUMN_BIND_RATE,
	COLUMN_UDP, COLUMN_UDP_RATE,
	COLUMN_MEANING,
	COLUMNS
};

static const size_t path_column[PATHS] = {
	[PATH_CONNECT] = COLUMN_CONNECT,
	[PATH_BIND] = COLUMN_BIND,
	[PATH_UDP] = COLUMN_UDP,
};

static void set_counter(const struct view *view, struct libscols_line *line,
			size_t column, const struct counter *counter,
			const struct counters *before)
{
	const uint64_t *old = view->seconds > 0 ?
		counters_find(before, counter->name) : NULL;

	view_set_number(line, column, counter->value);
	if (!view->live)
		return;
	if (old)
		view_set_rate(line, column + 1,
			      view_rate(view, counter->value, *old));
	else
		output_set(line, column + 1, "-");
}

static void table_paths(const struct view *view, const struct counters *now,
			const struct counters *before)
{
	const char *per_second = view->live ? "/S" : NULL;
	const struct output_column columns[COLUMNS] = {
		[COLUMN_COUNTER] = { .heading = "COUNTER" },
		[COLUMN_CONNECT] = { .heading = "CONNECT", .flags = SCOLS_FL_RIGHT },
		[COLUMN_CONNECT_RATE] = { .heading = per_second, .flags = SCOLS_FL_RIGHT },
		[COLUMN_BIND] = { .heading = "BIND", .flags = SCOLS_FL_RIGHT },
		[COLUMN_BIND_RATE] = { .heading = per_second, .flags = SCOLS_FL_RIGHT },
		[COLUMN_UDP] = { .heading = "UDP", .flags = SCOLS_FL_RIGHT },
		[COLUMN_UDP_RATE] = { .heading = per_second, .flags = SCOLS_FL_RIGHT },
		[COLUMN_MEANING] = { .heading = "MEANING", .flags = SCOLS_FL_TRUNC },
	};
	struct libscols_line *lines[COUNTERS_MAX];
	const char *names[COUNTERS_MAX];
	struct libscols_table *table;
	size_t count = 0, i, j;

	table = output_table(view->out, "stats", false, columns, COLUMNS);
	for (i = 0; i < now->count; i++) {
		const char *what;
		enum path path = counter_path(now->at[i].name, &what);

		if (path == PATHS)
			continue;
		for (j = 0; j < count; j++)
			if (strcmp(names[j], what) == 0)
				break;
		if (j == count) {
			names[count] = what;
			lines[count++] = output_line(table, NULL);
			output_set(lines[j], COLUMN_COUNTER, what);
			output_set(lines[j], COLUMN_MEANING,
				   counter_meaning(what));
		}
		set_counter(view, lines[j], path_column[path], &now->at[i],
			    before);
		if (strcmp(what, "exhausted") == 0 && now->at[i].value)
			output_colour(lines[j], path_column[path], OUTPUT_BAD);
	}
	output_print(table);
}

static void table_netns(const struct view *view, const struct counters *now,
			const struct counters *before)
{
	const struct output_column columns[] = {
		{ .heading = "COUNTER" },
		{ .heading = "VALUE", .flags = SCOLS_FL_RIGHT },
		{ .heading = view->live ? "/S" : NULL, .flags = SCOLS_FL_RIGHT },
		{ .heading = "MEANING", .flags = SCOLS_FL_TRUNC },
	};
	struct libscols_table *table;
	size_t i;

	table = output_table(view->out, "netns", false, columns, 4);
	for (i = 0; i < now->count; i++) {
		struct libscols_line *line;
		const char *what;

		if (counter_path(now->at[i].name, &what) != PATHS)
			continue;
		line = output_line(table, NULL);
		output_set(line, 0, what);
		set_counter(view, line, 1, &now->at[i], before);
		output_set(line, 3, counter_meaning(what));
	}
	if (scols_table_is_empty(table)) {
		scols_unref_table(table);
		return;
	}
	fputc('\n', view->out);
	output_print(table);
}

void view_counters(const struct view *view, const struct counters *now,
		   const struct counters *before)
{
	if (view->json) {
		json_counters(view, now);
		return;
	}
	table_paths(view, now, before);
	table_netns(view, now, before);
}
