// SPDX-License-Identifier: GPL-2.0-only
/* An event as a line, for people and as JSON. */
#include <stdlib.h>

#include "event_text.h"
#include "memory.h"
#include "monitor.h"
#include "output.h"

enum {
	COLUMN_TIME, COLUMN_EVENT,
	/* of a space and of a lease */
	COLUMN_PROTOCOL, COLUMN_LOCAL, COLUMN_DEVICE,
	/* of a space */
	COLUMN_PATH, COLUMN_REMOTE, COLUMN_REMOTE_PORT, COLUMN_LOW, COLUMN_HIGH,
	COLUMN_PORTS, COLUMN_BUSY, COLUMN_FREE, COLUMN_SEARCHES, COLUMN_FAILED,
	COLUMN_SUPPRESSED,
	/* of a lease */
	COLUMN_PORT, COLUMN_UID, COLUMN_COOKIE,
	COLUMNS
};

static enum output_colour event_colour(const struct event *event)
{
	if (!event || event->command == DYNPORT_CMD_EXHAUSTED)
		return OUTPUT_BAD;
	if (event->command == DYNPORT_CMD_PRESSURE)
		return OUTPUT_FAIR;
	return event->lease ? OUTPUT_DIM : OUTPUT_GOOD;
}

static void print_people(FILE *out, const struct timespec *now,
			 const struct event *event)
{
	char clock[16], *text = event ? event_text(event) : NULL;

	strftime(clock, sizeof(clock), "%T", localtime(&now->tv_sec));
	fprintf(out, "%s.%03ld %s%-9s%s %s\n", clock, now->tv_nsec / 1000000,
		output_colour_on(event_colour(event)),
		event ? event_name(event) : "lost", output_colour_off(),
		text ? text : "events came faster than they could be read, and some were lost");
	free(text);
}

static void key_set(struct libscols_line *line, const struct space_key *key)
{
	char text[ADDRESS_TEXT_MAX];

	output_set(line, COLUMN_PATH, paths[key->path].name);
	output_set(line, COLUMN_PROTOCOL, space_protocol_name(key->protocol));
	if (key->path == PATH_CONNECT) {
		output_set(line, COLUMN_REMOTE, address_text(&key->remote, text));
		output_setf(line, COLUMN_REMOTE_PORT, "%u", key->remote_port);
	}
	output_set(line, COLUMN_LOCAL, address_text(&key->local, text));
	output_setf(line, COLUMN_DEVICE, "%u", key->device);
}

static void space_set(struct libscols_line *line, const struct event *event)
{
	const struct message_space *space = &event->of_space;

	key_set(line, &space->key);
	output_setf(line, COLUMN_LOW, "%u", space->window.low);
	output_setf(line, COLUMN_HIGH, "%u", space->window.high);
	output_setf(line, COLUMN_PORTS, "%u", space->ports);
	if (event->command == DYNPORT_CMD_EXHAUSTED)
		output_setf(line, COLUMN_SUPPRESSED, "%u", space->suppressed);
	if (!space->mapped)
		return;
	output_setf(line, COLUMN_BUSY, "%u", space->busy);
	output_setf(line, COLUMN_FREE, "%u", space->free);
	output_setf(line, COLUMN_SEARCHES, "%llu", (unsigned long long)space->searches);
	output_setf(line, COLUMN_FAILED, "%llu", (unsigned long long)space->failed);
}

static void lease_set(struct libscols_line *line, const struct message_lease *lease)
{
	char text[ADDRESS_TEXT_MAX];

	output_set(line, COLUMN_PROTOCOL, space_protocol_name(lease->protocol));
	output_set(line, COLUMN_LOCAL, address_text(&lease->local, text));
	output_setf(line, COLUMN_DEVICE, "%u", lease->device);
	output_setf(line, COLUMN_PORT, "%u", lease->port);
	output_setf(line, COLUMN_UID, "%u", lease->uid);
	output_setf(line, COLUMN_COOKIE, "%llu", (unsigned long long)lease->cookie);
}

/*
 * libsmartcols prints over several lines what is to be one here. In JSON a
 * string has no newline, so all of them are between tokens, as are the blanks
 * behind them.
 */
static void line_put(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text != '\n') {
			fputc(*text, out);
			continue;
		}
		while (text[1] == ' ')
			text++;
	}
	fputc('\n', out);
}

static void print_json(FILE *out, const struct timespec *now, const struct event *event)
{
	struct output_column columns[COLUMNS] = {
		[COLUMN_TIME] = { .key = "time", .json = SCOLS_JSON_NUMBER },
		[COLUMN_EVENT] = { .key = "event" },
		[COLUMN_PATH] = { .key = "path" },
		[COLUMN_PROTOCOL] = { .key = "protocol" },
		[COLUMN_REMOTE] = { .key = "destination" },
		[COLUMN_REMOTE_PORT] = { .key = "destination_port",
					 .json = SCOLS_JSON_NUMBER },
		[COLUMN_LOCAL] = { .key = "from" },
		[COLUMN_DEVICE] = { .key = "ifindex", .json = SCOLS_JSON_NUMBER },
		[COLUMN_LOW] = { .key = "low", .json = SCOLS_JSON_NUMBER },
		[COLUMN_HIGH] = { .key = "high", .json = SCOLS_JSON_NUMBER },
		[COLUMN_PORTS] = { .key = "ports", .json = SCOLS_JSON_NUMBER },
		[COLUMN_BUSY] = { .key = "busy", .json = SCOLS_JSON_NUMBER },
		[COLUMN_FREE] = { .key = "free", .json = SCOLS_JSON_NUMBER },
		[COLUMN_SEARCHES] = { .key = "searches", .json = SCOLS_JSON_NUMBER },
		[COLUMN_FAILED] = { .key = "failed", .json = SCOLS_JSON_NUMBER },
		[COLUMN_SUPPRESSED] = { .key = "suppressed", .json = SCOLS_JSON_NUMBER },
		[COLUMN_PORT] = { .key = "port", .json = SCOLS_JSON_NUMBER },
		[COLUMN_UID] = { .key = "uid", .json = SCOLS_JSON_NUMBER },
		[COLUMN_COOKIE] = { .key = "cookie", .json = SCOLS_JSON_NUMBER },
	};
	struct libscols_table *table;
	struct libscols_line *line;
	char *text;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	int i;

	if (!memory)
		memory_out();
	/* those that the event hasn't */
	for (i = COLUMN_PROTOCOL; i < COLUMNS; i++)
		if (!event || (i >= COLUMN_PATH && (i >= COLUMN_PORT) != event->lease))
			columns[i].key = NULL;
	table = output_table(memory, "monitor", true, columns, COLUMNS);
	line = output_line(table, NULL);
	output_setf(line, COLUMN_TIME, "%lld.%03ld", (long long)now->tv_sec,
		    now->tv_nsec / 1000000);
	output_set(line, COLUMN_EVENT, event ? event_name(event) : "lost");
	if (event && event->lease)
		lease_set(line, &event->of_lease);
	else if (event)
		space_set(line, event);
	output_print(table);
	if (fclose(memory))
		memory_out();
	line_put(out, text);
	free(text);
}

void view_event(FILE *out, bool json, const struct timespec *now,
		const struct event *event)
{
	if (json)
		print_json(out, now, event);
	else
		print_people(out, now, event);
}
