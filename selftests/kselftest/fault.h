/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making the kernel's allocations fail: the n-th one that the calling thread has
 * the kernel make, by /proc/thread-self/fail-nth, or all of them. Which ones
 * count is told by the functions on their stack; see enum fault_scope. Memory of
 * slabs and pages alike; nothing else fails, copies from and to user space don't.
 *
 * Functions return 0 or -errno unless they say something else.
 */
#ifndef FAULT_H
#define FAULT_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

#define FAULT_FOLDER "/sys/kernel/debug/"

/* Which allocations of the thread count. */
enum fault_scope {
	FAULT_ALL,	/* all */
	FAULT_MODULE,	/* below functions of dynport, the kernel's included */
	FAULT_OWN,	/* those, but for the ones below a function of the kernel */
	FAULT_BELOW,	/* below a function of the kernel */
};

/* Addresses of code. */
struct fault_range {
	unsigned long start, end;
};

static inline int fault_write(const char *path, const char *text)
{
	return file_write(path, text, strlen(text));
}

/* A setting of one kind of faults, as a number. */
static inline int fault_set(const char *kind, const char *setting,
			    unsigned long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), FAULT_FOLDER "%s/%s", kind, setting);
	snprintf(text, sizeof(text), "%lu", value);
	return fault_write(path, text);
}

/* Of both kinds that have to do with memory. */
static inline int fault_set_both(const char *setting, unsigned long value)
{
	return fault_set("failslab", setting, value) ?:
	       fault_set("fail_page_alloc", setting, value);
}

/* Functions of the kernel: three that take a port, and what calls module_init(). */
static const char * const fault_functions[] = {
	"__inet_hash_connect", "inet_csk_get_port", "udp_lib_get_port",
	"do_one_initcall",
};

#define FAULT_FUNCTIONS (sizeof(fault_functions) / sizeof(fault_functions[0]))

/* See fault_read_symbols(). */
static struct fault_range fault_function[FAULT_FUNCTIONS];
static struct fault_range fault_module = { ~0UL, 0 };

/*
 * Where those and the module's functions are: a function ends where the next
 * symbol begins, the last of the module's within a page. Slow; to be called once,
 * while the module is loaded.
 */
static inline void fault_read_symbols(void)
{
	unsigned long address, *end = NULL;
	char line[512], symbol[256], type;
	unsigned int i;
	FILE *f;

	f = fopen("/proc/kallsyms", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %c %255s", &address, &type, symbol) != 3)
			continue;
		if (end && address > end[-1]) {
			*end = address;
			end = NULL;
		}
		for (i = 0; i < FAULT_FUNCTIONS; i++) {
			if (strcmp(symbol, fault_functions[i]))
				continue;
			fault_function[i].start = address;
			end = &fault_function[i].end;
		}
		if ((type != 't' && type != 'T') || !strstr(line, "[dynport]"))
			continue;
		if (address < fault_module.start)
			fault_module.start = address;
		if (address + 4096 > fault_module.end)
			fault_module.end = address + 4096;
	}
	if (f)
		fclose(f);
}

/* @function: the one that FAULT_OWN and FAULT_BELOW are about */
static inline int fault_set_scope(enum fault_scope scope, const char *function)
{
	struct fault_range in = { 0, ~0UL }, not = { 0, 0 }, given = { 0, 0 };
	unsigned int i;

	for (i = 0; function && i < FAULT_FUNCTIONS; i++)
		if (!strcmp(fault_functions[i], function))
			given = fault_function[i];
	if (scope == FAULT_MODULE || scope == FAULT_OWN)
		in = fault_module;
	if (scope == FAULT_BELOW)
		in = given;
	if (scope == FAULT_OWN)
		not = given;
	if (!in.end || (scope == FAULT_OWN && !not.end))
		return -ENOENT;
	return fault_set_both("require-start", in.start) ?:
	       fault_set_both("require-end", in.end) ?:
	       fault_set_both("reject-start", not.start) ?:
	       fault_set_both("reject-end", not.end);
}

/* Can this kernel do it? Then it is told what isn't to be spared. */
static inline int fault_enable(void)
{
	return fault_set_both("stacktrace-depth", 32) ?:
	       fault_set_both("probability", 0) ?:
	       fault_set_both("verbose", 0) ?:
	       fault_write(FAULT_FOLDER "failslab/times", "-1") ?:
	       fault_write(FAULT_FOLDER "fail_page_alloc/times", "-1") ?:
	       fault_write(FAULT_FOLDER "failslab/ignore-gfp-wait", "N") ?:
	       fault_write(FAULT_FOLDER "fail_page_alloc/ignore-gfp-wait", "N") ?:
	       fault_write(FAULT_FOLDER "fail_page_alloc/ignore-gfp-highmem", "N") ?:
	       fault_set("fail_page_alloc", "min-order", 0) ?:
	       /* No stack has such an address. */
	       fault_set("fail_usercopy", "require-start", 1) ?:
	       fault_set("fail_usercopy", "require-end", 2) ?:
	       fault_set("fail_usercopy", "stacktrace-depth", 1) ?:
	       fault_set_scope(FAULT_ALL, NULL);
}

/* The calling thread's means of having an allocation fail. */
static inline int fault_open(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* From here on the n-th allocation of the thread fails; 0: none. */
static inline int fault_arm(int fd, unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	return pwrite(fd, text, strlen(text), 0) < 0 ? -errno : 0;
}

/* Has it failed since? No other will. */
static inline bool fault_disarm(int fd)
{
	char text[16] = "";
	bool failed;

	failed = pread(fd, text, sizeof(text) - 1, 0) > 0 && !strtoul(text, NULL, 10);
	fault_arm(fd, 0);
	return failed;
}

#endif
