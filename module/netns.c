// SPDX-License-Identifier: GPL-2.0-only
/*
 * netns.c - the life of dynport in a network namespace
 *
 * Owns the choice of algorithms and their instances. A new namespace starts
 * with the settings of the initial one. Searches read an instance under RCU;
 * everything here runs in process context under config_lock.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "netns.h"
#include "pressure.h"
#include "proc.h"
#include "sysctl.h"

unsigned int dynport_netns_id __read_mostly;

/* The initial namespace's default algorithm; used while the module loads. */
static const struct dynport_algorithm *netns_initial_choice;

static const struct dynport_tunables netns_initial_tunables = {
	.bind_stride		= 2,
	.search_limit		= 64,
	.map_threshold		= 8,
	.map_limit		= 1024,
	.random_increment_max	= 500,
	.rekey_seconds		= 10,
	.pressure_percent	= 90,
	.guard_seconds		= 60,
};

static bool netns_same_protocol(unsigned int a, unsigned int b)
{
	return (a == DYNPORT_PATH_UDP) == (b == DYNPORT_PATH_UDP);
}

static struct dynport_instance *netns_instance(struct dynport_netns *netns,
					       unsigned int path)
{
	return rcu_dereference_protected(netns->instance[path],
					 lockdep_is_held(&netns->config_lock));
}

static void netns_instance_put(struct dynport_instance *instance)
{
	if (instance && !--instance->users)
		dynport_instance_free(instance);
}

/*
 * An instance of @algorithm for @path: what it has, what another path of its
 * protocol has or is about to get, or a new one.
 */
static struct dynport_instance *
netns_instance_get(struct dynport_netns *netns,
		   struct dynport_instance *const *fresh, unsigned int path,
		   const struct dynport_algorithm *algorithm)
{
	struct dynport_instance *instance;
	unsigned int other;

	instance = netns_instance(netns, path);
	if (instance && instance->algorithm == algorithm)
		goto found;
	for (other = 0; other < DYNPORT_PATHS; other++) {
		if (!netns_same_protocol(path, other))
			continue;
		instance = netns_instance(netns, other);
		if (instance && instance->algorithm == algorithm)
			goto found;
		instance = other < path ? fresh[other] : NULL;
		if (instance && instance->algorithm == algorithm)
			goto found;
	}
	instance = dynport_instance_alloc(algorithm);
	if (IS_ERR(instance))
		return instance;
found:
	instance->users++;
	return instance;
}

static void netns_update_bypass(struct dynport_netns *netns)
{
	const struct dynport_tunables *tunables = &netns->tunables;
	unsigned int path;
	bool wanted;

	lockdep_assert_held(&netns->config_lock);
	for (path = 0; path < DYNPORT_PATHS; path++) {
		wanted = path == DYNPORT_PATH_UDP ? tunables->udp_port_range :
						    tunables->tcp_port_range;
		if (path == DYNPORT_PATH_BIND)
			wanted |= tunables->late_bind;
		/* Read without the lock when a hook fires. */
		WRITE_ONCE(netns->bypass[path],
			   !netns_instance(netns, path)->algorithm->first &&
			   !wanted);
	}
}

void dynport_netns_update(struct dynport_netns *netns)
{
	netns_update_bypass(netns);
	if (netns->tunables.quarantine_ms)
		set_bit(DYNPORT_AVOID_COOLING, &netns->avoid);
	else
		clear_bit(DYNPORT_AVOID_COOLING, &netns->avoid);
}

/* Bring the instances into line with the choices: all of them, or none. */
static int netns_apply_choices(struct dynport_netns *netns)
{
	struct dynport_instance *fresh[DYNPORT_PATHS], *old;
	const struct dynport_algorithm *wanted;
	unsigned int path;

	lockdep_assert_held(&netns->config_lock);
	for (path = 0; path < DYNPORT_PATHS; path++) {
		wanted = netns->choice[path] ?:
			 netns->choice[DYNPORT_CHOICE_DEFAULT];
		fresh[path] = netns_instance_get(netns, fresh, path, wanted);
		if (IS_ERR(fresh[path]))
			goto err_put;
	}
	for (path = 0; path < DYNPORT_PATHS; path++) {
		old = netns_instance(netns, path);
		rcu_assign_pointer(netns->instance[path], fresh[path]);
		netns_instance_put(old);
	}
	dynport_netns_update(netns);
	return 0;

err_put:
	old = fresh[path];
	while (path--)
		netns_instance_put(fresh[path]);
	return PTR_ERR(old);
}

