/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reclaim.h - gives back the memory of port maps: of those that nobody has used
 * for a minute, of the longest unused where they are more than map_limit, and of
 * any not in use at this moment when memory is short (a shrinker)
 */
#ifndef DYNPORT_RECLAIM_H
#define DYNPORT_RECLAIM_H

#include <linux/types.h>

struct dynport_netns;

/* There is a map now: look every ten seconds, until there is none. */
void dynport_reclaim_start(struct dynport_netns *netns);

/*
 * Make room for one more, with dynport_spaces.lock held; false: there may be none.
 * Of those that are too many, because a lower limit could not be brought about at
 * once, another one goes.
 */
bool dynport_reclaim_make_room(struct dynport_netns *netns);

/* Settings have changed: drop the maps that are too many now. May sleep. */
void dynport_reclaim_trim(struct dynport_netns *netns);

/* For pernet init and exit, and the module's. */
void dynport_reclaim_netns_init(struct dynport_netns *netns);
void dynport_reclaim_netns_exit(struct dynport_netns *netns);
/* Return: 0, or -ENOMEM. */
int dynport_reclaim_init(void);
void dynport_reclaim_exit(void);

#endif
