/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portcost.h - what the parts of portcost share
 *
 * place.c knows namespaces, sysctls and limits; traffic.c knows sockets;
 * counters.c knows where a kernel counts; options.c knows the command line and
 * portcost.c the figures.
 * Anything that goes wrong in a part ends the program with a message: a figure
 * measured after an error that nobody saw is worse than none.
 */
#ifndef PORTCOST_H
#define PORTCOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define PORTS_MAX 65536
#define DESTINATIONS_MAX 64

/* One operation whose local port the kernel chooses. */
enum operation { OP_CONNECT, OP_BIND, OP_UDP };

struct settings {
	enum operation op;
	bool time_close;	/* time the close() that ends it, not the operation */
	bool nonblocking;	/* connect() with SOCK_NONBLOCK */
	int family;		/* AF_INET or AF_INET6 */
	struct sockaddr_storage addr;	/* peer of connect(), address of bind() */
	socklen_t addr_len;
	unsigned int destinations;	/* consecutive server ports */
	unsigned int server_port;	/* the first of them */
	int server_netns;	/* fd of the listeners' netns, or -1: this one */
	unsigned int low, high;	/* ip_local_port_range of this netns */
	uint64_t seed;		/* of the order in which ports are occupied */
};

#define STEPS_MAX 64
#define SYSCTLS_MAX 32

struct mode {
	const char *name;
	enum operation op;
	bool time_close;
};

struct options {
	struct settings set;	/* netns fd and range: main() fills them in */
	const struct mode *mode;
	double steps[STEPS_MAX];	/* occupancies, percent, rising */
	unsigned int nsteps;
	unsigned int count, warm_up, trace;	/* operations at each step */
	const char *client_netns, *server_netns;	/* name or path, or NULL */
	const char *sysctls[SYSCTLS_MAX];	/* NAME=VALUE */
	unsigned int nsysctls;
	const char *command;	/* to run at the end, or NULL */
	bool header;
};

/* options.c */
void options_parse(struct options *opt, int argc, char **argv);

/* place.c */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
int place_open_netns(const char *name);
void place_enter(int netns);
void place_enter_new(void);
int place_current(void);
void place_set_sysctl(const char *assignment);
void place_read_range(unsigned int *low, unsigned int *high);
void place_allow_files(unsigned long files);

/* traffic.c: ns of one operation go to *ns; returns 0 or the errno that a full
 * range gives (EADDRNOTAVAIL, EADDRINUSE, EAGAIN); other errors are fatal.
 */
void traffic_listen(const struct settings *set);
unsigned int traffic_occupy(const struct settings *set, unsigned int ports);
int traffic_operate(const struct settings *set, unsigned int dest, uint64_t *ns);
uint64_t traffic_clock_cost(void);

/* counters.c */
struct module_counts {
	bool present;		/* /proc/net/dynport/stats is there */
	uint64_t searches, candidates;
};

struct module_counts counters_module(enum operation op);
void counters_trace_start(int family);
uint64_t counters_trace_stop(void);

#endif
