/* SPDX-License-Identifier: GPL-2.0-only */
/* The arguments that say which connections are meant. */
#ifndef DYNPORTCTL_CONNECTION_H
#define DYNPORTCTL_CONNECTION_H

#include "address.h"

/*
 * @to: "192.0.2.1:443", @from: an address; NULL: not given, and what belongs to it
 * stays as it is. EXIT_DONE, or EXIT_USAGE after having said why.
 */
int connection_take(const char *to, const char *from, struct address *remote,
		    unsigned int *port, struct address *local);

#endif
