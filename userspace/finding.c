// SPDX-License-Identifier: GPL-2.0-only
/* A list of findings. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "memory.h"

void finding_add(struct findings *findings, enum finding_level level,
		 const char *id)
{
	findings->at = memory_grow(findings->at, &findings->room,
				   findings->count + 1, sizeof(*findings->at));
	findings->at[findings->count++] = (struct finding){
		.level = level, .id = id,
	};
}

static char *words(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		memory_out();
	return text;
}

void finding_what(struct findings *findings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	findings->at[findings->count - 1].what = words(format, args);
	va_end(args);
}

void finding_why(struct findings *findings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	findings->at[findings->count - 1].why = words(format, args);
	va_end(args);
}

void finding_mend(struct findings *findings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	findings->at[findings->count - 1].mend = words(format, args);
	va_end(args);
}

size_t findings_problems(const struct findings *findings)
{
	size_t count = 0, i;

	for (i = 0; i < findings->count; i++)
		count += findings->at[i].level == FINDING_PROBLEM;
	return count;
}

char *findings_join(const struct findings *findings)
{
	size_t size = 1, i;
	char *all;

	for (i = 0; i < findings->count; i++)
		size += strlen(findings->at[i].what) + 1;
	if (!findings->count)
		return NULL;
	all = memory_alloc(1, size);
	for (i = 0; i < findings->count; i++) {
		if (i)
			strcat(all, "\n");
		strcat(all, findings->at[i].what);
	}
	return all;
}

void findings_free(struct findings *findings)
{
	while (findings->count) {
		struct finding *f = &findings->at[--findings->count];

		free(f->what);
		free(f->why);
		free(f->mend);
	}
	free(findings->at);
	*findings = (struct findings){ .count = 0 };
}
