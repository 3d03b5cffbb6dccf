// SPDX-License-Identifier: GPL-2.0-only
/* Collects the state from sysctls, /sys/module and the counters. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proc_stats.h"
#include "status.h"
#include "sysctl.h"
#include "textfile.h"
#include "window.h"

static char *module_attribute(const char *path)
{
	char *text;

	/* not there: a module without version, or no /sys here */
	if (textfile_read(path, &text, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool value_read(const char *key, char **value)
{
	int ret = sysctl_dynport_read(key, value);

	if (ret)
		warnx("net.dynport.%s: %s", key, strerror(-ret));
	return !ret;
}

static bool algorithm_read(enum path which, struct status_path *path)
{
	if (!value_read(paths[which].algorithm, &path->algorithm))
		return false;
	path->own = strcmp(path->algorithm, "default") != 0;
	if (path->own)
		return true;
	free(path->algorithm);
	path->algorithm = NULL;
	return value_read("algorithm", &path->algorithm);
}

static void window_take(struct status *status, const struct window *window)
{
	enum path path;

	status->local = window->local;
	status->bind_stride = window->bind_stride;
	for (path = 0; path < PATHS; path++) {
		struct status_path *p = &status->path[path];

		p->own_range = window->path[path].own;
		p->range_ignored = window->path[path].ignored;
		p->range = window->path[path].range;
		p->count = window->path[path].count;
	}
}

static uint64_t counter(const struct counters *counters, enum path path,
			const char *what)
{
	const uint64_t *value = counters_find_path(counters, paths[path].name,
						   what);

	return value ? *value : 0;
}

static void counters_take(struct status *status)
{
	static struct counters counters;
	char why[PROC_WHY_MAX];
	enum path path;

	if (counters_read(&counters, why)) {
		warnx("%s", why);
		return;
	}
	status->counted = true;
	for (path = 0; path < PATHS; path++) {
		struct status_path *p = &status->path[path];

		p->searches = counter(&counters, path, "searches");
		p->candidates = counter(&counters, path, "candidates");
		p->stock_fallbacks = counter(&counters, path, "stock_fallbacks");
		p->exhausted = counter(&counters, path, "exhausted");
	}
}

bool status_read(struct status *status)
{
	static struct window window;
	enum path path;

	*status = (struct status){
		.version = module_attribute("/sys/module/dynport/version"),
		.srcversion = module_attribute("/sys/module/dynport/srcversion"),
	};
	if (!window_read(&window) ||
	    !window_number_read("net.dynport.rekey_seconds", &status->rekey_seconds))
		return false;
	window_take(status, &window);
	for (path = 0; path < PATHS; path++)
		if (!algorithm_read(path, &status->path[path]))
			return false;
	counters_take(status);
	return true;
}

void status_free(struct status *status)
{
	enum path path;

	for (path = 0; path < PATHS; path++)
		free(status->path[path].algorithm);
	free(status->version);
	free(status->srcversion);
}
