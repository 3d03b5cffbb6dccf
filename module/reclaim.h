/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reclaim.h - gives back the memory of port maps: of those that nobody has used
 * for a minute, and of any not in use at this moment when memory is short (a
 * shrinker)
 */
#ifndef DYNPORT_RECLAIM_H
#define DYNPORT_RECLAIM_H

struct dynport_netns;

/* There is a map now: look every ten seconds, until there is none. */
void dynport_reclaim_start(struct dynport_netns *netns);

/* For pernet init and exit, and the module's. */
void dynport_reclaim_netns_init(struct dynport_netns *netns);
void dynport_reclaim_netns_exit(struct dynport_netns *netns);
/* Return: 0, or -ENOMEM. */
int dynport_reclaim_init(void);
void dynport_reclaim_exit(void);

#endif
