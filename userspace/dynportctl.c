// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl: tunes dynport, and shows what it does.
 *
 * This file owns the table of verbs, the command line and the exit code.
 * stdout is data, stderr is talk.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "help.h"
#include "nearest.h"
#include "netns.h"
#include "verb.h"

const struct verb *const verbs[] = {
	&verb_status,
	&verb_set,
	&verb_algorithms,
	&verb_stats,
	&verb_top,
	&verb_map,
	&verb_explain,
	&verb_monitor,
	&verb_firewall,
	&verb_doctor,
	&verb_metrics,
	&verb_save,
	&verb_restore,
	&verb_completion,
	NULL,
};

const struct verb_option common_options[] = {
	{ "json", 'j', NULL, "print data as JSON" },
	{ "netns", 'n', "NETNS", "in this network namespace: a name, or a path" },
	{ "help", 'h', NULL, "show this help" },
	{ "version", 'V', NULL, "show the version" },
	{ .name = NULL }
};

#define MAX_OPTIONS 16

static int usage_hint(const struct verb *verb)
{
	fprintf(stderr, "Try 'dynportctl %s%s--help'.\n",
		verb ? verb->name : "", verb ? " " : "");
	return EXIT_USAGE;
}

static const struct verb *verb_find(const char *name)
{
	const struct verb *const *v;

	for (v = verbs; *v; v++)
		if (strcmp((*v)->name, name) == 0)
			return *v;
	return NULL;
}

static void verb_unknown(const char *name)
{
	struct nearest near = nearest_start(name);
	const struct verb *const *v;

	for (v = verbs; *v; v++)
		if (!(*v)->hidden)
			nearest_offer(&near, (*v)->name);
	if (near.best)
		warnx("no verb '%s'; did you mean '%s'?", name, near.best);
	else
		warnx("no verb '%s'", name);
}

static bool looks_like_number(const char *text)
{
	return *text && strspn(text, "0123456789.") == strlen(text);
}

/* Common options and, where there is one, those of the verb, for getopt. */
struct option_set {
	struct option longs[MAX_OPTIONS + 1];
	char shorts[3 * MAX_OPTIONS + 2];
	size_t count;
};

static void option_set_add(struct option_set *set,
			   const struct verb_option *opt)
{
	for (; opt && opt->name; opt++) {
		size_t len = strlen(set->shorts);
		int has = no_argument;

		if (set->count == MAX_OPTIONS)
			errx(EXIT_FAILED, "too many options in the table");
		if (opt->argument)
			has = opt->argument[0] == '[' ? optional_argument
						      : required_argument;
		set->longs[set->count++] = (struct option){
			.name = opt->name, .has_arg = has, .val = opt->letter,
		};
		set->shorts[len++] = opt->letter;
		if (has != no_argument)
			set->shorts[len++] = ':';
		if (has == optional_argument)
			set->shorts[len++] = ':';
		set->shorts[len] = '\0';
	}
}

static const struct verb_option *verb_option_find(const struct verb *verb,
						  int letter)
{
	const struct verb_option *opt;

	for (opt = verb ? verb->options : NULL; opt && opt->name; opt++)
		if (opt->letter == letter)
			return opt;
	return NULL;
}

/*
 * Reads the options in front of the verb (@verb NULL) or behind it. Returns
 * the exit code if that was all there is to do, -1 to go on at optind.
 */
static int options_read(const struct verb *verb, struct invocation *inv,
			int argc, char **argv)
{
	/* "+": the verb ends the options in front of it */
	struct option_set set = { .shorts = { verb ? '\0' : '+' } };
	int letter;

	option_set_add(&set, common_options);
	if (verb)
		option_set_add(&set, verb->options);

	while ((letter = getopt_long(argc, argv, set.shorts, set.longs,
				     NULL)) != -1) {
		const struct verb_option *own = verb_option_find(verb, letter);
		const char *argument = optarg;

		if (own) {
			int ret;

			/* "--watch 2": getopt only knows "--watch=2" */
			if (!argument && own->argument && optind < argc &&
			    looks_like_number(argv[optind]))
				argument = argv[optind++];
			ret = verb->option(own->letter, argument);
			if (ret != EXIT_DONE)
				return usage_hint(verb);
			continue;
		}
		switch (letter) {
		case 'j':
			inv->json = true;
			break;
		case 'n':
			inv->netns = argument;
			break;
		case 'h':
			if (verb)
				help_verb(stdout, verb);
			else
				help_program(stdout);
			return EXIT_DONE;
		case 'V':
			printf("dynportctl %s\n", DYNPORT_VERSION);
			return EXIT_DONE;
		default:
			return usage_hint(verb);
		}
	}
	return -1;
}

static int command_run(int argc, char **argv)
{
	struct invocation inv = { 0 };
	const struct verb *verb = verbs[0];
	int ret;

	ret = options_read(NULL, &inv, argc, argv);
	if (ret >= 0)
		return ret;

	argc -= optind;
	argv += optind;
	if (argc) {
		char *name = argv[0];

		verb = verb_find(name);
		if (!verb) {
			verb_unknown(name);
			return usage_hint(NULL);
		}
		/* getopt names the program by argv[0] in its messages */
		argv[0] = program_invocation_short_name;
		optind = 0;
		ret = options_read(verb, &inv, argc, argv);
		if (ret >= 0)
			return ret;
		argc -= optind;
		argv += optind;
	}
	if (argc && !verb->arguments) {
		warnx("%s takes no argument, but got '%s'", verb->name, argv[0]);
		return usage_hint(verb);
	}
	if (inv.netns && !netns_enter(inv.netns))
		return EXIT_FAILED;
	ret = verb->run(&inv, argc, argv);
	if (ret == EXIT_USAGE)
		usage_hint(verb);
	return ret;
}

/*
 * A closed standard descriptor would be reused by the next open(), and output
 * would land there. Fill the gap with something that can't be written to, so
 * that writing fails as it should.
 */
static void standard_descriptors_hold(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		if (open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			_exit(EXIT_FAILED);
	}
}

int main(int argc, char **argv)
{
	int ret;

	standard_descriptors_hold();
	/* Not LC_NUMERIC: a decimal comma is no JSON. */
	setlocale(LC_CTYPE, "");
	program_invocation_short_name = "dynportctl";
	if (argc)
		argv[0] = program_invocation_short_name;

	ret = command_run(argc, argv);

	if (fflush(stdout) || ferror(stdout)) {
		warn("stdout");
		if (ret == EXIT_DONE)
			ret = EXIT_FAILED;
	} else if (fclose(stdout)) {
		warn("stdout");
		ret = EXIT_FAILED;
	}
	return ret;
}
