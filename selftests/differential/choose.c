// SPDX-License-Identifier: GPL-2.0-only
/*
 * choose.c - which operation comes next
 *
 * Drawn so that conflicts, exhaustion and TIME_WAIT come often: windows are
 * small, most connections go to a few servers, named ports are mostly those of
 * other sockets or of the window.
 */
#include <linux/in6.h>
#include <linux/tcp.h>
#include <stdio.h>

#include "differential.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

uint64_t dice_next(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static const struct {
	enum operation_kind kind;
	int weight;
} weights[] = {
	{ OPERATION_SOCKET,	180 },
	{ OPERATION_OPTION,	90 },
	{ OPERATION_BIND,	150 },
	{ OPERATION_LISTEN,	50 },
	{ OPERATION_CONNECT,	220 },
	{ OPERATION_ACCEPT,	50 },
	{ OPERATION_SEND,	15 },
	{ OPERATION_SEND_TO,	25 },
	{ OPERATION_RECEIVE,	15 },
	{ OPERATION_SHUTDOWN,	35 },
	{ OPERATION_CLOSE,	120 },
	{ OPERATION_EXPIRE,	1 },
	{ OPERATION_WINDOW,	3 },
	{ OPERATION_SYSCTL,	6 },
	{ OPERATION_MODULE,	4 },
};

static enum operation_kind choose_kind(struct dice *dice)
{
	int i, sum = 0, n;

	for (i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
		sum += weights[i].weight;
	n = dice_below(dice, sum);
	for (i = 0; n >= weights[i].weight; i++)
		n -= weights[i].weight;
	return weights[i].kind;
}

static union port_address choose_address(struct dice *dice, int family)
{
	static const char *const v4[] = {
		"127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "0.0.0.0",
		"0.0.0.0", "192.0.2.1",
	};
	static const char *const v6[] = {
		"::1", "::1", "fd00::1", "::", "::", "::ffff:127.0.0.1",
		"::ffff:127.0.0.2", "::ffff:0.0.0.0", "2001:db8::1",
	};
	union port_address address = port_wildcard(family, 0);

	if (family == AF_INET)
		inet_pton(AF_INET, v4[dice_below(dice, 7)],
			  &address.v4.sin_addr);
	else
		inet_pton(AF_INET6, v6[dice_below(dice, 9)],
			  &address.v6.sin6_addr);
	return address;
}

static int choose_named_port(struct episode *episode)
{
	struct dice *dice = &episode->dice;

	switch (dice_below(dice, 4)) {
	case 0:
		return SERVER_PORT + dice_below(dice, SERVERS + 2);
	case 1:
		return episode->slots[dice_below(dice, SLOTS)].port;
	default:
		return episode->low +
		       dice_below(dice, episode->high - episode->low + 1);
	}
}

static void choose_socket(struct dice *dice, struct operation *op)
{
	op->family = dice_one_in(dice, 3) ? AF_INET6 : AF_INET;
	op->uid = dice_one_in(dice, 6) ? 1000 : 0;
	switch (dice_below(dice, 10)) {
	case 0:
		op->type = SOCK_DGRAM;
		op->protocol = IPPROTO_UDPLITE;
		break;
	case 1:
	case 2:
		op->type = SOCK_DGRAM;
		break;
	default:
		op->type = SOCK_STREAM;
	}
}

/* A part of the window, or what overlaps it, or none at all. */
static uint32_t choose_range(struct episode *episode)
{
	struct dice *dice = &episode->dice;
	int low = episode->low - 2 + dice_below(dice, WINDOW_MAX);
	int high = low + dice_below(dice, WINDOW_MAX);

	switch (dice_below(dice, 5)) {
	case 0:
		return 0;
	case 1:
		return low;
	case 2:
		return (uint32_t)high << 16;
	default:
		return low | (uint32_t)high << 16;
	}
}

static void choose_option(struct episode *episode, struct operation *op)
{
	static const struct {
		int level, option, weight;
	} options[] = {
		{ SOL_SOCKET, SO_REUSEADDR, 10 },
		{ SOL_SOCKET, SO_REUSEPORT, 8 },
		{ SOL_SOCKET, SO_LINGER, 6 },
		{ SOL_SOCKET, SO_BINDTODEVICE, 5 },
		{ SOL_SOCKET, SO_INCOMING_CPU, 1 },
		{ IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 8 },
		{ IPPROTO_IP, IP_LOCAL_PORT_RANGE, 6 },
		{ IPPROTO_IP, IP_FREEBIND, 2 },
		{ IPPROTO_IP, IP_TRANSPARENT, 1 },
		{ IPPROTO_IPV6, IPV6_V6ONLY, 4 },
	};
	static const char *const devices[] = { "", "lo", "vrf0" };
	struct dice *dice = &episode->dice;
	int i, sum = 0, n;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		sum += options[i].weight;
	n = dice_below(dice, sum);
	for (i = 0; n >= options[i].weight; i++)
		n -= options[i].weight;
	op->level = options[i].level;
	op->option = options[i].option;
	/*
	 * Whose bind bucket a socket has depends on its VRF, and a later listen()
	 * warns if it's another than at bind(): without dynport, too.
	 */
	if (op->option == SO_BINDTODEVICE && op->level == SOL_SOCKET &&
	    episode->vrf && episode->slots[op->slot].port)
		op->option = SO_REUSEADDR;

	if (op->level == SOL_SOCKET && op->option == SO_LINGER) {
		op->value.linger.l_onoff = !dice_one_in(dice, 4);
		op->value.linger.l_linger = 0;
		op->size = sizeof(op->value.linger);
	} else if (op->level == SOL_SOCKET && op->option == SO_BINDTODEVICE) {
		n = dice_below(dice, episode->vrf ? 3 : 2);
		snprintf(op->value.device, sizeof(op->value.device), "%s",
			 devices[n]);
		op->size = sizeof(op->value.device);
	} else if (op->level == IPPROTO_IP &&
		   op->option == IP_LOCAL_PORT_RANGE) {
		op->value.range = choose_range(episode);
		op->size = sizeof(op->value.range);
	} else {
		op->value.number = !dice_one_in(dice, 4);
		op->size = sizeof(op->value.number);
	}
}

static void choose_connect(struct episode *episode, struct operation *op,
			   int family)
{
	struct dice *dice = &episode->dice;
	int port, n = dice_below(dice, 20);

	op->address = choose_address(dice, family);
	if (!n) {
		op->address.any.sa_family = AF_UNSPEC;
		return;
	}
	port = n < 14 ? SERVER_PORT + dice_below(dice, SERVERS) :
			choose_named_port(episode);
	op->address.v4.sin_port = htons(port);
}

static void choose_window(struct episode *episode, struct operation *op)
{
	struct dice *dice = &episode->dice;
	int ports = 1 + dice_below(dice, dice_one_in(dice, 3) ? WINDOW_MAX : 8);

	op->low = WINDOW_LOW + dice_below(dice, 3);
	op->high = op->low + ports - 1;
}

static void choose_sysctl(struct episode *episode, struct operation *op)
{
	struct dice *dice = &episode->dice;
	int first = WINDOW_LOW + dice_below(dice, WINDOW_MAX);

	switch (dice_below(dice, 3)) {
	case 0:
		op->name = "ipv4/ip_autobind_reuse";
		sprintf(op->text, "%d", dice_one_in(dice, 3));
		break;
	case 1:
		op->name = "ipv4/ip_local_reserved_ports";
		sprintf(op->text, "\n");
		break;
	default:
		op->name = "ipv4/ip_local_reserved_ports";
		sprintf(op->text, "%d-%d", first, first + dice_below(dice, 6));
	}
}

static void choose_module(struct dice *dice, struct operation *op)
{
	static const struct {
		const char *name, *values[4];
	} settings[] = {
		{ "dynport/bind_stride", { "0", "2", "3", "16" } },
		{ "dynport/search_limit", { "1", "2", "8", "64" } },
		{ "dynport/map_threshold", { "0", "1", "2", "8" } },
		{ "dynport/map_limit", { "1", "2", "16", "1024" } },
	};
	int n = dice_below(dice, 4);

	op->name = settings[n].name;
	snprintf(op->text, sizeof(op->text), "%s",
		 settings[n].values[dice_below(dice, 4)]);
}

/* A slot that is open, or not, as wanted; -1 if the first tries miss. */
static int choose_slot(struct episode *episode, bool open)
{
	int i, slot;

	for (i = 0; i < 20; i++) {
		slot = SERVERS + dice_below(&episode->dice, SLOTS - SERVERS);
		if (episode->slots[slot].open == open)
			return slot;
	}
	return -1;
}

static int choose_listener(struct episode *episode)
{
	int i, slot;

	for (i = 0; i < 20; i++) {
		slot = dice_below(&episode->dice, SLOTS);
		if (episode->slots[slot].listens)
			return slot;
	}
	return -1;
}

/* A child gives no socket back, and changes nobody's settings. */
static bool choose_can_be_child(enum operation_kind kind)
{
	switch (kind) {
	case OPERATION_OPTION:
	case OPERATION_BIND:
	case OPERATION_LISTEN:
	case OPERATION_CONNECT:
	case OPERATION_SEND_TO:
	case OPERATION_SHUTDOWN:
		return true;
	default:
		return false;
	}
}

void choose_operation(struct episode *episode, struct operation *op)
{
	struct dice *dice = &episode->dice;
	int family;

	do {
		memset(op, 0, sizeof(*op));
		op->kind = choose_kind(dice);
		if (op->kind == OPERATION_EXPIRE && !episode->expirations)
			op->kind = OPERATION_CLOSE;
		op->slot = choose_slot(episode, op->kind != OPERATION_SOCKET &&
				       op->kind != OPERATION_ACCEPT);
		op->from = op->kind == OPERATION_ACCEPT ?
			   choose_listener(episode) : 0;
	} while (op->slot < 0 || op->from < 0);

	family = episode->slots[op->slot].family;
	op->in_child = choose_can_be_child(op->kind) && dice_one_in(dice, 100);
	switch (op->kind) {
	case OPERATION_SOCKET:
		choose_socket(dice, op);
		break;
	case OPERATION_OPTION:
		choose_option(episode, op);
		break;
	case OPERATION_BIND:
		op->address = choose_address(dice, family);
		if (!dice_one_in(dice, 3))
			break;
		op->address.v4.sin_port = htons(choose_named_port(episode));
		break;
	case OPERATION_CONNECT:
	case OPERATION_SEND_TO:
		choose_connect(episode, op, family);
		break;
	case OPERATION_SHUTDOWN:
		op->how = dice_below(dice, 3);
		break;
	case OPERATION_WINDOW:
		choose_window(episode, op);
		break;
	case OPERATION_SYSCTL:
		choose_sysctl(episode, op);
		break;
	case OPERATION_MODULE:
		choose_module(dice, op);
		break;
	default:
		break;
	}
}
