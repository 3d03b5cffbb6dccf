// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl completion: prints completion for bash, made from the tables of
 * verbs, options and settings. For 'make install'; not in the list of verbs.
 */
#include "ports.h"
#include "settings.h"
#include "verb.h"

static void print_options(const struct verb_option *opt)
{
	for (; opt && opt->name; opt++)
		printf(" --%s", opt->name);
}

static void print_presets(const struct setting *s)
{
	const struct port_preset *preset;

	printf("\tset:%s) words='", s->key);
	for (preset = port_presets; preset->name; preset++)
		printf("%s%s", preset == port_presets ? "" : " ", preset->name);
	printf("' ;;\n");
}

static int completion_run(const struct invocation *inv, int argc, char **argv)
{
	const struct verb *const *v;
	const struct setting *s;

	(void)inv;
	(void)argc;
	(void)argv;
	printf("# bash completion for dynportctl, printed by 'dynportctl completion'\n"
	       "_dynportctl()\n"
	       "{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]}\n"
	       "\tlocal verb= words= w\n"
	       "\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	       "\t\tcase $w in\n"
	       "\t\t");
	for (v = verbs; *v; v++)
		if (!(*v)->hidden)
			printf("%s%s", v == verbs ? "" : "|", (*v)->name);
	printf(") verb=$w; break ;;\n"
	       "\t\tesac\n"
	       "\tdone\n"
	       "\tcase $verb:$last in\n"
	       "\t*:-n|*:--netns) words=$(ls /run/netns 2>/dev/null) ;;\n");
	for (s = settings; s->key; s++) {
		if (s->kind == SETTING_ALGORITHM ||
		    s->kind == SETTING_PATH_ALGORITHM)
			printf("\tset:%s) words=\"%s$(cat /proc/sys/net/dynport/available_algorithms 2>/dev/null)\" ;;\n",
			       s->key, s->kind == SETTING_PATH_ALGORITHM ?
			       "default " : "");
		else if (s->kind == SETTING_RANGE)
			print_presets(s);
		else if (s->kind != SETTING_READ_ONLY)
			printf("\tset:%s) ;;\n", s->key);
	}
	print_presets(&setting_local_range);
	printf("\tset:*) words='%s", setting_local_range.key);
	for (s = settings; s->key; s++)
		if (s->kind != SETTING_READ_ONLY)
			printf(" %s", s->key);
	print_options(common_options);
	printf("' ;;\n");
	for (v = verbs; *v; v++) {
		if ((*v)->hidden || *v == &verb_set)
			continue;
		printf("\t%s:*) words='", (*v)->name);
		print_options((*v)->options);
		print_options(common_options);
		printf("' ;;\n");
	}
	printf("\t*) words='");
	for (v = verbs; *v; v++)
		if (!(*v)->hidden)
			printf("%s%s", v == verbs ? "" : " ", (*v)->name);
	print_options(common_options);
	printf("' ;;\n"
	       "\tesac\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	       "}\n"
	       "complete -F _dynportctl dynportctl\n");
	return EXIT_DONE;
}

const struct verb verb_completion = {
	.name = "completion",
	.summary = "Print completion for bash",
	.hidden = true,
	.run = completion_run,
};
