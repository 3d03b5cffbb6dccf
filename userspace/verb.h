/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a verb of dynportctl is. dynportctl.c owns the table of verbs, reads
 * the options and calls run(); a verb_*.c file defines one verb. Adding a verb
 * is one file, one declaration here and one entry of the table.
 */
#ifndef DYNPORTCTL_VERB_H
#define DYNPORTCTL_VERB_H

#include <stdbool.h>
#include <stdio.h>

/* Exit codes of the program and of every verb. */
enum {
	EXIT_DONE = 0,		/* it was done, all of it */
	EXIT_FAILED = 1,	/* it could not be done; stderr says why */
	EXIT_USAGE = 2,		/* the command line makes no sense */
};

/* What the options common to all verbs asked for. */
struct invocation {
	const char *netns;	/* as given with -n, NULL: the caller's own */
	bool json;		/* print data as JSON */
};

/* An option that only this verb has. */
struct verb_option {
	const char *name;	/* long name, without the dashes */
	char letter;		/* identifies it, and is its short form */
	const char *argument;	/* NULL: none; "[X]": may have one */
	const char *help;	/* a line for --help */
};

struct verb {
	const char *name;
	const char *arguments;	/* for the usage line, NULL: takes none */
	const char *summary;	/* one line, for the list of verbs */
	const char *details;	/* paragraphs for the verb's --help, or NULL */
	const struct verb_option *options;	/* ends with .name NULL, or NULL */
	bool hidden;		/* not in the list of verbs */

	/*
	 * option: called once for each of the verb's own options, before run();
	 * @argument is NULL if none was given. Required if there are options.
	 * Returns EXIT_DONE, or EXIT_USAGE after having said why.
	 */
	int (*option)(char letter, const char *argument);
	/*
	 * help: prints what follows the options in the verb's --help. Optional.
	 */
	void (*help)(FILE *out);
	/*
	 * run: does it, in the namespace asked for; @argc and @argv are what is
	 * left on the command line after the options. Returns an exit code.
	 * Writing errors of stdout are checked by the caller, after the return.
	 */
	int (*run)(const struct invocation *inv, int argc, char **argv);
};

/* The verbs in the order of --help, ended by NULL; the first is the default. */
extern const struct verb *const verbs[];

/* Options that every verb has, ended by .name NULL. */
extern const struct verb_option common_options[];

extern const struct verb verb_status;
extern const struct verb verb_set;
extern const struct verb verb_algorithms;
extern const struct verb verb_stats;
extern const struct verb verb_top;
extern const struct verb verb_metrics;
extern const struct verb verb_save;
extern const struct verb verb_restore;
extern const struct verb verb_map;
extern const struct verb verb_doctor;
extern const struct verb verb_explain;
extern const struct verb verb_monitor;
extern const struct verb verb_firewall;
extern const struct verb verb_completion;

#endif
