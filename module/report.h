/* SPDX-License-Identifier: GPL-2.0-only */
/* report.h - a port space as a netlink message */
#ifndef DYNPORT_REPORT_H
#define DYNPORT_REPORT_H

#include <linux/netlink.h>

#include "space.h"

/* Room for what the functions below add at most, and DYNPORT_A_SUPPRESSED. */
#define DYNPORT_REPORT_SIZE						\
	(3 * nla_total_size(sizeof(u8)) +				\
	 2 * nla_total_size(sizeof(struct in6_addr)) +			\
	 3 * nla_total_size(sizeof(u16)) +				\
	 7 * nla_total_size(sizeof(u32)) +				\
	 3 * nla_total_size_64bit(sizeof(u64)))

/* Whose space it is. Return: 0, or -EMSGSIZE if there is no room. */
int dynport_report_key(struct sk_buff *skb,
		       const struct dynport_space_key *key);

/* Which ports a map, or a request, is about. Return: likewise. */
int dynport_report_window(struct sk_buff *skb, u32 low, u32 high);

/* That, and what the map says; its lock is held. Return: likewise. */
int dynport_report_map(struct sk_buff *skb, const struct dynport_space *space);

/* DYNPORT_CMD_GET_SPACE. */
int dynport_report_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif
