/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portcost.h - what the parts of portcost share
 *
 * place.c knows namespaces, sysctls and limits; traffic.c and occupy.c know sockets;
 * counters.c knows where a kernel counts; options.c knows the command line,
 * variants.c the list of what to compare, and portcost.c the figures.
 * Anything that goes wrong in a part ends the program with a message: a figure
 * measured after an error that nobody saw is worse than none.
 */
#ifndef PORTCOST_H
#define PORTCOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define PORTS_MAX 65536
#define DESTINATIONS_MAX 128

/* One operation whose local port the kernel chooses. */
enum operation { OP_CONNECT, OP_BIND, OP_UDP };

/* Who chooses the port, beside the kernel and dynport. */
enum client {
	CLIENT_PLAIN,		/* nobody */
	CLIENT_RANGE,		/* sets IP_LOCAL_PORT_RANGE to the whole range */
	CLIENT_PICKS,		/* binds to random ports until one is free */
};

struct settings {
	enum operation op;
	enum client client;
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
#define VARIANTS_MAX 64

struct mode {
	const char *name;
	enum operation op;
};

/* One of several things to compare at each step. */
struct variant {
	const char *name;
	enum client client;
	const char *command;	/* makes the system so; NULL: it is */
};

struct options {
	struct settings set;	/* netns fd and range: main() fills them in */
	const struct mode *mode;
	double steps[STEPS_MAX];	/* occupancies, percent, rising */
	unsigned int nsteps;
	unsigned int count, warm_up, trace;	/* operations at each step */
	uint64_t budget;	/* ns for the operations of a row; 0: no bound */
	struct variant variants[VARIANTS_MAX];
	unsigned int nvariants;
	const char *client_netns, *server_netns;	/* name or path, or NULL */
	const char *sysctls[SYSCTLS_MAX];	/* NAME=VALUE */
	unsigned int nsysctls;
	const char *command;	/* to run at the end, or NULL */
	bool header;
};

/* options.c */
void options_parse(struct options *opt, int argc, char **argv);
void options_set_address(struct settings *set, const char *text);

/* variants.c */
void variants_read(struct options *opt, const char *path);
void variants_enter(const struct variant *variant);

/* place.c */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
int place_open_netns(const char *name);
void place_enter(int netns);
void place_enter_new(void);
int place_current(void);
void place_set_sysctl(const char *assignment);
void place_read_range(unsigned int *low, unsigned int *high);
void place_allow_files(unsigned long files);

/* occupy.c */
int occupy_port(const struct settings *set, unsigned int dest, unsigned int port, int *peer);
unsigned int occupy_order(const struct settings *set, unsigned int *ports, uint64_t *state);
unsigned int occupy_ports(const struct settings *set, unsigned int ports);

/* traffic.c: what one operation, and the close() after it, took goes to *took;
 * returns 0 or the errno that a full range gives (EADDRNOTAVAIL, EADDRINUSE,
 * EAGAIN); other errors are fatal.
 */
struct took {
	uint64_t ns, close_ns;
};

void traffic_listen(const struct settings *set);
int traffic_open(const struct settings *set, int flags);
struct sockaddr_storage traffic_address(const struct settings *set, unsigned int port);
void traffic_set_range(int fd, unsigned int low, unsigned int high);
unsigned int traffic_local_port(int fd);
int traffic_accept(unsigned int dest);
int traffic_accept_within(unsigned int dest, int ms);
int traffic_full_error(const char *what);
uint64_t traffic_random(uint64_t *state);
int traffic_operate(const struct settings *set, unsigned int dest, struct took *took);
int traffic_choose(const struct settings *set, int fd, const struct sockaddr_storage *addr);
uint64_t traffic_now(void);
uint64_t traffic_clock_cost(void);

/* counters.c */
struct module_counts {
	bool present;		/* /proc/net/dynport/stats is there */
	uint64_t searches, candidates, map_hits;
};

struct module_counts counters_module(enum operation op);
void counters_settle(void);
void counters_trace_start(int family);
uint64_t counters_trace_stop(void);

#endif
