// SPDX-License-Identifier: GPL-2.0-only
/* Metrics of the module, its settings and its counters. */
#include <string.h>

#include "counter_info.h"
#include "exposition.h"
#include "metrics.h"

#define REFUSED "refused_"	/* counters by reason: <path>_refused_<reason> */

static void gauge(const struct metrics *m, const char *name, const char *help)
{
	exposition_metric(m->out, name, "gauge", help);
}

void metrics_up(const struct metrics *m, bool up)
{
	static const char name[] = "dynport_up";
	const struct exposition_labels labels = { { { "netns", m->netns } } };

	gauge(m, name, "Whether dynport is loaded.");
	exposition_integer(m->out, name, "", &labels, up);
}

static void status_ports(const struct metrics *m, const struct status *status,
			 const char *name, const char *help,
			 unsigned int (*ports)(const struct status *status,
					       enum path path))
{
	enum path path;

	gauge(m, name, help);
	for (path = 0; path < PATHS; path++) {
		const struct exposition_labels labels = { {
			{ "netns", m->netns },
			{ "path", paths[path].name },
		} };

		exposition_integer(m->out, name, "", &labels,
				   ports(status, path));
	}
}

static unsigned int range_ports(const struct status *status, enum path path)
{
	return status->path[path].count.ports;
}

static unsigned int range_reserved(const struct status *status, enum path path)
{
	return status->path[path].count.reserved;
}

void metrics_status(const struct metrics *m, const struct status *status,
		    size_t findings)
{
	const struct exposition_labels plain = { { { "netns", m->netns } } };
	const struct exposition_labels info = { {
		{ "netns", m->netns },
		{ "version", status->version },
		{ "srcversion", status->srcversion },
	} };
	enum path path;

	gauge(m, "dynport_info", "The module's version; always 1.");
	exposition_integer(m->out, "dynport_info", "", &info, 1);
	gauge(m, "dynport_findings",
	      "What looks wrong: how many sentences 'dynportctl status' has about it.");
	exposition_integer(m->out, "dynport_findings", "", &plain, findings);
	gauge(m, "dynport_algorithm_info",
	      "The algorithm in effect on each path; always 1.");
	for (path = 0; path < PATHS; path++) {
		const struct exposition_labels labels = { {
			{ "netns", m->netns },
			{ "path", paths[path].name },
			{ "algorithm", status->path[path].algorithm },
		} };

		exposition_integer(m->out, "dynport_algorithm_info", "",
				   &labels, 1);
	}
	status_ports(m, status, "dynport_range_ports",
		     "Ports of the window that a path chooses from.",
		     range_ports);
	status_ports(m, status, "dynport_range_reserved_ports",
		     "Of these, ports that ip_local_reserved_ports excludes.",
		     range_reserved);
	status_ports(m, status, "dynport_range_class_ports",
		     "Of the others, ports that the path tries first (bind_stride).",
		     status_class_ports);
}

void metrics_setting(const struct metrics *m, const char *key, uint64_t value,
		     bool first)
{
	static const char name[] = "dynport_setting";
	const struct exposition_labels labels = { {
		{ "netns", m->netns },
		{ "key", key },
	} };

	if (first)
		gauge(m, name, "The settings net.dynport.KEY that are numbers.");
	exposition_integer(m->out, name, "", &labels, value);
}

/* What a counter's metric is about: all reasons of a refusal have one metric. */
struct subject {
	char name[PROC_NAME_MAX];
	const char *reason;	/* NULL: none */
	enum path path;		/* PATHS: of the namespace */
};

static struct subject counter_subject(const struct counter *counter)
{
	struct subject subject = { .reason = NULL };
	const char *what;

	subject.path = counter_path(counter->name, &what);
	if (subject.path != PATHS &&
	    strncmp(what, REFUSED, strlen(REFUSED)) == 0) {
		subject.reason = what + strlen(REFUSED);
		what = "refused";
	}
	snprintf(subject.name, sizeof(subject.name), "%s", what);
	return subject;
}

static void counter_metric(const struct metrics *m, const char *name,
			   const struct subject *subject)
{
	const char *meaning = subject->reason ?
		"ports passed over or refused, by reason" :
		counter_meaning(subject->name);
	char help[PROC_NAME_MAX + 128];

	if (meaning)
		snprintf(help, sizeof(help), "%s.", meaning);
	else
		snprintf(help, sizeof(help),
			 "The counter %s of /proc/net/dynport/stats.",
			 subject->name);
	if (help[0] >= 'a' && help[0] <= 'z')
		help[0] -= 'a' - 'A';
	exposition_metric(m->out, name, "counter", help);
}

void metrics_counters(const struct metrics *m, const struct counters *counters)
{
	bool done[COUNTERS_MAX] = { false };
	size_t first, i;

	for (first = 0; first < counters->count; first++) {
		struct subject wanted = counter_subject(&counters->at[first]);
		char name[PROC_NAME_MAX + 16];

		if (done[first])
			continue;
		snprintf(name, sizeof(name), "dynport_%s_total", wanted.name);
		counter_metric(m, name, &wanted);
		for (i = first; i < counters->count; i++) {
			const struct counter *c = &counters->at[i];
			struct subject s = counter_subject(c);
			const struct exposition_labels labels = { {
				{ "netns", m->netns },
				{ "path", s.path == PATHS ? NULL :
					paths[s.path].name },
				{ "reason", s.reason },
			} };

			if (strcmp(s.name, wanted.name) != 0)
				continue;
			done[i] = true;
			exposition_integer(m->out, name, "", &labels, c->value);
		}
	}
}

void metrics_histogram(const struct metrics *m,
		       const struct histogram *histogram,
		       const struct counters *counters)
{
	static const char name[] = "dynport_search_candidates";
	size_t column, row;

	exposition_metric(m->out, name, "histogram",
			  "Ports proposed to the kernel in one search.");
	for (column = 0; column < histogram->columns; column++) {
		const char *path = histogram->column[column];
		const uint64_t *sum = counters_find_path(counters, path,
							 "candidates");
		uint64_t count = 0;
		struct exposition_labels labels = { {
			{ "netns", m->netns }, { "path", path }, { "le", NULL },
		} };
		char bound[16];

		for (row = 0; row < histogram->rows; row++) {
			count += histogram->row[row].value[column];
			snprintf(bound, sizeof(bound), "%u",
				 (unsigned int)histogram->row[row].high);
			labels.at[2].value = bound;
			exposition_integer(m->out, name, "_bucket", &labels,
					   count);
		}
		labels.at[2].value = "+Inf";
		exposition_integer(m->out, name, "_bucket", &labels, count);
		labels.at[2].value = NULL;
		exposition_integer(m->out, name, "_sum", &labels,
				   sum ? *sum : 0);
		exposition_integer(m->out, name, "_count", &labels, count);
	}
}
