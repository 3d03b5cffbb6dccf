// SPDX-License-Identifier: GPL-2.0-only
/*
 * genl.c - the generic netlink family "dynport"
 *
 * What can be asked, by whom, and with which attributes; who answers is in
 * lease.c, report.c, explain.c and picture.c. Requests run in process context, in parallel; a
 * dump goes on whenever its reader reads, and holds a reference on the module
 * until then.
 *
 * There is no alias by which asking for the family would load the module: to
 * look is no reason to replace how the kernel chooses ports.
 */
#include <linux/module.h>

#include "compat.h"
#include "event.h"
#include "explain.h"
#include "genl.h"
#include "lease.h"
#include "picture.h"
#include "question.h"
#include "report.h"

static const struct genl_ops genl_ops[] = {
	{
		.cmd	= DYNPORT_CMD_GET_SPACE,
		.flags	= GENL_UNS_ADMIN_PERM,
		.dumpit	= dynport_report_dump,
	}, {
		.cmd	= DYNPORT_CMD_GET_LEASE,
		.flags	= GENL_UNS_ADMIN_PERM,
		.start	= dynport_lease_dump_start,
		.dumpit	= dynport_lease_dump,
		.done	= dynport_lease_dump_done,
	}, {
		.cmd	= DYNPORT_CMD_EXPLAIN,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= dynport_explain,
		.policy	= dynport_question_policy,
		.maxattr = DYNPORT_A_MAX,
	}, {
		.cmd	= DYNPORT_CMD_GET_PORTS,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= dynport_picture,
		.policy	= dynport_question_policy,
		.maxattr = DYNPORT_A_MAX,
	},
};

#ifdef DYNPORT_HAVE_GENL_BIND
/*
 * A socket is about to join the group. That it leaves isn't noted: the kernel
 * says so, too, of one that had not joined.
 */
static int genl_join(int group)
{
	WRITE_ONCE(dynport_event_joined, true);
	return 0;
}
#endif

static const struct genl_multicast_group genl_groups[] = {
	{
		.name	= DYNPORT_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family dynport_genl_family __ro_after_init = {
	.name		= DYNPORT_GENL_NAME,
	.version	= DYNPORT_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= genl_ops,
	.n_ops		= ARRAY_SIZE(genl_ops),
	.mcgrps		= genl_groups,
	.n_mcgrps	= ARRAY_SIZE(genl_groups),
#ifdef DYNPORT_HAVE_GENL_BIND
	.bind		= genl_join,
#endif
};

int dynport_genl_put_address(struct sk_buff *skb, int attribute, u8 family,
			     const union dynport_address *address)
{
	if (family == AF_INET6)
		return nla_put_in6_addr(skb, attribute, &address->ip6);
	return nla_put_in_addr(skb, attribute, address->ip);
}

int __init dynport_genl_init(void)
{
	int err;

	err = genl_register_family(&dynport_genl_family);
	if (err) {
		pr_err("dynport: generic netlink family can't be registered: %pe\n",
		       ERR_PTR(err));
		return err;
	}
	dynport_event_open();
	return 0;
}

void dynport_genl_exit(void)
{
	dynport_event_close();
	genl_unregister_family(&dynport_genl_family);
}
