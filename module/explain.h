/* SPDX-License-Identifier: GPL-2.0-only */
/* explain.h - which ports a search would come to, and why it skips others */
#ifndef DYNPORT_EXPLAIN_H
#define DYNPORT_EXPLAIN_H

struct genl_info;
struct sk_buff;

/* DYNPORT_CMD_EXPLAIN. */
int dynport_explain(struct sk_buff *skb, struct genl_info *info);

#endif
