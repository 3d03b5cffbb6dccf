// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynport_holder - holds a kernel function, as a livepatch of it would
 *
 * Attaches an ftrace handler with FTRACE_OPS_FL_IPMODIFY, which the kernel
 * grants to one owner of a function only, to the function named by the
 * parameter, and does nothing there. Tests use it to show that dynport refuses
 * to load over another owner, and the other way round. Loading fails with
 * ftrace's answer: -EBUSY where somebody has the function.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/string.h>

static char *function = "inet_hash_connect";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "kernel function to hold (inet_hash_connect)");

static void notrace holder_handler(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops,
				   struct ftrace_regs *fregs)
{
}

static struct ftrace_ops holder_ops = {
	.func	= holder_handler,
	.flags	= FTRACE_OPS_FL_IPMODIFY,
};

static int __init holder_init(void)
{
	int err;

	err = ftrace_set_filter(&holder_ops, function, strlen(function), 0);
	if (!err)
		err = register_ftrace_function(&holder_ops);
	if (err)
		ftrace_free_filter(&holder_ops);
	return err;
}

static void __exit holder_exit(void)
{
	unregister_ftrace_function(&holder_ops);
	ftrace_free_filter(&holder_ops);
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_DESCRIPTION("dynport test: holds a kernel function");
MODULE_LICENSE("GPL");
