// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook.c - placing and removing the hooks
 *
 * Redirection is ftrace's IPMODIFY, the mechanism of livepatch: at most one
 * holder per function, so a livepatch or a second module is found out here.
 * PERMANENT keeps kernel.ftrace_enabled=0 from switching the module off behind
 * its back: ftrace refuses that write while a hook is in place.
 *
 * No recursion protection is asked of ftrace, nor taken: a handler never calls
 * a function that its ops has hooked, so it can't get back to itself. Hooks that
 * only observe a release may meet one in a softirq that runs at the end of their
 * own locked section; they hold nothing then.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": hook: " fmt

#include <linux/rcupdate.h>

#include "hook.h"

DEFINE_PER_CPU(unsigned long, dynport_hook_inside);

bool dynport_hook_leaving __read_mostly;

struct task_struct *dynport_hook_prober;
unsigned long dynport_hook_text_start __ro_after_init;
unsigned long dynport_hook_text_size __ro_after_init;

/*
 * In the order in which they are placed; removed in the reverse one. As long as
 * ports are chosen by maps, maps hear of releases, or that they may miss some: one
 * that is full, and whose destination the kernel has found exhausted, would not be
 * left in time.
 */
static struct dynport_hook *const hook_all[] = {
	&dynport_hook_put_port,
	&dynport_hook_release,
	&dynport_hook_connect,
	&dynport_hook_bind,
	&dynport_hook_udp,
};

static int hook_add_function(struct dynport_hook *hook,
			     struct dynport_function *function)
{
	int err;

	if (function->address)
		err = ftrace_set_filter_ip(&hook->ops,
					   (unsigned long)function->address, 0,
					   0);
	else
		err = ftrace_set_filter(&hook->ops,
					(unsigned char *)function->name,
					strlen(function->name), 0);
	if (!err)
		return 0;
	if (function->optional) {
		pr_notice("%s can't be traced in this kernel, going without: %pe\n",
			  function->name, ERR_PTR(err));
		return 0;
	}
	pr_err("%s can't be traced in this kernel: %pe\n", function->name,
	       ERR_PTR(err));
	return err;
}

static int hook_attach(struct dynport_hook *hook)
{
	unsigned int i;
	int err;

	if (hook->redirects)
		hook->ops.flags = FTRACE_OPS_FL_IPMODIFY |
				  FTRACE_OPS_FL_PERMANENT;
	if (!IS_ENABLED(CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS))
		hook->ops.flags |= FTRACE_OPS_FL_SAVE_REGS;

	for (i = 0; i < hook->count; i++) {
		err = hook_add_function(hook, &hook->functions[i]);
		if (err)
			goto err_free_filter;
	}
	err = register_ftrace_function(&hook->ops);
	if (err) {
		/* Which one of several it is, ftrace doesn't tell. */
		for (i = 0; i < hook->count; i++)
			pr_err("%s can't be hooked%s: %pe\n",
			       hook->functions[i].name,
			       err != -EBUSY ? "" :
			       "; a livepatch or another module holds it or one hooked with it, or kernel.ftrace_enabled is 0",
			       ERR_PTR(err));
		goto err_free_filter;
	}
	hook->attached = true;
	return 0;

err_free_filter:
	ftrace_free_filter(&hook->ops);
	return err;
}

static void hook_detach(struct dynport_hook *hook)
{
	if (!hook->attached)
		return;
	/* Returns when no CPU or preempted task is in the trampoline. */
	WARN_ON(unregister_ftrace_function(&hook->ops));
	ftrace_free_filter(&hook->ops);
	hook->attached = false;
}

static unsigned long hook_inside(void)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(dynport_hook_inside, cpu));
	return sum;
}

static int __init hook_check_fired(const struct dynport_hook *hook)
{
	unsigned int i;

	for (i = 0; i < hook->count; i++) {
		if (hook->functions[i].fired || hook->functions[i].optional)
			continue;
		pr_err("%s is hooked, but the kernel doesn't call it (inlined?): %pe\n",
		       hook->functions[i].name, ERR_PTR(-EOPNOTSUPP));
		return -EOPNOTSUPP;
	}
	return 0;
}

/*
 * Let replacements' own calls go past the handler. Only where static calls are
 * patched into the code: they must not become indirect ones.
 */
static void __init hook_skip_entry(const struct dynport_hook *hook)
{
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	const struct dynport_function *function;

	for (function = hook->functions;
	     function < hook->functions + hook->count; function++)
		if (function->original && function->entry)
			__static_call_update(function->original,
					     function->original_trampoline,
					     (void *)function->entry +
					     MCOUNT_INSN_SIZE);
#endif
}

int __init dynport_hook_init(void)
{
	int i, err;

	dynport_module_text(THIS_MODULE, &dynport_hook_text_start,
			    &dynport_hook_text_size);
	for (i = 0; i < ARRAY_SIZE(hook_all); i++) {
		err = hook_attach(hook_all[i]);
		if (err)
			goto err_exit;
	}
	err = dynport_hook_probe();
	if (err) {
		pr_err("can't make sockets to test the hooks: %pe\n",
		       ERR_PTR(err));
		goto err_exit;
	}
	for (i = 0; i < ARRAY_SIZE(hook_all); i++) {
		err = hook_check_fired(hook_all[i]);
		if (err)
			goto err_exit;
	}
	for (i = 0; i < ARRAY_SIZE(hook_all); i++)
		hook_skip_entry(hook_all[i]);
	return 0;

err_exit:
	dynport_hook_exit();
	return err;
}

/*
 * Who was on the way from a trampoline into a replacement when its hook was
 * removed, has arrived: for that ftrace waited, until every task had slept of
 * its own accord or run in user space (synchronize_rcu_tasks()). Inside, a
 * caller may sleep, but is counted, mostly by namespace. Here are those that
 * aren't: nobody enters any more, so the sum only falls, and a count that has
 * moved to another CPU can only be missed as too high.
 */
void dynport_hook_exit(void)
{
	int i = ARRAY_SIZE(hook_all);

	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		WRITE_ONCE(dynport_hook_leaving, true);
		/* Who is in hook_lock_begin()'s section gets out of it. */
		synchronize_rcu();
	}
	while (i--)
		hook_detach(hook_all[i]);
	while (hook_inside())
		schedule_timeout_uninterruptible(1);
}

/* The last instructions of a replacement, after it was counted out. */
void dynport_hook_settle(void)
{
	synchronize_rcu_tasks();
}
