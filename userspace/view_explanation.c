// SPDX-License-Identifier: GPL-2.0-only
/* An explanation as sentences and a table, and as JSON. */
#include <stdlib.h>

#include "explanation.h"
#include "output.h"

enum {
	/* for machines, the same in each row */
	COLUMN_PATH, COLUMN_PROTOCOL, COLUMN_REMOTE, COLUMN_REMOTE_PORT, COLUMN_LOCAL,
	COLUMN_DEVICE, COLUMN_ALGORITHM, COLUMN_LOW, COLUMN_HIGH, COLUMN_MAPPED,
	COLUMN_BUSY, COLUMN_FREE,
	/* of the candidate */
	COLUMN_NUMBER, COLUMN_PORT, COLUMN_VERDICT, COLUMN_WORD, COLUMN_WHY,
	COLUMNS
};

static void print_heading(FILE *out, const struct space_key *key,
			  const struct message_explanation *e)
{
	char text[ENDPOINT_TEXT_MAX];
	char *sentences = explanation_text(e, key->path);

	fprintf(out, "%s%s", output_colour_on(OUTPUT_BOLD), paths[key->path].what);
	if (key->path == PATH_CONNECT)
		fprintf(out, " to %s", endpoint_text(&key->remote, key->remote_port, text));
	fprintf(out, " from %s%s\n",
		address_any(&key->local) ? "any address" : address_text(&key->local, text),
		output_colour_off());
	fprintf(out, "algorithm %s, ports %u-%u", e->algorithm, e->window.low,
		e->window.high);
	if (e->mapped)
		fprintf(out, ", port map: %u busy, %u free\n", e->busy, e->free);
	else
		fputs(", no port map\n", out);
	fprintf(out, "%s\n", sentences);
	free(sentences);
}

static void row_for_machines(struct libscols_line *line, const struct space_key *key,
			     const struct message_explanation *e)
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
	output_set(line, COLUMN_ALGORITHM, e->algorithm);
	output_setf(line, COLUMN_LOW, "%u", e->window.low);
	output_setf(line, COLUMN_HIGH, "%u", e->window.high);
	output_set(line, COLUMN_MAPPED, e->mapped ? "1" : "0");
	if (!e->mapped)
		return;
	output_setf(line, COLUMN_BUSY, "%u", e->busy);
	output_setf(line, COLUMN_FREE, "%u", e->free);
}

static enum output_colour kind_colour(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_PROPOSED:
		return OUTPUT_GOOD;
	case VERDICT_LATER:
		return OUTPUT_FAIR;
	default:
		return OUTPUT_DIM;
	}
}

void view_explanation(FILE *out, bool json, const struct space_key *key,
		      const struct message_explanation *e)
{
	static const struct output_column columns[COLUMNS] = {
		[COLUMN_PATH] = { .key = "path" },
		[COLUMN_PROTOCOL] = { .key = "protocol" },
		[COLUMN_REMOTE] = { .key = "destination" },
		[COLUMN_REMOTE_PORT] = { .key = "destination_port",
					 .json = SCOLS_JSON_NUMBER },
		[COLUMN_LOCAL] = { .key = "from" },
		[COLUMN_DEVICE] = { .key = "ifindex", .json = SCOLS_JSON_NUMBER },
		[COLUMN_ALGORITHM] = { .key = "algorithm" },
		[COLUMN_LOW] = { .key = "low", .json = SCOLS_JSON_NUMBER },
		[COLUMN_HIGH] = { .key = "high", .json = SCOLS_JSON_NUMBER },
		[COLUMN_MAPPED] = { .key = "mapped", .json = SCOLS_JSON_BOOLEAN },
		[COLUMN_BUSY] = { .key = "busy", .json = SCOLS_JSON_NUMBER },
		[COLUMN_FREE] = { .key = "free", .json = SCOLS_JSON_NUMBER },
		[COLUMN_NUMBER] = { "number", "#", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[COLUMN_PORT] = { "port", "PORT", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[COLUMN_VERDICT] = { .key = "verdict" },
		[COLUMN_WORD] = { .heading = "VERDICT" },
		[COLUMN_WHY] = { .key = "why", .heading = "WHY", .flags = SCOLS_FL_WRAP },
	};
	struct libscols_table *table;
	unsigned int i;

	if (!json)
		print_heading(out, key, e);
	/* a table without lines would be no more than its heading */
	if (!json && !e->count)
		return;
	if (!json)
		fputc('\n', out);
	table = output_table(out, "explain", json, columns, COLUMNS);
	for (i = 0; i < e->count; i++) {
		const struct verdict_info *info = verdict_info(e->candidate[i].verdict);
		struct libscols_line *line = output_line(table, NULL);

		if (json)
			row_for_machines(line, key, e);
		output_setf(line, COLUMN_NUMBER, "%u", i + 1);
		output_setf(line, COLUMN_PORT, "%u", e->candidate[i].port);
		output_set(line, COLUMN_VERDICT, info->name);
		output_set(line, COLUMN_WORD, info->word);
		output_colour(line, COLUMN_WORD, kind_colour(info->kind));
		output_set(line, COLUMN_WHY, info->why);
	}
	output_print(table);
}
