// SPDX-License-Identifier: GPL-2.0-only
/*
 * picks.bpf.c - chooses the local port of IPv4 connections, for comparison
 *
 * Attached to a cgroup's connect4: binds the socket to random ports of the default
 * range until one is free, and leaves it to the kernel after 64 tries. As every
 * bind, it needs a port that nobody else uses, whatever the destination.
 */
#include <linux/bpf.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define AF_INET		2
#define RANGE_LOW	32768
#define RANGE_PORTS	28232
#define TRIES		64

SEC("cgroup/connect4")
int choose(struct bpf_sock_addr *ctx)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int i;

	if (ctx->protocol != IPPROTO_TCP)
		return 1;
	for (i = 0; i < TRIES; i++) {
		addr.sin_port = bpf_htons(RANGE_LOW + bpf_get_prandom_u32() % RANGE_PORTS);
		if (!bpf_bind(ctx, (struct sockaddr *)&addr, sizeof(addr)))
			break;
	}
	return 1;
}

char gpl[] SEC("license") = "GPL";
