// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl stats: the counters, or how many candidates the searches needed;
 * once, or live with what happens per second.
 */
#include <err.h>
#include <stdlib.h>

#include "live.h"
#include "proc_stats.h"
#include "screen.h"
#include "sysctl.h"
#include "verb.h"
#include "view.h"

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

struct watch {
	const struct invocation *inv;
	struct sample samples[2];
	struct sample *now, *before;	/* NULL: not yet */
};

static bool watch_sample(void *state, char why[LIVE_WHY_MAX])
{
	struct watch *watch = state;

	watch->before = watch->now;
	watch->now = &watch->samples[watch->now == &watch->samples[0]];
	return sample_take(watch->now, why);
}

static void watch_draw(void *state, FILE *out)
{
	const struct watch *watch = state;

	sample_show(out, watch->inv, watch->now, watch->before);
}

static int watch(const struct invocation *inv)
{
	static struct watch state;
	const struct live live = {
		.inv = inv, .seconds = want.watch, .title = "dynport",
		.sample = watch_sample, .draw = watch_draw, .state = &state,
	};

	state.inv = inv;
	return live_run(&live);
}

static int stats_option(char letter, const char *argument)
{
	switch (letter) {
	case 'H':
		want.histogram = true;
		return EXIT_DONE;
	case 'w':
		return live_seconds_parse(argument, &want.watch);
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
