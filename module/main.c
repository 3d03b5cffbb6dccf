// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - loading and unloading
 *
 * dynport takes over how the kernel chooses dynamic ports; README.md is its
 * manual. Order of life: algorithms, namespaces (with their sysctls and procfs
 * files), the shrinker of port maps, netlink, hooks last; the reverse on the way
 * out, so that nothing a search uses comes late or goes early.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "genl.h"
#include "hook.h"
#include "netns.h"
#include "reclaim.h"
#include "registry.h"

static char *algorithm = DYNPORT_FALLBACK;
module_param(algorithm, charp, 0444);
MODULE_PARM_DESC(algorithm,
		 "algorithm of the initial namespace at load (default: "
		 DYNPORT_FALLBACK ")");

static int __init dynport_init(void)
{
	int err;

	err = dynport_algorithm_init();
	if (err)
		return err;
	err = dynport_netns_init(algorithm);
	if (err) {
		if (err == -ENOENT)
			pr_err("dynport: there is no algorithm '%s': %pe\n",
			       algorithm, ERR_PTR(err));
		goto err_algorithm_exit;
	}
	dynport_space_init();
	err = dynport_reclaim_init();
	if (err)
		goto err_netns_exit;
	err = dynport_hook_init();
	if (err)
		goto err_reclaim_exit;
	/*
	 * Last: a dump that somebody begins meanwhile holds a reference on the
	 * module, for which a load that fails doesn't wait.
	 */
	err = dynport_genl_init();
	if (err)
		goto err_hook_exit;
	return 0;

err_hook_exit:
	dynport_hook_exit();
err_reclaim_exit:
	dynport_reclaim_exit();
err_netns_exit:
	dynport_netns_exit();
	dynport_hook_settle();
err_algorithm_exit:
	dynport_algorithm_exit();
	return err;
}

static void __exit dynport_exit(void)
{
	dynport_hook_exit();
	dynport_genl_exit();
	dynport_reclaim_exit();
	dynport_netns_exit();
	dynport_hook_settle();
	dynport_algorithm_exit();
}

module_init(dynport_init);
module_exit(dynport_exit);

MODULE_DESCRIPTION("Allocation of dynamic (ephemeral) ports by algorithms of choice");
MODULE_AUTHOR("The dynport authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
