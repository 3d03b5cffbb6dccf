/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of the two sets of 'firewall', whoever changes them: the kernel
 * tells every change of nftables, ours too, in the order in which they are
 * made, and before the call that made them returns.
 */
#ifndef DYNPORTCTL_NFT_WATCH_H
#define DYNPORTCTL_NFT_WATCH_H

#include <stdbool.h>

#include <libmnl/libmnl.h>

#include "leases.h"
#include "ports.h"

struct nft_watch {
	struct mnl_socket *socket;
	const char *table;
	/* what is there; the caller writes down what it knows, too */
	bool intact;			/* table and sets */
	struct port_set in[LEASE_PROTOCOLS];
};

/* Begins with nothing there. 0 or -errno. */
int nft_watch_open(struct nft_watch *watch, const char *table);
void nft_watch_close(struct nft_watch *watch);
int nft_watch_fd(const struct nft_watch *watch);

/*
 * Takes what has been told, without waiting. -ENOBUFS: something was lost, and
 * what is there isn't known for certain.
 */
int nft_watch_read(struct nft_watch *watch);

/* One message, for the tests. */
int nft_watch_take(const struct nlmsghdr *nlh, void *watch);

#endif
