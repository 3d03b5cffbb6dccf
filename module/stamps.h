/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stamps.h - when something last happened to a port, for all ports
 *
 * A time for each port number, in pages of 1024 ports that are allocated when
 * one of theirs gets its first time: at most 64, 256 KiB, and for the default
 * range of dynamic ports 28. Written in any context but hard interrupts, without
 * a lock. Where memory is short, times are lost: they are hints.
 *
 * A time is the low half of jiffies, so one that is never looked at comes back
 * as new after 2^32 ticks, for as long as times matter to its user.
 */
#ifndef DYNPORT_STAMPS_H
#define DYNPORT_STAMPS_H

#include <linux/compiler.h>
#include <linux/types.h>

#define STAMPS_PER_PAGE	1024
#define STAMPS_PAGES	(65536 / STAMPS_PER_PAGE)

struct dynport_stamps {
	u32 *page[STAMPS_PAGES];
};

/* The port's time, 0 if there is none; NULL if its page hasn't any. */
static inline u32 *dynport_stamps_find(struct dynport_stamps *stamps, u16 port)
{
	/* Pairs with cmpxchg() in dynport_stamps_set(). */
	u32 *page = READ_ONCE(stamps->page[port / STAMPS_PER_PAGE]);

	return page ? page + port % STAMPS_PER_PAGE : NULL;
}

/* Something happens to @port now. */
void dynport_stamps_set(struct dynport_stamps *stamps, u16 port);

/* Is @stamp a time that is at most @ticks jiffies ago? */
bool dynport_stamp_is_fresh(u32 stamp, unsigned long ticks);

/* Nobody may use @stamps any more. */
void dynport_stamps_free(struct dynport_stamps *stamps);

#endif
