// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl top: the destinations whose ports are nearest to being used up,
 * with or without the module, live or once.
 */
#include <err.h>
#include <stdlib.h>
#include <time.h>

#include "output.h"
#include "top.h"
#include "verb.h"

/* Rows where no screen bounds them. */
#define LINES_ONCE 20

static struct {
	bool once;
	double watch;		/* seconds, 0: not asked for */
	bool limited;
	unsigned int lines;	/* with limited; 0: all */
} want;

struct watch {
	struct top top;
	bool json;
};

static bool watch_sample(void *state, char why[LIVE_WHY_MAX])
{
	struct watch *watch = state;

	return top_sample(&watch->top, why);
}

static size_t lines_limit(bool json)
{
	unsigned int rows = live_rows();

	if (want.limited)
		return want.lines;
	if (json)
		return 0;
	if (!rows)
		return LINES_ONCE;
	return rows > VIEW_TOP_LINES ? rows - VIEW_TOP_LINES : 1;
}

static void watch_draw(void *state, FILE *out)
{
	struct watch *watch = state;

	view_top(out, watch->json, &watch->top, lines_limit(watch->json));
}

static int once(struct watch *watch)
{
	char why[LIVE_WHY_MAX];
	const struct timespec between = {
		.tv_sec = want.watch,
		.tv_nsec = (want.watch - (time_t)want.watch) * 1e9,
	};

	if (!top_sample(&watch->top, why)) {
		warnx("%s", why);
		return EXIT_FAILED;
	}
	if (want.watch) {
		nanosleep(&between, NULL);
		if (!top_sample(&watch->top, why)) {
			warnx("%s", why);
			return EXIT_FAILED;
		}
	}
	watch_draw(watch, stdout);
	return EXIT_DONE;
}

static int top_option(char letter, const char *argument)
{
	unsigned long lines;
	char *end;

	switch (letter) {
	case '1':
		want.once = true;
		return EXIT_DONE;
	case 'w':
		return live_seconds_parse(argument, &want.watch);
	case 'l':
		want.limited = true;
		lines = strtoul(argument, &end, 10);
		want.lines = (unsigned int)lines;
		if (*argument >= '0' && *argument <= '9' && !*end &&
		    lines <= 1000000)
			return EXIT_DONE;
		warnx("--lines takes a number of lines, 0 for all, not '%s'", argument);
		return EXIT_USAGE;
	default:
		return EXIT_USAGE;
	}
}

static int top_run(const struct invocation *inv, int argc, char **argv)
{
	static struct watch watch;
	struct live live = {
		.inv = inv, .seconds = want.watch ? want.watch : 1,
		.title = "dynport top",
		.sample = watch_sample, .draw = watch_draw, .state = &watch,
	};
	int ret;

	(void)argc;
	(void)argv;
	watch.json = inv->json;
	if (want.once || (!want.watch && (inv->json || !output_terminal())))
		ret = once(&watch);
	else
		ret = live_run(&live);
	top_free(&watch.top);
	return ret;
}

static const struct verb_option top_options[] = {
	{ "once", '1', NULL, "show it once; with --watch, the trend over that time" },
	{ "watch", 'w', "[SECONDS]", "show it live, each SECONDS (or each one)" },
	{ "lines", 'l', "N", "show N destinations at most, 0: all" },
	{ .name = NULL }
};

const struct verb verb_top = {
	.name = "top",
	.summary = "Show the destinations that use most of their ports, live",
	.details =
		"A destination's ports are those that one local address (FROM) has for it. USED\n"
		"and % are theirs, TREND how many more there are each second, FULL IN when none\n"
		"will be left at that rate, TW % how many of them are in TIME_WAIT, OWNER the\n"
		"program that has more than half of the others open (root sees all programs).\n"
		"Rows with '-' have no peer: all that bind(0) and UDP have in common.\n"
		"Where dynport has a port map (MAP), USED is the map's. dynport needn't be loaded.\n"
		"Live on a terminal, once elsewhere and with --json.\n",
	.options = top_options,
	.option = top_option,
	.run = top_run,
};
