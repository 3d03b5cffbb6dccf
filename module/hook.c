// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook.c - placing and removing the hooks
 *
 * Redirection is ftrace's IPMODIFY, the mechanism of livepatch: at most one
 * holder per function, so a livepatch or a second module is found out here.
 * PERMANENT keeps kernel.ftrace_enabled=0 from switching the module off behind
 * its back: ftrace refuses that write while a hook is in place.
 *
 * No recursion protection is asked of ftrace, nor taken: each hook's ops has
 * one function, and its handler never calls it, so it can't get back to itself.
 * Hooks that only observe a release may meet one in a softirq that runs at the
 * end of their own locked section; they hold nothing then.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": hook: " fmt

#include <linux/rcupdate.h>

#include "hook.h"

DEFINE_PER_CPU(unsigned long, dynport_hook_inside);

struct task_struct *dynport_hook_prober;
unsigned long dynport_hook_text_start __ro_after_init;
unsigned long dynport_hook_text_size __ro_after_init;

static struct dynport_hook *const hook_all[] = {
	&dynport_hook_inet_hash_connect,
	&dynport_hook_inet6_hash_connect,
	&dynport_hook_inet_csk_get_port,
	&dynport_hook_udp_lib_get_port,
	&dynport_hook_inet_put_port,
	&dynport_hook_udp_lib_unhash,
	&dynport_hook_inet_twsk_kill,
};

static int hook_set_filter(struct dynport_hook *hook)
{
	if (hook->function)
		return ftrace_set_filter_ip(&hook->ops,
					    (unsigned long)hook->function, 0, 0);
	return ftrace_set_filter(&hook->ops, (unsigned char *)hook->name,
				 strlen(hook->name), 0);
}

static int hook_attach(struct dynport_hook *hook)
{
	int err;

	if (hook->replacement)
		hook->ops.flags = FTRACE_OPS_FL_IPMODIFY |
				  FTRACE_OPS_FL_PERMANENT;
	if (!IS_ENABLED(CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS))
		hook->ops.flags |= FTRACE_OPS_FL_SAVE_REGS;

	err = hook_set_filter(hook);
	if (err) {
		pr_err("%s can't be traced in this kernel: %pe\n", hook->name,
		       ERR_PTR(err));
		return err;
	}
	err = register_ftrace_function(&hook->ops);
	if (err) {
		ftrace_free_filter(&hook->ops);
		if (err == -EBUSY)
			pr_err("%s is already redirected (a livepatch? another module?), or kernel.ftrace_enabled is 0: %pe\n",
			       hook->name, ERR_PTR(err));
		else
			pr_err("%s can't be redirected: %pe\n", hook->name,
			       ERR_PTR(err));
		return err;
	}
	hook->attached = true;
	return 0;
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

/*
 * Wait for everybody who was redirected. A task can be preempted on its way
 * from the trampoline to hook_enter(), and from hook_leave() to the
 * replacement's return: synchronize_rcu_tasks() waits until every such task
 * has slept of its own accord or run in user space. In between, a caller may
 * sleep, but is counted; nobody enters any more, so the sum only falls, and
 * a count that has moved to another CPU can only be missed as too high.
 */
static void hook_drain(void)
{
	synchronize_rcu_tasks();
	while (hook_inside())
		schedule_timeout_uninterruptible(1);
	synchronize_rcu_tasks();
}

static int __init hook_check_fired(void)
{
	int i, err;

	err = dynport_hook_probe();
	if (err) {
		pr_err("can't make sockets to test the hooks: %pe\n",
		       ERR_PTR(err));
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(hook_all); i++) {
		if (hook_all[i]->fired || hook_all[i]->optional)
			continue;
		pr_err("%s is hooked, but the kernel doesn't call it (inlined?): %pe\n",
		       hook_all[i]->name, ERR_PTR(-EOPNOTSUPP));
		return -EOPNOTSUPP;
	}
	return 0;
}

/*
 * Let a replacement's own calls go past the handler. Only where static calls
 * are patched into the code: they must not become indirect ones.
 */
static void __init hook_skip_entry(struct dynport_hook *hook)
{
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	if (hook->original && hook->entry)
		__static_call_update(hook->original, hook->original_trampoline,
				     (void *)hook->entry + MCOUNT_INSN_SIZE);
#endif
}

int __init dynport_hook_init(void)
{
	int i, err;

	dynport_module_text(THIS_MODULE, &dynport_hook_text_start,
			    &dynport_hook_text_size);
	for (i = 0; i < ARRAY_SIZE(hook_all); i++) {
		err = hook_attach(hook_all[i]);
		if (err && !hook_all[i]->optional)
			goto err_exit;
	}
	err = hook_check_fired();
	if (err)
		goto err_exit;
	for (i = 0; i < ARRAY_SIZE(hook_all); i++)
		hook_skip_entry(hook_all[i]);
	return 0;

err_exit:
	dynport_hook_exit();
	return err;
}

void dynport_hook_exit(void)
{
	int i = ARRAY_SIZE(hook_all);

	while (i--)
		hook_detach(hook_all[i]);
	hook_drain();
}
