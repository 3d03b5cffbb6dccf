// SPDX-License-Identifier: GPL-2.0-only
/*
 * place.c - where portcost measures: network namespace, sysctls, file limit
 *
 * Called by portcost.c before the first socket exists (place_enter also around
 * the creation of listeners). Never touches a namespace that it wasn't told to:
 * without one named by the user the program works in a new, empty one.
 */
#define _GNU_SOURCE
#include "portcost.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* name: as `ip netns` knows it, or a path such as /proc/PID/ns/net. */
int place_open_netns(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("namespace %s: %s", path, strerror(errno));
	return fd;
}

void place_enter(int netns)
{
	if (setns(netns, CLONE_NEWNET))
		die("can't enter the network namespace: %s", strerror(errno));
}

int place_current(void)
{
	return place_open_netns("/proc/self/ns/net");
}

/* A new namespace with lo up. */
void place_enter_new(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		die("can't make a network namespace: %s", strerror(errno));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("can't set lo up: %s", strerror(errno));
	close(fd);
}

/* assignment: "net.ipv4.ip_local_port_range=40000 40999", as sysctl takes it. */
void place_set_sysctl(const char *assignment)
{
	const char *value = strchr(assignment, '=');
	char path[PATH_MAX];
	char *p;
	int fd;

	if (!value)
		die("-w %s: want NAME=VALUE", assignment);
	snprintf(path, sizeof(path), "/proc/sys/%.*s", (int)(value - assignment), assignment);
	for (p = path + strlen("/proc/sys/"); *p; p++)
		if (*p == '.')
			*p = '/';
	value++;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		die("%s = %s: %s", path, value, strerror(errno));
	close(fd);
}

void place_read_range(unsigned int *low, unsigned int *high)
{
	static const char path[] = "/proc/sys/net/ipv4/ip_local_port_range";
	FILE *file = fopen(path, "r");

	if (!file || fscanf(file, "%u %u", low, high) != 2)
		die("can't read %s", path);
	fclose(file);
	if (*low > *high || *high >= PORTS_MAX)
		die("%s: %u %u is no range of ports", path, *low, *high);
}

/* Lets this process hold so many files; raises fs.nr_open where that is lower. */
void place_allow_files(unsigned long files)
{
	struct rlimit limit = { .rlim_cur = files, .rlim_max = files };
	struct rlimit now;
	char assignment[64];

	if (getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur >= files)
		return;
	if (now.rlim_max > files)
		limit.rlim_max = now.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return;
	snprintf(assignment, sizeof(assignment), "fs.nr_open=%lu", files);
	place_set_sysctl(assignment);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("can't have %lu open files: %s", files, strerror(errno));
}
