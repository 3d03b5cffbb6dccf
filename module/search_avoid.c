// SPDX-License-Identifier: GPL-2.0-only
/*
 * search_avoid.c - ports that a search skips
 *
 * What is asked only where something is reserved or to be avoided: out of line,
 * so that other searches have it short.
 */
#include <linux/minmax.h>
#include <net/ip.h>

#include "guard.h"
#include "quarantine.h"
#include "search.h"

enum dynport_path_stat
dynport_search_why_avoid(const struct dynport_search *search, u16 port)
{
	struct dynport_netns *netns = search->netns;
	u8 protocol = search->req.protocol;

	if (search->tier == DYNPORT_TIER_ANY_PORT)
		return DYNPORT_PATH_STATS;
	if (dynport_guard_is_guarded(netns, protocol, port))
		return DYNPORT_STAT_REFUSED_GUARD;
	/* A map knows itself, but for what was released before it was made. */
	if (test_bit(DYNPORT_AVOID_COOLING, &netns->avoid) &&
	    (!search->space ||
	     dynport_quarantine_predates(netns, search->space)) &&
	    dynport_quarantine_is_cooling(netns, NULL, protocol, port))
		return DYNPORT_STAT_REFUSED_QUARANTINE;
	return DYNPORT_PATH_STATS;
}

/*
 * A few ports are services'. Where it is many, they were listened on for a
 * moment, as a server of FTP does, and not worth to be looked past for long.
 */
void dynport_search_avoided(struct dynport_search *search, u16 port,
			    enum dynport_path_stat why)
{
	bool guarded = why == DYNPORT_STAT_REFUSED_GUARD;

	search->avoided = min(search->avoided + (guarded ? 4 : 1),
			      DYNPORT_SEARCH_AVOIDED_MAX);
	dynport_search_skipped(search, port, guarded ? DYNPORT_VERDICT_GUARDED :
						       DYNPORT_VERDICT_COOLING);
	dynport_count_path(search->netns->stats, search->req.path, why, 1);
}

void dynport_search_skip(struct dynport_search *search)
{
	struct dynport_netns *netns = search->netns;
	enum dynport_path_stat why;
	u16 port;

	port = dynport_ports_nth(&search->req.ports, search->index);
	if (inet_is_local_reserved_port(netns->net, port)) {
		search->reserved++;
		dynport_search_skipped(search, port, DYNPORT_VERDICT_RESERVED);
		return;
	}
	why = dynport_search_why_avoid(search, port);
	/* It isn't any more if time has passed. */
	if (why != DYNPORT_PATH_STATS)
		dynport_search_avoided(search, port, why);
}
