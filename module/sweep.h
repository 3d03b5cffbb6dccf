/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sweep.h - comparing port maps with the kernel's tables
 *
 * A map is kept up by hints, and some never come: ports in use before it began,
 * released by a socket of another space, or taken by a bind() to a named port.
 * So a work item reads the tables when a space is new, for half of the time at
 * most, and at most once a second, for a sixteenth of the time, when one is short
 * of ports.
 */
#ifndef DYNPORT_SWEEP_H
#define DYNPORT_SWEEP_H

struct dynport_netns;
struct dynport_space;

/*
 * A search found few ports, or none, left: compare with reality soon. Context:
 * process.
 */
void dynport_sweep_want(struct dynport_netns *netns,
			struct dynport_space *space);

/* For the namespace's init and exit; by then no search is inside. */
void dynport_sweep_netns_init(struct dynport_netns *netns);
void dynport_sweep_netns_exit(struct dynport_netns *netns);

#endif
