// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that misbehaves as its parameter says, so that the self-test can see
 * the runner notice. It bears dynport's name, because the runner unloads that.
 * Only ever loaded in the guest.
 */

#include <linux/irqflags.h>
#include <linux/module.h>

static char *how = "";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "warn, log (as a bug would), stay (loaded), spin (for ever)");

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
