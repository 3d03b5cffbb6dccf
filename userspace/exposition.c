// SPDX-License-Identifier: GPL-2.0-only
/*
 * https://prometheus.io/docs/instrumenting/exposition_formats/: a text is
 * UTF-8, and in it a backslash, a newline and, in labels, a quote are escaped.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "exposition.h"

#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */

/* Bytes of the character at @text, 0 if they aren't UTF-8. */
static size_t utf8_length(const unsigned char *text)
{
	/* the smallest code point of each length: shorter ones are no UTF-8 */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t len, i;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xf0 && text[0] < 0xf8)
		len = 4;
	else if (text[0] >= 0xe0 && text[0] < 0xf0)
		len = 3;
	else if (text[0] >= 0xc0 && text[0] < 0xe0)
		len = 2;
	else
		return 0;
	code = text[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return len;
}

static void text_write(FILE *out, const char *text, bool quotes)
{
	while (*text) {
		size_t len = utf8_length((const unsigned char *)text);

		if (*text == '\\')
			fputs("\\\\", out);
		else if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '"' && quotes)
			fputs("\\\"", out);
		else if (len)
			fwrite(text, 1, len, out);
		else
			fputs(REPLACEMENT, out);
		text += len ? len : 1;
	}
}

void exposition_metric(FILE *out, const char *name, const char *type,
		       const char *help)
{
	fprintf(out, "# HELP %s ", name);
	text_write(out, help, false);
	fprintf(out, "\n# TYPE %s %s\n", name, type);
}

static void sample_name(FILE *out, const char *name, const char *suffix,
			const struct exposition_labels *labels)
{
	const struct exposition_label *label;
	char between = '{';

	fprintf(out, "%s%s", name, suffix);
	for (label = labels->at; label->name; label++) {
		if (!label->value || !*label->value)
			continue;
		fprintf(out, "%c%s=\"", between, label->name);
		text_write(out, label->value, true);
		fputc('"', out);
		between = ',';
	}
	fputs(between == ',' ? "} " : " ", out);
}

void exposition_integer(FILE *out, const char *name, const char *suffix,
			const struct exposition_labels *labels, uint64_t value)
{
	sample_name(out, name, suffix, labels);
	fprintf(out, "%llu\n", (unsigned long long)value);
}

void exposition_number(FILE *out, const char *name, const char *suffix,
		       const struct exposition_labels *labels, double value)
{
	sample_name(out, name, suffix, labels);
	fprintf(out, "%.10g\n", value);
}
