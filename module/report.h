/* SPDX-License-Identifier: GPL-2.0-only */
/* report.h - a port space as a netlink message */
#ifndef DYNPORT_REPORT_H
#define DYNPORT_REPORT_H

#include <linux/netlink.h>

#include "space.h"

/* Room for what the two below add at most. */
#define DYNPORT_REPORT_SIZE						\
	(3 * nla_total_size(sizeof(u8)) +				\
	 2 * nla_total_size(sizeof(struct in6_addr)) +			\
	 3 * nla_total_size(sizeof(u16)) +				\
	 6 * nla_total_size(sizeof(u32)) +				\
	 3 * nla_total_size_64bit(sizeof(u64)))

/* Whose space it is. Return: 0, or -EMSGSIZE if there is no room. */
int dynport_report_key(struct sk_buff *skb,
		       const struct dynport_space_key *key);

/* What its map says; its lock is held. Return: likewise. */
int dynport_report_map(struct sk_buff *skb, const struct dynport_space *space);

/* DYNPORT_CMD_GET_SPACE. */
int dynport_report_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif
