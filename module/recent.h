/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * recent.h - the last few ports of something, for whoever would rather not
 * have one of them again at once
 *
 * Pure arithmetic, compiles in user space too. Four ports in one word: noting one
 * is a shift, and looking for one a subtraction in four lanes, without a loop.
 * Port 0 stands for none.
 *
 * For algorithms that draw at random. A peer may not be done with a connection
 * whose end has just been sent to it; a new one from the same port then waits a
 * second for its SYN to be sent again, or is refused. The kernel's own search, which
 * walks on, comes back to a port late (RFC 6056, section 2.3).
 */
#ifndef DYNPORT_RECENT_H
#define DYNPORT_RECENT_H

#include <linux/types.h>

/* Ports in one word. */
#define DYNPORT_RECENT		4
/*
 * Further draws, at most, to come to another port. Where there is but one, the
 * last of 17 draws is one of the four nevertheless in 1 of 44 cases; where there are
 * four, in 1 of 130,000.
 */
#define DYNPORT_RECENT_DRAWS	16

#define DYNPORT_RECENT_LANES	0x0001000100010001ULL	/* lowest bits */

static inline u64 dynport_recent_add(u64 recent, u16 port)
{
	return recent << 16 | port;
}

/* Without the one added last. */
static inline u64 dynport_recent_drop(u64 recent)
{
	return recent >> 16;
}

/* @port isn't 0. */
static inline bool dynport_recent_has(u64 recent, u16 port)
{
	/* A lane that is 0 borrows from its highest bit, and hasn't got it. */
	u64 differs = recent ^ port * DYNPORT_RECENT_LANES;

	return (differs - DYNPORT_RECENT_LANES) & ~differs &
	       DYNPORT_RECENT_LANES << 15;
}

#endif
