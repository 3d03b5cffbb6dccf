// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics of port spaces: how many there are and how full the fullest is, for
 * each path; and for the fullest ones each its own series, whose labels name
 * addresses and so must be bounded.
 */
#include <string.h>

#include "exposition.h"
#include "metrics.h"

static void path_numbers(const struct metrics *m, const struct spaces *spaces,
			 const char *name, const char *help, bool fullest)
{
	enum path path;
	size_t i;

	exposition_metric(m->out, name, "gauge", help);
	for (path = 0; path < PATHS; path++) {
		const struct exposition_labels labels = { {
			{ "netns", m->netns },
			{ "path", paths[path].name },
		} };
		double occupancy = 0;
		size_t count = 0;

		for (i = 0; i < spaces->count; i++) {
			const struct space *s = &spaces->at[i];

			if (strcmp(s->path, paths[path].name) != 0)
				continue;
			count++;
			if (space_occupancy(s) > occupancy)
				occupancy = space_occupancy(s);
		}
		if (fullest)
			exposition_number(m->out, name, "", &labels, occupancy);
		else
			exposition_integer(m->out, name, "", &labels, count);
	}
}

static void space_sample(const struct metrics *m, const struct space *space,
			 const char *name, uint64_t value)
{
	char peer_port[24] = "", device[24] = "";
	const struct exposition_labels labels = { {
		{ "netns", m->netns },
		{ "path", space->path },
		{ "protocol", space->proto },
		{ "laddr", space->laddr },
		{ "raddr", strcmp(space->raddr, "-") == 0 ? NULL : space->raddr },
		{ "rport", peer_port },
		{ "ifindex", device },
	} };

	if (space->rport)
		snprintf(peer_port, sizeof(peer_port), "%llu",
			 (unsigned long long)space->rport);
	if (space->device)
		snprintf(device, sizeof(device), "%llu",
			 (unsigned long long)space->device);
	exposition_integer(m->out, name, "", &labels, value);
}

static const struct space_metric {
	const char *name, *type, *help;
	size_t offset;		/* of its number in struct space */
} space_metrics[] = {
	{ "dynport_space_ports", "gauge",
	  "Ports that a port space chooses from.",
	  offsetof(struct space, ports) },
	{ "dynport_space_busy_ports", "gauge",
	  "Of these, ports believed busy.",
	  offsetof(struct space, busy) },
	{ "dynport_space_lingering_ports", "gauge",
	  "Of the busy ones, ports in a TIME_WAIT that may be reused.",
	  offsetof(struct space, lingering) },
	{ "dynport_space_searches_total", "counter",
	  "Searches in a port space since its map was started.",
	  offsetof(struct space, searches) },
	{ "dynport_space_exhausted_total", "counter",
	  "Of these, searches that found no port.",
	  offsetof(struct space, exhausted) },
	{ "dynport_space_idle_seconds", "gauge",
	  "Time since the last search in a port space.",
	  offsetof(struct space, last_used) },
};

void metrics_spaces(const struct metrics *m, const struct spaces *spaces,
		    size_t limit)
{
	const struct exposition_labels plain = { { { "netns", m->netns } } };
	size_t shown = spaces->count < limit ? spaces->count : limit, i, j;

	path_numbers(m, spaces, "dynport_spaces",
		     "Port spaces that have a map.", false);
	path_numbers(m, spaces, "dynport_fullest_space_ratio",
		     "Share of the ports busy in the fullest port space with a map.",
		     true);
	exposition_metric(m->out, "dynport_spaces_without_series", "gauge",
			  "Port spaces with a map that have no series here, being less full.");
	exposition_integer(m->out, "dynport_spaces_without_series", "", &plain,
			   spaces->count - shown);
	for (i = 0; shown && i < sizeof(space_metrics) / sizeof(space_metrics[0]); i++) {
		const struct space_metric *metric = &space_metrics[i];

		exposition_metric(m->out, metric->name, metric->type,
				  metric->help);
		for (j = 0; j < shown; j++) {
			const struct space *space = &spaces->at[j];
			const char *number = (const char *)space + metric->offset;

			space_sample(m, space, metric->name,
				     *(const uint64_t *)number);
		}
	}
}
