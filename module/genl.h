/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * genl.h - the generic netlink family, for those who make its messages
 *
 * uapi/dynport.h is the family's manual. What the kernel says by itself goes
 * through event.h.
 */
#ifndef DYNPORT_GENL_H
#define DYNPORT_GENL_H

#include <net/genetlink.h>

#include "algorithm.h"
#include "uapi/dynport.h"

extern struct genl_family dynport_genl_family;

/**
 * dynport_genl_put_address() - add an address to a message
 * @skb: the message
 * @attribute: DYNPORT_A_LADDR or DYNPORT_A_RADDR
 * @family: AF_INET or AF_INET6
 * @address: by @family
 *
 * Return: 0, or -EMSGSIZE if there is no room.
 */
int dynport_genl_put_address(struct sk_buff *skb, int attribute, u8 family,
			     const union dynport_address *address);

/* Between the namespaces' and the hooks' in the module's life. */
int dynport_genl_init(void);
void dynport_genl_exit(void);

#endif
