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
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"
#define EVENT "portcost/in_use"

static bool tracing;

struct module_counts counters_module(enum operation op)
{
	static const char *const path[] = {
		[OP_CONNECT] = "connect", [OP_BIND] = "bind", [OP_UDP] = "udp",
	};
	struct module_counts counts = { .present = false };
	char name[64], searches[64], candidates[64];
	bool seen_searches = false, seen_candidates = false;
	uint64_t value;
	FILE *file = fopen("/proc/net/dynport/stats", "r");

	if (!file)
		return counts;
	snprintf(searches, sizeof(searches), "%s_searches", path[op]);
	snprintf(candidates, sizeof(candidates), "%s_candidates", path[op]);
	if (fscanf(file, "%63s %*s", name) != 1 || strcmp(name, "name"))
		die("/proc/net/dynport/stats has no header line");
	while (fscanf(file, "%63s %" SCNu64, name, &value) == 2) {
		if (!strcmp(name, searches)) {
			counts.searches = value;
			seen_searches = true;
		} else if (!strcmp(name, candidates)) {
			counts.candidates = value;
			seen_candidates = true;
		}
	}
	fclose(file);
	if (!seen_searches || !seen_candidates)
		die("/proc/net/dynport/stats has no %s or no %s", searches, candidates);
	counts.present = true;
	return counts;
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
