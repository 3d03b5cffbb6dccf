/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'doctor' knows of a namespace, and what it makes of it. doctor_read.c
 * looks, the checks judge; those are pure and need no module.
 */
#ifndef DYNPORTCTL_DOCTOR_H
#define DYNPORTCTL_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "destinations.h"
#include "finding.h"
#include "window.h"

struct doctor_listener {
	struct address address;
	unsigned int port;
	char *owner;			/* NULL: not known */
};

struct doctor_service {
	char *name;			/* as in /etc/services */
	unsigned int port;
};

/* A destination whose clients bind(address, 0) before they connect(). */
struct doctor_binder {
	uint32_t destination;		/* its index in doctor.sockets */
	char *owner;			/* NULL: not known */
};

/* Functions that dynport hooks, as ftrace lists them. */
#define DOCTOR_HOOKS 7

struct doctor {
	const struct window *window;
	bool stock;			/* connect() is the kernel's own choice */

	/* TCP, inside the range */
	size_t listeners, listeners_room;
	struct doctor_listener *listener;
	size_t services, services_room;
	struct doctor_service *service;

	const struct destinations *sockets;
	size_t binders, binders_room;
	struct doctor_binder *binder;
	double opened;			/* outgoing connections per second */

	bool reuse_known;
	unsigned int tw_reuse, timestamps;	/* the sysctls */

	bool conntrack;			/* what follows is known */
	unsigned int conntrack_count, conntrack_max;
	uint64_t conntrack_drops;	/* packets, since the namespace began */

	char *ruleset;			/* of nftables, NULL: none, or not known */

	bool kubernetes;		/* lives here */

	bool hooks_known;
	bool hooked[DOCTOR_HOOKS];
};

/* In the order of doctor.hooked; the last ones are optional. */
extern const char *const doctor_hooks[DOCTOR_HOOKS];
#define DOCTOR_HOOKS_NEEDED 6

/*
 * The checks. Ports that should be reserved are added to @reserve, which starts
 * with those that are, so that each command contains the ones before.
 */
void doctor_check_module(const struct doctor *doctor, struct findings *findings);
void doctor_check_range(const struct doctor *doctor, struct port_set *reserve,
			struct findings *findings);
void doctor_check_load(const struct doctor *doctor, struct findings *findings);
void doctor_check_nft(const struct doctor *doctor, struct findings *findings);

/*
 * Nearly all of its connections, and enough of them to tell, have ports that
 * bind(0) would choose and connect() would not.
 */
bool doctor_binds_first(const struct destination *destination);

/* Finds them, and whose they are. */
void doctor_read_binders(struct doctor *doctor);

/* Looks for a second. False after having said why it can't. */
bool doctor_read(struct doctor *doctor);
void doctor_free(struct doctor *doctor);

#endif
