/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two sets of nftables that 'firewall' keeps: makes them what is wanted, and
 * keeps an eye on what others do to them. Functions say on stderr what goes
 * wrong; 0 or -errno, an error being one after which there is no going on.
 */
#ifndef DYNPORTCTL_NFT_SETS_H
#define DYNPORTCTL_NFT_SETS_H

#include <stdbool.h>

#include "nft_watch.h"

struct nft_ctx;

struct nft_sets {
	const char *table;		/* of family inet */
	struct nft_ctx *nft;
	struct nft_watch watch;
	bool made_table;		/* it wasn't there before */
	bool certain;			/* watch.in is what is there */
	bool complained;		/* has said that nftables refuses */
	double rebuilt;			/* screen_now() of the last try; none: 0 */
	bool pause;			/* it didn't help: not again at once */
};

/* @wanted, here and below: the ports of each set, LEASE_PROTOCOLS of them. */
int nft_sets_open(struct nft_sets *sets, const char *table);
void nft_sets_close(struct nft_sets *sets);

/* The first transaction: table and sets with @wanted. It must succeed. */
int nft_sets_begin(struct nft_sets *sets, const struct port_set *wanted);

/* Takes what nftables tells; to be called when nft_watch_fd() is readable. */
int nft_sets_follow(struct nft_sets *sets);

/* One transaction towards @wanted, if one is needed and due. */
int nft_sets_apply(struct nft_sets *sets, const struct port_set *wanted);

/* Milliseconds until the next one is due without further news, -1: never. */
int nft_sets_patience(const struct nft_sets *sets, const struct port_set *wanted);

/*
 * Closes the ports, and removes what it has made but for what rules still use,
 * and for a table with something else in it.
 */
int nft_sets_remove(struct nft_sets *sets);

#endif
