// SPDX-License-Identifier: GPL-2.0-only
/* The table of settings, and what follows from it. */
#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "ports.h"
#include "settings.h"

const struct setting settings[] = {
	{ .key = "algorithm", .kind = SETTING_ALGORITHM,
	  .standard = "random_pick",
	  .meaning = "how a port is chosen, on every path without a choice of its own" },
	{ .key = "algorithm_connect", .kind = SETTING_PATH_ALGORITHM,
	  .standard = "default",
	  .meaning = "how TCP connect() chooses; default: as 'algorithm' says" },
	{ .key = "algorithm_bind", .kind = SETTING_PATH_ALGORITHM,
	  .standard = "default",
	  .meaning = "how TCP bind(0) and listen() choose; default: as 'algorithm' says" },
	{ .key = "algorithm_udp", .kind = SETTING_PATH_ALGORITHM,
	  .standard = "default",
	  .meaning = "how UDP chooses; default: as 'algorithm' says" },
	{ .key = "available_algorithms", .kind = SETTING_READ_ONLY,
	  .meaning = "the algorithms there are" },
	{ .key = "tcp_port_range", .kind = SETTING_RANGE, .or_zero = true,
	  .standard = "0 0",
	  .meaning = "TCP's part of ip_local_port_range; 0 0: all of it" },
	{ .key = "udp_port_range", .kind = SETTING_RANGE, .or_zero = true,
	  .standard = "0 0",
	  .meaning = "UDP's part of ip_local_port_range; 0 0: all of it" },
	{ .key = "bind_stride", .kind = SETTING_NUMBER,
	  .min = 2, .max = 16, .or_zero = true, .standard = "2",
	  .meaning = "every n-th port is kept for bind(0) while connect() has others; 0: none" },
	{ .key = "search_limit", .kind = SETTING_NUMBER,
	  .min = 1, .max = 65535, .standard = "64",
	  .meaning = "refused candidates before the kernel's own search takes over" },
	{ .key = "map_threshold", .kind = SETTING_NUMBER,
	  .min = 0, .max = 65535, .standard = "8",
	  .meaning = "refusals in one search that start a port map; 0: never" },
	{ .key = "map_limit", .kind = SETTING_NUMBER,
	  .min = 0, .max = 65536, .standard = "1024",
	  .meaning = "port maps at most, in this namespace; the longest unused goes" },
	{ .key = "random_increment_max", .kind = SETTING_NUMBER,
	  .min = 1, .max = 65535, .standard = "500",
	  .meaning = "longest step of randinc, in ports" },
	{ .key = "rekey_seconds", .kind = SETTING_NUMBER,
	  .min = 0, .max = 86400, .standard = "10",
	  .meaning = "doublehash gets new keys so often; 0: never" },
	{ .key = "late_bind", .kind = SETTING_NUMBER,
	  .min = 0, .max = 1, .standard = "0",
	  .meaning = "1: TCP bind(address, 0) leaves the choice to connect() or listen()" },
	{ .key = "root_reserve_percent", .kind = SETTING_NUMBER,
	  .min = 0, .max = 50, .standard = "0",
	  .meaning = "last part of a port space with a map, for CAP_NET_ADMIN only" },
	{ .key = "pressure_percent", .kind = SETTING_NUMBER,
	  .min = 0, .max = 100, .standard = "90",
	  .meaning = "occupancy of a port space with a map that sends an event; 0: none" },
	{ .key = "guard_seconds", .kind = SETTING_NUMBER,
	  .min = 0, .max = 86400, .standard = "60",
	  .meaning = "a service's port is avoided while held and so long after; 0: not" },
	{ .key = "quarantine_ms", .kind = SETTING_NUMBER,
	  .min = 0, .max = 3600000, .standard = "0",
	  .meaning = "a released port is avoided for so long; 0: not at all" },
	{ .key = NULL }
};

const struct setting setting_local_range = {
	.key = "ip_local_port_range", .sysctl = "net.ipv4.ip_local_port_range",
	.kind = SETTING_RANGE, .standard = "32768 60999",
	.meaning = "the kernel's range of dynamic ports, of TCP and UDP, IPv4 and IPv6",
};

const struct setting *setting_find(const char *key)
{
	const struct setting *s;

	for (s = settings; s->key; s++)
		if (strcmp(s->key, key) == 0)
			return s;
	return NULL;
}

const char *setting_nearest(const char *key)
{
	struct nearest near = nearest_start(key);
	const struct setting *s;

	for (s = settings; s->key; s++)
		nearest_offer(&near, s->key);
	return near.best;
}

const char *setting_values(const struct setting *setting,
			   char text[SETTING_VALUES_MAX])
{
	switch (setting->kind) {
	case SETTING_ALGORITHM:
		return "NAME";
	case SETTING_PATH_ALGORITHM:
		return "NAME or default";
	case SETTING_RANGE:
		return setting->or_zero ? "LOW HIGH or 0 0" : "LOW HIGH";
	case SETTING_READ_ONLY:
		return "read only";
	case SETTING_NUMBER:
		break;
	}
	snprintf(text, SETTING_VALUES_MAX, "%s%u..%u",
		 setting->or_zero ? "0 or " : "", setting->min, setting->max);
	return text;
}

size_t setting_words(const struct setting *setting)
{
	return setting->kind == SETTING_RANGE ? 2 : 1;
}

static bool number_accepts(const struct setting *setting, const char *value)
{
	unsigned int n = 0;

	if (!*value)
		return false;
	for (; *value; value++) {
		if (*value < '0' || *value > '9')
			return false;
		n = n * 10 + (*value - '0');
		if (n > setting->max)
			return false;
	}
	return n >= setting->min || (n == 0 && setting->or_zero);
}

bool setting_accepts(const struct setting *setting, const char *value)
{
	struct port_range range;

	switch (setting->kind) {
	case SETTING_ALGORITHM:
	case SETTING_PATH_ALGORITHM:
		return *value && !strpbrk(value, " \t\n");
	case SETTING_RANGE:
		return port_range_parse(value, &range) &&
		       (range.low || (port_range_none(range) &&
				      setting->or_zero));
	case SETTING_NUMBER:
		return number_accepts(setting, value);
	case SETTING_READ_ONLY:
		break;
	}
	return false;
}
