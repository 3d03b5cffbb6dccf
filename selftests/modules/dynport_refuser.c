// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynport_refuser - has a function of the kernel fail when dynport calls it
 *
 * The n-th call of the kernel's function `function` from dynport's code doesn't
 * take place and returns `result` instead, while dynport is being loaded and
 * after. `calls` counts them: it stays below n if there is no such call. Calls
 * from anywhere else are let through.
 *
 * A kprobe at the function's entry: so it can be one that ftrace can't hook, as
 * those of ftrace itself. Loading fails with -ENOENT if this kernel has no such
 * function, or has it in line only.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

static char *function = "";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "kernel function whose call is refused");

static long result = -ENOMEM;
module_param(result, long, 0444);
MODULE_PARM_DESC(result, "what the call returns instead (-ENOMEM)");

static uint nth;
module_param(nth, uint, 0644);
MODULE_PARM_DESC(nth, "which of dynport's calls, from 1 on; 0: none");

static uint calls;
module_param(calls, uint, 0644);
MODULE_PARM_DESC(calls, "dynport's calls so far");

/* dynport, from before it is initialized until it goes, or NULL. */
static struct module *refuser_caller;

/* In place of the function, with its caller's stack. */
static noinline notrace long refuser_refuse(void)
{
	return result;
}

static int refuser_enter(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned long from = regs_get_kernel_stack_nth(regs, 0);
	const struct module *caller = READ_ONCE(refuser_caller);

	if (!caller || !within_module(from, caller))
		return 0;
	if (++calls != READ_ONCE(nth))
		return 0;
	instruction_pointer_set(regs, (unsigned long)refuser_refuse);
	return 1;
}

NOKPROBE_SYMBOL(refuser_enter);

/* Its being there lets the handler above change where execution goes on. */
static void refuser_after(struct kprobe *kp, struct pt_regs *regs,
			  unsigned long flags)
{
}

NOKPROBE_SYMBOL(refuser_after);

static int refuser_notify(struct notifier_block *block, unsigned long state,
			  void *data)
{
	struct module *module = data;

	if (strcmp(module->name, "dynport"))
		return NOTIFY_DONE;
	WRITE_ONCE(refuser_caller, state == MODULE_STATE_GOING ? NULL : module);
	return NOTIFY_OK;
}

static struct notifier_block refuser_block = {
	.notifier_call	= refuser_notify,
};

static struct kprobe refuser_probe = {
	.pre_handler	= refuser_enter,
	.post_handler	= refuser_after,
};

static int __init refuser_init(void)
{
	int err;

	refuser_probe.symbol_name = function;
	err = register_kprobe(&refuser_probe);
	if (err)
		return err;
	err = register_module_notifier(&refuser_block);
	if (err)
		unregister_kprobe(&refuser_probe);
	return err;
}

static void __exit refuser_exit(void)
{
	unregister_module_notifier(&refuser_block);
	unregister_kprobe(&refuser_probe);
}

module_init(refuser_init);
module_exit(refuser_exit);
MODULE_DESCRIPTION("dynport test: has the kernel's functions fail for dynport");
MODULE_LICENSE("GPL");
