// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that misbehaves as its parameter says, so that the self-test can see
 * the runner notice, and kernels that check themselves can be checked. It bears
 * dynport's name, because the runner unloads that, and looks for races of that.
 * Only ever loaded in the guest.
 */

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define LOST 10
#define RACE_MS 5000

static char *how = "";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "warn, log (as a bug would), stay (loaded), spin (for ever); "
		 "free (and use), lose (memory), order (locks both ways), race");

static noinline void complain_free(void)
{
	char *memory = kmalloc(64, GFP_KERNEL);

	kfree(memory);
	if (memory)
		(void)READ_ONCE(memory[8]);
}

static noinline void complain_lose(void)
{
	int i;

	for (i = 0; i < LOST; i++)
		pr_info("bytes that are lost: %zu\n", ksize(kmalloc(64, GFP_KERNEL)));
}

static noinline void complain_order(void)
{
	static DEFINE_SPINLOCK(first);
	static DEFINE_SPINLOCK(second);

	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);
	spin_lock(&second);
	spin_lock(&first);
	spin_unlock(&first);
	spin_unlock(&second);
}

static unsigned long complain_count;

static int complain_racer(void *unused)
{
	while (!kthread_should_stop()) {
		complain_count++;
		cond_resched();
	}
	return 0;
}

static int complain_race(void)
{
	struct task_struct *one, *other;

	one = kthread_run(complain_racer, NULL, "complain/1");
	if (IS_ERR(one))
		return PTR_ERR(one);
	other = kthread_run(complain_racer, NULL, "complain/2");
	if (!IS_ERR(other)) {
		msleep(RACE_MS);
		kthread_stop(other);
	}
	kthread_stop(one);
	return PTR_ERR_OR_ZERO(other);
}

static int __init complain_init(void)
{
	if (!strcmp(how, "warn")) {
		WARN(1, "a warning, as asked for\n");
	} else if (!strcmp(how, "log")) {
		pr_err("BUG: a complaint, as asked for\n");
	} else if (!strcmp(how, "stay")) {
		__module_get(THIS_MODULE);
	} else if (!strcmp(how, "spin")) {
		local_irq_disable();
		for (;;)
			cpu_relax();
	} else if (!strcmp(how, "free")) {
		complain_free();
	} else if (!strcmp(how, "lose")) {
		complain_lose();
	} else if (!strcmp(how, "order")) {
		complain_order();
	} else if (!strcmp(how, "race")) {
		return complain_race();
	} else {
		return -EINVAL;
	}
	return 0;
}

static void __exit complain_exit(void)
{
}

module_init(complain_init);
module_exit(complain_exit);

MODULE_DESCRIPTION("Misbehaves on purpose, to test the guest's runner");
MODULE_LICENSE("GPL");
