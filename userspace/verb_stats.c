// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl stats: the counters, or how many candidates the searches needed;
 * once, or live with what happens per second.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "proc_stats.h"
#include "screen.h"
#include "sysctl.h"
#include "verb.h"
#include "view.h"

#define WATCH_SECONDS_MIN 0.1
#define WATCH_SECONDS_MAX 86400.0

static struct {
	bool histogram;
	double watch;		/* seconds, 0: show once */
} want;

struct sample {
	double at;		/* screen_now() */
	struct counters counters;
	struct histogram histogram;
};

static bool sample_take(struct sample *sample, char why[PROC_WHY_MAX])
{
	sample->at = screen_now();
	if (want.histogram)
		return histogram_read(&sample->histogram, why) == 0;
	return counters_read(&sample->counters, why) == 0;
}

static void sample_show(FILE *out, const struct invocation *inv,
			const struct sample *now, const struct sample *before)
{
	const struct view view = {
		.out = out,
		.json = inv->json,
		.live = want.watch,
		.seconds = before ? now->at - before->at : 0,
	};

	if (want.histogram)
		view_histogram(&view, &now->histogram,
			       before ? &before->histogram : NULL);
	else
		view_counters(&view, &now->counters,
			      before ? &before->counters : NULL);
}

static int watch_draw(const struct invocation *inv, const struct sample *now,
		      const struct sample *before)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		output_no_memory();
	if (!inv->json) {
		fprintf(out, "%sdynport%s: every %g s", output_colour_on(OUTPUT_BOLD),
			output_colour_off(), want.watch);
		if (inv->netns)
			fprintf(out, ", network namespace %s", inv->netns);
		fprintf(out, "; q or Ctrl-C ends\n\n");
	}
	sample_show(out, inv, now, before);
	if (!inv->json && !output_terminal())
		fputc('\n', out);
	if (fclose(out))
		output_no_memory();
	screen_draw(text);
	free(text);
	return ferror(stdout) ? EXIT_FAILED : EXIT_DONE;
}

static int watch(const struct invocation *inv)
{
	static struct sample samples[2];
	struct sample *now = &samples[0], *before = NULL;
	enum screen_event event = SCREEN_TICK;
	char why[PROC_WHY_MAX];
	int ret;

	/* before the screen is taken: an error should be seen */
	if (!sample_take(now, why)) {
		warnx("%s", why);
		return EXIT_FAILED;
	}
	ret = screen_enter(!inv->json);
	if (ret) {
		warnx("live view: %s", strerror(-ret));
		return EXIT_FAILED;
	}
	for (;;) {
		ret = watch_draw(inv, now, before);
		if (ret != EXIT_DONE)
			break;
		event = screen_wait(now->at + want.watch);
		if (event == SCREEN_END)
			break;
		if (event == SCREEN_REDRAW)
			continue;
		before = now;
		now = &samples[now == &samples[0]];
		if (!sample_take(now, why)) {
			screen_leave();
			warnx("%s", why);
			return EXIT_FAILED;
		}
	}
	screen_leave();
	return ret;
}

static int stats_option(char letter, const char *argument)
{
	char *end;

	switch (letter) {
	case 'H':
		want.histogram = true;
		return EXIT_DONE;
	case 'w':
		want.watch = 1;
		if (!argument)
			return EXIT_DONE;
		want.watch = strtod(argument, &end);
		if (end == argument || *end ||
		    !(want.watch >= WATCH_SECONDS_MIN &&
		      want.watch <= WATCH_SECONDS_MAX)) {
			warnx("--watch takes %g to %g seconds, not '%s'",
			      WATCH_SECONDS_MIN, WATCH_SECONDS_MAX, argument);
			return EXIT_USAGE;
		}
		return EXIT_DONE;
	default:
		return EXIT_USAGE;
	}
}

static int stats_run(const struct invocation *inv, int argc, char **argv)
{
	static struct sample sample;
	char why[PROC_WHY_MAX];

	(void)argc;
	(void)argv;
	if (!sysctl_dynport_present())
		return EXIT_FAILED;
	if (want.watch)
		return watch(inv);
	if (!sample_take(&sample, why)) {
		warnx("%s", why);
		return EXIT_FAILED;
	}
	sample_show(stdout, inv, &sample, NULL);
	return EXIT_DONE;
}

static const struct verb_option stats_options[] = {
	{ "histogram", 'H', NULL,
	  "show candidates per search instead of counters" },
	{ "watch", 'w', "[SECONDS]", "show it live, with rates, each SECONDS (or each one)" },
	{ .name = NULL }
};

const struct verb verb_stats = {
	.name = "stats",
	.summary = "Show the counters of the network namespace",
	.details =
		"The names are those of /proc/net/dynport/stats; with --json they stand in one\n"
		"object, with the path in front. With --watch and --json there is a document for\n"
		"each time, with the time in it; rates are only for people.\n",
	.options = stats_options,
	.option = stats_option,
	.run = stats_run,
};
