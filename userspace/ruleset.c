// SPDX-License-Identifier: GPL-2.0-only
/* Text for nft(8) and libnftables. A text is one transaction. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "ruleset.h"

/* nftables' own bound is 255, but longer names are no use to anybody. */
#define NAME_MAX_LEN 63

const char *const ruleset_sets[LEASE_PROTOCOLS] = {
	[LEASE_TCP] = "tcp_leases", [LEASE_UDP] = "udp_leases",
};

static const char *const protocols[LEASE_PROTOCOLS] = {
	[LEASE_TCP] = "tcp", [LEASE_UDP] = "udp",
};

bool ruleset_name_right(const char *name)
{
	size_t i, len = strlen(name);

	if (!isalpha((unsigned char)*name) || len > NAME_MAX_LEN)
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_.-", name[i]))
			return false;
	return true;
}

/*
 * "@verb element inet TABLE SET { 1, 2 }" for those of @set that are not in
 * @but; they are added to, or taken from, @in. Returns how many of @most are
 * left.
 */
static size_t elements_put(FILE *out, const char *verb, const char *table,
			   enum lease_protocol protocol, const struct port_set *set,
			   const struct port_set *but, struct port_set *in, size_t most)
{
	const char *between = NULL;
	unsigned int word;

	for (word = 0; word < PORTS_ALL / 64 && most; word++) {
		uint64_t bits = set->word[word] & ~but->word[word];

		for (; bits && most; bits &= bits - 1, most--) {
			if (!between)
				fprintf(out, "%s element " RULESET_FAMILY " %s %s {",
					verb, table, ruleset_sets[protocol]);
			fprintf(out, "%s %u", between ? between : "",
				word * 64 + __builtin_ctzll(bits));
			between = ",";
			in->word[word] ^= bits & -bits;
		}
	}
	if (between)
		fputs(" }\n", out);
	return most;
}

static FILE *text_begin(char **text, size_t *size)
{
	FILE *out = open_memstream(text, size);

	if (!out)
		memory_out();
	return out;
}

static void text_end(FILE *out)
{
	if (fclose(out))
		memory_out();
}

char *ruleset_changes(const char *table, const struct port_set *wanted,
		      struct port_set *in, size_t most)
{
	enum lease_protocol p;
	char *text;
	size_t size;
	FILE *out = text_begin(&text, &size);

	for (p = 0; p < LEASE_PROTOCOLS; p++)
		most = elements_put(out, "add", table, p, &wanted[p], &in[p], &in[p], most);
	for (p = 0; p < LEASE_PROTOCOLS; p++)
		most = elements_put(out, "delete", table, p, &in[p], &wanted[p], &in[p], most);
	text_end(out);
	if (*text)
		return text;
	free(text);
	return NULL;
}

char *ruleset_rebuild(const char *table, const struct port_set *wanted)
{
	static const struct port_set none;
	static struct port_set in;
	enum lease_protocol p;
	char *text;
	size_t size;
	FILE *out = text_begin(&text, &size);

	fprintf(out, "add table " RULESET_FAMILY " %s\n", table);
	for (p = 0; p < LEASE_PROTOCOLS; p++) {
		fprintf(out, "add set " RULESET_FAMILY " %s %s { type inet_service; }\n",
			table, ruleset_sets[p]);
		fprintf(out, "flush set " RULESET_FAMILY " %s %s\n", table,
			ruleset_sets[p]);
		in = none;
		elements_put(out, "add", table, p, &wanted[p], &none, &in, PORTS_ALL);
	}
	text_end(out);
	return text;
}

/* "32768-40000, 40002-60999" */
static char *rest_of(struct port_range range, const struct port_set *reserved)
{
	static struct port_set rest;
	unsigned int port;

	memset(&rest, 0, sizeof(rest));
	for (port = range.low; port <= range.high; port++)
		if (!port_set_has(reserved, port))
			port_set_add(&rest, port);
	return port_set_text(&rest);
}

void ruleset_print(FILE *out, const char *table, struct port_range range,
		   const struct port_set *reserved)
{
	char *rest = rest_of(range, reserved);
	enum lease_protocol p;

	fprintf(out,
		"#!/usr/sbin/nft -f\n"
		"#\n"
		"# A firewall for dynamic ports, printed by 'dynportctl firewall --print' for the\n"
		"# range %u-%u. Load it with 'nft -f', as often as you like; what other tables\n"
		"# have is not touched. 'dynportctl firewall' keeps the two sets equal to the\n"
		"# ports that the kernel chose for bind(0), and what it chose for UDP.\n"
		"#\n"
		"# A service at a fixed port in that range is cut off by it ('dynportctl doctor'\n"
		"# names those there are): reserve the port in net.ipv4.ip_local_reserved_ports and\n"
		"# print this again, or accept it in front of the last two rules.\n"
		"\n"
		"add table " RULESET_FAMILY " %s\n"
		"add chain " RULESET_FAMILY " %s input { type filter hook input priority filter; policy accept; }\n"
		"flush chain " RULESET_FAMILY " %s input\n"
		"\n"
		"table " RULESET_FAMILY " %s {\n",
		range.low, range.high, table, table, table, table);
	for (p = 0; p < LEASE_PROTOCOLS; p++)
		fprintf(out, "\tset %s {\n\t\ttype inet_service\n\t}\n\n", ruleset_sets[p]);
	fprintf(out,
		"\tchain input {\n"
		"\t\tiifname \"lo\" accept\n"
		"\t\tct state established,related accept\n");
	for (p = 0; p < LEASE_PROTOCOLS; p++)
		fprintf(out, "\t\t%s dport @%s accept\n", protocols[p], ruleset_sets[p]);
	for (p = 0; p < LEASE_PROTOCOLS && *rest; p++)
		fprintf(out, "\t\t%s dport { %s } counter drop\n", protocols[p], rest);
	fprintf(out, "\t}\n}\n");
	free(rest);
}
