// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl restore: applies a file of settings, all of it or nothing. Every
 * line is judged before the first one is written.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assignment.h"
#include "output.h"
#include "settings_file.h"
#include "sysctl.h"
#include "textfile.h"
#include "verb.h"

static bool want_reset, if_exists;

struct plan {
	struct assignment *all;
	size_t count;
};

/* As in sysctl.d, a later line replaces an earlier one. */
static void plan_set(struct plan *plan, const struct setting *setting,
		     const char *value)
{
	struct assignment *a;
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->all[i].setting == setting)
			break;
	if (i == plan->count) {
		a = reallocarray(plan->all, plan->count + 1, sizeof(*a));
		if (!a)
			output_no_memory();
		plan->all = a;
		plan->all[plan->count++] = (struct assignment){
			.setting = setting,
		};
	}
	a = &plan->all[i];
	free(a->value);
	a->value = strdup(value);
	if (!a->value)
		output_no_memory();
}

static bool plan_has(const struct plan *plan, const struct setting *setting)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->all[i].setting == setting)
			return true;
	return false;
}

/* False after having said what is wrong with each line that is. */
static bool plan_read(struct plan *plan, const char *name, char *text)
{
	char why[SETTINGS_WHY_MAX];
	size_t number = 0;
	bool ok = true;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		const struct setting *setting;
		const char *value;

		number++;
		switch (settings_line_parse(line, &setting, &value, why)) {
		case SETTINGS_LINE_EMPTY:
			break;
		case SETTINGS_LINE_VALUE:
			plan_set(plan, setting, value);
			break;
		case SETTINGS_LINE_WRONG:
			warnx("%s:%zu: %s", name, number, why);
			ok = false;
			break;
		}
	}
	return ok;
}

/* Settings that the file doesn't name get their defaults. */
static bool plan_reset(struct plan *plan)
{
	const struct setting *s;

	for (s = settings; s->key; s++) {
		char *value;
		int ret;

		if (!s->standard || plan_has(plan, s))
			continue;
		ret = sysctl_dynport_read(s->key, &value);
		if (ret == -ENOENT)
			continue;	/* an older module */
		if (ret) {
			warnx("%s: %s", s->key, strerror(-ret));
			return false;
		}
		free(value);
		plan_set(plan, s, s->standard);
	}
	return true;
}

static int restore_option(char letter, const char *argument)
{
	(void)argument;
	switch (letter) {
	case 'i':
		if_exists = true;
		return EXIT_DONE;
	case 'r':
		want_reset = true;
		return EXIT_DONE;
	default:
		return EXIT_USAGE;
	}
}

static int restore_run(const struct invocation *inv, int argc, char **argv)
{
	const char *name = argc ? argv[0] : SETTINGS_FILE;
	bool standard_input = strcmp(name, "-") == 0, ok;
	struct plan plan = { .count = 0 };
	char *text;
	size_t len;
	int ret;

	if (argc > 1 || !*name) {
		warnx("restore takes one file");
		return EXIT_USAGE;
	}
	if (inv->json) {
		warnx("restore prints nothing that could be JSON");
		return EXIT_USAGE;
	}
	if (!sysctl_dynport_present())
		return EXIT_FAILED;
	ret = standard_input ? textfile_read_rest(STDIN_FILENO, &text, &len) :
			       textfile_read(name, &text, &len);
	if (standard_input)
		name = "stdin";
	if (ret == -ENOENT && if_exists) {
		text = strdup("");
		len = 0;
		ret = text ? 0 : -ENOMEM;
	}
	if (ret) {
		warnx("%s: %s", name, strerror(-ret));
		return EXIT_FAILED;
	}
	ok = strlen(text) == len;
	if (!ok)
		warnx("%s: not a text: it has a NUL", name);
	ok = ok && plan_read(&plan, name, text);
	if (!ok)
		warnx("nothing was changed");
	ok = ok && (!want_reset || plan_reset(&plan)) &&
	     assignments_apply(plan.all, plan.count);
	assignments_free(plan.all, plan.count);
	free(text);
	return ok ? EXIT_DONE : EXIT_FAILED;
}

static const struct verb_option restore_options[] = {
	{ "if-exists", 'i', NULL, "a FILE that isn't there is one without settings" },
	{ "reset", 'r', NULL, "give settings that FILE doesn't name their defaults" },
	{ .name = NULL }
};

const struct verb verb_restore = {
	.name = "restore",
	.arguments = "[FILE]",
	.summary = "Apply saved settings, all of them or none",
	.details =
		"FILE is " SETTINGS_FILE " if none is given; '-' is stdin. It has the format of\n"
		"sysctl.d, but nothing in it but net.dynport.*, and no '-' in front of it. Each\n"
		"line is judged before the first is written, and when the kernel refuses one, those\n"
		"before it are put back.\n",
	.options = restore_options,
	.option = restore_option,
	.run = restore_run,
};
