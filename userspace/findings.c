// SPDX-License-Identifier: GPL-2.0-only
/*
 * What looks wrong in a status. Each check is a function that adds sentences,
 * which name the thing, the figure, and what helps.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"

/* Searches before their averages mean something. */
#define SEARCHES_ENOUGH		100
/* Share of searches left to the stock search that is worth a word. */
#define FALLBACK_PERCENT	1.0
/* Candidates per search that cost more than the rest of a connect(). */
#define CANDIDATES_MANY		16.0
/* RFC 6056 section 5: random_start is not for long lists of exclusions. */
#define RESERVED_PERCENT	5

unsigned int status_class_ports(const struct status *status, enum path path)
{
	const struct port_count *count = &status->path[path].count;

	return path == PATH_BIND && status->bind_stride ? count->bind_class
							: count->connect_class;
}

struct pen {
	struct findings *findings;
	bool failed;
};

static void note(struct pen *pen, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct pen *pen, const char *format, ...)
{
	struct findings *f = pen->findings;
	va_list args;

	if (pen->failed || f->count == FINDINGS_MAX)
		return;
	va_start(args, format);
	if (vasprintf(&f->text[f->count], format, args) < 0)
		pen->failed = true;
	else
		f->count++;
	va_end(args);
}

/* Both TCP paths have the same window: what is wrong with it is said once. */
static bool range_said(enum path which)
{
	return which == PATH_BIND;
}

static void check_range(struct pen *pen, const struct status *status,
			enum path which)
{
	const struct status_path *p = &status->path[which];

	if (range_said(which))
		return;
	if (p->range_ignored)
		note(pen, "%s %u-%u has no port of ip_local_port_range %u-%u, and so it is ignored",
		     paths[which].range, p->own_range.low, p->own_range.high,
		     status->local.low, status->local.high);
	if (p->count.reserved && p->count.reserved == p->count.ports)
		note(pen, "%s: every port of %u-%u is reserved (ip_local_reserved_ports): no port can be chosen",
		     which == PATH_UDP ? "UDP" : "TCP", p->range.low,
		     p->range.high);
}

static void check_class(struct pen *pen, const struct status *status,
			enum path which)
{
	const struct status_path *p = &status->path[which];

	/* a full reservation has been named already */
	if (p->count.reserved == p->count.ports ||
	    status_class_ports(status, which))
		return;
	note(pen, "%s has no port of its own class in %u-%u: every search goes to the other class (bind_stride %u)",
	     paths[which].what, p->range.low, p->range.high,
	     status->bind_stride);
}

static void check_algorithm(struct pen *pen, const struct status *status,
			    enum path which)
{
	const struct status_path *p = &status->path[which];

	if (strcmp(p->algorithm, "random_start") == 0 &&
	    p->count.reserved * 100 > p->count.ports * RESERVED_PERCENT)
		note(pen, "%s: random_start prefers the ports behind reserved ones, and %u of %u are reserved; random_pick does not",
		     paths[which].what, p->count.reserved, p->count.ports);
	if (which == PATH_CONNECT && !status->rekey_seconds &&
	    strcmp(p->algorithm, "doublehash") == 0)
		note(pen, "doublehash never gets new keys (rekey_seconds 0): the host can be recognised by its ports");
}

static void check_counters(struct pen *pen, const struct status *status,
			   enum path which)
{
	const struct status_path *p = &status->path[which];
	double searches = p->searches;

	if (!status->counted)
		return;
	if (p->exhausted)
		note(pen, "%s: %llu of %llu searches found no port; the application saw %s",
		     paths[which].what, (unsigned long long)p->exhausted,
		     (unsigned long long)p->searches, paths[which].error);
	if (p->searches < SEARCHES_ENOUGH)
		return;
	if (p->stock_fallbacks * 100.0 > searches * FALLBACK_PERCENT)
		note(pen, "%s: %.1f %% of the searches were left to the kernel's own; a larger search_limit or a larger range helps",
		     paths[which].what, p->stock_fallbacks * 100.0 / searches);
	if (p->candidates > searches * CANDIDATES_MANY)
		note(pen, "%s: a search needs %.1f candidates on average: most ports are taken; a larger range helps",
		     paths[which].what, p->candidates / searches);
}

/* Said once for all the paths, which often have it in common. */
static void check_predictable(struct pen *pen, const struct status *status)
{
	char who[64] = "";
	enum path path;

	for (path = 0; path < PATHS; path++) {
		size_t len = strlen(who);

		if (strcmp(status->path[path].algorithm, "bsd") == 0)
			snprintf(who + len, sizeof(who) - len, "%s%s",
				 len ? ", " : "", paths[path].what);
	}
	if (*who)
		note(pen, "%s: bsd takes the next port each time; anybody can predict it",
		     who);
}

/* The kernel logs the same when such a range is set. */
static void check_parity(struct pen *pen, const struct status *status)
{
	const struct port_range *local = &status->local;
	enum path path;

	if ((local->low ^ local->high) & 1)
		return;
	for (path = 0; path < PATHS; path++)
		if (strcmp(status->path[path].algorithm, "stock") == 0)
			break;
	if (path < PATHS && local->low != local->high)
		note(pen, "ip_local_port_range %u-%u begins and ends with an %s port; the stock algorithm wants one of each",
		     local->low, local->high, local->low & 1 ? "odd" : "even");
}

bool findings_make(const struct status *status, struct findings *findings)
{
	struct pen pen = { .findings = findings };
	enum path path;

	findings->count = 0;
	for (path = 0; path < PATHS; path++) {
		check_counters(&pen, status, path);
		check_range(&pen, status, path);
		check_class(&pen, status, path);
		check_algorithm(&pen, status, path);
	}
	check_predictable(&pen, status);
	check_parity(&pen, status);
	return !pen.failed;
}

char *findings_join(const struct findings *findings)
{
	size_t size = 1, i;
	char *all;

	for (i = 0; i < findings->count; i++)
		size += strlen(findings->text[i]) + 1;
	all = findings->count ? calloc(1, size) : NULL;
	for (i = 0; all && i < findings->count; i++) {
		if (i)
			strcat(all, "\n");
		strcat(all, findings->text[i]);
	}
	return all;
}

void findings_free(struct findings *findings)
{
	while (findings->count)
		free(findings->text[--findings->count]);
}
