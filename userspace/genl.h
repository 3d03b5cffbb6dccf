/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink to a family of this network namespace, through libmnl.
 *
 * A struct genl is one socket: for requests, or, once it has joined a group,
 * for events; not for both, because an answer might stand behind events. Dumps
 * have a socket of their own each time, so that a dump can be taken whenever
 * an event socket asks for it.
 *
 * Functions return 0 or -errno unless they say something else; genl_failed()
 * has the words for it. Callbacks are libmnl's: they return MNL_CB_OK to go
 * on, or MNL_CB_ERROR with errno set, which then is the result.
 */
#ifndef DYNPORTCTL_GENL_H
#define DYNPORTCTL_GENL_H

#include <stdbool.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

#include "../module/uapi/dynport.h"

/* The longest message there is: GET_PORTS with five bitmaps of 8 KiB. */
#define GENL_MESSAGE_MAX (64 << 10)
/* Room for a request: the longest is EXPLAIN's. */
#define GENL_REQUEST_MAX 512

struct genl {
	struct mnl_socket *socket;
	uint16_t family;
	uint8_t version;
	uint32_t sequence;
	uint32_t group;		/* of the events; 0: the family has none */
	const char *name;	/* the family's */
};

/*
 * Finds @family ("dynport" is DYNPORT_GENL_NAME) and its group @group (NULL:
 * none wanted). -ENOENT if the kernel has no such family; the kernel may then
 * load a module that has it: to avoid that, ask sysctl_dynport_present() first.
 */
int genl_open(struct genl *genl, const char *family, uint8_t version,
	      const char *group);
void genl_close(struct genl *genl);

/* genl_open() for dynport, saying on stderr what is wrong. */
bool genl_open_dynport(struct genl *genl);

/*
 * Starts a request in @buf, to which the caller adds attributes by
 * mnl_attr_put_*_check(nlh, GENL_REQUEST_MAX, ...).
 */
struct nlmsghdr *genl_request(const struct genl *genl,
			      char buf[GENL_REQUEST_MAX], uint8_t command);

/* Sends it; @answer is called for each message that comes before the end. */
int genl_ask(struct genl *genl, struct nlmsghdr *request, mnl_cb_t answer,
	     void *data);

/*
 * The same for a dump. Where the kernel says that what it lists has changed
 * meanwhile, the dump starts again: @restart(@data) has to forget what came so
 * far. After GENL_DUMP_TRIES times -EINTR is returned.
 */
#define GENL_DUMP_TRIES 50
int genl_dump(const struct genl *genl, struct nlmsghdr *request,
	      mnl_cb_t each, void (*restart)(void *data), void *data);

/* Joins the group: from now on its events are queued at genl_fd(). */
int genl_join(struct genl *genl);
int genl_fd(const struct genl *genl);

/*
 * Takes the events that are queued, without waiting. -ENOBUFS: some were lost;
 * then everything queued has been thrown away, and the kernel queues anew: take
 * a dump now, and no lease is missed. -ESHUTDOWN: the family is gone, and with it
 * its events.
 */
int genl_events(struct genl *genl, mnl_cb_t each, void *data);

/* The command of a message of the family. */
uint8_t genl_command(const struct nlmsghdr *nlh);

/*
 * Sorts dynport's attributes of a message by number into @attr, those missing
 * as NULL; of those known type and length are right afterwards. -EBADMSG if
 * the kernel's idea of one is another.
 */
int genl_attributes(const struct nlmsghdr *nlh,
		    const struct nlattr *attr[DYNPORT_A_MAX + 1]);
/* The same for what is in a nested attribute. */
int genl_nested(const struct nlattr *nest,
		const struct nlattr *attr[DYNPORT_A_MAX + 1]);

/* Says on stderr that @what failed and why; @err is positive or negative. */
void genl_failed(const char *what, int err);

#endif
