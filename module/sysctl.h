/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl.h - net.dynport.* of one network namespace; manual in README.md */
#ifndef DYNPORT_SYSCTL_H
#define DYNPORT_SYSCTL_H

struct dynport_netns;

int dynport_sysctl_netns_init(struct dynport_netns *netns);
void dynport_sysctl_netns_exit(struct dynport_netns *netns);

#endif
