// SPDX-License-Identifier: GPL-2.0-only
/* Collects the state from sysctls, /sys/module and the counters. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proc_stats.h"
#include "status.h"
#include "sysctl.h"
#include "textfile.h"

static char *module_attribute(const char *path)
{
	char *text;

	/* not there: a module without version, or no /sys here */
	if (textfile_read(path, &text, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool read_failed(const char *name, const char *why)
{
	warnx("%s: %s", name, why);
	return false;
}

static bool text_read(const char *name, char **text)
{
	int ret = sysctl_read(name, text);

	return ret ? read_failed(name, strerror(-ret)) : true;
}

static bool range_read(const char *name, struct port_range *range)
{
	char *text;
	bool ok;

	if (!text_read(name, &text))
		return false;
	ok = port_range_parse(text, range);
	free(text);
	return ok ? true : read_failed(name, "not a range of ports");
}

static bool reserved_read(struct port_set *reserved)
{
	static const char name[] = "net.ipv4.ip_local_reserved_ports";
	char *text;
	bool ok;

	if (!text_read(name, &text))
		return false;
	ok = port_set_parse(text, reserved);
	free(text);
	return ok ? true : read_failed(name, "not a list of ports");
}

static bool number_read(const char *name, unsigned int *number)
{
	char *text, *end;

	if (!text_read(name, &text))
		return false;
	*number = strtoul(text, &end, 10);
	if (end == text || *end) {
		free(text);
		return read_failed(name, "not a number");
	}
	free(text);
	return true;
}

static bool algorithm_read(enum path which, struct status_path *path)
{
	char name[SYSCTL_NAME_MAX] = "net.dynport.";

	strcat(name, paths[which].algorithm);
	if (!text_read(name, &path->algorithm))
		return false;
	path->own = strcmp(path->algorithm, "default") != 0;
	if (path->own)
		return true;
	free(path->algorithm);
	path->algorithm = NULL;
	return text_read("net.dynport.algorithm", &path->algorithm);
}

static bool path_read(const struct status *status, enum path which,
		      struct status_path *path, const struct port_set *reserved)
{
	char name[SYSCTL_NAME_MAX] = "net.dynport.";

	strcat(name, paths[which].range);
	if (!algorithm_read(which, path) || !range_read(name, &path->own_range))
		return false;
	path->range = port_range_narrow(status->local, path->own_range);
	path->range_ignored = !port_range_none(path->own_range) &&
			      (path->own_range.low > status->local.high ||
			       path->own_range.high < status->local.low);
	path->count = port_range_count(path->range, reserved,
				       which == PATH_UDP ? 0
							 : status->bind_stride);
	return true;
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
	static struct port_set reserved;
	enum path path;

	*status = (struct status){
		.version = module_attribute("/sys/module/dynport/version"),
		.srcversion = module_attribute("/sys/module/dynport/srcversion"),
	};
	if (!range_read("net.ipv4.ip_local_port_range", &status->local) ||
	    !reserved_read(&reserved) ||
	    !number_read("net.dynport.bind_stride", &status->bind_stride) ||
	    !number_read("net.dynport.rekey_seconds", &status->rekey_seconds))
		return false;
	for (path = 0; path < PATHS; path++)
		if (!path_read(status, path, &status->path[path], &reserved))
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
