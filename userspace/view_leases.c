// SPDX-License-Identifier: GPL-2.0-only
/* The leases as a table, and as JSON: each as the kernel lists it. */
#include <errno.h>
#include <stdlib.h>

#include "firewall.h"
#include "memory.h"
#include "messages.h"
#include "output.h"

enum { PROTOCOL, LOCAL, PORT, DEVICE, UID, COOKIE, COLUMNS };

struct list {
	size_t count, room;
	struct message_lease *at;
};

static int lease_take(const struct nlmsghdr *nlh, void *data)
{
	struct list *list = data;

	list->at = memory_grow(list->at, &list->room, list->count + 1, sizeof(*list->at));
	if (!message_lease(nlh, &list->at[list->count++]))
		return MNL_CB_OK;
	errno = EBADMSG;
	return MNL_CB_ERROR;
}

static void restart(void *data)
{
	struct list *list = data;

	list->count = 0;
}

static int by_port(const void *a, const void *b)
{
	const struct message_lease *x = a, *y = b;

	if (x->protocol != y->protocol)
		return x->protocol - y->protocol;
	return (int)x->port - (int)y->port;
}

static void print(const struct list *list, bool json)
{
	static const struct output_column columns[COLUMNS] = {
		[PROTOCOL] = { .key = "protocol", .heading = "PROTOCOL" },
		[LOCAL] = { .key = "from", .heading = "ADDRESS" },
		[PORT] = { "port", "PORT", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[DEVICE] = { "ifindex", "DEVICE", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[UID] = { "uid", "UID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
		[COOKIE] = { .key = "cookie", .json = SCOLS_JSON_NUMBER },
	};
	struct libscols_table *table = output_table(stdout, "leases", json, columns, COLUMNS);
	char text[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct message_lease *lease = &list->at[i];
		struct libscols_line *line = output_line(table, NULL);

		output_set(line, PROTOCOL, space_protocol_name(lease->protocol));
		output_set(line, LOCAL, !json && address_any(&lease->local) ? "any" :
			   address_text(&lease->local, text));
		output_setf(line, PORT, "%u", lease->port);
		if (json || lease->device)
			output_setf(line, DEVICE, "%u", lease->device);
		else
			output_set(line, DEVICE, "-");
		output_setf(line, UID, "%u", lease->uid);
		output_setf(line, COOKIE, "%llu", (unsigned long long)lease->cookie);
	}
	output_print(table);
}

bool view_leases(bool json)
{
	struct list list = { .count = 0 };
	char buf[GENL_REQUEST_MAX];
	struct genl genl;
	int ret;

	if (!genl_open_dynport(&genl))
		return false;
	ret = genl_dump(&genl, genl_request(&genl, buf, DYNPORT_CMD_GET_LEASE),
			lease_take, restart, &list);
	genl_close(&genl);
	if (ret) {
		genl_failed("list of leases", ret);
	} else {
		if (list.count)
			qsort(list.at, list.count, sizeof(*list.at), by_port);
		print(&list, json);
	}
	free(list.at);
	return !ret;
}
