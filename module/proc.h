/* SPDX-License-Identifier: GPL-2.0-only */
/* proc.h - /proc/net/dynport of one network namespace */
#ifndef DYNPORT_PROC_H
#define DYNPORT_PROC_H

struct net;

int dynport_proc_netns_init(struct net *net);
void dynport_proc_netns_exit(struct net *net);

#endif
