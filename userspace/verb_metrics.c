// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl metrics: everything that can be measured, in Prometheus's text
 * format, once: for node_exporter's textfile collector, or on stdout.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file_replace.h"
#include "metrics.h"
#include "output.h"
#include "settings.h"
#include "status.h"
#include "sysctl.h"
#include "verb.h"

#define SPACES_DEFAULT 20
#define SPACES_MAX 1000

static struct {
	const char *output;	/* NULL: stdout */
	size_t spaces;
} want = { .spaces = SPACES_DEFAULT };

static bool settings_write(const struct metrics *m)
{
	const struct setting *s;
	bool first = true;

	for (s = settings; s->key; s++) {
		char *value;
		int ret;

		if (s->kind != SETTING_NUMBER)
			continue;
		ret = sysctl_dynport_read(s->key, &value);
		if (ret == -ENOENT)
			continue;	/* an older module */
		if (ret) {
			warnx("net.dynport.%s: %s", s->key, strerror(-ret));
			return false;
		}
		metrics_setting(m, s->key, strtoull(value, NULL, 10), first);
		first = false;
		free(value);
	}
	return true;
}

static bool status_write(const struct metrics *m)
{
	struct findings findings = { 0 };
	struct status status;
	bool ok = status_read(&status);

	if (ok) {
		findings_make(&status, &findings);
		metrics_status(m, &status, findings.count);
	}
	findings_free(&findings);
	status_free(&status);
	return ok;
}

static bool counts_write(const struct metrics *m)
{
	static struct counters counters;
	static struct histogram histogram;
	char why[PROC_WHY_MAX];
	struct spaces spaces;

	/* the histogram first: its sum may be a little ahead, never behind */
	if (histogram_read(&histogram, why) || counters_read(&counters, why) ||
	    spaces_read(&spaces, why)) {
		warnx("%s", why);
		return false;
	}
	spaces_sort(&spaces);
	metrics_counters(m, &counters);
	metrics_histogram(m, &histogram, &counters);
	metrics_spaces(m, &spaces, want.spaces);
	free(spaces.at);
	return true;
}

static int metrics_option(char letter, const char *argument)
{
	char *end;

	switch (letter) {
	case 'o':
		if (!*argument) {
			warnx("--output takes the name of a file");
			return EXIT_USAGE;
		}
		want.output = argument;
		return EXIT_DONE;
	case 's':
		errno = 0;
		want.spaces = strtoul(argument, &end, 10);
		if (*argument < '0' || *argument > '9' || *end || errno ||
		    want.spaces > SPACES_MAX) {
			warnx("--spaces takes 0 to %d, not '%s'", SPACES_MAX,
			      argument);
			return EXIT_USAGE;
		}
		return EXIT_DONE;
	default:
		return EXIT_USAGE;
	}
}

static int metrics_run(const struct invocation *inv, int argc, char **argv)
{
	struct metrics m = { .netns = inv->netns };
	bool present, ok = true;
	char *text;
	size_t len;

	(void)argc;
	(void)argv;
	if (inv->json) {
		warnx("metrics are in Prometheus's format; 'stats --json' has the counters as JSON");
		return EXIT_USAGE;
	}
	m.out = open_memstream(&text, &len);
	if (!m.out)
		output_no_memory();
	present = sysctl_dynport_present();
	metrics_up(&m, present);
	if (present)
		ok = counts_write(&m) && status_write(&m) && settings_write(&m);
	if (fclose(m.out))
		output_no_memory();
	if (ok && want.output)
		ok = file_replace(want.output, text, len);
	else if (ok)
		fwrite(text, 1, len, stdout);
	free(text);
	return present && ok ? EXIT_DONE : EXIT_FAILED;
}

static const struct verb_option metrics_options[] = {
	{ "output", 'o', "FILE", "replace FILE at once instead of printing" },
	{ "spaces", 's', "N",
	  "series for the N fullest port spaces (0 to 1000; default 20)" },
	{ .name = NULL }
};

const struct verb verb_metrics = {
	.name = "metrics",
	.summary = "Print metrics for Prometheus, once",
	.details =
		"The text format of Prometheus, for node_exporter's textfile collector:\n"
		"\n"
		"  dynportctl metrics --output /var/lib/prometheus/node-exporter/dynport.prom\n"
		"\n"
		"Where dynport is not loaded it says so, exits 1, and still gives the metric\n"
		"dynport_up 0. When something can't be read, nothing is printed, and FILE stays\n"
		"as it is. With -n, each metric has the label netns.\n",
	.options = metrics_options,
	.option = metrics_option,
	.run = metrics_run,
};
