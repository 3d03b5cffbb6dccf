// SPDX-License-Identifier: GPL-2.0-only
/*
 * cases.c - a test for every algorithm and path, watching what is proposed
 */
#include <stdio.h>

#include "cases.h"

unsigned long cases_all_busy[BITS_TO_LONGS(65536)];

void cases_run(void (*check)(struct host *host, enum dynport_path path))
{
	u32 a, path;

	memset(cases_all_busy, 0xff, sizeof(cases_all_busy));
	for (a = 0; a < CHECK_ALGORITHMS; a++)
		for (path = 0; path < DYNPORT_PATHS; path++) {
			struct host *host = host_alloc(check_algorithms[a]);
			bool failed = check_failed;

			check_failed = false;
			check(host, path);
			if (check_failed)
				printf("# with %s on path %u\n",
				       check_algorithms[a]->name, path);
			check_failed |= failed;
			host_free(host);
		}
}

static void cases_note(void *cookie, u16 port)
{
	struct proposals *proposals = cookie;
	const struct host *host = proposals->host;

	proposals->times[port]++;
	proposals->outside += port < host->low || port > host->high;
	proposals->reserved += test_bit(port, host->net.reserved_ports);
}

struct proposals *cases_watch(struct host *host)
{
	static struct proposals proposals;

	memset(&proposals, 0, sizeof(proposals));
	proposals.host = host;
	host->watch = cases_note;
	host->cookie = &proposals;
	return &proposals;
}
