// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl set: changes settings, all of a command or none; without
 * arguments it lists them. What can be judged without the kernel is judged
 * before anything is written.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "assignment.h"
#include "output.h"
#include "ports.h"
#include "range_effect.h"
#include "settings.h"
#include "sysctl.h"
#include "verb.h"

static bool all_digits(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* What the kernel takes between two ports is a blank; people write a dash. */
static void range_blanks(char *value)
{
	for (; *value; value++)
		if (*value == '-' || *value == ',')
			*value = ' ';
}

/* A range as the kernel wants it, from a preset's name or what people write. */
static char *range_value(const char *text)
{
	const struct port_preset *preset = port_preset_find(text);
	char *value;

	if (!preset) {
		value = strdup(text);
		if (value)
			range_blanks(value);
	} else if (asprintf(&value, "%u %u", preset->range.low,
			    preset->range.high) < 0) {
		value = NULL;
	}
	return value;
}

static void presets_explain(void)
{
	const struct port_preset *preset;

	for (preset = port_presets; preset->name; preset++)
		warnx("preset %s: %u-%u, %s", preset->name, preset->range.low,
		      preset->range.high, preset->meaning);
}

/*
 * Takes one assignment from the front of the arguments: KEY VALUE, KEY=VALUE,
 * or for a range KEY LOW HIGH. Returns how many were used, 0 after having said
 * what is wrong.
 */
static int assignment_parse(struct assignment *a, int argc, char **argv)
{
	const char *equals = strchr(argv[0], '='), *first;
	size_t len = equals ? (size_t)(equals - argv[0]) : strlen(argv[0]);
	char *key = strndup(argv[0], len), values[SETTING_VALUES_MAX];
	int used = equals ? 0 : 1;

	if (!key)
		output_no_memory();
	a->setting = strcmp(key, setting_local_range.key) == 0 ?
		     &setting_local_range : setting_find(key);
	if (!a->setting) {
		const char *near = setting_nearest(key);

		if (near)
			warnx("no setting '%s'; did you mean '%s'?", key, near);
		else
			warnx("no setting '%s'", key);
		free(key);
		return 0;
	}
	free(key);
	key = NULL;
	if (a->setting->kind == SETTING_READ_ONLY) {
		warnx("%s is read only", a->setting->key);
		return 0;
	}
	if (!equals && argc < 2) {
		warnx("%s: a value is missing; it takes %s", a->setting->key,
		      setting_values(a->setting, values));
		return 0;
	}
	first = equals ? equals + 1 : argv[1];
	if (setting_words(a->setting) == 2 && all_digits(first) &&
	    argc > used + 1 && all_digits(argv[used + 1])) {
		if (asprintf(&a->value, "%s %s", first, argv[used + 1]) < 0)
			output_no_memory();
		used++;
	} else {
		a->value = a->setting->kind == SETTING_RANGE ?
			   range_value(first) : strdup(first);
		if (!a->value)
			output_no_memory();
	}
	if (!setting_accepts(a->setting, a->value)) {
		warnx("%s: '%s' is not allowed; it takes %s", a->setting->key,
		      a->value, setting_values(a->setting, values));
		if (a->setting->kind == SETTING_RANGE)
			presets_explain();
		return 0;
	}
	return used + 1;
}

enum {
	COLUMN_KEY,
	COLUMN_VALUE,
	COLUMN_DEFAULT,
	COLUMN_VALUES,
	COLUMN_MEANING,
	COLUMNS
};

/* 0 or -errno; a setting that this kernel doesn't have is left out. */
static int setting_list(struct libscols_table *table, const struct setting *s)
{
	char values[SETTING_VALUES_MAX], *value;
	struct libscols_line *line;
	int ret = assignment_read(s, &value);

	if (ret)
		return ret == -ENOENT ? 0 : ret;	/* an older module */
	line = output_line(table, NULL);
	output_set(line, COLUMN_KEY, s->key);
	output_set(line, COLUMN_VALUE, value);
	output_set(line, COLUMN_DEFAULT, s->standard);
	output_set(line, COLUMN_VALUES, setting_values(s, values));
	output_set(line, COLUMN_MEANING, s->meaning);
	if (s->standard && strcmp(value, s->standard) != 0)
		output_colour(line, COLUMN_VALUE, OUTPUT_GOOD);
	free(value);
	return 0;
}

static int settings_list(bool json)
{
	static const struct output_column columns[COLUMNS] = {
		[COLUMN_KEY] = { .key = "key", .heading = "KEY" },
		[COLUMN_VALUE] = { .key = "value", .heading = "VALUE" },
		[COLUMN_DEFAULT] = { .key = "default", .heading = "DEFAULT" },
		[COLUMN_VALUES] = { .key = "values", .heading = NULL },
		[COLUMN_MEANING] = { .key = "meaning", .heading = "MEANING",
				     .flags = SCOLS_FL_WRAP },
	};
	const struct setting *s = &setting_local_range;
	struct libscols_table *table;
	int ret;

	table = output_table(stdout, "settings", json, columns, COLUMNS);
	ret = setting_list(table, s);
	for (s = settings; !ret && s->key; s++)
		if (s->kind != SETTING_READ_ONLY)
			ret = setting_list(table, s);
	if (ret) {
		warnx("the settings can't be read: %s", strerror(-ret));
		scols_unref_table(table);
		return EXIT_FAILED;
	}
	output_print(table);
	return EXIT_DONE;
}

static int set_run(const struct invocation *inv, int argc, char **argv)
{
	struct assignment *all;
	size_t count = 0, i;
	int ret = EXIT_DONE;

	if (!argc)
		return sysctl_dynport_present() ? settings_list(inv->json)
						: EXIT_FAILED;
	all = calloc(argc, sizeof(*all));
	if (!all)
		output_no_memory();
	while (argc) {
		int used = assignment_parse(&all[count++], argc, argv);

		if (!used) {
			ret = EXIT_USAGE;
			break;
		}
		argc -= used;
		argv += used;
	}
	if (ret == EXIT_DONE && (!sysctl_dynport_present() ||
				 !assignments_apply(all, count)))
		ret = EXIT_FAILED;
	for (i = 0; ret == EXIT_DONE && i < count; i++) {
		if (all[i].setting->kind != SETTING_RANGE)
			continue;
		range_effect_explain();
		break;
	}
	assignments_free(all, count);
	return ret;
}

static void set_help_setting(struct libscols_table *table,
			     const struct setting *s)
{
	char values[SETTING_VALUES_MAX];
	struct libscols_line *line;

	line = output_line(table, NULL);
	output_set(line, 0, s->key);
	output_set(line, 1, setting_values(s, values));
	output_set(line, 2, s->standard);
	output_set(line, 3, s->meaning);
}

static void set_help(FILE *out)
{
	static const struct output_column columns[] = {
		{ .key = "key", .heading = "KEY" },
		{ .key = "values", .heading = "VALUES" },
		{ .key = "default", .heading = "DEFAULT" },
		{ .key = "meaning", .heading = "MEANING", .flags = SCOLS_FL_WRAP },
	};
	const struct port_preset *preset;
	struct libscols_table *table;
	const struct setting *s;

	fprintf(out, "\nPresets of a range:\n");
	for (preset = port_presets; preset->name; preset++)
		fprintf(out, "  %-6s %5u-%u  %s\n", preset->name,
			preset->range.low, preset->range.high, preset->meaning);
	fputc('\n', out);
	table = output_table(out, "settings", false, columns, 4);
	if (!output_terminal()) {
		scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(table, 80);
	}
	set_help_setting(table, &setting_local_range);
	for (s = settings; s->key; s++)
		if (s->kind != SETTING_READ_ONLY)
			set_help_setting(table, s);
	output_print(table);
}

const struct verb verb_set = {
	.name = "set",
	.arguments = "[KEY VALUE]...",
	.summary = "Change settings; without arguments, list them",
	.details =
		"Writes sysctls net.dynport.KEY, and net.ipv4.ip_local_port_range, which the two\n"
		"other ranges narrow. KEY=VALUE is the same as KEY VALUE, and a range may be\n"
		"written LOW HIGH or LOW-HIGH, or as a preset's name. Several are changed\n"
		"together: when one is refused, those before it are put back, and nothing changes.\n"
		"\n"
		"  dynportctl set algorithm hash\n"
		"  dynportctl set tcp_port_range 20000 30000 bind_stride=4\n"
		"  dynportctl set ip_local_port_range wide udp_port_range iana\n",
	.help = set_help,
	.run = set_run,
};
