/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'explain' shows: the candidates of a search, and the search in a sentence.
 * verb_explain.c asks the module, explanation.c finds the words (pure),
 * view_explanation.c prints.
 */
#ifndef DYNPORTCTL_EXPLANATION_H
#define DYNPORTCTL_EXPLANATION_H

#include <stdbool.h>
#include <stdio.h>

#include "messages.h"

/* What becomes of a candidate in the first tier of a search. */
enum verdict_kind {
	VERDICT_PROPOSED,	/* the kernel is asked for it */
	VERDICT_LATER,		/* kept for a later tier */
	VERDICT_SKIPPED,
};

struct verdict_info {
	const char *name;	/* for programs; stays the same */
	const char *word;	/* for people: "3 reserved" */
	const char *why;
	enum verdict_kind kind;
};

/* Of any number: one that this version doesn't know is skipped. */
const struct verdict_info *verdict_info(uint8_t verdict);

/*
 * What the search would do, in a few sentences, to be freed: "The kernel would
 * be asked for port 40001 first. ..."
 */
char *explanation_text(const struct message_explanation *explanation,
		       enum path path);

void view_explanation(FILE *out, bool json, const struct space_key *key,
		      const struct message_explanation *explanation);

#endif
