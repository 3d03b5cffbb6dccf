// SPDX-License-Identifier: GPL-2.0-only
/*
 * stock - the kernel's own pickers
 *
 * Makes no proposals. A path that selects it is left to the kernel as if
 * dynport weren't there, only counted. What the pickers do (6.1 to 6.12):
 * __inet_hash_connect() is RFC 6056's section 3.3.4 with 65,536 counters, in
 * steps of 2; inet_csk_find_open_port() and udp_lib_get_port() start at random.
 */
#include "algorithms.h"

struct dynport_algorithm dynport_stock = {
	.name = "stock",
};
