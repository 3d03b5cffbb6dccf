/* SPDX-License-Identifier: GPL-2.0-only */
/* What 'firewall' says to nftables, in its language. Pure. */
#ifndef DYNPORTCTL_RULESET_H
#define DYNPORTCTL_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "leases.h"
#include "ports.h"

/* The sets are in a table of this family. */
#define RULESET_FAMILY "inet"
#define RULESET_TABLE "dynport"
extern const char *const ruleset_sets[LEASE_PROTOCOLS];

/* Could a table have that name, written without quotes? */
bool ruleset_name_right(const char *name);

/*
 * Commands that make @in what @wanted is, @most changes at most, new ports
 * first; to be freed. NULL if nothing is to be changed. @in becomes what it will
 * be once they are done.
 */
char *ruleset_changes(const char *table, const struct port_set *wanted,
		      struct port_set *in, size_t most);

/* Commands that make table and sets, whatever there was, with just @wanted. */
char *ruleset_rebuild(const char *table, const struct port_set *wanted);

/*
 * A complete ruleset around the sets: what may come in is what belongs to a
 * connection, and what goes to a leased port; the rest of @range is dropped,
 * but not what is @reserved: that is no dynamic port.
 */
void ruleset_print(FILE *out, const char *table, struct port_range range,
		   const struct port_set *reserved);

#endif
