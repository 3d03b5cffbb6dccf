/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spaces.h - a host's port spaces, with the module's maps in them
 *
 * Stands for module/space.c: a list instead of a hash table, nothing is put off
 * and nothing is evicted to make room. With host->sweeps a map that wants a
 * sweep is compared at once with the ports that are busy for the request under
 * way; without, it stays wrong.
 */
#ifndef DYNPORT_UNIT_SPACES_H
#define DYNPORT_UNIT_SPACES_H

#include "host.h"

void spaces_init(struct host *host);
void spaces_drop(struct host *host);

/* The space of such requests; NULL: it has none. No reference is taken. */
struct dynport_space *spaces_find(struct host *host, enum dynport_path path,
				  const struct peer *peer);

/*
 * Such requests have a map from now on, in which @busy's ports and the reserved
 * ones are busy.
 */
struct dynport_space *spaces_map(struct host *host, enum dynport_path path,
				 const struct peer *peer,
				 const unsigned long *busy);

/* As the hooks on release. */
void spaces_release(struct host *host, enum dynport_path path,
		    const struct peer *peer, u16 port,
		    enum portmap_state state);

/* The state of a port that the space has. */
enum portmap_state spaces_state(const struct dynport_space *space, u16 port);

#endif
