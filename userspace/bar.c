// SPDX-License-Identifier: GPL-2.0-only
/* Bars of block elements, or of number signs. */
#include <string.h>

#include "bar.h"
#include "output.h"

void bar_set(struct libscols_line *line, size_t column, double share,
	     size_t width)
{
	static const char *const eighth[] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a",
		"\u2589", "\u2588",
	};
	char bar[3 * BAR_MAX + 1] = "";
	size_t steps = output_utf8() ? 8 : 1;
	size_t left, len = 0;

	if (width > BAR_MAX)
		width = BAR_MAX;
	left = share * width * steps + 0.5;
	if (!left && share > 0)
		left = 1;
	if (left > width * steps)
		left = width * steps;
	while (left) {
		size_t part = left < steps ? left : steps;
		const char *block = steps == 8 ? eighth[part] : "#";

		memcpy(bar + len, block, strlen(block) + 1);
		len += strlen(block);
		left -= part;
	}
	output_set(line, column, bar);
}
