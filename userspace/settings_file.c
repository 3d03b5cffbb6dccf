// SPDX-License-Identifier: GPL-2.0-only
/* One line of a sysctl.d file. */
#include <stdbool.h>
#include <string.h>

#include "settings_file.h"

#define PREFIX "net.dynport."
#define BLANKS " \t\r"

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len && strchr(BLANKS, text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* sysctl.d: where the first separator is a slash, all of them are. */
static void slashes_dots(char *key)
{
	if (key[strcspn(key, "./")] != '/')
		return;
	for (; *key; key++)
		if (*key == '/')
			*key = '.';
}

static void tabs_blanks(char *value)
{
	for (; *value; value++)
		if (*value == '\t')
			*value = ' ';
}

static enum settings_line name_wrong(const char *key, char why[SETTINGS_WHY_MAX])
{
	const char *own = strncmp(key, PREFIX, strlen(PREFIX)) == 0 ?
		key + strlen(PREFIX) : NULL;
	const char *near = own ? setting_nearest(own) : NULL;

	if (near)
		snprintf(why, SETTINGS_WHY_MAX,
			 "no setting '%.80s'; did you mean '" PREFIX "%s'?", key,
			 near);
	else
		snprintf(why, SETTINGS_WHY_MAX, "'%.80s' is no setting of dynport",
			 key);
	return SETTINGS_LINE_WRONG;
}

enum settings_line settings_line_parse(char *line,
				       const struct setting **setting,
				       const char **value,
				       char why[SETTINGS_WHY_MAX])
{
	char values[SETTING_VALUES_MAX], *equals, *key;

	line = trim(line);
	if (!*line || *line == '#' || *line == ';')
		return SETTINGS_LINE_EMPTY;
	equals = strchr(line, '=');
	if (!equals) {
		snprintf(why, SETTINGS_WHY_MAX, "no '=' in '%.80s'", line);
		return SETTINGS_LINE_WRONG;
	}
	*equals = '\0';
	key = trim(line);
	slashes_dots(key);
	*setting = strncmp(key, PREFIX, strlen(PREFIX)) == 0 ?
		setting_find(key + strlen(PREFIX)) : NULL;
	if (!*setting)
		return name_wrong(key, why);
	if ((*setting)->kind == SETTING_READ_ONLY) {
		snprintf(why, SETTINGS_WHY_MAX, "%s is read only", key);
		return SETTINGS_LINE_WRONG;
	}
	*value = trim(equals + 1);
	tabs_blanks(equals + 1);
	if (!setting_accepts(*setting, *value)) {
		snprintf(why, SETTINGS_WHY_MAX,
			 "%s: '%.80s' is not allowed; it takes %s", key, *value,
			 setting_values(*setting, values));
		return SETTINGS_LINE_WRONG;
	}
	return SETTINGS_LINE_VALUE;
}

const char *settings_line_names(char *line)
{
	char *key = trim(line), *equals = strchr(key, '=');

	if (!equals || *key == '#' || *key == ';')
		return NULL;
	*equals = '\0';
	key = trim(key + (*key == '-'));
	slashes_dots(key);
	return strncmp(key, PREFIX, strlen(PREFIX)) == 0 ? key + strlen(PREFIX) : NULL;
}

void settings_line_write(FILE *out, const struct setting *setting,
			 const char *value)
{
	fprintf(out, PREFIX "%s = %s\n", setting->key, value);
}
