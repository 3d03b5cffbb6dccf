// SPDX-License-Identifier: GPL-2.0-only
/* The table of 'top', for people and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "bar.h"
#include "memory.h"
#include "output.h"
#include "top.h"

#define BAR_WIDTH	10
/* A terminal has room for a bar from so many columns on. */
#define BAR_FROM	110
/* Shares and times from which on they are shown as bad. */
#define SHARE_BAD	0.9
#define SECONDS_BAD	60

enum {
	/* for machines */
	COLUMN_PATH, COLUMN_PROTOCOL, COLUMN_REMOTE, COLUMN_PORT, COLUMN_LOCAL,
	COLUMN_DEVICE, COLUMN_PORTS, COLUMN_FREE,
	/* for people */
	COLUMN_DESTINATION, COLUMN_FROM,
	/* for both */
	COLUMN_USED, COLUMN_PERCENT, COLUMN_BAR, COLUMN_TREND, COLUMN_LEFT,
	COLUMN_TIME_WAIT, COLUMN_TIME_WAIT_PERCENT, COLUMN_MAP,
	COLUMN_SEARCHES, COLUMN_FAILED, COLUMN_OWNER,
	COLUMNS
};

static void set_seconds(struct libscols_line *line, double seconds)
{
	if (seconds < 0)
		output_set(line, COLUMN_LEFT, "-");
	else if (seconds < 1)
		output_set(line, COLUMN_LEFT, "now");
	else if (seconds < 100)
		output_setf(line, COLUMN_LEFT, "%.0f s", seconds);
	else if (seconds < 100 * 60)
		output_setf(line, COLUMN_LEFT, "%.0f min", seconds / 60);
	else if (seconds < 48 * 3600)
		output_setf(line, COLUMN_LEFT, "%.0f h", seconds / 3600);
	else
		output_set(line, COLUMN_LEFT, "> 2 d");
	if (seconds >= 0 && seconds < SECONDS_BAD)
		output_colour(line, COLUMN_LEFT, OUTPUT_BAD);
}

static void set_trend(struct libscols_line *line, const struct destination *d)
{
	double size = d->trend < 0 ? -d->trend : d->trend;

	if (!d->trend_known)
		output_set(line, COLUMN_TREND, "-");
	else if (size < 0.05)
		output_set(line, COLUMN_TREND, "0/s");
	else
		output_setf(line, COLUMN_TREND, "%+.*f/s", size < 10 ? 1 : 0, d->trend);
}

static void row_for_people(struct libscols_line *line, const struct top_row *row)
{
	const struct destination *d = row->destination;
	char text[ENDPOINT_TEXT_MAX];
	double share = destination_share(d);

	if (d->key.path == PATH_CONNECT)
		output_set(line, COLUMN_DESTINATION,
			   endpoint_text(&d->key.remote, d->key.remote_port, text));
	else
		output_set(line, COLUMN_DESTINATION,
			   d->key.path == PATH_BIND ? "- bind(0)" :
			   d->key.protocol == IPPROTO_UDP ? "- UDP" : "- UDP-Lite");
	output_set(line, COLUMN_FROM, address_any(&d->key.local) ? "any" :
				      address_text(&d->key.local, text));
	output_setf(line, COLUMN_PERCENT, "%.1f", share * 100);
	if (share >= SHARE_BAD)
		output_colour(line, COLUMN_PERCENT, OUTPUT_BAD);
	bar_set(line, COLUMN_BAR, share, BAR_WIDTH);
	set_trend(line, d);
	set_seconds(line, destination_seconds_left(d));
	if (d->key.path == PATH_UDP)
		output_set(line, COLUMN_TIME_WAIT_PERCENT, "-");
	else
		output_setf(line, COLUMN_TIME_WAIT_PERCENT, "%.0f",
			    d->used ? 100.0 * d->time_wait / d->used : 0);
	output_set(line, COLUMN_MAP, d->mapped ? "yes" : "no");
	output_set(line, COLUMN_OWNER, row->owner ? row->owner : "-");
}

