// SPDX-License-Identifier: GPL-2.0-only
/*
 * differential [-s SEED] [-n STEPS] [-e EPISODE] [-x NAME=VALUE] [-v] ALGORITHM -
 * does dynport with this algorithm behave as the kernel does?
 *
 * Prints what it did, and at a difference the steps before it and how to repeat
 * the episode (-e, and -v for all its steps). The ports that the algorithm
 * draws aren't repeated, so it may take some attempts. -x gives dynport another
 * setting, for a difference that must be found.
 * Exit: 0 no difference, 1 one was found, 2 it couldn't be tried.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "differential.h"

#define STEPS_OF_EPISODE	2500

static int usage(void)
{
	fprintf(stderr, "usage: differential [-s SEED] [-n STEPS] [-e EPISODE] [-x NAME=VALUE] [-v] ALGORITHM\n");
	return 2;
}

/* Tried in a namespace of its own. */
static bool kernel_has_vrf(void)
{
	return !netns_enter_new() &&
	       !system("ip link add vrf0 type vrf table 10 2>/dev/null");
}

int main(int argc, char **argv)
{
	long steps = 50000, only = -1, number, done = 0;
	long failures = 0, chosen = 0, exhausted = 0, remembered = 0, cut_short = 0;
	long episodes = 0, twins = 0;
	unsigned long seed = time(NULL);
	struct settings settings = { 0 };
	struct episode episode;
	int option, ret = 0;

	while ((option = getopt(argc, argv, "s:n:e:x:v")) != -1) {
		switch (option) {
		case 's':
			seed = strtoul(optarg, NULL, 0);
			break;
		case 'n':
			steps = strtol(optarg, NULL, 0);
			break;
		case 'e':
			only = strtol(optarg, NULL, 0);
			break;
		case 'x':
			settings.spoil = optarg;
			break;
		case 'v':
			settings.verbose = true;
			break;
		default:
			return usage();
		}
	}
	if (optind != argc - 1)
		return usage();
	settings.algorithm = argv[optind];
	settings.have_vrf = kernel_has_vrf();
	setlinebuf(stdout);
	ret = drain_open();

	number = only >= 0 ? only : 0;
	while (!ret && done < steps) {
		ret = episode_run(&episode, &settings, seed, number,
				  STEPS_OF_EPISODE);
		episodes++;
		done += episode.steps;
		failures += episode.failures;
		chosen += episode.chosen;
		exhausted += episode.exhausted;
		remembered += episode.remembered;
		cut_short += episode.cut_short;
		twins += episode.twins;
		if (only >= 0)
			break;
		number++;
	}
	printf("# %s, seed %lu: %ld steps, %ld failed alike, %ld ports chosen, %ld requests found none, %ld of them from memory; %ld of %ld episodes cut short, %ld had twins; VRFs: %s\n",
	       settings.algorithm, seed, done, failures, chosen, exhausted, remembered,
	       cut_short, episodes, twins, settings.have_vrf ? "yes" : "no");
	if (ret < 0) {
		fprintf(stderr, "differential: %s\n", strerror(-ret));
		return 2;
	}
	if (ret)
		printf("# again: differential -s %lu -e %ld %s\n", seed,
		       number - (only < 0), settings.algorithm);
	return ret;
}
