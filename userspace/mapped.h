/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Port spaces: what names one, and the module's account of those that have a
 * map.
 */
#ifndef DYNPORTCTL_MAPPED_H
#define DYNPORTCTL_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "paths.h"
#include "proc_spaces.h"

/* Who competes for one port. Made by space_key(), so that bytes compare. */
struct space_key {
	uint32_t device;
	uint16_t remote_port;
	uint8_t path;			/* enum path */
	uint8_t protocol;
	struct address local, remote;	/* remote: all 0 but for connect */
	uint8_t zero[2];		/* instead of padding */
};

struct space_key space_key(enum path path, uint8_t protocol,
			   const struct address *local,
			   const struct address *remote,
			   uint16_t remote_port, uint32_t device);

/* "tcp", "udp", "udplite". */
const char *space_protocol_name(uint8_t protocol);

struct mapped {
	struct space_key key;
	unsigned int low, high;		/* the map's window */
	unsigned int used;		/* of it */
	uint64_t searches, failed;
};

struct mapped_list {
	size_t count;
	struct mapped *at;
};

/* From a line of /proc/net/dynport/spaces; false if it makes no sense. Pure. */
bool mapped_take(const struct space *space, struct mapped *mapped);

/*
 * All that there are now, for the namespace's root; to be freed. 0, or -errno
 * and why; -ENOENT where dynport is not loaded.
 */
int mapped_read(struct mapped_list *list, char why[PROC_WHY_MAX]);
void mapped_free(struct mapped_list *list);

#endif
