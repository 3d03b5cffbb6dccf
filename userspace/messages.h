/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages of dynport's family as structures (module/uapi/dynport.h says
 * what they mean). Pure.
 *
 * Functions return 0, or -EBADMSG where what must be there isn't, or makes no
 * sense; then what they were to fill is not to be used.
 */
#ifndef DYNPORTCTL_MESSAGES_H
#define DYNPORTCTL_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "genl.h"
#include "mapped.h"
#include "ports.h"

/* A port space, of GET_SPACE or of an event. */
struct message_space {
	struct space_key key;
	struct port_range window;
	unsigned int ports;		/* in it */
	bool mapped;			/* what follows is known */
	unsigned int busy, free, lingering, cooling;
	uint64_t searches, failed, idle_ms;
	unsigned int suppressed;	/* of an event of EXHAUSTED; else 0 */
};

/* A lease, of GET_LEASE or of an event. */
struct message_lease {
	uint8_t protocol;		/* IPPROTO_* */
	struct address local;
	unsigned int port;
	uint32_t device;		/* 0: bound to none */
	uint32_t uid;
	uint64_t cookie;		/* of its socket: no other has it */
};

struct message_candidate {
	unsigned int port;
	uint8_t verdict;		/* enum dynport_verdict, or a later one */
};

#define MESSAGE_CANDIDATES_MAX 256
#define MESSAGE_ALGORITHM_MAX 32

/* The answer to EXPLAIN. */
struct message_explanation {
	char algorithm[MESSAGE_ALGORITHM_MAX];
	struct port_range window;
	bool mapped;			/* these two are known */
	unsigned int busy, free;
	unsigned int count;
	struct message_candidate candidate[MESSAGE_CANDIDATES_MAX];
};

/* The answer to GET_PORTS. */
struct message_ports {
	struct port_range window;
	bool mapped;			/* these two are known */
	struct port_set busy, lingering;
	struct port_set cooling, guarded, reserved;
};

int message_space(const struct nlmsghdr *nlh, struct message_space *space);
int message_lease(const struct nlmsghdr *nlh, struct message_lease *lease);
int message_explanation(const struct nlmsghdr *nlh,
			struct message_explanation *explanation);
int message_ports(const struct nlmsghdr *nlh, struct message_ports *ports);

/*
 * What names a port space in a request: of the key, path, family (that of
 * .local), protocol and device; the local address unless it is the any-address,
 * the peer where @peer is set.
 */
void message_ask_space(struct nlmsghdr *request, const struct space_key *key,
		       bool peer);

#endif
