// SPDX-License-Identifier: GPL-2.0-only
/*
 * dynport_descend - an algorithm from another module: from the top downwards
 *
 *	candidate k = max - (next++ mod N)
 *
 * The mirror image of bsd, as an example of how to add an algorithm, and a test
 * that it can be done from outside. One counter for each namespace and
 * protocol; predictable, of course.
 *
 * The parameter `name` registers it under another name, which tests use to meet
 * one that is taken or malformed. Loading fails with what
 * dynport_algorithm_register() says.
 */
#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/string.h>

#include "algorithm.h"

static char *name = "descend";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "name to register (descend)");

struct descend_state {
	atomic_t next;
};

static u32 descend_first(void *state, struct dynport_request *req)
{
	struct descend_state *descend = state;
	u32 count = req->ports.count;

	return count - 1 - (u32)atomic_fetch_inc(&descend->next) % count;
}

static u32 descend_next(void *state, struct dynport_request *req,
			u32 index)
{
	return (index ?: req->ports.count) - 1;
}

/* The next search goes on below the ports that this one found taken. */
static void descend_passed(void *state, struct dynport_request *req, u32 steps)
{
	struct descend_state *descend = state;

	atomic_add(steps, &descend->next);
}

static struct dynport_algorithm descend = {
	.owner		= THIS_MODULE,
	.state_size	= sizeof(struct descend_state),
	.first		= descend_first,
	.next		= descend_next,
	.passed		= descend_passed,
};

static int __init descend_init(void)
{
	if (strscpy(descend.name, name, sizeof(descend.name)) < 0)
		return -EINVAL;
	return dynport_algorithm_register(&descend);
}

static void __exit descend_exit(void)
{
	dynport_algorithm_unregister(&descend);
}

module_init(descend_init);
module_exit(descend_exit);
MODULE_ALIAS("dynport_descend");
MODULE_DESCRIPTION("dynport algorithm for tests: ports in descending order");
MODULE_LICENSE("GPL");
