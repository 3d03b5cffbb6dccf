/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to sysctls by name ("net.dynport.algorithm"), in the namespace that
 * the program is in. Knows nothing of what they mean: settings.h does.
 */
#ifndef DYNPORTCTL_SYSCTL_H
#define DYNPORTCTL_SYSCTL_H

#include <stdbool.h>

#define SYSCTL_NAME_MAX 96

/*
 * The first line, with blanks for tabs; *@value is to be freed. Returns 0 or
 * -errno.
 */
int sysctl_read(const char *name, char **value);

/* Returns 0 or -errno: the kernel's verdict on the value. */
int sysctl_write(const char *name, const char *value);

/* The same for net.dynport.@key. */
int sysctl_dynport_read(const char *key, char **value);
int sysctl_dynport_write(const char *key, const char *value);

/* Are dynport's sysctls in this namespace? */
bool sysctl_dynport_loaded(void);

/* The same; if not, says so on stderr, with what to do about it. */
bool sysctl_dynport_present(void);

#endif
