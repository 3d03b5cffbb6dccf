/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes several settings: all of them, or none. Whether a value has the
 * right form was judged before (settings.h); here the kernel is asked.
 */
#ifndef DYNPORTCTL_ASSIGNMENT_H
#define DYNPORTCTL_ASSIGNMENT_H

#include <stdbool.h>
#include <stddef.h>

struct setting;

struct assignment {
	const struct setting *setting;
	char *value;		/* as the kernel wants it */
	char *before;		/* what it replaced, NULL: not known yet */
};

/* A setting's value now, as sysctl_read() gives it: 0 or -errno. */
int assignment_read(const struct setting *setting, char **value);

/*
 * Applies them in their order. When the kernel refuses one, it says so, those
 * before it are put back, and the result is false.
 */
bool assignments_apply(struct assignment *all, size_t count);

/* Frees values and array. */
void assignments_free(struct assignment *all, size_t count);

#endif
