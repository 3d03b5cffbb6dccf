// SPDX-License-Identifier: GPL-2.0-only
/* Help, made from the tables of verbs and options. */
#include "help.h"
#include "verb.h"

static void help_option(FILE *out, const struct verb_option *opt)
{
	char left[64];

	snprintf(left, sizeof(left), "-%c, --%s%s%s", opt->letter, opt->name,
		 opt->argument ? " " : "", opt->argument ? opt->argument : "");
	fprintf(out, "  %-23s %s\n", left, opt->help);
}

static void help_common(FILE *out)
{
	const struct verb_option *opt;

	for (opt = common_options; opt->name; opt++)
		help_option(out, opt);
}

void help_program(FILE *out)
{
	const struct verb *const *v;

	fprintf(out,
		"Usage: dynportctl [OPTION...] [VERB] [ARGUMENT...]\n"
		"\n"
		"Tunes dynport, the choice of dynamic (ephemeral) ports, and shows what it does.\n"
		"\n"
		"Verbs:\n");
	for (v = verbs; *v; v++)
		if (!(*v)->hidden)
			fprintf(out, "  %-11s %s%s\n", (*v)->name, (*v)->summary,
				v == verbs ? " (default)" : "");
	fprintf(out, "\nOptions:\n");
	help_common(out);
	fprintf(out,
		"\n"
		"'dynportctl VERB --help' tells more about a verb.\n"
		"Exit code: 0 done, 1 failed, 2 wrong arguments.\n");
}

void help_verb(FILE *out, const struct verb *verb)
{
	const struct verb_option *opt;

	fprintf(out, "Usage: dynportctl %s [OPTION...]%s%s\n\n%s.\n", verb->name,
		verb->arguments ? " " : "",
		verb->arguments ? verb->arguments : "", verb->summary);
	if (verb->details)
		fprintf(out, "\n%s", verb->details);
	fprintf(out, "\nOptions:\n");
	for (opt = verb->options; opt && opt->name; opt++)
		help_option(out, opt);
	help_common(out);
	if (verb->help)
		verb->help(out);
}
