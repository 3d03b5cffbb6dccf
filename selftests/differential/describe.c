// SPDX-License-Identifier: GPL-2.0-only
/*
 * describe.c - steps in words, for those who look into a difference
 */
#include <stdio.h>

#include "differential.h"

static const char *const kinds[OPERATION_KINDS] = {
	[OPERATION_SOCKET]	= "socket",
	[OPERATION_OPTION]	= "setsockopt",
	[OPERATION_BIND]	= "bind",
	[OPERATION_LISTEN]	= "listen",
	[OPERATION_CONNECT]	= "connect",
	[OPERATION_ACCEPT]	= "accept",
	[OPERATION_SEND]	= "send",
	[OPERATION_SEND_TO]	= "sendto",
	[OPERATION_RECEIVE]	= "recv",
	[OPERATION_SHUTDOWN]	= "shutdown",
	[OPERATION_CLOSE]	= "close",
	[OPERATION_EXPIRE]	= "close and expire",
	[OPERATION_WINDOW]	= "window",
	[OPERATION_SYSCTL]	= "sysctl",
	[OPERATION_MODULE]	= "dynport's sysctl",
};

static void describe_address(const union port_address *address)
{
	char text[INET6_ADDRSTRLEN] = "?";

	switch (address->any.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof(text));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof(text));
		break;
	case AF_UNSPEC:
		printf(" -");
		return;
	}
	printf(" %s %d", text, ntohs(address->v4.sin_port));
}

static void describe_operation(const struct operation *op)
{
	printf("%s%s", kinds[op->kind], op->in_child ? " in a child" : "");
	switch (op->kind) {
	case OPERATION_WINDOW:
		printf(" %d-%d", op->low, op->high);
		return;
	case OPERATION_SYSCTL:
	case OPERATION_MODULE:
		printf(" %s %.*s", op->name, (int)strcspn(op->text, "\n"),
		       op->text);
		return;
	default:
		printf(" #%d", op->slot);
	}
	switch (op->kind) {
	case OPERATION_SOCKET:
		printf(" %s %s%s", op->family == AF_INET ? "IPv4" : "IPv6",
		       op->type == SOCK_STREAM ? "TCP" :
		       op->protocol ? "UDP-Lite" : "UDP",
		       op->uid ? " of another user" : "");
		break;
	case OPERATION_OPTION:
		printf(" level %d option %d", op->level, op->option);
		if (op->level == SOL_SOCKET && op->option == SO_BINDTODEVICE)
			printf(" \"%s\"", op->value.device);
		else if (op->level == IPPROTO_IP &&
			 op->option == IP_LOCAL_PORT_RANGE)
			printf(" %u-%u", op->value.range & 0xffff,
			       op->value.range >> 16);
		else
			printf(" %d", op->value.number);
		break;
	case OPERATION_ACCEPT:
		printf(" from #%d", op->from);
		break;
	case OPERATION_SHUTDOWN:
		printf(" %d", op->how);
		break;
	case OPERATION_BIND:
	case OPERATION_CONNECT:
	case OPERATION_SEND_TO:
		describe_address(&op->address);
		break;
	default:
		break;
	}
}

static void describe_outcome(const char *name, const struct outcome *outcome)
{
	printf(" %s: %s", name, outcome->error ?
	       strerrorname_np(outcome->error) : "ok");
	describe_address(&outcome->local);
	printf(" state %d", outcome->state);
	if (outcome->pending)
		printf(" pending %s", strerrorname_np(outcome->pending));
}

void describe_step(const struct episode *episode, long number)
{
	const struct step *step = &episode->history[number % HISTORY];

	printf("# %ld ", number);
	describe_operation(&step->operation);
	printf(";");
	describe_outcome(episode->ours.name, &step->ours);
	if (memcmp(&step->ours, &step->theirs, sizeof(step->ours))) {
		printf(";");
		describe_outcome(episode->theirs.name, &step->theirs);
	}
	printf("\n");
}

void describe_episode(const struct episode *episode)
{
	long n = episode->steps > HISTORY ? episode->steps - HISTORY : 0;

	for (; n < episode->steps; n++)
		describe_step(episode, n);
	printf("# window %d-%d, reserved %.*s%s: %s\n", episode->low,
	       episode->high, (int)strcspn(episode->reserved, "\n"),
	       episode->reserved, episode->vrf ? ", with a VRF" : "",
	       episode->difference);
	world_show(&episode->ours);
	world_show(&episode->theirs);
}
