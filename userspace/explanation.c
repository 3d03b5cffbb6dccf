// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts in words, and all of them in a sentence. */
#include <stdio.h>

#include "explanation.h"
#include "memory.h"

static const struct verdict_info infos[] = {
	[DYNPORT_VERDICT_PROPOSE] = {
		"propose", "proposed",
		"the kernel is asked for it, and has the last word",
		VERDICT_PROPOSED,
	},
	[DYNPORT_VERDICT_RESERVED] = {
		"reserved", "reserved", "in net.ipv4.ip_local_reserved_ports",
		VERDICT_SKIPPED,
	},
	[DYNPORT_VERDICT_GUARDED] = {
		"guarded", "guarded",
		"listened on, now or up to guard_seconds ago",
		VERDICT_LATER,
	},
	[DYNPORT_VERDICT_COOLING] = {
		"cooling", "cooling", "released less than quarantine_ms ago",
		VERDICT_LATER,
	},
	[DYNPORT_VERDICT_CLASS] = {
		"class", "of the other class",
		"kept for the other path by bind_stride", VERDICT_LATER,
	},
	[DYNPORT_VERDICT_MAP] = {
		"map", "busy", "busy by the port map", VERDICT_SKIPPED,
	},
	[DYNPORT_VERDICT_OUTSIDE] = {
		"outside", "outside", "outside tcp_port_range or udp_port_range",
		VERDICT_SKIPPED,
	},
	[DYNPORT_VERDICT_ROOT] = {
		"root", "kept for root", "kept by root_reserve_percent",
		VERDICT_SKIPPED,
	},
};

#define KNOWN (sizeof(infos) / sizeof(infos[0]))

const struct verdict_info *verdict_info(uint8_t verdict)
{
	static const struct verdict_info unknown = {
		"unknown", "refused for another reason",
		"for a reason that this version of dynportctl doesn't know",
		VERDICT_SKIPPED,
	};

	return verdict < KNOWN ? &infos[verdict] : &unknown;
}

/* " 3 are skipped (2 reserved, 1 busy)"; nothing if there are none. */
static void kind_put(FILE *out, const unsigned int *of, enum verdict_kind kind,
		     const char *singular, const char *plural)
{
	unsigned int i, all = 0;
	const char *between = " (";

	for (i = 0; i <= KNOWN; i++)
		if (of[i] && verdict_info(i)->kind == kind)
			all += of[i];
	if (!all)
		return;
	fprintf(out, " %u %s", all, all == 1 ? singular : plural);
	for (i = 0; i <= KNOWN; i++)
		if (of[i] && verdict_info(i)->kind == kind) {
			fprintf(out, "%s%u %s", between, of[i], verdict_info(i)->word);
			between = ", ";
		}
	fputs(").", out);
}

static void first_put(FILE *out, const struct message_explanation *e,
		      const unsigned int *of)
{
	unsigned int i;

	for (i = 0; i < e->count; i++)
		if (e->candidate[i].verdict == DYNPORT_VERDICT_PROPOSE)
			break;
	if (i < e->count)
		fprintf(out, "The kernel would be asked for port %u first%s.",
			e->candidate[i].port, i ? "" : ", the first candidate");
	else if (!e->count)
		fputs("There is no candidate: the kernel's own search would have the last word.",
		      out);
	else if (of[DYNPORT_VERDICT_ROOT] == e->count)
		fputs("What is left is kept for root: the request would fail without CAP_NET_ADMIN.",
		      out);
	else if (e->count == 1)
		fputs("The first candidate would not be proposed to the kernel.", out);
	else
		fprintf(out, "None of the first %u candidates would be proposed to the kernel.",
			e->count);
}

char *explanation_text(const struct message_explanation *e, enum path path)
{
	unsigned int of[KNOWN + 1] = { 0 }, i;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		memory_out();
	for (i = 0; i < e->count; i++)
		of[e->candidate[i].verdict < KNOWN ? e->candidate[i].verdict : KNOWN]++;
	first_put(out, e, of);
	if (e->count > 1 && of[DYNPORT_VERDICT_PROPOSE] < e->count)
		fprintf(out, " Of %u candidates", e->count);
	if (e->count > 1 && of[DYNPORT_VERDICT_PROPOSE] < e->count)
		fprintf(out, " %u would be.", of[DYNPORT_VERDICT_PROPOSE]);
	kind_put(out, of, VERDICT_LATER,
		 "is tried only where there is no other",
		 "are tried only where there are no others");
	kind_put(out, of, VERDICT_SKIPPED, "is skipped", "are skipped");
	if (e->mapped && !e->free)
		fprintf(out, " No port is free by the port map: %s fails with %s if the kernel finds none either.",
			paths[path].what, paths[path].error);
	if (fclose(out))
		memory_out();
	return text;
}
