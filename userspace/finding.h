/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings: what is wrong, why it matters, and what mends it. 'status' shows the
 * first of these, 'doctor' all.
 */
#ifndef DYNPORTCTL_FINDING_H
#define DYNPORTCTL_FINDING_H

#include <stdbool.h>
#include <stddef.h>

enum finding_level {
	FINDING_NOTE,		/* worth knowing, wrong only perhaps */
	FINDING_PROBLEM,
};

struct finding {
	enum finding_level level;
	const char *id;		/* for programs; stays the same */
	char *what;		/* a sentence, without a full stop */
	char *why;		/* likewise; NULL: @what says it */
	char *mend;		/* a command, or words in brackets; NULL: none */
};

struct findings {
	size_t count, room;
	struct finding *at;
};

/* A new finding, which the next three are about. */
void finding_add(struct findings *findings, enum finding_level level,
		 const char *id);
void finding_what(struct findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void finding_why(struct findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void finding_mend(struct findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

size_t findings_problems(const struct findings *findings);

/* What is wrong, all of it, a line each, to be freed; NULL if nothing is. */
char *findings_join(const struct findings *findings);
void findings_free(struct findings *findings);

#endif
