// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynportctl doctor: the classic mistakes with dynamic ports, why they matter,
 * and the command that mends each.
 */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "memory.h"
#include "output.h"
#include "status.h"
#include "verb.h"

/*
 * The command as it has to be given for the namespace that was looked at; to be
 * freed. Words in brackets are no command, and modules have no namespace.
 */
static char *command_for(const struct invocation *inv, const char *mend)
{
	static const char own[] = "dynportctl ";
	char *text;
	int n;

	if (!mend)
		return NULL;
	if (!inv->netns || *mend == '(' || strstr(mend, "modprobe "))
		n = asprintf(&text, "%s", mend);
	else if (strncmp(mend, own, strlen(own)) == 0)
		n = asprintf(&text, "dynportctl -n %s %s", inv->netns, mend + strlen(own));
	else if (strchr(inv->netns, '/'))
		n = asprintf(&text, "nsenter --net=%s %s", inv->netns, mend);
	else
		n = asprintf(&text, "ip netns exec %s %s", inv->netns, mend);
	if (n < 0)
		memory_out();
	return text;
}

static void print_json(const struct invocation *inv, const struct findings *findings)
{
	enum { LEVEL, ID, WHAT, WHY, MEND, COLUMNS };
	static const struct output_column columns[COLUMNS] = {
		[LEVEL] = { .key = "level" },
		[ID] = { .key = "id" },
		[WHAT] = { .key = "what" },
		[WHY] = { .key = "why" },
		[MEND] = { .key = "mend" },
	};
	struct libscols_table *table = output_table(stdout, "doctor", true, columns, COLUMNS);
	size_t i;

	for (i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->at[i];
		struct libscols_line *line = output_line(table, NULL);
		char *command = command_for(inv, f->mend);

		output_set(line, LEVEL, f->level == FINDING_PROBLEM ? "problem" : "note");
		output_set(line, ID, f->id);
		output_set(line, WHAT, f->what);
		output_set(line, WHY, f->why);
		output_set(line, MEND, command);
		free(command);
	}
	output_print(table);
}

/* One finding is a table of its own: its text is wrapped beside its labels. */
static void print_finding(const struct invocation *inv, const struct finding *f)
{
	static const struct output_column columns[] = {
		{ .heading = "" },
		{ .heading = "", .flags = SCOLS_FL_WRAP },
	};
	struct libscols_table *table = output_table(stdout, "finding", false, columns, 2);
	struct libscols_line *line = output_line(table, NULL);
	char *command = command_for(inv, f->mend);

	scols_table_enable_noheadings(table, 1);
	output_set(line, 0, f->level == FINDING_PROBLEM ? "problem" : "note");
	output_colour(line, 0, f->level == FINDING_PROBLEM ? OUTPUT_BAD : OUTPUT_BOLD);
	output_set(line, 1, f->what);
	if (f->why) {
		line = output_line(table, NULL);
		output_set(line, 0, "    why");
		output_set(line, 1, f->why);
	}
	output_print(table);
	/* in one line, however long: it is there to be copied */
	if (command)
		printf("   mend  %s%s%s\n", output_colour_on(OUTPUT_GOOD), command,
		       output_colour_off());
	free(command);
	putchar('\n');
}

static void print_people(const struct invocation *inv, const struct findings *findings)
{
	size_t problems = findings_problems(findings), i;

	/* problems first */
	for (i = 0; i < findings->count; i++)
		if (findings->at[i].level == FINDING_PROBLEM)
			print_finding(inv, &findings->at[i]);
	for (i = 0; i < findings->count; i++)
		if (findings->at[i].level == FINDING_NOTE)
			print_finding(inv, &findings->at[i]);
	if (problems)
		printf("%s%zu problem%s.%s\n", output_colour_on(OUTPUT_BAD), problems,
		       problems == 1 ? "" : "s", output_colour_off());
	else
		printf("%sNo problem found.%s\n", output_colour_on(OUTPUT_GOOD),
		       output_colour_off());
}

static int doctor_run(const struct invocation *inv, int argc, char **argv)
{
	struct findings findings = { .count = 0 };
	static struct port_set reserve;
	static struct doctor doctor;
	struct status status;
	int ret = EXIT_FAILED;

	(void)argc;
	(void)argv;
	if (doctor_read(&doctor)) {
		doctor_check_module(&doctor, &findings);
		if (doctor.window->loaded) {
			if (!status_read(&status))
				goto out;
			findings_make(&status, &findings);
			status_free(&status);
		}
		reserve = doctor.window->reserved;
		doctor_check_range(&doctor, &reserve, &findings);
		doctor_check_load(&doctor, &findings);
		doctor_check_nft(&doctor, &findings);
		if (inv->json)
			print_json(inv, &findings);
		else
			print_people(inv, &findings);
		ret = findings_problems(&findings) ? EXIT_FAILED : EXIT_DONE;
	}
out:
	findings_free(&findings);
	doctor_free(&doctor);
	return ret;
}

const struct verb verb_doctor = {
	.name = "doctor",
	.summary = "Find the classic mistakes, and the commands that mend them",
	.details =
		"Looks for a second, and changes nothing. A problem is wrong now, a note may\n"
		"become so. The commands last until the next boot; /etc/sysctl.d is for ever.\n"
		"Root sees more: which program listens, what the module counts.\n"
		"Exit code: 0 no problem, 1 a problem was found (or it could not look).\n",
	.run = doctor_run,
};
