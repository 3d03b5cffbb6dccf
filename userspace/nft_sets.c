// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is there is known from the kernel's own account of all changes (watch);
 * a difference to what is wanted becomes a transaction. Where table or sets have
 * gone, or what is in them isn't known for certain, they are built anew, in one
 * transaction: the firewall has no moment without its ports.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nftables/libnftables.h>

#include "nft_sets.h"
#include "nftables.h"
#include "ruleset.h"
#include "screen.h"

/* Changes in one transaction: a flood of them is divided, for those behind it. */
#define CHANGES_MOST 4096
#define CHANGE_TRIES 3
/* Seconds from one rebuilding to the next, where one, or a second, didn't help. */
#define REBUILD_PAUSE 5
/* Room for a few short commands. */
#define COMMANDS_MAX 512

int nft_sets_open(struct nft_sets *sets, const char *table)
{
	int ret;

	memset(sets, 0, sizeof(*sets));
	sets->table = table;
	/* first: what it makes itself is to be told, too */
	ret = nft_watch_open(&sets->watch, table);
	if (ret == -EPERM)
		warnx("nftables: needs CAP_NET_ADMIN in the network namespace (root)");
	else if (ret == -EPROTONOSUPPORT || ret == -ENOENT)
		warnx("nftables: this kernel has none (module nf_tables)");
	else if (ret)
		warnx("nftables' notifications: %s", strerror(-ret));
	if (ret)
		return ret;
	sets->nft = nftables_open();
	if (sets->nft)
		return 0;
	nft_watch_close(&sets->watch);
	return -ENOMEM;
}

void nft_sets_close(struct nft_sets *sets)
{
	nft_ctx_free(sets->nft);
	nft_watch_close(&sets->watch);
}

int nft_sets_follow(struct nft_sets *sets)
{
	int ret = nft_watch_read(&sets->watch);

	if (ret == -ENOBUFS) {
		sets->certain = false;
		return 0;
	}
	if (ret)
		warnx("nftables' notifications: %s", strerror(-ret));
	return ret;
}

static void refused(struct nft_sets *sets, const char *why)
{
	if (!sets->complained)
		warnx("nftables refuses: %.*s", (int)strcspn(why, "\n"), why);
	sets->complained = true;
}

static int rebuild(struct nft_sets *sets, const struct port_set *wanted)
{
	char *commands;
	const char *why;
	bool done, again;
	double now;
	/* what has been told so far is of the state before */
	int ret = nft_sets_follow(sets);

	if (ret)
		return ret;
	commands = ruleset_rebuild(sets->table, wanted);
	done = nftables_run(sets->nft, commands, &why);
	free(commands);
	now = screen_now();
	again = sets->rebuilt && now < sets->rebuilt + REBUILD_PAUSE;
	sets->rebuilt = now;
	sets->pause = !done || again;
	if (!done) {
		refused(sets, why);
		return 0;
	}
	sets->watch.intact = true;
	sets->certain = true;
	sets->complained = false;
	memcpy(sets->watch.in, wanted, sizeof(sets->watch.in));
	return nft_sets_follow(sets);
}

/*
 * Where somebody else was faster, as when an element has gone that is to be
 * deleted, the next try knows.
 */
static int change(struct nft_sets *sets, const struct port_set *wanted)
{
	static struct port_set before[LEASE_PROTOCOLS];
	bool done = false;
	int tries, ret = 0;

	for (tries = 0; !ret && !done && tries < CHANGE_TRIES; tries++) {
		const char *why;
		char *commands;

		if (!sets->watch.intact)
			return 0;
		memcpy(before, sets->watch.in, sizeof(before));
		commands = ruleset_changes(sets->table, wanted, sets->watch.in,
					   CHANGES_MOST);
		done = !commands || nftables_run(sets->nft, commands, &why);
		free(commands);
		if (!done)
			memcpy(sets->watch.in, before, sizeof(before));
		ret = nft_sets_follow(sets);
	}
	if (!done)
		sets->certain = false;
	return ret;
}

static bool same(const struct nft_sets *sets, const struct port_set *wanted)
{
	return memcmp(sets->watch.in, wanted, sizeof(sets->watch.in)) == 0;
}

int nft_sets_begin(struct nft_sets *sets, const struct port_set *wanted)
{
	char commands[COMMANDS_MAX];
	const char *why;
	int ret;

	snprintf(commands, sizeof(commands), "list table " RULESET_FAMILY " %s",
		 sets->table);
	sets->made_table = !nftables_run(sets->nft, commands, &why);
	ret = rebuild(sets, wanted);
	if (ret)
		return ret;
	return sets->complained ? -EINVAL : 0;
}

int nft_sets_apply(struct nft_sets *sets, const struct port_set *wanted)
{
	if (sets->watch.intact && sets->certain)
		return same(sets, wanted) ? 0 : change(sets, wanted);
	if (nft_sets_patience(sets, wanted))
		return 0;
	if (!sets->complained)
		warnx("the sets of table %s %s are not as they were left: they are built anew",
		      RULESET_FAMILY, sets->table);
	return rebuild(sets, wanted);
}

int nft_sets_patience(const struct nft_sets *sets, const struct port_set *wanted)
{
	double left = sets->rebuilt + REBUILD_PAUSE - screen_now();

	if (sets->watch.intact && sets->certain)
		return same(sets, wanted) ? -1 : 0;
	return sets->pause && left > 0 ? (int)(left * 1000) + 1 : 0;
}

static bool for_both(struct nft_sets *sets, const char *verb, const char **why)
{
	char commands[COMMANDS_MAX];
	enum lease_protocol p;
	size_t len = 0;

	for (p = 0; p < LEASE_PROTOCOLS; p++)
		len += snprintf(commands + len, sizeof(commands) - len,
				"%s set " RULESET_FAMILY " %s %s\n", verb,
				sets->table, ruleset_sets[p]);
	return nftables_run(sets->nft, commands, why);
}

int nft_sets_remove(struct nft_sets *sets)
{
	char command[COMMANDS_MAX];
	const char *why;

	if (!for_both(sets, "flush", &why)) {
		warnx("nftables refuses to empty the sets: %.*s",
		      (int)strcspn(why, "\n"), why);
		return -EINVAL;
	}
	if (!for_both(sets, "delete", &why)) {
		warnx("rules use the sets of table %s %s: they stay there, empty",
		      RULESET_FAMILY, sets->table);
		return 0;
	}
	if (!sets->made_table ||
	    !nftables_table_empty(sets->nft, RULESET_FAMILY, sets->table))
		return 0;
	snprintf(command, sizeof(command), "delete table " RULESET_FAMILY " %s",
		 sets->table);
	return nftables_run(sets->nft, command, &why) ? 0 : -EINVAL;
}
