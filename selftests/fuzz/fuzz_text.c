// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool's parsers of text. What is accepted must mean the same once it has
 * been written and read again, and must make metrics that Prometheus can read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "fuzz.h"
#include "metrics.h"
#include "ports.h"
#include "proc_spaces.h"
#include "proc_stats.h"
#include "settings_file.h"

static bool name_right(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!(name[i] >= 'a' && name[i] <= 'z') && name[i] != '_' &&
		    !(i && name[i] >= '0' && name[i] <= '9'))
			return false;
	return len > 0;
}

/*
 * Prometheus refuses the whole text if a line of it is malformed. Labels can't
 * hold quotes here: they come from names and words of /proc.
 */
static void metrics_judge(char *text)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *end, *value = strrchr(line, ' ');
		size_t len = strcspn(line, "{ ");

		if (!*line || *line == '#')
			continue;
		must(name_right(line, len));
		must(value && value[1]);
		if (line[len] == '{')
			must(value[-1] == '}');
		else
			must(value == line + len);
		strtod(value + 1, &end);
		must(!*end);
	}
}

struct paper {
	struct metrics m;
	char *text;
	size_t len;
};

static void paper_take(struct paper *paper)
{
	paper->m = (struct metrics){ .netns = NULL };
	paper->m.out = open_memstream(&paper->text, &paper->len);
	must(paper->m.out);
}

static void paper_judge(struct paper *paper)
{
	must(fclose(paper->m.out) == 0);
	metrics_judge(paper->text);
	free(paper->text);
}

void fuzz_stats(const uint8_t *data, size_t len)
{
	static struct counters counters;
	struct proc_error error = { .what = NULL };
	char *text = fuzz_bytes(data, len);
	struct paper paper;
	size_t i;

	if (counters_parse(text, len, &counters, &error)) {
		must(counters.count <= COUNTERS_MAX);
		for (i = 0; i < counters.count; i++) {
			const char *name = counters.at[i].name;

			must(memchr(name, '\0', PROC_NAME_MAX) && *name);
			must(counters_find(&counters, name));
		}
		paper_take(&paper);
		metrics_counters(&paper.m, &counters);
		paper_judge(&paper);
	} else {
		must(error.what);
	}
	free(text);
}

void fuzz_histogram(const uint8_t *data, size_t len)
{
	static const struct counters none;
	static struct histogram histogram;
	struct proc_error error = { .what = NULL };
	char *text = fuzz_bytes(data, len);
	struct paper paper;
	size_t row;

	if (histogram_parse(text, len, &histogram, &error)) {
		must(histogram.rows <= HISTOGRAM_ROWS_MAX);
		must(histogram.columns <= HISTOGRAM_COLUMNS_MAX);
		for (row = 0; row < histogram.rows; row++)
			must(histogram.row[row].low <= histogram.row[row].high);
		paper_take(&paper);
		metrics_histogram(&paper.m, &histogram, &none);
		paper_judge(&paper);
	} else {
		must(error.what);
	}
	free(text);
}

void fuzz_spaces(const uint8_t *data, size_t len)
{
	struct proc_error error = { .what = NULL };
	char *text = fuzz_bytes(data, len);
	struct spaces spaces;
	struct paper paper;
	size_t i;

	if (spaces_parse(text, len, &spaces, &error)) {
		spaces_sort(&spaces);
		for (i = 1; i < spaces.count; i++)
			must(space_occupancy(&spaces.at[i - 1]) >=
			     space_occupancy(&spaces.at[i]));
		paper_take(&paper);
		metrics_spaces(&paper.m, &spaces, 20);
		paper_judge(&paper);
		free(spaces.at);
	} else {
		must(error.what);
	}
	free(text);
}

static void setting_again(const struct setting *setting, const char *value)
{
	const struct setting *again;
	char why[SETTINGS_WHY_MAX];
	const char *same;
	char *line;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	must(out);
	settings_line_write(out, setting, value);
	must(fclose(out) == 0);
	must(len && line[len - 1] == '\n');
	line[len - 1] = '\0';
	must(!strchr(line, '\n'));
	must(settings_line_parse(line, &again, &same, why) == SETTINGS_LINE_VALUE);
	must(again == setting && strcmp(same, value) == 0);
	free(line);
}

void fuzz_settings(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char why[SETTINGS_WHY_MAX] = "";
		const struct setting *setting;
		const char *value;

		switch (settings_line_parse(line, &setting, &value, why)) {
		case SETTINGS_LINE_EMPTY:
			break;
		case SETTINGS_LINE_VALUE:
			must(setting_accepts(setting, value));
			setting_again(setting, value);
			break;
		case SETTINGS_LINE_WRONG:
			must(why[0] && memchr(why, '\0', sizeof(why)));
			break;
		}
	}
	free(text);
}

void fuzz_range(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), again[32];
	struct port_range range, same;

	port_preset_find(text);
	if (port_range_parse(text, &range)) {
		must(range.low <= range.high && range.high < PORTS_ALL);
		snprintf(again, sizeof(again), "%u\t%u\n", range.low, range.high);
		must(port_range_parse(again, &same));
		must(same.low == range.low && same.high == range.high);
	}
	free(text);
}

void fuzz_ports(const uint8_t *data, size_t len)
{
	static const struct port_range all = { 0, PORTS_ALL - 1 };
	char *text = fuzz_text(data, len), *again;
	static struct port_set set, same;
	unsigned int count = 0, port;

	if (port_set_parse(text, &set)) {
		for (port = 0; port < PORTS_ALL; port++)
			count += port_set_has(&set, port);
		must(port_set_count(&set, all) == count);
		again = port_set_text(&set);
		must(port_set_parse(again, &same));
		must(memcmp(&set, &same, sizeof(set)) == 0);
		free(again);
	}
	free(text);
}

void fuzz_endpoint(const uint8_t *data, size_t len)
{
	/* a seed is a line */
	char *text = fuzz_text(data, len - (len && data[len - 1] == '\n'));
	char written[ENDPOINT_TEXT_MAX];
	struct address address, same;
	unsigned int port, port_same;

	if (address_parse(text, &address)) {
		must(address_parse(address_text(&address, written), &same));
		must(memcmp(&address, &same, sizeof(same)) == 0);
	}
	if (endpoint_parse(text, &address, &port)) {
		must(port >= 1 && port <= 65535);
		endpoint_text(&address, port, written);
		must(endpoint_parse(written, &same, &port_same));
		must(memcmp(&address, &same, sizeof(same)) == 0);
		must(port == port_same);
	}
	free(text);
}
