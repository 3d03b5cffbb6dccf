// SPDX-License-Identifier: GPL-2.0-only
/* Events in words. */
#include <stdio.h>

#include "event_text.h"
#include "memory.h"

static const char *const names[] = {
	[DYNPORT_CMD_PRESSURE] = "pressure",
	[DYNPORT_CMD_RELIEVED] = "relieved",
	[DYNPORT_CMD_EXHAUSTED] = "exhausted",
	[DYNPORT_CMD_LEASE_NEW] = "lease_new",
	[DYNPORT_CMD_LEASE_DEL] = "lease_del",
};

bool event_take(const struct nlmsghdr *nlh, struct event *event)
{
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(uint32_t))
		return false;
	event->command = genl_command(nlh);
	switch (event->command) {
	case DYNPORT_CMD_PRESSURE:
	case DYNPORT_CMD_RELIEVED:
	case DYNPORT_CMD_EXHAUSTED:
		event->lease = false;
		return message_space(nlh, &event->of_space) == 0;
	case DYNPORT_CMD_LEASE_NEW:
	case DYNPORT_CMD_LEASE_DEL:
		event->lease = true;
		return message_lease(nlh, &event->of_lease) == 0;
	default:
		return false;
	}
}

const char *event_name(const struct event *event)
{
	return names[event->command];
}

static void lease_put(FILE *out, const struct message_lease *lease)
{
	char text[ADDRESS_TEXT_MAX];

	fprintf(out, "%s port %u at %s", space_protocol_name(lease->protocol),
		lease->port, address_any(&lease->local) ? "any address" :
			     address_text(&lease->local, text));
	if (lease->device)
		fprintf(out, ", device %u", lease->device);
	fprintf(out, ", uid %u", lease->uid);
}

static void space_put(FILE *out, const struct space_key *key)
{
	char text[ENDPOINT_TEXT_MAX];

	fputs(paths[key->path].what, out);
	if (key->path == PATH_CONNECT)
		fprintf(out, " to %s", endpoint_text(&key->remote, key->remote_port, text));
	fprintf(out, " from %s", address_any(&key->local) ? "any address" :
				 address_text(&key->local, text));
	if (key->device)
		fprintf(out, ", device %u", key->device);
}

static void state_put(FILE *out, uint8_t command, const struct message_space *space)
{
	if (command == DYNPORT_CMD_EXHAUSTED) {
		fprintf(out, "no port of %u found", space->ports);
		if (space->suppressed)
			fprintf(out, "; %u failure%s before w%s announced",
				space->suppressed, space->suppressed == 1 ? "" : "s",
				space->suppressed == 1 ? "asn't" : "eren't");
		return;
	}
	fprintf(out, "%u of %u ports busy (%.1f %%)", space->busy, space->ports,
		100.0 * space->busy / space->ports);
}

char *event_text(const struct event *event)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		memory_out();
	if (event->lease) {
		lease_put(out, &event->of_lease);
	} else {
		space_put(out, &event->of_space.key);
		fputs(": ", out);
		state_put(out, event->command, &event->of_space);
	}
	if (fclose(out))
		memory_out();
	return text;
}
