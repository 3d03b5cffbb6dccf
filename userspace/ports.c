// SPDX-License-Identifier: GPL-2.0-only
/* Ranges, sets and classes of ports. */
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "ports.h"

/* One decimal number up to 65535; *@text is moved behind it. */
static bool port_parse(const char **text, unsigned int *port)
{
	unsigned int n = 0;
	const char *c;

	for (c = *text; *c >= '0' && *c <= '9'; c++) {
		n = n * 10 + (*c - '0');
		if (n >= PORTS_ALL)
			return false;
	}
	if (c == *text)
		return false;
	*text = c;
	*port = n;
	return true;
}

static void blanks_skip(const char **text)
{
	*text += strspn(*text, " \t\n");
}

bool port_range_parse(const char *text, struct port_range *range)
{
	const char *between;

	blanks_skip(&text);
	if (!port_parse(&text, &range->low))
		return false;
	between = text;
	blanks_skip(&text);
	if (text == between || !port_parse(&text, &range->high))
		return false;
	blanks_skip(&text);
	return !*text && range->low <= range->high;
}

const struct port_preset port_presets[] = {
	{ "iana", { 49152, 65535 }, "the dynamic ports of RFC 6335" },
	{ "linux", { 32768, 60999 }, "the kernel's default" },
	{ "wide", { 1024, 65535 }, "all that RFC 6056 recommends" },
	{ .name = NULL }
};

const struct port_preset *port_preset_find(const char *name)
{
	const struct port_preset *preset;

	for (preset = port_presets; preset->name; preset++)
		if (strcmp(preset->name, name) == 0)
			return preset;
	return NULL;
}

bool port_set_parse(const char *text, struct port_set *set)
{
	memset(set, 0, sizeof(*set));
	blanks_skip(&text);
	while (*text) {
		unsigned int low, high;

		if (!port_parse(&text, &low))
			return false;
		high = low;
		if (*text == '-') {
			text++;
			if (!port_parse(&text, &high) || high < low)
				return false;
		}
		for (; low <= high; low++)
			port_set_add(set, low);
		blanks_skip(&text);
		if (*text == ',') {
			text++;
			blanks_skip(&text);
			if (!*text)
				return false;
		} else if (*text) {
			return false;
		}
	}
	return true;
}

char *port_set_text(const struct port_set *set)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	unsigned int low, high;

	if (!out)
		memory_out();
	for (low = 0; low < PORTS_ALL; low = high + 1) {
		high = low;
		if (!port_set_has(set, low))
			continue;
		while (high + 1 < PORTS_ALL && port_set_has(set, high + 1))
			high++;
		fprintf(out, "%s%u", ftell(out) ? "," : "", low);
		if (high > low)
			fprintf(out, "-%u", high);
	}
	if (fclose(out))
		memory_out();
	return text;
}

unsigned int port_set_count(const struct port_set *set, struct port_range range)
{
	unsigned int count = 0, word;

	for (word = range.low / 64; word <= range.high / 64; word++) {
		uint64_t bits = set->word[word];

		if (word == range.low / 64)
			bits &= UINT64_MAX << range.low % 64;
		if (word == range.high / 64)
			bits &= UINT64_MAX >> (63 - range.high % 64);
		count += __builtin_popcountll(bits);
	}
	return count;
}

struct port_range port_range_narrow(struct port_range local,
				    struct port_range own)
{
	struct port_range both = {
		.low = own.low > local.low ? own.low : local.low,
		.high = own.high < local.high ? own.high : local.high,
	};

	return port_range_none(own) || both.low > both.high ? local : both;
}

struct port_count port_range_count(struct port_range range,
				   const struct port_set *reserved,
				   unsigned int stride)
{
	struct port_count count = { .ports = port_range_size(range) };
	unsigned int i;

	for (i = 0; i < count.ports; i++) {
		if (port_set_has(reserved, range.low + i))
			count.reserved++;
		else if (stride && i % stride == stride - 1)
			count.bind_class++;
		else
			count.connect_class++;
	}
	return count;
}
