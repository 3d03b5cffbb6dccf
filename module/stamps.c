// SPDX-License-Identifier: GPL-2.0-only
/*
 * stamps.c - when something last happened to a port; see stamps.h
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "stamps.h"

static u32 stamps_now(void)
{
	return (u32)jiffies ?: 1;
}

void dynport_stamps_set(struct dynport_stamps *stamps, u16 port)
{
	u32 **slot = &stamps->page[port / STAMPS_PER_PAGE];
	u32 *page = READ_ONCE(*slot), *other;

	if (unlikely(!page)) {
		page = kcalloc(STAMPS_PER_PAGE, sizeof(*page),
			       GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
		if (!page)
			return;
		/* Whose page comes second goes; pairs with READ_ONCE(). */
		other = cmpxchg(slot, NULL, page);
		if (other) {
			kfree(page);
			page = other;
		}
	}
	/* Shared with other CPUs: written once a tick at most. */
	if (READ_ONCE(page[port % STAMPS_PER_PAGE]) != stamps_now())
		WRITE_ONCE(page[port % STAMPS_PER_PAGE], stamps_now());
}

bool dynport_stamp_is_fresh(u32 stamp, unsigned long ticks)
{
	return stamp && (u32)jiffies - stamp <= ticks;
}

void dynport_stamps_free(struct dynport_stamps *stamps)
{
	unsigned int i;

	for (i = 0; i < STAMPS_PAGES; i++)
		kfree(stamps->page[i]);
}
