// SPDX-License-Identifier: GPL-2.0-only
/*
 * algorithm.c - the registry of allocation algorithms
 *
 * Owns the list of algorithms by name. It is used when something is
 * configured, never in a search: a search holds an instance under RCU. A
 * namespace that has an algorithm selected holds a reference on its module,
 * and dynport_algorithm_unregister() waits out the searches that saw an
 * instance of it before it was deselected.
 */
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/kmod.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "algorithms/algorithms.h"
#include "registry.h"

static DEFINE_MUTEX(algorithm_lock);
static LIST_HEAD(algorithm_list);	/* protected by algorithm_lock */

static struct dynport_algorithm *const algorithm_builtin[] = {
	&dynport_stock,		&dynport_bsd,	     &dynport_random_start,
	&dynport_random_pick,	&dynport_hash,	     &dynport_doublehash,
	&dynport_randinc,	&dynport_least_recent,
};

bool dynport_algorithm_name_ok(const char *name)
{
	size_t len = strnlen(name, DYNPORT_NAME_LEN);

	if (!len || len == DYNPORT_NAME_LEN)
		return false;
	for (; *name; name++)
		if (!islower(*name) && !isdigit(*name) && *name != '_')
			return false;
	return true;
}

static struct dynport_algorithm *algorithm_find(const char *name)
{
	struct dynport_algorithm *algorithm;

	lockdep_assert_held(&algorithm_lock);
	list_for_each_entry(algorithm, &algorithm_list, list)
		if (!strcmp(algorithm->name, name))
			return algorithm;
	return NULL;
}

int dynport_algorithm_register(struct dynport_algorithm *algorithm)
{
	int err = 0;

	/* "default" means "as net.dynport.algorithm" in the sysctls. */
	if (!dynport_algorithm_name_ok(algorithm->name) ||
	    !strcmp(algorithm->name, "default"))
		return -EINVAL;

	mutex_lock(&algorithm_lock);
	if (algorithm_find(algorithm->name))
		err = -EEXIST;
	else
		list_add_tail(&algorithm->list, &algorithm_list);
	mutex_unlock(&algorithm_lock);
	return err;
}
EXPORT_SYMBOL_GPL(dynport_algorithm_register);

void dynport_algorithm_unregister(struct dynport_algorithm *algorithm)
{
	mutex_lock(&algorithm_lock);
	list_del(&algorithm->list);
	mutex_unlock(&algorithm_lock);

	/* Searches call the algorithm in RCU read-side sections. */
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(dynport_algorithm_unregister);

static const struct dynport_algorithm *algorithm_try_get(const char *name)
{
	struct dynport_algorithm *algorithm;

	mutex_lock(&algorithm_lock);
	algorithm = algorithm_find(name);
	if (algorithm && !try_module_get(algorithm->owner))
		algorithm = NULL;
	mutex_unlock(&algorithm_lock);
	return algorithm;
}

const struct dynport_algorithm *dynport_algorithm_get_loaded(const char *name)
{
	return algorithm_try_get(name) ?: ERR_PTR(-ENOENT);
}

const struct dynport_algorithm *dynport_algorithm_get(const char *name)
{
	const struct dynport_algorithm *algorithm = algorithm_try_get(name);

	/* Only who may load modules anyway can make the kernel look for one. */
	if (!algorithm && capable(CAP_SYS_MODULE)) {
		request_module("dynport_%s", name);
		algorithm = algorithm_try_get(name);
	}
	return algorithm ?: ERR_PTR(-ENOENT);
}

const struct dynport_algorithm *
dynport_algorithm_get_again(const struct dynport_algorithm *algorithm)
{
	if (!algorithm || try_module_get(algorithm->owner))
		return algorithm;
	return &dynport_random_pick;
}

void dynport_algorithm_put(const struct dynport_algorithm *algorithm)
{
	if (algorithm)
		module_put(algorithm->owner);
}

size_t dynport_algorithm_names(char *buf, size_t size)
{
	struct dynport_algorithm *algorithm;
	size_t len = 0;

	buf[0] = '\0';
	mutex_lock(&algorithm_lock);
	list_for_each_entry(algorithm, &algorithm_list, list)
		len += scnprintf(buf + len, size - len, "%s%s", len ? " " : "",
				 algorithm->name);
	mutex_unlock(&algorithm_lock);
	return len;
}

struct dynport_instance *
dynport_instance_alloc(const struct dynport_algorithm *algorithm)
{
	struct dynport_instance *instance;
	int err;

	instance = kvzalloc(struct_size(instance, state, algorithm->state_size),
			    GFP_KERNEL_ACCOUNT);
	if (!instance)
		return ERR_PTR(-ENOMEM);
	instance->algorithm = algorithm;
	if (algorithm->init) {
		err = algorithm->init(instance->state);
		if (err) {
			kvfree(instance);
			return ERR_PTR(err);
		}
	}
	return instance;
}

void dynport_instance_free(struct dynport_instance *instance)
{
	kvfree_rcu(instance, rcu);
}

int __init dynport_algorithm_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(algorithm_builtin); i++) {
		err = dynport_algorithm_register(algorithm_builtin[i]);
		if (err)
			goto err_unregister;
	}
	return 0;

err_unregister:
	while (i--)
		list_del(&algorithm_builtin[i]->list);
	return err;
}

/* Nobody can search or configure any more, so the list goes as it is. */
void dynport_algorithm_exit(void)
{
	int i = ARRAY_SIZE(algorithm_builtin);

	while (i--)
		list_del(&algorithm_builtin[i]->list);
}
