/* SPDX-License-Identifier: GPL-2.0-only */
/* Work that is put off is only noted: a test runs it. */
#ifndef DYNPORT_SHIM_LINUX_WORKQUEUE_H
#define DYNPORT_SHIM_LINUX_WORKQUEUE_H

#include <linux/jiffies.h>
#include <linux/types.h>

struct work_struct {
	void (*run)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;	/* the first: see to_delayed_work() */
	bool pending;
	unsigned long due;	/* jiffies */
};

#define system_unbound_wq	NULL
#define INIT_DELAYED_WORK(delayed, function) \
	(*(delayed) = (struct delayed_work){ .work.run = (function) })
#define cancel_delayed_work_sync(delayed) ((delayed)->pending = false)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return (struct delayed_work *)work;
}

static inline void mod_delayed_work(void *queue, struct delayed_work *delayed,
				    unsigned long delay)
{
	delayed->pending = true;
	delayed->due = jiffies + delay;
}

static inline void queue_delayed_work(void *queue, struct delayed_work *delayed,
				      unsigned long delay)
{
	if (!delayed->pending)
		mod_delayed_work(queue, delayed, delay);
}

#endif
