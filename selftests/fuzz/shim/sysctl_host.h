/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What module/sysctl.c needs of the kernel beyond selftests/unit/shim, in user
 * space. Included in front of it, instead of compat.h, which is the kernel's.
 * Text functions do what lib/kstrtox.c and lib/string_helpers.c say.
 */
#ifndef DYNPORT_SHIM_SYSCTL_HOST_H
#define DYNPORT_SHIM_SYSCTL_HOST_H
#define DYNPORT_COMPAT_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <linux/mutex.h>
#include <linux/types.h>

typedef mode_t umode_t;
struct net;

struct ctl_table {
	const char *procname;
	void *data;
	int maxlen;
	umode_t mode;
	int (*proc_handler)(const struct ctl_table *table, int write,
			    void *buffer, size_t *lenp, loff_t *ppos);
	void *extra1;
};

struct ctl_table_header;

#define dynport_const_ctl_table	const struct ctl_table

#define kzalloc(size, flags)	calloc(1, size)
#define kcalloc(n, size, flags)	calloc(n, size)
#define kfree(p)		free(p)
#define mutex_lock(m)		((void)(m))
#define mutex_unlock(m)		((void)(m))
#define IS_ERR(p)		((unsigned long)(p) >= (unsigned long)-4095)
#define PTR_ERR(p)		((long)(p))
#define ERR_PTR(err)		((void *)(long)(err))

struct ctl_table_header *
dynport_register_net_sysctl(struct net *net, const char *path,
			    struct ctl_table *table, size_t entries);
void unregister_net_sysctl_table(struct ctl_table_header *header);
int proc_dostring(const struct ctl_table *table, int write, void *buffer,
		  size_t *lenp, loff_t *ppos);

int kstrtou32(const char *text, unsigned int base, u32 *number);
int kstrtou16(const char *text, unsigned int base, u16 *number);
char *strim(char *text);
char *skip_spaces(const char *text);
int scnprintf(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
ssize_t strscpy(char *to, const char *from, size_t size);

#endif
