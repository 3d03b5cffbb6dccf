/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings as a file in the format of sysctl.d(5): a line each, comments begin
 * with '#' or ';'. Pure.
 */
#ifndef DYNPORTCTL_SETTINGS_FILE_H
#define DYNPORTCTL_SETTINGS_FILE_H

#include <stdio.h>

#include "settings.h"

/* Where 'save' and 'restore' look if nothing else is said. */
#define SETTINGS_FILE "/etc/dynport.conf"

#define SETTINGS_WHY_MAX 256

enum settings_line {
	SETTINGS_LINE_EMPTY,	/* nothing in it, or a comment */
	SETTINGS_LINE_VALUE,
	SETTINGS_LINE_WRONG,
};

/*
 * Judges one line, without its newline, which is changed: *@value points into
 * it. If it is wrong, @why says so.
 */
enum settings_line settings_line_parse(char *line,
				       const struct setting **setting,
				       const char **value,
				       char why[SETTINGS_WHY_MAX]);

/*
 * What sysctl(8) writes where it meets that line, which is changed: the name of a
 * setting, or a pattern for fnmatch(3); NULL: none of dynport's.
 */
const char *settings_line_names(char *line);

void settings_line_write(FILE *out, const struct setting *setting,
			 const char *value);

#endif
