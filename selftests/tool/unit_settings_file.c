// SPDX-License-Identifier: GPL-2.0-only
/* Lines of a sysctl.d file. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings_file.h"
#include "unit.h"

static const struct setting *setting;
static char value[200], why[SETTINGS_WHY_MAX];

static enum settings_line judge(const char *line)
{
	char *copy = strdup(line);
	enum settings_line what;
	const char *v = "";

	if (!copy) {
		perror("strdup");
		exit(1);
	}
	why[0] = '\0';
	what = settings_line_parse(copy, &setting, &v, why);
	if (what == SETTINGS_LINE_VALUE)
		snprintf(value, sizeof(value), "%s %s", setting->key, v);
	free(copy);
	return what;
}

static bool takes(const char *line, const char *key_value)
{
	return judge(line) == SETTINGS_LINE_VALUE &&
	       strcmp(value, key_value) == 0;
}

static bool refuses(const char *line, const char *word)
{
	return judge(line) == SETTINGS_LINE_WRONG && strstr(why, word);
}

static bool names(const char *line, const char *key)
{
	char copy[128];
	const char *pattern;

	snprintf(copy, sizeof(copy), "%s", line);
	pattern = settings_line_names(copy);
	return pattern && fnmatch(pattern, key, 0) == 0;
}

void test_settings_file(void)
{
	char *text;
	size_t len;
	FILE *out;

	expect(judge("") == SETTINGS_LINE_EMPTY);
	expect(judge(" \t\r") == SETTINGS_LINE_EMPTY);
	expect(judge("# net.dynport.search_limit = 0") == SETTINGS_LINE_EMPTY);
	expect(judge("  ; a comment") == SETTINGS_LINE_EMPTY);
	expect(takes("net.dynport.search_limit=7", "search_limit 7"));
	expect(takes("\tnet.dynport.search_limit \t=  7 \r", "search_limit 7"));
	expect(takes("net/dynport/search_limit = 7", "search_limit 7"));
	expect(takes("net.dynport.tcp_port_range = 20000\t30000",
		     "tcp_port_range 20000 30000"));
	expect(takes("net.dynport.algorithm = hash", "algorithm hash"));
	tell("lines of sysctl.d are understood, with blanks, slashes and comments");

	expect(refuses("net.dynport.search_limit", "no '='"));
	expect(refuses("net.dynport.search_limit = 0", "1..65535"));
	expect(refuses("net.dynport.search_limit =", "is not allowed"));
	expect(refuses("net.dynport.serach_limit = 7", "did you mean 'net.dynport.search_limit'"));
	expect(refuses("net.dynport.available_algorithms = x", "read only"));
	expect(refuses("net.ipv4.ip_local_port_range = 1 2", "no setting of dynport"));
	expect(refuses("search_limit = 7", "no setting of dynport"));
	expect(refuses("= 7", "no setting of dynport"));
	expect(refuses("-net.dynport.search_limit = 7", "no setting of dynport"));
	tell("every other line is refused, with a reason");

	expect(names("net.dynport.search_limit = 7", "search_limit"));
	expect(names(" -net/dynport/search_limit=7", "search_limit"));
	expect(names("net.dynport.search_* = 7", "search_limit"));
	expect(!names("net.dynport.search_limit = 7", "map_limit"));
	expect(!names("# net.dynport.search_limit = 7", "search_limit"));
	expect(!names("net.dynport.search_limit", "search_limit"));
	expect(!names("", "search_limit"));
	tell("lines that set something are known, with '-' in front and with patterns");

	out = open_memstream(&text, &len);
	expect(out);
	settings_line_write(out, setting_find("tcp_port_range"), "20000 30000");
	fclose(out);
	expect(strcmp(text, "net.dynport.tcp_port_range = 20000 30000\n") == 0);
	text[len - 1] = '\0';
	expect(takes(text, "tcp_port_range 20000 30000"));
	free(text);
	tell("what is written is understood");
}
