/* SPDX-License-Identifier: GPL-2.0-only */
/* picture.h - the window of a path as bitmaps */
#ifndef DYNPORT_PICTURE_H
#define DYNPORT_PICTURE_H

struct genl_info;
struct sk_buff;

/* DYNPORT_CMD_GET_PORTS. */
int dynport_picture(struct sk_buff *skb, struct genl_info *info);

#endif
