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
	bool ip;		/* of a family in which IP is filtered */
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

static bool begins_with_word(const char *rule, const char *word)
{
	size_t len = strlen(word);

	return strncmp(rule, word, len) == 0 && (!rule[len] || rule[len] == ' ');
}

/*
 * What comes behind statements that decide nothing: "counter packets 1 bytes 2",
 * "log prefix \"a b\" level info".
 */
static const char *after_statements(const char *rule)
{
	static const struct {
		const char *word;
		bool value;	/* one follows it */
	} silent[] = {
		{ "counter", false }, { "packets", true }, { "bytes", true },
		{ "log", false }, { "prefix", true }, { "level", true },
		{ "group", true }, { "flags", true }, { "snaplen", true },
		{ "queue-threshold", true },
	};
	size_t i = 0;

	while (i < sizeof(silent) / sizeof(silent[0])) {
		if (!begins_with_word(rule, silent[i].word)) {
			i++;
			continue;
		}
		rule += strlen(silent[i].word);
		rule += strspn(rule, " ");
		if (silent[i].value)
			rule += *rule == '"' ? strcspn(rule + 1, "\"") + 2 : strcspn(rule, " ");
		rule += strspn(rule, " ");
		i = 0;
	}
	return rule;
}

static void drop_found(struct findings *f, const struct chain *chain, const char *rule)
{
	finding_add(f, FINDING_PROBLEM, "nft_drop");
	finding_what(f, "nftables drops what comes to dynamic ports before it lets answers in: table %s, chain %s, %s",
		     chain->table, chain->name, rule);
	finding_why(f, "answers to outgoing connections are dropped, and they hang, with any port");
	finding_mend(f, "(let the chain have 'ct state established,related accept' in front of it)");
}

/* Does it let in what connection tracking knows, or whatever comes to it? */
static bool lets_answers_in(const char *rule)
{
	if (has_word(rule, "jump") || has_word(rule, "goto") || has_word(rule, "vmap"))
		return true;
	return has_word(rule, "accept") &&
	       (has_word(rule, "ct") || begins_with_word(after_statements(rule), "accept"));
}

/* "tcp dport PORTS drop": a condition besides the port may spare the answers. */
static bool drops_by_port(const char *rule)
{
	const char *rest = rule;

	if (strncmp(rest, "tcp dport ", 10) != 0 && strncmp(rest, "udp dport ", 10) != 0)
		return false;
	rest += 10;
	rest += *rest == '{' ? strcspn(rest, "}") : strcspn(rest, " ");
	rest = after_statements(rest + strspn(rest, "} "));
	/* nothing stands behind a verdict but what kind it is, and a comment */
	return begins_with_word(rest, "drop") || begins_with_word(rest, "reject");
}

static void rule_check(const struct doctor *d, struct chain *chain, const char *rule,
		       struct findings *f)
{
	if (!chain->input || chain->answers)
		return;
	if (lets_answers_in(rule)) {
		chain->answers = true;
	} else if (drops_by_port(rule) && dports_meet(rule, d->window->local)) {
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
		chain->ip = strcmp(family, "inet") == 0 || strncmp(family, "ip", 2) == 0;
		return;
	}
	line += strspn(line, "\t ");
	if (sscanf(line, "chain %95s {", name) == 1) {
		snprintf(chain->name, NAME_LEN, "%s", name);
		chain->input = false;
		chain->drops = false;
		chain->answers = false;
	} else if (strncmp(line, "type filter hook input ", 23) == 0) {
		chain->input = chain->ip;
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
