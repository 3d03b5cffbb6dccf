/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's routes say. Needs no privileges, and opens no connection. */
#ifndef DYNPORTCTL_ROUTE_H
#define DYNPORTCTL_ROUTE_H

#include <stdint.h>

#include "address.h"

/*
 * The local address that a connection to @remote would have if its socket is
 * bound to none, and to @device (0: to none). 0 or -errno, -ENETUNREACH where
 * no route leads there.
 */
int route_source(const struct address *remote, uint32_t device,
		 struct address *local);

#endif
