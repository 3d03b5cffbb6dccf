// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters.c - how many ports a search looked at, as counted by the kernel
 *
 * Two independent sources. dynport counts its candidates itself. The stock
 * picker has no counter, so a kprobe event counts the calls of the function it
 * asks about every port that is in use already ("may this tuple share it?"):
 * with one destination each call is one refused port. A kprobe costs time in
 * the search, so never trace and time the same operation.
 */
#include "portcost.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"
#define EVENT "portcost/in_use"

static bool tracing;

#define STATS "/proc/net/dynport/stats"
#define SETTLE_SECONDS 20

/* A value of dynport's statistics; false without the module. */
static bool stats_read(const char *wanted, uint64_t *value)
{
	FILE *file = fopen(STATS, "r");
	bool found = false;
	char name[64];

	if (!file && errno == ENOENT)
		return false;
	if (!file)
		die("can't read " STATS ": %s", strerror(errno));
	if (fscanf(file, "%63s %*s", name) != 1 || strcmp(name, "name"))
		die(STATS " has no header line");
	while (!found && fscanf(file, "%63s %" SCNu64, name, value) == 2)
		found = !strcmp(name, wanted);
	fclose(file);
	if (!found)
		die(STATS " has no %s", wanted);
	return true;
}

struct module_counts counters_module(enum operation op)
{
	static const char *const path[] = {
		[OP_CONNECT] = "connect", [OP_BIND] = "bind", [OP_UDP] = "udp",
	};
	struct module_counts counts = { .present = false };
	uint64_t *const values[] = { &counts.searches, &counts.candidates, &counts.map_hits };
	static const char *const names[] = { "searches", "candidates", "map_hits" };
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(name, sizeof(name), "%s_%s", path[op], names[i]);
		counts.present = stats_read(name, values[i]);
	}
	return counts;
}

/*
 * Waits until every port map was compared with the kernel's tables, and no such
 * sweep has ended for a while: the first searches of a new map ask for more.
 */
void counters_settle(void)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	uint64_t created, sweeps, before = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < SETTLE_SECONDS * 10; i++) {
		if (!stats_read("maps_created", &created) || !stats_read("sweeps", &sweeps) ||
		    !created || (sweeps >= created && sweeps == before))
			return;
		before = sweeps;
		nanosleep(&pause, NULL);
	}
	die("port maps weren't at rest within %d s", SETTLE_SECONDS);
}

static void tracing_write(const char *file, int flags, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), TRACING "%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("can't write \"%s\" to %s: %s", text, path, strerror(errno));
	close(fd);
}

static void trace_remove(void)
{
	if (!tracing)
		return;
	tracing = false;	/* first: die() runs this function again */
	tracing_write("events/" EVENT "/enable", 0, "0");
	tracing_write("kprobe_events", O_APPEND, "-:" EVENT);
}

void counters_trace_start(int family)
{
	static bool registered;

	tracing_write("kprobe_events", O_APPEND,
		      family == AF_INET6 ? "p:" EVENT " __inet6_check_established" :
					   "p:" EVENT " __inet_check_established");
	tracing = true;
	if (!registered && atexit(trace_remove))
		die("atexit failed");
	registered = true;
	tracing_write("events/" EVENT "/enable", 0, "1");
}

/* Calls since counters_trace_start(). */
uint64_t counters_trace_stop(void)
{
	FILE *file = fopen(TRACING "kprobe_profile", "r");
	char line[256], name[128];
	uint64_t hits, missed;
	bool found = false;

	if (!file)
		die("can't read " TRACING "kprobe_profile: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%127s %" SCNu64 " %" SCNu64, name, &hits, &missed) == 3 &&
			!strcmp(name, strchr(EVENT, '/') + 1);
	fclose(file);
	if (!found)
		die("kprobe_profile doesn't list " EVENT);
	if (missed)
		die("the kprobe missed %" PRIu64 " calls", missed);
	trace_remove();
	return hits;
}
