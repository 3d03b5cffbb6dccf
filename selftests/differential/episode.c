// SPDX-License-Identifier: GPL-2.0-only
/*
 * episode.c - one pair of worlds, its settings, and some thousand steps
 *
 * An episode is short, so that nothing in it ends by a timer that would run out
 * in one world before it does in the other.
 */
#include <stdio.h>

#include "differential.h"

/* The settings that stay for the episode. */
static int episode_configure(struct episode *episode)
{
	static const struct {
		const char *name;
		int values;	/* 0 .. values-1 */
	} both[] = {
		{ "ipv4/ip_autobind_reuse", 2 },
		{ "ipv4/tcp_timestamps", 2 },
		{ "ipv4/ip_nonlocal_bind", 2 },
		{ "ipv6/bindv6only", 2 },
		{ "ipv4/tcp_l3mdev_accept", 2 },
		{ "ipv4/udp_l3mdev_accept", 2 },
	};
	static const char *const thresholds[] = { "0", "1", "2", "8" };
	const char *spoil = episode->settings->spoil;
	struct world *worlds[] = { &episode->ours, &episode->theirs };
	char value[16], *equals, name[64];
	int i, k, ret = 0;

	for (i = 0; !ret && i < sizeof(both) / sizeof(both[0]); i++) {
		sprintf(value, "%d", dice_one_in(&episode->dice, 3) ?
			both[i].values - 1 : 0);
		for (k = 0; !ret && k < 2; k++)
			ret = world_set(worlds[k], both[i].name, value);
		if (!i)
			episode->autobind_reuse = value[0] == '1';
		/* settings of VRFs, in a kernel without them */
		if (ret == -ENOENT && !episode->settings->have_vrf)
			ret = 0;
	}
	i = dice_below(&episode->dice, 3);
	episode->by_second = i;
	sprintf(value, "%d", i);
	for (k = 0; !ret && k < 2; k++)
		ret = world_set(worlds[k], "ipv4/tcp_tw_reuse", value);
	if (!ret)
		ret = world_set(&episode->ours, "dynport/map_threshold",
				thresholds[dice_below(&episode->dice, 4)]);
	if (!ret && spoil) {
		snprintf(name, sizeof(name), "dynport/%s", spoil);
		equals = strchr(name, '=');
		if (!equals)
			return -EINVAL;
		*equals = '\0';
		ret = world_set(&episode->ours, name, equals + 1);
	}
	return ret;
}

/* The first slots: dual-stack listeners. */
static int open_servers(struct episode *episode)
{
	int i, ret = 0;

	for (i = 0; !ret && !episode->difference && i < SERVERS; i++) {
		struct operation op = {
			.kind = OPERATION_SOCKET, .slot = i,
			.family = i ? AF_INET6 : AF_INET, .type = SOCK_STREAM,
		};

		ret = step_perform(episode, &op);
		op.kind = OPERATION_BIND;
		op.address = port_wildcard(op.family, SERVER_PORT + i);
		if (!ret && !episode->difference)
			ret = step_perform(episode, &op);
		op.kind = OPERATION_LISTEN;
		if (!ret && !episode->difference)
			ret = step_perform(episode, &op);
	}
	return ret;
}

int episode_run(struct episode *episode, const struct settings *settings,
		uint64_t seed, long number, long steps)
{
	struct operation op;
	int ret;

	memset(episode, 0, sizeof(*episode));
	episode->settings = settings;
	episode->dice.state = seed * 1000003 + number;
	episode->low = WINDOW_LOW + dice_below(&episode->dice, 3);
	episode->high = episode->low + 1 + dice_below(&episode->dice, 16);
	episode->vrf = settings->have_vrf && dice_one_in(&episode->dice, 4);
	episode->expirations = dice_one_in(&episode->dice, 8);
	episode->ours.name = settings->algorithm;
	episode->ours.has_module = true;
	episode->theirs.name = "kernel";

	ret = world_open(&episode->ours, episode) ?:
	      world_open(&episode->theirs, episode) ?:
	      episode_configure(episode) ?:
	      open_servers(episode);
	while (!ret && !episode->difference && !episode->cut_short &&
	       episode->steps < steps) {
		choose_operation(episode, &op);
		episode->expirations -= op.kind == OPERATION_EXPIRE;
		ret = step_perform(episode, &op);
		if (settings->verbose)
			describe_step(episode, episode->steps - 1);
	}
	if (episode->difference && !episode->cut_short && !settings->verbose)
		describe_episode(episode);
	world_close(&episode->ours);
	world_close(&episode->theirs);
	return ret ?: episode->difference && !episode->cut_short;
}
