// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of nftables' ruleset, as nft prints it: chains at the input hook that
 * drop what comes to dynamic ports before they let answers in. Only what is
 * plain in the chain itself is found; sets, maps and jumps are given the
 * benefit of the doubt.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "memory.h"

#define NAME_LEN 96

struct chain {
	char table[NAME_LEN], name[NAME_LEN];
	bool input, drops;	/* at the input hook, by policy */
	bool answers;		/* lets answers in, or may do so elsewhere */
};

static bool has_word(const char *rule, const char *word)
{
	const char *at = rule;
	size_t len = strlen(word);

	while ((at = strstr(at, word))) {
		if ((at == rule || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
		at += len;
	}
	return false;
}

/* "dport 80", "dport 1024-65535", "dport { 22, 1024-65535 }" */
static bool dports_meet(const char *rule, struct port_range range)
{
	const char *at = strstr(rule, " dport "), *end;

	if (!at)
		return false;
	at += strlen(" dport ");
	if (*at == '{') {
		at++;
		end = at + strcspn(at, "}");
	} else {
		end = at + strcspn(at, " ");
	}
	while (at < end) {
		char *next;
		unsigned long low, high;

		if (!isdigit((unsigned char)*at)) {
			at++;
			continue;
		}
		low = strtoul(at, &next, 10);
		high = low;
		if (*next == '-')
			high = strtoul(next + 1, &next, 10);
		if (low <= range.high && high >= range.low)
			return true;
		at = next;
	}
	return false;
}

static void drop_found(struct findings *f, const struct chain *chain, const char *rule)
{
	finding_add(f, FINDING_PROBLEM, "nft_drop");
	finding_what(f, "nftables drops what comes to dynamic ports before it lets answers in: table %s, chain %s, %s",
		     chain->table, chain->name, rule);
	finding_why(f, "answers to outgoing connections are dropped, and they hang, with any port");
	finding_mend(f, "(let the chain have 'ct state established,related accept' in front of it)");
}

static void rule_check(const struct doctor *d, struct chain *chain, const char *rule,
		       struct findings *f)
{
	if (!chain->input)
		return;
	if (has_word(rule, "established") || has_word(rule, "jump") ||
	    has_word(rule, "goto") || has_word(rule, "vmap"))
		chain->answers = true;
	/* a condition besides the port may spare the answers */
	else if (!chain->answers &&
		 (strncmp(rule, "tcp dport ", 10) == 0 || strncmp(rule, "udp dport ", 10) == 0) &&
		 (has_word(rule, "drop") || has_word(rule, "reject")) &&
		 dports_meet(rule, d->window->local)) {
		drop_found(f, chain, rule);
		chain->answers = true;
	}
}

static void line_check(const struct doctor *d, struct chain *chain, char *line,
		       struct findings *f)
{
	char family[NAME_LEN], name[NAME_LEN];

	if (sscanf(line, "table %95s %95s {", family, name) == 2) {
		snprintf(chain->table, NAME_LEN, "%.16s %.78s", family, name);
		return;
	}
	line += strspn(line, "\t ");
	if (sscanf(line, "chain %95s {", name) == 1) {
		snprintf(chain->name, NAME_LEN, "%s", name);
		chain->input = false;
		chain->drops = false;
		chain->answers = false;
	} else if (strncmp(line, "type filter hook input ", 23) == 0) {
		chain->input = true;
		chain->drops = strstr(line, "policy drop;");
	} else if (*line == '}') {
		if (chain->input && chain->drops && !chain->answers)
			drop_found(f, chain, "policy drop");
		chain->input = false;
	} else {
		rule_check(d, chain, line, f);
	}
}

void doctor_check_nft(const struct doctor *d, struct findings *findings)
{
	struct chain chain = { .input = false };
	char *text, *line, *rest;

	if (!d->ruleset)
		return;
	text = strdup(d->ruleset);
	if (!text)
		memory_out();
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		line_check(d, &chain, line, findings);
	free(text);
}
