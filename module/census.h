/* SPDX-License-Identifier: GPL-2.0-only */
/* census.h - what the kernel's own tables say about a port of a space */
#ifndef DYNPORT_CENSUS_H
#define DYNPORT_CENSUS_H

#include "space.h"

struct net;

/**
 * dynport_census_in_use() - would the kernel refuse this port now?
 * @net: the namespace
 * @key: for whom
 * @port: host byte order
 *
 * An estimate: options that let sockets share a port (SO_REUSEADDR,
 * SO_REUSEPORT, IPV6_V6ONLY) are taken as unset. Takes the tables' own locks.
 * Context: process or softirq, no lock of the tables held.
 */
bool dynport_census_in_use(struct net *net, const struct dynport_space_key *key,
			   u16 port);

/*
 * Is a port bound, by number or not, other than by a connection; or, of UDP, by
 * number? Takes the tables' own locks, as above.
 */
bool dynport_census_is_held(struct net *net, u8 protocol, u16 port);

/*
 * Is the tuple in TIME_WAIT? For connect spaces. Takes no lock; under
 * rcu_read_lock().
 */
bool dynport_census_in_time_wait(struct net *net,
				 const struct dynport_space_key *key, u16 port);

#endif
