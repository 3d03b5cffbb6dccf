/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces of the tests: every test lives in a namespace of its own
 * that dies with its process, so nothing has to be cleaned up and no test can
 * see another one's sockets or settings.
 */
#ifndef NETNS_H
#define NETNS_H

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The harness ends a test after 30 seconds. Where the kernel is emulated on a
 * machine that has other work, one can take many times what it usually does,
 * and a hang is found after two minutes just as well.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 120

/* Returns 0, or -errno: sets the interface of the caller's netns up. */
static inline int netns_interface_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd, ret = 0;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	strncpy(ifr.ifr_name, name, sizeof(ifr.ifr_name) - 1);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		ret = -errno;
	ifr.ifr_flags |= IFF_UP;
	if (!ret && ioctl(fd, SIOCSIFFLAGS, &ifr))
		ret = -errno;
	close(fd);
	return ret;
}

/* Moves the calling thread into a new netns with lo up. Returns 0 or -errno. */
static inline int netns_enter_new(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	return netns_interface_up("lo");
}

/* A descriptor of the calling thread's netns, for netns_enter(); -errno. */
static inline int netns_open(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static inline int netns_enter(int fd)
{
	return setns(fd, CLONE_NEWNET) ? -errno : 0;
}

#endif
