/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps two sets of nftables equal to the leases of the namespace. */
#ifndef DYNPORTCTL_FIREWALL_H
#define DYNPORTCTL_FIREWALL_H

#include <stdbool.h>

/*
 * Does so, in table inet @table, until a signal ends it (EXIT_DONE), or until it
 * can't (EXIT_FAILED); @remove: and then takes away what it has made. What
 * happens meanwhile is said on stderr.
 */
int firewall_run(const char *table, bool remove);

/* Prints all leases there are now. False after having said why it can't. */
bool view_leases(bool json);

#endif
