/* SPDX-License-Identifier: GPL-2.0-only */
/* nftables of the namespace that the program is in, through libnftables. */
#ifndef DYNPORTCTL_NFTABLES_H
#define DYNPORTCTL_NFTABLES_H

#include <stdbool.h>

struct nft_ctx;

/* NULL after having said why not. Closed by nft_ctx_free(). */
struct nft_ctx *nftables_open(void);

/*
 * Runs the commands in one transaction. False if nftables refuses them, with
 * its words in *@why, which are valid until the next call.
 */
bool nftables_run(struct nft_ctx *ctx, const char *commands, const char **why);

/* Does the table have nothing in it? */
bool nftables_table_empty(struct nft_ctx *ctx, const char *family, const char *table);

/*
 * All rules of the namespace as text, to be freed. NULL if they can't be read;
 * nothing is said about it.
 */
char *nftables_ruleset(void);

#endif
