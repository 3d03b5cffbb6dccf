// SPDX-License-Identifier: GPL-2.0-only
/*
 * What looks wrong in a status, that is in dynport's settings and counters: a
 * check is a function that adds findings, which name the thing and the figure.
 */
#include <stdio.h>
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

/* Both TCP paths have the same window: what is wrong with it is said once. */
static bool range_said(enum path which)
{
	return which == PATH_BIND;
}

static void check_range(struct findings *f, const struct status *status,
			enum path which)
{
	const struct status_path *p = &status->path[which];

	if (range_said(which))
		return;
	if (p->range_ignored) {
		finding_add(f, FINDING_PROBLEM, "range_ignored");
		finding_what(f, "%s %u-%u has no port of ip_local_port_range %u-%u, and so it is ignored",
			     paths[which].range, p->own_range.low, p->own_range.high,
			     status->local.low, status->local.high);
		finding_mend(f, "dynportctl set %s %u %u", paths[which].range,
			     status->local.low, status->local.high);
	}
	if (p->count.reserved && p->count.reserved == p->count.ports) {
		finding_add(f, FINDING_PROBLEM, "all_reserved");
		finding_what(f, "%s: every port of %u-%u is reserved (ip_local_reserved_ports): no port can be chosen",
			     which == PATH_UDP ? "UDP" : "TCP", p->range.low,
			     p->range.high);
		finding_mend(f, "(reserve fewer ports: sysctl net.ipv4.ip_local_reserved_ports)");
	}
}

static void check_class(struct findings *f, const struct status *status,
			enum path which)
{
	const struct status_path *p = &status->path[which];

	/* a full reservation has been named already */
	if (p->count.reserved == p->count.ports ||
	    status_class_ports(status, which))
		return;
	finding_add(f, FINDING_PROBLEM, "class_empty");
	finding_what(f, "%s has no port of its own class in %u-%u: every search goes to the other class (bind_stride %u)",
		     paths[which].what, p->range.low, p->range.high,
		     status->bind_stride);
	finding_mend(f, "dynportctl set bind_stride 0");
}

static void check_algorithm(struct findings *f, const struct status *status,
			    enum path which)
{
	const struct status_path *p = &status->path[which];

	if (strcmp(p->algorithm, "random_start") == 0 &&
	    p->count.reserved * 100 > p->count.ports * RESERVED_PERCENT) {
		finding_add(f, FINDING_PROBLEM, "reserved_bias");
		finding_what(f, "%s: random_start prefers the ports behind reserved ones, and %u of %u are reserved; random_pick does not",
			     paths[which].what, p->count.reserved, p->count.ports);
		finding_why(f, "the port behind a block of reserved ones comes as often as the whole block would, and can be guessed (RFC 6056, section 5)");
		finding_mend(f, "dynportctl set %s random_pick",
			     p->own ? paths[which].algorithm : "algorithm");
	}
	if (which == PATH_CONNECT && !status->rekey_seconds &&
	    strcmp(p->algorithm, "doublehash") == 0) {
		finding_add(f, FINDING_PROBLEM, "no_rekey");
		finding_what(f, "doublehash never gets new keys (rekey_seconds 0): the host can be recognised by its ports");
		finding_why(f, "destinations that share a counter stay the same for ever; a web page that opens connections can find them out (CVE-2022-32296)");
		finding_mend(f, "dynportctl set rekey_seconds 10");
	}
}

static void check_counters(struct findings *f, const struct status *status,
			   enum path which)
{
	const struct status_path *p = &status->path[which];
	double searches = p->searches;

	if (!status->counted)
		return;
	if (p->exhausted) {
		finding_add(f, FINDING_PROBLEM, "exhausted");
		finding_what(f, "%s: %llu of %llu searches found no port; the application saw %s",
			     paths[which].what, (unsigned long long)p->exhausted,
			     (unsigned long long)p->searches, paths[which].error);
		finding_why(f, "each was a request that failed since the module was loaded; where it happened, 'dynportctl top' shows while it lasts");
		finding_mend(f, "dynportctl top");
	}
	if (p->searches < SEARCHES_ENOUGH)
		return;
	if (p->stock_fallbacks * 100.0 > searches * FALLBACK_PERCENT) {
		finding_add(f, FINDING_PROBLEM, "fallbacks");
		finding_what(f, "%s: %.1f %% of the searches were left to the kernel's own; a larger search_limit or a larger range helps",
			     paths[which].what, p->stock_fallbacks * 100.0 / searches);
		finding_why(f, "the kernel's own search walks every port, thousands of them where most are taken");
		finding_mend(f, "dynportctl set search_limit 256 map_threshold 8");
	}
	if (p->candidates > searches * CANDIDATES_MANY) {
		finding_add(f, FINDING_PROBLEM, "candidates");
		finding_what(f, "%s: a search needs %.1f candidates on average: most ports are taken; a larger range helps",
			     paths[which].what, p->candidates / searches);
		finding_why(f, "each candidate costs as much as looking up a connection");
		finding_mend(f, "sysctl net.ipv4.ip_local_port_range=\"1024 65535\"");
	}
}

/* Said once for all the paths, which often have it in common. */
static void check_predictable(struct findings *f, const struct status *status)
{
	char who[64] = "";
	enum path path;

	for (path = 0; path < PATHS; path++) {
		size_t len = strlen(who);

		if (strcmp(status->path[path].algorithm, "bsd") == 0)
			snprintf(who + len, sizeof(who) - len, "%s%s",
				 len ? ", " : "", paths[path].what);
	}
	if (!*who)
		return;
	finding_add(f, FINDING_PROBLEM, "predictable");
	finding_what(f, "%s: bsd takes the next port each time; anybody can predict it",
		     who);
	finding_why(f, "who knows the next port needs only guess the sequence number to disturb a connection, and the ID to forge a DNS answer (RFC 6056, section 1)");
	finding_mend(f, "dynportctl set algorithm random_pick");
}

/* The kernel logs the same when such a range is set. */
static void check_parity(struct findings *f, const struct status *status)
{
	enum path path;

	for (path = 0; path < PATHS; path++)
		if (strcmp(status->path[path].algorithm, "stock") == 0)
			break;
	if (path < PATHS)
		finding_parity(f, status->local, "the stock algorithm wants");
}

void finding_parity(struct findings *f, struct port_range local, const char *who)
{
	if (((local.low ^ local.high) & 1) || local.low == local.high)
		return;
	finding_add(f, FINDING_PROBLEM, "parity");
	finding_what(f, "ip_local_port_range %u-%u begins and ends with an %s port; %s one of each",
		     local.low, local.high, local.low & 1 ? "odd" : "even", who);
	finding_why(f, "connect() prefers the ports of one parity and bind(0) those of the other; the last port is left out");
	finding_mend(f, "sysctl net.ipv4.ip_local_port_range=\"%u %u\"", local.low,
		     local.high < PORTS_ALL - 1 ? local.high + 1 : local.high - 1);
}

void findings_make(const struct status *status, struct findings *f)
{
	enum path path;

	for (path = 0; path < PATHS; path++) {
		check_counters(f, status, path);
		check_range(f, status, path);
		check_class(f, status, path);
		check_algorithm(f, status, path);
	}
	check_predictable(f, status);
	check_parity(f, status);
}
