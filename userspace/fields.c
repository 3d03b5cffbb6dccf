// SPDX-License-Identifier: GPL-2.0-only
/* Lines and fields. */
#include <string.h>

#include "fields.h"

bool text_line(struct text *text, struct field *line)
{
	const char *newline;

	if (text->at == text->end)
		return false;
	newline = memchr(text->at, '\n', text->end - text->at);
	line->at = text->at;
	line->len = (newline ? newline : text->end) - text->at;
	text->at = newline ? newline + 1 : text->end;
	text->line++;
	return true;
}

bool line_field(struct field *line, struct field *field)
{
	const char *tab;

	if (!line->at)
		return false;
	tab = memchr(line->at, '\t', line->len);
	field->at = line->at;
	if (tab) {
		field->len = tab - line->at;
		line->len -= field->len + 1;
		line->at = tab + 1;
	} else {
		field->len = line->len;
		line->at = NULL;
	}
	return true;
}

bool field_is(const struct field *field, const char *text)
{
	return field->len == strlen(text) &&
	       memcmp(field->at, text, field->len) == 0;
}

bool field_number(const struct field *field, uint64_t *number)
{
	uint64_t n = 0;
	size_t i;

	if (!field->len)
		return false;
	for (i = 0; i < field->len; i++) {
		unsigned int digit = (unsigned char)field->at[i] - '0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return true;
}

static bool field_copy(const struct field *field, char *copy, size_t size,
		       bool (*right)(char c))
{
	size_t i;

	if (!field->len || field->len >= size)
		return false;
	for (i = 0; i < field->len; i++)
		if (!right(field->at[i]))
			return false;
	memcpy(copy, field->at, field->len);
	copy[field->len] = '\0';
	return true;
}

static bool in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool in_word(char c)
{
	return c > ' ' && c <= '~';
}

bool field_name(const struct field *field, char *name, size_t size)
{
	return field_copy(field, name, size, in_name);
}

bool field_word(const struct field *field, char *word, size_t size)
{
	return field_copy(field, word, size, in_word);
}
