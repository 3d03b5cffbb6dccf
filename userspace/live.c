// SPDX-License-Identifier: GPL-2.0-only
/* Sample, draw into memory, show it at once, wait. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "memory.h"
#include "output.h"
#include "screen.h"

#define SECONDS_MIN 0.1
#define SECONDS_MAX 86400.0

static int draw(const struct live *live)
{
	const struct invocation *inv = live->inv;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		memory_out();
	if (!inv->json) {
		fprintf(out, "%s%s%s: every %g s", output_colour_on(OUTPUT_BOLD),
			live->title, output_colour_off(), live->seconds);
		if (inv->netns)
			fprintf(out, ", network namespace %s", inv->netns);
		fprintf(out, "; q or Ctrl-C ends\n\n");
	}
	live->draw(live->state, out);
	if (!inv->json && !output_terminal())
		fputc('\n', out);
	if (fclose(out))
		memory_out();
	screen_draw(text);
	free(text);
	return ferror(stdout) ? EXIT_FAILED : EXIT_DONE;
}

int live_run(const struct live *live)
{
	char why[LIVE_WHY_MAX];
	double sampled;
	int ret;

	/* before the screen is taken: an error should be seen */
	sampled = screen_now();
	if (!live->sample(live->state, why)) {
		warnx("%s", why);
		return EXIT_FAILED;
	}
	ret = screen_enter(!live->inv->json);
	if (ret) {
		warnx("live view: %s", strerror(-ret));
		return EXIT_FAILED;
	}
	for (;;) {
		enum screen_event event;

		ret = draw(live);
		if (ret != EXIT_DONE)
			break;
		event = screen_wait(sampled + live->seconds);
		if (event == SCREEN_END)
			break;
		if (event == SCREEN_REDRAW)
			continue;
		sampled = screen_now();
		if (!live->sample(live->state, why)) {
			screen_leave();
			warnx("%s", why);
			return EXIT_FAILED;
		}
	}
	screen_leave();
	return ret;
}

int live_seconds_parse(const char *argument, double *seconds)
{
	char *end;

	*seconds = 1;
	if (!argument)
		return EXIT_DONE;
	*seconds = strtod(argument, &end);
	if (end == argument || *end ||
	    !(*seconds >= SECONDS_MIN && *seconds <= SECONDS_MAX)) {
		warnx("--watch takes %g to %g seconds, not '%s'", SECONDS_MIN,
		      SECONDS_MAX, argument);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

unsigned int live_rows(void)
{
	unsigned int rows = screen_room();

	/* the title and the empty line below it */
	return rows > 2 ? rows - 2 : rows;
}
