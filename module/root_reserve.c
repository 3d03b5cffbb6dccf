// SPDX-License-Identifier: GPL-2.0-only
/*
 * root_reserve.c - the last ports of a mapped space, kept for the operator
 *
 * The privilege is that of the task which connects, binds or sends, not that
 * of the one which opened the socket: an operator's shell has it, a service
 * that was handed a socket hasn't. Kernel threads have it, and so what the
 * kernel connects on its own, like NFS or the later subflows of MPTCP.
 */
#include <linux/capability.h>
#include <net/net_namespace.h>

#include "root_reserve.h"
#include "search.h"
#include "space.h"

bool dynport_root_reserve_keeps(struct dynport_search *search)
{
	u32 percent = READ_ONCE(search->netns->tunables.root_reserve_percent);

	lockdep_assert_held(&search->space->lock);
	if (likely(!dynport_root_reserve_reached(&search->space->map, percent)))
		return false;
	/* To be refused here is no offence: nothing for the audit log. */
	if (search->root == DYNPORT_ROOT_UNKNOWN)
		search->root = ns_capable_noaudit(search->netns->net->user_ns,
						  CAP_NET_ADMIN) ?
			       DYNPORT_ROOT_YES : DYNPORT_ROOT_NO;
	return search->root != DYNPORT_ROOT_YES;
}
