/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * registry.h - algorithms by name, and their instances in use
 *
 * For netns.c and sysctl.c; algorithms themselves need algorithm.h only.
 */
#ifndef DYNPORT_REGISTRY_H
#define DYNPORT_REGISTRY_H

#include <linux/rcupdate.h>

#include "algorithm.h"

#define DYNPORT_FALLBACK	"random_pick"

/* An algorithm at work in one namespace, for one protocol. */
struct dynport_instance {
	const struct dynport_algorithm *algorithm;
	struct rcu_head rcu;
	int users;	/* paths; protected by the namespace's config lock */
	u8 state[] __aligned(sizeof(u64));
};

/* Registers the built-in algorithms; _exit() is its reverse. */
int dynport_algorithm_init(void);
void dynport_algorithm_exit(void);

bool dynport_algorithm_name_ok(const char *name);

/* A reference on the algorithm's module, or ERR_PTR(-ENOENT). May sleep. */
const struct dynport_algorithm *dynport_algorithm_get(const char *name);
/* Likewise, but looks for no module that has it. */
const struct dynport_algorithm *dynport_algorithm_get_loaded(const char *name);
/* Another reference; the fallback's if the module is being unloaded. */
const struct dynport_algorithm *
dynport_algorithm_get_again(const struct dynport_algorithm *algorithm);
void dynport_algorithm_put(const struct dynport_algorithm *algorithm);

/* All names, separated by blanks, cut at @size. Returns the length. */
size_t dynport_algorithm_names(char *buf, size_t size);

/* ERR_PTR() on failure; freed after an RCU grace period. May sleep. */
struct dynport_instance *
dynport_instance_alloc(const struct dynport_algorithm *algorithm);
void dynport_instance_free(struct dynport_instance *instance);

#endif
