// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl map: the range of dynamic ports as a picture, of the namespace or
 * of what one destination uses; on the terminal, as JSON, or in a file.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "map.h"
#include "output.h"
#include "verb.h"

static struct {
	bool udp;
	double watch;
	unsigned int block;
	const char *from, *image[2];
} want;

struct watch {
	const struct invocation *inv;
	struct map map;
};

static bool watch_sample(void *state, char why[LIVE_WHY_MAX])
{
	struct watch *watch = state;

	return map_sample(&watch->map, why);
}

static void watch_draw(void *state, FILE *out)
{
	const struct watch *watch = state;

	if (watch->inv->json)
		view_map_json(out, &watch->map, want.block);
	else
		view_map(out, &watch->map, want.block, live_rows());
}

static int map_option(char letter, const char *argument)
{
	unsigned long block;
	char *end;

	switch (letter) {
	case 'u':
		want.udp = true;
		return EXIT_DONE;
	case 'f':
		want.from = argument;
		return EXIT_DONE;
	case 'w':
		return live_seconds_parse(argument, &want.watch);
	case 's':
		want.image[MAP_IMAGE_SVG] = argument;
		return EXIT_DONE;
	case 'p':
		want.image[MAP_IMAGE_PNG] = argument;
		return EXIT_DONE;
	case 'b':
		block = strtoul(argument, &end, 10);
		want.block = (unsigned int)block;
		if (*argument >= '0' && *argument <= '9' && !*end &&
		    block >= 1 && block <= PORTS_ALL)
			return EXIT_DONE;
		warnx("--block takes 1 to %u ports, not '%s'", PORTS_ALL, argument);
		return EXIT_USAGE;
	default:
		return EXIT_USAGE;
	}
}

static int arguments_take(struct map *map, int argc, char **argv)
{
	if (argc > 1) {
		warnx("map takes one destination, but got '%s', too", argv[1]);
		return EXIT_USAGE;
	}
	map->udp = want.udp;
	map->peer = argc == 1;
	if (map->peer && map->udp) {
		warnx("UDP's ports are the same for every destination: give none");
		return EXIT_USAGE;
	}
	map->from = want.from;
	if (connection_take(map->peer ? argv[0] : NULL, want.from, &map->remote,
			    &map->remote_port, &map->local))
		return EXIT_USAGE;
	if (want.watch && (want.image[0] || want.image[1])) {
		warnx("--watch shows, --svg and --png write: not both");
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static bool images_write(const struct map *map)
{
#ifdef WITH_CAIRO
	enum map_image kind;

	for (kind = MAP_IMAGE_SVG; kind <= MAP_IMAGE_PNG; kind++)
		if (want.image[kind] &&
		    !map_image_write(map, kind, want.image[kind], want.block))
			return false;
#else
	(void)map;
#endif
	return true;
}

static int once(struct watch *watch)
{
	char why[LIVE_WHY_MAX];

	if (!map_sample(&watch->map, why)) {
		warnx("%s", why);
		return EXIT_FAILED;
	}
	if (want.image[MAP_IMAGE_SVG] || want.image[MAP_IMAGE_PNG]) {
		if (!images_write(&watch->map))
			return EXIT_FAILED;
		if (!watch->inv->json)
			return EXIT_DONE;
	}
	watch_draw(watch, stdout);
	return EXIT_DONE;
}

static int map_run(const struct invocation *inv, int argc, char **argv)
{
	static struct watch watch;
	const struct live live = {
		.inv = inv, .seconds = want.watch, .title = "dynport map",
		.sample = watch_sample, .draw = watch_draw, .state = &watch,
	};
	int ret = arguments_take(&watch.map, argc, argv);

	if (ret != EXIT_DONE)
		return ret;
	watch.inv = inv;
	return want.watch ? live_run(&live) : once(&watch);
}

static const struct verb_option map_options[] = {
	{ "from", 'f', "ADDRESS", "only what has this local address" },
	{ "udp", 'u', NULL, "UDP's ports instead of TCP's" },
	{ "block", 'b', "PORTS", "ports per cell (default: so many that it fits)" },
	{ "watch", 'w', "[SECONDS]", "show it live, each SECONDS (or each one)" },
#ifdef WITH_CAIRO
	{ "svg", 's', "FILE", "write it to FILE as SVG" },
	{ "png", 'p', "FILE", "write it to FILE as PNG" },
#endif
	{ .name = NULL }
};

const struct verb verb_map = {
	.name = "map",
	.arguments = "[ADDRESS:PORT]",
	.summary = "Draw the range of ports: busy, listened on, reserved, free",
	.details =
		"Of the namespace a port is busy if any socket has it; of a destination, if a\n"
		"connection to it has it. The percentage at a line's end is the line's share of\n"
		"busy ports. dynport needn't be loaded.\n"
#ifndef WITH_CAIRO
		"This dynportctl was built without cairo: it can't write pictures to files.\n"
#endif
		,
	.options = map_options,
	.option = map_option,
	.run = map_run,
};
