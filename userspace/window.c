// SPDX-License-Identifier: GPL-2.0-only
/* Reads the sysctls that make the windows. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "sysctl.h"
#include "window.h"

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

bool window_number_read(const char *name, unsigned int *number)
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

static bool path_read(struct window *window, enum path which)
{
	char name[SYSCTL_NAME_MAX] = "net.dynport.";
	struct port_range own = { 0, 0 };

	strcat(name, paths[which].range);
	if (window->loaded && !range_read(name, &own))
		return false;
	window->path[which].own = own;
	window->path[which].range = port_range_narrow(window->local, own);
	window->path[which].ignored = !port_range_none(own) &&
				      (own.low > window->local.high ||
				       own.high < window->local.low);
	window->path[which].count =
		port_range_count(window->path[which].range, &window->reserved,
				 which == PATH_UDP ? 0 : window->bind_stride);
	return true;
}

bool window_read(struct window *window)
{
	enum path path;

	memset(window, 0, sizeof(*window));
	window->loaded = sysctl_dynport_loaded();
	if (!range_read("net.ipv4.ip_local_port_range", &window->local) ||
	    !reserved_read(&window->reserved) ||
	    (window->loaded && !window_number_read("net.dynport.bind_stride",
						   &window->bind_stride)))
		return false;
	for (path = 0; path < PATHS; path++)
		if (!path_read(window, path))
			return false;
	return true;
}