static void row_for_machines(struct libscols_line *line,
			     const struct top_row *row)
{
	const struct destination *d = row->destination;
	double left = destination_seconds_left(d);
	char text[ENDPOINT_TEXT_MAX];

	output_set(line, COLUMN_PATH, paths[d->key.path].name);
	output_set(line, COLUMN_PROTOCOL, space_protocol_name(d->key.protocol));
	if (d->key.path == PATH_CONNECT) {
		output_set(line, COLUMN_REMOTE, address_text(&d->key.remote, text));
		output_setf(line, COLUMN_PORT, "%u", d->key.remote_port);
	}
	output_set(line, COLUMN_LOCAL, address_text(&d->key.local, text));
	output_setf(line, COLUMN_DEVICE, "%u", d->key.device);
	output_setf(line, COLUMN_PORTS, "%u", d->ports);
	output_setf(line, COLUMN_FREE, "%u", d->ports - d->used);
	output_setf(line, COLUMN_PERCENT, "%.2f", destination_share(d) * 100);
	if (d->trend_known)
		output_setf(line, COLUMN_TREND, "%.2f", d->trend);
	if (left >= 0)
		output_setf(line, COLUMN_LEFT, "%.0f", left);
	output_setf(line, COLUMN_TIME_WAIT, "%u", d->time_wait);
	output_setf(line, COLUMN_TIME_WAIT_PERCENT, "%.1f",
		    d->used ? 100.0 * d->time_wait / d->used : 0);
	output_set(line, COLUMN_MAP, d->mapped ? "1" : "0");
	if (d->mapped) {
		output_setf(line, COLUMN_SEARCHES, "%llu",
			    (unsigned long long)d->searches);
		output_setf(line, COLUMN_FAILED, "%llu",
			    (unsigned long long)d->failed);
	}
	output_set(line, COLUMN_OWNER, row->owner);
}

static void print_summary(FILE *out, const struct top *top)
{
	const struct window *w = &top->window;
	size_t i, maps = 0;

	for (i = 0; i < top->now.count; i++)
		maps += top->now.at[i].mapped;
	fprintf(out, "range %u-%u: %u ports, %u reserved; %u sockets in it, %u in TIME_WAIT\n",
		w->local.low, w->local.high, port_range_size(w->local),
		port_set_count(&w->reserved, w->local), top->now.sockets,
		top->now.time_wait);
	if (!w->loaded)
		fputs("dynport is not loaded\n", out);
	else if (!top->mapped)
		fprintf(out, "%s\n", top->note);
	else
		fprintf(out, "dynport is loaded: %zu port map%s\n", maps,
			maps == 1 ? "" : "s");
	fputc('\n', out);
}

void view_top(FILE *out, bool json, struct top *top, size_t limit)
{
	if (!json)
		print_summary(out, top);
	view_top_rows(out, json, top, limit);
}

void view_top_rows(FILE *out, bool json, struct top *top, size_t limit)
{
	struct output_column columns[COLUMNS] = {
		[COLUMN_PATH] = { .key = "path" },
		[COLUMN_PROTOCOL] = { .key = "protocol" },
		[COLUMN_REMOTE] = { .key = "destination" },
		[COLUMN_PORT] = { .key = "port", .json = SCOLS_JSON_NUMBER },
		[COLUMN_LOCAL] = { .key = "from" },
		[COLUMN_DEVICE] = { .key = "ifindex", .json = SCOLS_JSON_NUMBER },
		[COLUMN_PORTS] = { .key = "ports", .json = SCOLS_JSON_NUMBER },
		[COLUMN_FREE] = { .key = "free", .json = SCOLS_JSON_NUMBER },
		[COLUMN_DESTINATION] = { .heading = "DESTINATION",
					 .flags = SCOLS_FL_TRUNC },
		[COLUMN_FROM] = { .heading = "FROM", .flags = SCOLS_FL_TRUNC },
		[COLUMN_USED] = { "used", "USED", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[COLUMN_PERCENT] = { "percent", "%", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[COLUMN_TREND] = { "trend", "TREND", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[COLUMN_LEFT] = { "seconds_left", "FULL IN", SCOLS_FL_RIGHT,
				  SCOLS_JSON_NUMBER },
		[COLUMN_TIME_WAIT] = { .key = "time_wait", .json = SCOLS_JSON_NUMBER },
		[COLUMN_TIME_WAIT_PERCENT] = { "time_wait_percent", "TW %",
					       SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[COLUMN_MAP] = { "mapped", top->mapped ? "MAP" : NULL, 0,
				 SCOLS_JSON_BOOLEAN },
		[COLUMN_SEARCHES] = { .key = "searches", .json = SCOLS_JSON_NUMBER },
		[COLUMN_FAILED] = { .key = "failed", .json = SCOLS_JSON_NUMBER },
		[COLUMN_OWNER] = { .key = "owner", .heading = "OWNER",
				   .flags = SCOLS_FL_TRUNC },
	};
	struct libscols_table *table;
	struct top_row *rows;
	size_t count, i;

	rows = top_rows(top, limit, &count);
	table = output_table(out, "top", json, columns, COLUMNS);
	if (!json && scols_table_get_termwidth(table) >= BAR_FROM)
		scols_column_set_flags(scols_table_get_column(table, COLUMN_BAR), 0);
	for (i = 0; i < count; i++) {
		struct libscols_line *line = output_line(table, NULL);

		output_setf(line, COLUMN_USED, "%u", rows[i].destination->used);
		if (json)
			row_for_machines(line, &rows[i]);
		else
			row_for_people(line, &rows[i]);
	}
	output_print(table);
	top_rows_free(rows, count);
}
