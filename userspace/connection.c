// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>

#include "connection.h"
#include "verb.h"

int connection_take(const char *to, const char *from, struct address *remote,
		    unsigned int *port, struct address *local)
{
	if (to && !endpoint_parse(to, remote, port)) {
		warnx("'%s' is no destination like 192.0.2.1:443 or [2001:db8::1]:443",
		      to);
		return EXIT_USAGE;
	}
	if (from && !address_parse(from, local)) {
		warnx("'%s' is no address", from);
		return EXIT_USAGE;
	}
	if (to && from && local->family != remote->family) {
		warnx("'%s' and '%s' are addresses of two families", from, to);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}
