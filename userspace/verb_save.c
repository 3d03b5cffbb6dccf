// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl save: writes the settings of the namespace to a file, which
 * 'restore' and sysctl(8) read.
 */
#include <err.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file_replace.h"
#include "output.h"
#include "settings_file.h"
#include "sysctl.h"
#include "textfile.h"
#include "verb.h"

static bool want_all;

#define CONF_DIRS "{/etc,/run,/usr/local/lib,/usr/lib,/lib}/sysctl.d/*.conf"

/* Bit n: sysctl.d says something about settings[n], so it won't keep its default. */
static uint64_t named;

static void conf_read(const char *path)
{
	const struct setting *s;
	char *text, *line, *rest;

	/* what can't be read has nothing to say at boot, either */
	if (textfile_read(path, &text, NULL))
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *pattern = settings_line_names(line);

		for (s = settings; pattern && s->key; s++)
			if (fnmatch(pattern, s->key, 0) == 0)
				named |= UINT64_C(1) << (s - settings);
	}
	free(text);
}

static void conf_read_all(void)
{
	glob_t files;
	size_t i;

	conf_read("/etc/sysctl.conf");
	if (glob(CONF_DIRS, GLOB_BRACE, NULL, &files) != 0)
		return;
	for (i = 0; i < files.gl_pathc; i++)
		conf_read(files.gl_pathv[i]);
	globfree(&files);
}

/*
 * Will a module loaded later come with this value by itself? If a module
 * parameter has changed what it comes with, 'algorithm' is saved in any case.
 */
static bool is_default(const struct setting *setting, const char *value)
{
	char *parameter;
	bool same;

	if (!setting->standard || strcmp(value, setting->standard) != 0 ||
	    named >> (setting - settings) & 1)
		return false;
	if (setting->kind != SETTING_ALGORITHM ||
	    textfile_read("/sys/module/dynport/parameters/algorithm",
			  &parameter, NULL))
		return true;
	parameter[strcspn(parameter, "\n")] = '\0';
	same = strcmp(parameter, setting->standard) == 0;
	free(parameter);
	return same;
}

static bool settings_write(FILE *out)
{
	const struct setting *s;

	for (s = settings; s->key; s++) {
		char *value;
		int ret;

		if (s->kind == SETTING_READ_ONLY)
			continue;
		ret = sysctl_dynport_read(s->key, &value);
		if (ret == -ENOENT)
			continue;	/* an older module */
		if (ret) {
			warnx("%s: %s", s->key, strerror(-ret));
			return false;
		}
		if (want_all || !is_default(s, value))
			settings_line_write(out, s, value);
		free(value);
	}
	return true;
}

static int save_option(char letter, const char *argument)
{
	(void)argument;
	if (letter != 'a')
		return EXIT_USAGE;
	want_all = true;
	return EXIT_DONE;
}

static int save_run(const struct invocation *inv, int argc, char **argv)
{
	const char *path = argc ? argv[0] : SETTINGS_FILE;
	char *text;
	size_t len;
	FILE *out;
	bool ok;

	if (argc > 1 || !*path) {
		warnx("save takes one file");
		return EXIT_USAGE;
	}
	if (inv->netns && !argc) {
		warnx("with -n, save takes a file: " SETTINGS_FILE " is for the machine's own namespace");
		return EXIT_USAGE;
	}
	if (inv->json) {
		warnx("what is saved has the format of sysctl.d; 'set --json' has the settings as JSON");
		return EXIT_USAGE;
	}
	if (!sysctl_dynport_present())
		return EXIT_FAILED;
	out = open_memstream(&text, &len);
	if (!out)
		output_no_memory();
	fprintf(out, "# Settings of dynport%s, written by 'dynportctl save'.\n",
		want_all ? "" : " that differ from its defaults");
	conf_read_all();
	ok = settings_write(out);
	if (fclose(out))
		output_no_memory();
	if (ok && strcmp(path, "-") == 0)
		fwrite(text, 1, len, stdout);
	else if (ok)
		ok = file_replace(path, text, len);
	free(text);
	return ok ? EXIT_DONE : EXIT_FAILED;
}

static const struct verb_option save_options[] = {
	{ "all", 'a', NULL, "save those that have their defaults, too" },
	{ .name = NULL }
};

const struct verb verb_save = {
	.name = "save",
	.arguments = "[FILE]",
	.summary = "Save the settings that differ from the defaults",
	.details =
		"FILE is " SETTINGS_FILE " if none is given (with -n one must be); '-' is stdout.\n"
		"It is replaced at once, and has the format of sysctl.d. 'dynportctl restore' reads\n"
		"it. What has its default is left out, unless sysctl.d says something about it.\n",
	.options = save_options,
	.option = save_option,
	.run = save_run,
};
