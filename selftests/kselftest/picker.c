// SPDX-License-Identifier: GPL-2.0-only
/*
 * picker - prints, one fact a line, how the stock kernel's picker behaves here.
 *
 * Only what is the same from run to run: two kernels (or one, with and without
 * dynport in the way) that pick alike print the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "port.h"

#define LOW 40000
#define SAMPLES 200

static const struct {
	enum port_path path;
	const char *name;
} paths[] = {
	{ PORT_PATH_CONNECT, "connect" }, { PORT_PATH_BIND, "bind" },
	{ PORT_PATH_LISTEN, "listen" }, { PORT_PATH_UDP, "udp" },
	{ PORT_PATH_AUTOBIND, "autobind" },
};

static void must(int ret, const char *what)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "picker: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* Shares of a sample of a wide window. */
static void print_distribution(const struct port_taker *taker, const char *name)
{
	int i, port, last = 0, step, even = 0, outside = 0, steps = 0;

	must(sysctl_set_window(LOW, LOW + 9999), "window");
	for (i = 0; i < SAMPLES; i++) {
		port = port_sample(taker);
		must(port, name);
		even += port % 2 == 0;
		outside += port < LOW || port > LOW + 9999;
		step = (port - last + 10000) % 10000;
		/* stock connect: 2 to 16; a new key every 10 s breaks one */
		steps += i && step >= 2 && step <= 16 && step % 2 == 0;
		last = port;
	}
	printf("%s: outside %d, even %s, steps of 2 to 16 %s\n", name, outside,
	       even == SAMPLES ? "all" : !even ? "none" :
	       even > SAMPLES / 4 && even < SAMPLES * 3 / 4 ? "half" : "odd share",
	       steps > SAMPLES * 3 / 4 ? "mostly" :
	       steps < SAMPLES / 4 ? "rarely" : "sometimes");
}

/* What comes while a window of 32 ports fills up. */
static void print_filling(const struct port_taker *taker, const char *name)
{
	int i, fd[32], first = 0, second = 0;

	must(sysctl_set_window(LOW, LOW + 31), "window");
	for (i = 0; i < 32; i++) {
		fd[i] = port_take(taker);
		must(fd[i], name);
		if (i < 16)
			first += port_of(fd[i]) % 2;
		else
			second += port_of(fd[i]) % 2;
	}
	if (port_path_is_tcp(taker->path))
		printf("%s: odd ports %d in the first half, %d in the second\n",
		       name, first, second);
	else
		printf("%s: odd ports %d\n", name, first + second);
	errno = 0;
	printf("%s: full: %d", name, port_take(taker));
	printf(" %s\n", strerrorname_np(errno));
	for (i = 0; i < 32; i++)
		port_release(fd[i]);
	if (taker->listener >= 0)
		port_listener_drain(taker->listener);
}

static void print_reserved(const struct port_taker *taker, const char *name)
{
	int i, reserved = 0;

	must(sysctl_set_window(LOW, LOW + 31), "window");
	must(sysctl_set("ipv4/ip_local_reserved_ports", "40000-40023"),
	     "reserved ports");
	for (i = 0; i < 20; i++)
		reserved += port_sample(taker) < LOW + 24;
	must(sysctl_set("ipv4/ip_local_reserved_ports", "40000-40031"),
	     "reserved ports");
	errno = 0;
	printf("%s: reserved ports chosen %d; all reserved: %d", name, reserved,
	       port_take(taker));
	printf(" %s\n", strerrorname_np(errno));
	must(sysctl_set("ipv4/ip_local_reserved_ports", ""), "reserved ports");
}

int main(void)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct port_taker taker;
	char name[32];
	int i, k;

	for (k = 0; k < 2; k++) {
		for (i = 0; i < 5; i++) {
			must(netns_enter_new(), "netns");
			must(port_taker_open(&taker, paths[i].path, families[k]),
			     "listener");
			snprintf(name, sizeof(name), "%s IPv%d", paths[i].name,
				 k ? 6 : 4);
			print_distribution(&taker, name);
			print_filling(&taker, name);
			print_reserved(&taker, name);
			if (taker.listener >= 0)
				close(taker.listener);
		}
	}
	return 0;
}
