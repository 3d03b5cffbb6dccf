/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets of the namespace that the program is in, as the kernel tells them
 * through sock_diag (what ss uses). Needs neither the module nor privileges.
 */
#ifndef DYNPORTCTL_SOCKDIAG_H
#define DYNPORTCTL_SOCKDIAG_H

#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "ports.h"

/* TCP's states, from TCP_ESTABLISHED on, and one that only 6.8 and later have: */
#define SOCKDIAG_BOUND		13	/* bound, neither connected nor listening */

#define SOCKDIAG_STATE(state)	(1u << (state))
#define SOCKDIAG_ALL		(~0u)

struct sockdiag_socket {
	uint8_t protocol;	/* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE */
	uint8_t state;		/* of TCP; UDP has ESTABLISHED and CLOSE */
	struct address local, remote;
	uint16_t local_port, remote_port;
	uint32_t device;	/* that it is bound to, 0: none */
	uint32_t uid;		/* its owner; 0 for a TIME_WAIT, too */
	uint32_t inode;		/* 0: no process has it open any more */
};

struct sockdiag_query {
	uint8_t protocol;
	uint32_t states;		/* SOCKDIAG_STATE() of each */
	struct port_range local;	/* only those with such a local port */
};

#define SOCKDIAG_WHY_MAX 192

/*
 * Calls @take for each socket of both families. Returns 0, or -errno and @why.
 * Sockets that come or go meanwhile may be told or not, and one that changes
 * its state may be told twice.
 */
int sockdiag_read(const struct sockdiag_query *query,
		  void (*take)(const struct sockdiag_socket *socket, void *arg),
		  void *arg, char why[SOCKDIAG_WHY_MAX]);

#endif
