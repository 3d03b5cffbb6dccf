// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the files that proc_stats.c and proc_spaces.c parse. /proc/thread-self/net
 * is that of the namespace entered, where /proc/net would be for the first thread only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc_spaces.h"
#include "proc_stats.h"
#include "textfile.h"

#define PROC_DIR "/proc/thread-self/net/dynport/"

static int proc_read(const char *path, char **text, size_t *len,
		     char why[PROC_WHY_MAX])
{
	int ret = textfile_read(path, text, len);

	if (ret)
		snprintf(why, PROC_WHY_MAX, "%s: %s%s", path, strerror(-ret),
			 ret == -EACCES ? ": the counters are for root" : "");
	return ret;
}

static int proc_refuse(const char *path, const struct proc_error *error,
		       char why[PROC_WHY_MAX])
{
	snprintf(why, PROC_WHY_MAX,
		 "%s: line %zu: %s (is the module of another version?)", path,
		 error->line, error->what);
	return -EBADMSG;
}

int counters_read(struct counters *counters, char why[PROC_WHY_MAX])
{
	static const char path[] = PROC_DIR "stats";
	struct proc_error error;
	char *text;
	size_t len;
	int ret;

	ret = proc_read(path, &text, &len, why);
	if (ret)
		return ret;
	if (!counters_parse(text, len, counters, &error))
		ret = proc_refuse(path, &error, why);
	free(text);
	return ret;
}

int histogram_read(struct histogram *histogram, char why[PROC_WHY_MAX])
{
	static const char path[] = PROC_DIR "histogram";
	struct proc_error error;
	char *text;
	size_t len;
	int ret;

	ret = proc_read(path, &text, &len, why);
	if (ret)
		return ret;
	if (!histogram_parse(text, len, histogram, &error))
		ret = proc_refuse(path, &error, why);
	free(text);
	return ret;
}

int spaces_read(struct spaces *spaces, char why[PROC_WHY_MAX])
{
	static const char path[] = PROC_DIR "spaces";
	struct proc_error error;
	char *text;
	size_t len;
	int ret;

	ret = proc_read(path, &text, &len, why);
	if (ret)
		return ret;
	if (!spaces_parse(text, len, spaces, &error))
		ret = proc_refuse(path, &error, why);
	free(text);
	return ret;
}
