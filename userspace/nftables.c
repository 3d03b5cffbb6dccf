// SPDX-License-Identifier: GPL-2.0-only
/* libnftables prints by itself; here it keeps its words for the caller. */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include <nftables/libnftables.h>

#include "nftables.h"

struct nft_ctx *nftables_open(void)
{
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);

	if (!ctx || nft_ctx_buffer_error(ctx) || nft_ctx_buffer_output(ctx)) {
		warnx("libnftables can't be used");
		if (ctx)
			nft_ctx_free(ctx);
		return NULL;
	}
	return ctx;
}

bool nftables_run(struct nft_ctx *ctx, const char *commands, const char **why)
{
	if (nft_run_cmd_from_buffer(ctx, commands) == 0) {
		nft_ctx_get_output_buffer(ctx);
		return true;
	}
	*why = nft_ctx_get_error_buffer(ctx);
	nft_ctx_get_output_buffer(ctx);
	return false;
}

bool nftables_table_empty(struct nft_ctx *ctx, const char *family, const char *table)
{
	char command[256];
	const char *text;

	snprintf(command, sizeof(command), "list table %s %s", family, table);
	if (nft_run_cmd_from_buffer(ctx, command)) {
		nft_ctx_get_error_buffer(ctx);
		return false;
	}
	/* "table inet dynport {", and what is in it up to "}" */
	text = strchr(nft_ctx_get_output_buffer(ctx), '{');
	return text && text[1 + strspn(text + 1, " \t\n")] == '}';
}

char *nftables_ruleset(void)
{
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	char *text = NULL;

	if (!ctx)
		return NULL;
	if (!nft_ctx_buffer_error(ctx) && !nft_ctx_buffer_output(ctx) &&
	    nft_run_cmd_from_buffer(ctx, "list ruleset") == 0)
		text = strdup(nft_ctx_get_output_buffer(ctx));
	nft_ctx_free(ctx);
	return text;
}
