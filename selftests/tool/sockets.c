// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockets - opens the sockets that its arguments ask for, in their order, says
 * "ready", and keeps them until it is killed:
 *	listen ENDPOINT		a TCP listener, which accepts nothing
 *	connect ENDPOINT N	N connections to a listener of its own there
 *	grow ENDPOINT N		after "ready", N more each second
 *	part N			closes the first N connections, the client first
 *	at ADDRESS		where udp and any are bound from here on; else
 *				at any address
 *	udp N			N UDP sockets, bound to port 0
 *	any N			N TCP listeners, bound to port 0
 *	first N			N connections to the last ENDPOINT, each bound to
 *				port 0 first
 *	bind PORT N		N connections to the last ENDPOINT, each bound to
 *				its port first, from PORT on
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "ports.h"

#define CONNECTIONS_MAX 40000

static struct {
	int client, server;
} connection[CONNECTIONS_MAX];
static unsigned int connections;

static struct address address;
static struct address own = { .family = AF_INET };
static unsigned int port;
static int listener = -1;

union name {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t name_make(union name *name, unsigned int number)
{
	memset(name, 0, sizeof(*name));
	name->any.sa_family = address.family;
	if (address.family == AF_INET6) {
		name->in6.sin6_port = htons(number);
		memcpy(&name->in6.sin6_addr, address.bytes, 16);
		return sizeof(name->in6);
	}
	name->in.sin_port = htons(number);
	memcpy(&name->in.sin_addr, address.bytes, 4);
	return sizeof(name->in);
}

static int socket_open(int type)
{
	int fd = socket(address.family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void endpoint_listen(const char *text)
{
	union name name;
	socklen_t len;
	int one = 1;

	if (!endpoint_parse(text, &address, &port))
		errx(1, "not an endpoint: %s", text);
	len = name_make(&name, port);
	listener = socket_open(SOCK_STREAM);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(listener, &name.any, len) || listen(listener, 1024))
		err(1, "listener at %s", text);
}

#define UNBOUND PORTS_ALL

/* @first: the port to bind to before, which may be 0, or UNBOUND. */
static void connect_one(unsigned int first)
{
	union name name;
	socklen_t len;

	if (connections == CONNECTIONS_MAX)
		errx(1, "too many connections");
	connection[connections].client = socket_open(SOCK_STREAM);
	if (first != UNBOUND) {
		len = name_make(&name, first);
		if (bind(connection[connections].client, &name.any, len))
			err(1, "bind to %u", first);
	}
	len = name_make(&name, port);
	if (connect(connection[connections].client, &name.any, len))
		err(1, "connect");
	connection[connections].server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (connection[connections].server < 0)
		err(1, "accept");
	connections++;
}

static void part(unsigned int count)
{
	unsigned int i;
	char c;

	for (i = 0; i < count && i < connections; i++) {
		close(connection[i].client);
		/* its FIN has come when this ends: the client waits, not we */
		if (read(connection[i].server, &c, 1))
			err(1, "the end of a connection");
		close(connection[i].server);
	}
}

/* @count sockets at the address "own", listeners if they are of TCP. */
static void bind_any(int type, unsigned int count)
{
	struct address before = address;
	union name name;
	socklen_t len;

	address = own;
	len = name_make(&name, 0);
	while (count--) {
		int fd = socket_open(type);

		if (bind(fd, &name.any, len) ||
		    (type == SOCK_STREAM && listen(fd, 1)))
			err(1, "bind");
	}
	address = before;
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = text ? strtoul(text, &end, 10) : 0;

	if (!text || end == text || *end)
		errx(1, "not a number: %s", text ? text : "nothing");
	return n;
}

int main(int argc, char **argv)
{
	struct rlimit files = { 2 * CONNECTIONS_MAX + 100, 2 * CONNECTIONS_MAX + 100 };
	unsigned int growth = 0, i;

	(void)argc;
	/* where it may: small numbers need no more than there is */
	setrlimit(RLIMIT_NOFILE, &files);
	while (*++argv) {
		const char *what = *argv;

		if (!*++argv)
			errx(1, "%s what?", what);
		if (strcmp(what, "listen") == 0) {
			endpoint_listen(*argv);
		} else if (strcmp(what, "connect") == 0) {
			endpoint_listen(*argv);
			for (i = number(*++argv); i; i--)
				connect_one(UNBOUND);
		} else if (strcmp(what, "grow") == 0) {
			endpoint_listen(*argv);
			growth = number(*++argv);
		} else if (strcmp(what, "part") == 0) {
			part(number(*argv));
		} else if (strcmp(what, "udp") == 0) {
			bind_any(SOCK_DGRAM, number(*argv));
		} else if (strcmp(what, "any") == 0) {
			bind_any(SOCK_STREAM, number(*argv));
		} else if (strcmp(what, "at") == 0) {
			if (!address_parse(*argv, &own))
				errx(1, "not an address: %s", *argv);
		} else if (strcmp(what, "first") == 0) {
			for (i = number(*argv); i; i--)
				connect_one(0);
		} else if (strcmp(what, "bind") == 0) {
			unsigned int first = number(*argv);

			for (i = number(*++argv); i; i--)
				connect_one(first++);
		} else {
			errx(1, "%s?", what);
		}
	}
	puts("ready");
	if (fflush(stdout))
		err(1, "stdout");
	for (;;) {
		poll(NULL, 0, growth ? 1000 / (int)growth : -1);
		if (growth)
			connect_one(UNBOUND);
	}
}
