/* SPDX-License-Identifier: GPL-2.0-only */
/* An event of dynport's multicast group, and its words. Pure. */
#ifndef DYNPORTCTL_EVENT_TEXT_H
#define DYNPORTCTL_EVENT_TEXT_H

#include <stdbool.h>

#include "messages.h"

struct event {
	uint8_t command;		/* DYNPORT_CMD_PRESSURE ... _LEASE_DEL */
	bool lease;			/* which of the two it is about */
	struct message_space of_space;
	struct message_lease of_lease;
};

/* False if it is none that this version knows, or makes no sense. */
bool event_take(const struct nlmsghdr *nlh, struct event *event);

/* "pressure", "relieved", "exhausted", "lease_new", "lease_del". */
const char *event_name(const struct event *event);

/* What has happened, in a line without its end; to be freed. */
char *event_text(const struct event *event);

#endif