int dynport_netns_choose(struct dynport_netns *netns, unsigned int which,
			 const struct dynport_algorithm *algorithm)
{
	const struct dynport_algorithm *old;
	int err;

	mutex_lock(&netns->config_lock);
	old = netns->choice[which];
	netns->choice[which] = algorithm;
	err = netns_apply_choices(netns);
	if (err) {
		netns->choice[which] = old;
		old = algorithm;
	}
	mutex_unlock(&netns->config_lock);
	dynport_algorithm_put(old);
	return err;
}

static void netns_inherit(struct dynport_netns *netns,
			  struct dynport_netns *parent)
{
	unsigned int i;

	mutex_lock(&parent->config_lock);
	netns->tunables = parent->tunables;
	for (i = 0; i < DYNPORT_CHOICES; i++)
		netns->choice[i] = dynport_algorithm_get_again(parent->choice[i]);
	mutex_unlock(&parent->config_lock);
}

static void netns_put_choices(struct dynport_netns *netns)
{
	unsigned int i;

	for (i = 0; i < DYNPORT_CHOICES; i++)
		dynport_algorithm_put(netns->choice[i]);
}

static void netns_put_instances(struct dynport_netns *netns)
{
	struct dynport_instance *instance;
	unsigned int path;

	mutex_lock(&netns->config_lock);
	for (path = 0; path < DYNPORT_PATHS; path++) {
		instance = netns_instance(netns, path);
		RCU_INIT_POINTER(netns->instance[path], NULL);
		netns_instance_put(instance);
	}
	mutex_unlock(&netns->config_lock);
}

static void netns_free_stamps(struct dynport_netns *netns)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(netns->guarded); i++) {
		dynport_stamps_free(&netns->guarded[i]);
		dynport_stamps_free(&netns->released[i]);
	}
}

static int __net_init netns_init(struct net *net)
{
	struct dynport_netns *netns = dynport_netns(net);
	int err;

	netns->net = net;
	mutex_init(&netns->config_lock);
	dynport_pressure_netns_init(netns);

	netns->stats = alloc_percpu_gfp(struct dynport_stats,
					GFP_KERNEL_ACCOUNT);
	if (!netns->stats)
		return -ENOMEM;

	if (net_eq(net, &init_net)) {
		netns->tunables = netns_initial_tunables;
		netns->choice[DYNPORT_CHOICE_DEFAULT] = netns_initial_choice;
	} else {
		netns_inherit(netns, dynport_netns(&init_net));
	}

	mutex_lock(&netns->config_lock);
	err = netns_apply_choices(netns);
	mutex_unlock(&netns->config_lock);
	if (err)
		goto err_put_choices;

	err = dynport_space_netns_init(netns);
	if (err)
		goto err_put_instances;

	err = dynport_proc_netns_init(net);
	if (err)
		goto err_space_exit;

	err = dynport_sysctl_netns_init(netns);
	if (err)
		goto err_proc_exit;
	return 0;

err_proc_exit:
	dynport_proc_netns_exit(net);
err_space_exit:
	dynport_space_netns_exit(netns);
err_put_instances:
	netns_put_instances(netns);
err_put_choices:
	netns_put_choices(netns);
	free_percpu(netns->stats);
	return err;
}

/* First step of the end: a grace period passes before netns_exit(). */
static void __net_exit netns_pre_exit(struct net *net)
{
	/* Pairs with READ_ONCE() in dynport_netns_enter(), by that period. */
	WRITE_ONCE(dynport_netns(net)->dead, true);
}

static void __net_exit netns_exit(struct net *net)
{
	struct dynport_netns *netns = dynport_netns(net);

	while (dynport_stats_inside(netns->stats))
		schedule_timeout_uninterruptible(1);

	dynport_sysctl_netns_exit(netns);
	dynport_proc_netns_exit(net);
	dynport_space_netns_exit(netns);
	netns_free_stamps(netns);
	netns_put_instances(netns);
	netns_put_choices(netns);
	free_percpu(netns->stats);
}

static struct pernet_operations netns_ops = {
	.init		= netns_init,
	.pre_exit	= netns_pre_exit,
	.exit		= netns_exit,
	.id		= &dynport_netns_id,
	.size		= sizeof(struct dynport_netns),
};

int __init dynport_netns_init(const char *algorithm)
{
	/* What another module has needs this one, which is just being loaded. */
	netns_initial_choice = dynport_algorithm_get_loaded(algorithm);
	if (IS_ERR(netns_initial_choice))
		return PTR_ERR(netns_initial_choice);
	return register_pernet_subsys(&netns_ops);
}

void dynport_netns_exit(void)
{
	unregister_pernet_subsys(&netns_ops);
}
