/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Having the kernel choose a port, on each path that chooses one, and giving
 * it back. Connections go over loopback to a listener of this process.
 */
#ifndef PORT_H
#define PORT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns.h"
#include "sysctl.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

/* The listener's port; no test's window contains it. */
#define PORT_LISTENER 20000
/* Where UDP sockets send to; nobody listens there. */
#define PORT_DISCARD 20009

enum port_path {
	PORT_PATH_CONNECT,	/* TCP connect() */
	PORT_PATH_BIND,		/* TCP bind() to port 0 */
	PORT_PATH_LISTEN,	/* TCP listen() without bind() */
	PORT_PATH_UDP,		/* UDP bind() to port 0 */
	PORT_PATH_AUTOBIND,	/* UDP connect() without bind() */
};

union port_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* One way of having a port chosen; taker_open() prepares it. */
struct port_taker {
	enum port_path path;
	int family;
	int listener;
};

static inline socklen_t port_address_size(int family)
{
	return family == AF_INET ? sizeof(struct sockaddr_in) :
				   sizeof(struct sockaddr_in6);
}

static inline union port_address port_loopback(int family, uint16_t port)
{
	union port_address address = { .any = { .sa_family = family } };

	if (family == AF_INET) {
		address.v4.sin_port = htons(port);
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	} else {
		address.v6.sin6_port = htons(port);
		address.v6.sin6_addr = in6addr_loopback;
	}
	return address;
}

static inline union port_address port_wildcard(int family, uint16_t port)
{
	union port_address address = { .any = { .sa_family = family } };

	if (family == AF_INET)
		address.v4.sin_port = htons(port);
	else
		address.v6.sin6_port = htons(port);
	return address;
}

/* ::ffff:127.0.0.1 */
static inline union port_address port_mapped_loopback(uint16_t port)
{
	union port_address address = {
		.v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) }
	};

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.v6.sin6_addr);
	return address;
}

static inline int port_bind(int fd, union port_address address)
{
	return bind(fd, &address.any, port_address_size(address.any.sa_family));
}

static inline int port_connect(int fd, union port_address address)
{
	return connect(fd, &address.any,
		       port_address_size(address.any.sa_family));
}

/* The local port of a socket, or -1. */
static inline int port_of(int fd)
{
	union port_address address;
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len))
		return -1;
	/* sin_port and sin6_port are at the same offset */
	return ntohs(address.v4.sin_port);
}

static inline bool port_path_is_tcp(enum port_path path)
{
	return path == PORT_PATH_CONNECT || path == PORT_PATH_BIND ||
	       path == PORT_PATH_LISTEN;
}

/* The path's name in the module's sysctls and counters. */
static inline const char *port_path_name(enum port_path path)
{
	switch (path) {
	case PORT_PATH_CONNECT:
		return "connect";
	case PORT_PATH_BIND:
	case PORT_PATH_LISTEN:
		return "bind";
	default:
		return "udp";
	}
}

/* What the stock kernel answers when no port of the window is left. */
static inline int port_path_exhausted(enum port_path path)
{
	switch (path) {
	case PORT_PATH_CONNECT:
		return EADDRNOTAVAIL;
	case PORT_PATH_AUTOBIND:
		return EAGAIN;
	default:
		return EADDRINUSE;
	}
}

/* A non-blocking listener on the wildcard address; -1 and errno. */
static inline int port_listener_open(int family, int protocol, uint16_t port)
{
	union port_address address = port_wildcard(family, port);
	int one = 1, fd, error;

	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    protocol);
	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !port_bind(fd, address) && !listen(fd, 4096))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Returns 0 or -errno. */
static inline int port_taker_open(struct port_taker *taker, enum port_path path,
				  int family)
{
	taker->path = path;
	taker->family = family;
	taker->listener = -1;
	if (path != PORT_PATH_CONNECT)
		return 0;
	taker->listener = port_listener_open(family, 0, PORT_LISTENER);
	return taker->listener < 0 ? -errno : 0;
}

/* An unbound socket as the path needs it; -1 and errno. */
static inline int port_socket(const struct port_taker *taker)
{
	int type = port_path_is_tcp(taker->path) ? SOCK_STREAM : SOCK_DGRAM;

	return socket(taker->family, type | SOCK_CLOEXEC, 0);
}

/* Has a port chosen for fd. Returns 0, or -1 and errno. */
static inline int port_choose(const struct port_taker *taker, int fd)
{
	int family = taker->family;

	switch (taker->path) {
	case PORT_PATH_CONNECT:
		return port_connect(fd, port_loopback(family, PORT_LISTENER));
	case PORT_PATH_LISTEN:
		return listen(fd, 1);
	case PORT_PATH_AUTOBIND:
		return port_connect(fd, port_loopback(family, PORT_DISCARD));
	default:
		return port_bind(fd, port_loopback(family, 0));
	}
}

/* A new socket whose port the kernel chose, or -1 and errno. */
static inline int port_take(const struct port_taker *taker)
{
	int fd, error;

	fd = port_socket(taker);
	if (fd < 0)
		return -1;
	if (!port_choose(taker, fd))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Closes fd so that its port is free at once: no TIME_WAIT. */
static inline void port_release(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

/* Closes what waits in a listener's queue, which else would fill up. */
static inline void port_listener_drain(int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(fd);
}

/* Connections of this network namespace in TIME_WAIT; -1: unknown. */
static inline int port_time_waits(void)
{
	FILE *f = fopen("/proc/thread-self/net/sockstat", "re");
	int count = -1;
	char line[256];

	while (f && count < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "TCP: inuse %*d orphan %*d tw %d", &count) != 1)
			count = -1;
	if (f)
		fclose(f);
	return count;
}

/* Takes a port, gives it back, and returns its number; -1 and errno. */
static inline int port_sample(const struct port_taker *taker)
{
	int fd, port;

	fd = port_take(taker);
	if (fd < 0)
		return -1;
	port = port_of(fd);
	port_release(fd);
	if (taker->listener >= 0)
		port_listener_drain(taker->listener);
	return port;
}

/* IP_LOCAL_PORT_RANGE; 0 or -1 and errno. */
static inline int port_range_set(int fd, uint16_t low, uint16_t high)
{
	uint32_t range = (uint32_t)high << 16 | low;

	return setsockopt(fd, SOL_IP, IP_LOCAL_PORT_RANGE, &range,
			  sizeof(range));
}

static inline int port_range_get(int fd, uint16_t *low, uint16_t *high)
{
	uint32_t range;
	socklen_t len = sizeof(range);

	if (getsockopt(fd, SOL_IP, IP_LOCAL_PORT_RANGE, &range, &len))
		return -1;
	*low = range & 0xffff;
	*high = range >> 16;
	return 0;
}

#endif
