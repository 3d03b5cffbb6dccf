/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * differential.h - the same operations on sockets in two worlds
 *
 * A world is a network namespace with a table of sockets. Each step performs
 * one operation in the namespace where dynport chooses ports, and then the same
 * one in a namespace that is left to the kernel (algorithm `stock`). Whatever
 * port dynport has chosen, the kernel is made to choose, too, by a window of
 * that one port: so it must accept it by its own rules. Where dynport failed,
 * the kernel gets the whole window, and must fail as well. So the worlds stay
 * alike down to the port numbers, and everything a program can see of a socket
 * must be the same in both.
 *
 *	main.c		options, episodes, what is said of a difference
 *	episode.c	the settings of an episode
 *	step.c		one operation in both worlds
 *	choose.c	which operation comes next
 *	perform.c	performing it
 *	world.c		namespaces, their settings and sockets
 *	describe.c	in words
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "port.h"

#define SLOTS		48	/* sockets of a world */
#define SERVERS		3	/* the first ones: where most connect to */
#define SERVER_PORT	20000	/* of the first; outside of every window */
#define WINDOW_LOW	30000	/* windows begin here or a little later */
#define WINDOW_MAX	40	/* ports */

/* splitmix64 */
struct dice {
	uint64_t state;
};

uint64_t dice_next(struct dice *dice);

/* Uniform enough over 0 .. bound-1. */
static inline int dice_below(struct dice *dice, int bound)
{
	return (dice_next(dice) >> 33) % bound;
}

static inline bool dice_one_in(struct dice *dice, int n)
{
	return !dice_below(dice, n);
}

enum operation_kind {
	OPERATION_SOCKET,
	OPERATION_OPTION,
	OPERATION_BIND,
	OPERATION_LISTEN,
	OPERATION_CONNECT,
	OPERATION_ACCEPT,
	OPERATION_SEND,
	OPERATION_SEND_TO,
	OPERATION_RECEIVE,
	OPERATION_SHUTDOWN,
	OPERATION_CLOSE,
	OPERATION_EXPIRE,	/* close, and let the TIME_WAIT end */
	OPERATION_WINDOW,	/* ip_local_port_range */
	OPERATION_SYSCTL,	/* another setting of the kernel's */
	OPERATION_MODULE,	/* a setting of dynport's: not in the other world */
	OPERATION_KINDS
};

/* Everything about it is decided before it is performed. */
struct operation {
	enum operation_kind kind;
	int slot;
	int from;		/* accept: the listener's slot */
	bool in_child;		/* by a process that inherited the socket */
	int family, type, protocol, uid;
	union port_address address;
	int level, option;
	socklen_t size;
	union {
		int number;
		uint32_t range;
		struct linger linger;
		char device[16];
	} value;
	int how;		/* shutdown */
	int low, high;		/* window */
	const char *name;	/* sysctl */
	char text[64];
};

/* What a program can see afterwards. */
struct outcome {
	int error;		/* errno, or 0 */
	union port_address local;
	int state;		/* TCP; else 0 */
	int pending;		/* SO_ERROR */
};

/* A socket as both worlds have it. */
struct slot {
	bool open;
	int family, type;
	bool listens;
	bool named;		/* has, or had, a port of somebody's choice */
	bool reuse;		/* SO_REUSEADDR */
	int port;		/* as last seen */
	int low, high;		/* its IP_LOCAL_PORT_RANGE; 0: none */
};

struct world {
	const char *name;
	bool has_module;	/* dynport chooses here */
	int netns, window;	/* descriptors: of the namespace, of its window */
	int stats;		/* likewise, of dynport's */
	int fd[SLOTS];
};

struct settings {
	const char *algorithm;
	const char *spoil;	/* NAME=VALUE for dynport: differences to be found */
	bool have_vrf;		/* this kernel can */
	bool verbose;
};

struct step {
	struct operation operation;
	struct outcome ours, theirs;
};

#define HISTORY	32

struct episode {
	const struct settings *settings;
	struct dice dice;
	struct world ours, theirs;
	struct slot slots[SLOTS];
	int low, high;			/* the window */
	char reserved[64];		/* ip_local_reserved_ports */
	bool vrf;
	bool autobind_reuse;		/* ip_autobind_reuse */
	bool by_second;			/* tcp_tw_reuse: seconds matter */
	bool twins;			/* two had the same ends: see step.c */
	int expirations;		/* still allowed: they take a while */
	struct step history[HISTORY];	/* the last ones, in a ring */
	long steps;
	long failures;			/* operations that both refused */
	long chosen;			/* ports that dynport chose */
	long exhausted;			/* requests that found no port */
	long remembered;		/* of them, asked again: see step.c */
	long from_memory;		/* world_remembered(), as last read */
	const char *difference;		/* NULL: none */
	bool cut_short;			/* by the clock or chance: see step.c */
};

/* drain.c: 0 or -errno; ends the program where it fails */
int drain_open(void);
void drain(void);

/* world.c; all return 0 or -errno */
int world_open(struct world *world, const struct episode *episode);
void world_close(struct world *world);
/* Print what the kernel shows of its sockets. */
void world_show(const struct world *world);
int world_set(const struct world *world, const char *name, const char *value);
int world_set_window(const struct world *world, int low, int high);

/* Has another TCP socket the same addresses and ports as this one? */
bool world_has_twin(const struct world *world, int slot);

/* Requests that dynport failed because it remembered that there was no port. */
long world_remembered(const struct world *world);

void choose_operation(struct episode *episode, struct operation *operation);
void perform(struct world *world, const struct operation *operation,
	     struct outcome *outcome);
/* What can be seen of a slot's socket now, but for the error. */
void observe(const struct world *world, int slot, struct outcome *outcome);

/* Sets episode->difference, or returns -errno. */
int step_perform(struct episode *episode, const struct operation *op);

/* Returns 0; 1 if a difference was found; -errno if it couldn't go on. */
int episode_run(struct episode *episode, const struct settings *settings,
		uint64_t seed, long number, long steps);

void describe_step(const struct episode *episode, long number);
void describe_episode(const struct episode *episode);

#endif
