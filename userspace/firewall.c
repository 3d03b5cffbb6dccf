// SPDX-License-Identifier: GPL-2.0-only
/*
 * Three things come together here: dynport's leases (wanted), the sets, and the
 * signals. It joins the events before it dumps, so that no lease falls in
 * between. What has changed by the time one transaction is done goes into the
 * next, together. Where events were lost, the leases are dumped anew.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "firewall.h"
#include "genl.h"
#include "nft_sets.h"
#include "ruleset.h"
#include "signals.h"
#include "verb.h"

struct firewall {
	struct genl genl;
	struct leases leases;
	struct nft_sets sets;
};

static int lease_take(const struct nlmsghdr *nlh, void *data)
{
	struct firewall *fw = data;
	struct message_lease lease;
	uint8_t command = genl_command(nlh);

	if (command != DYNPORT_CMD_GET_LEASE && command != DYNPORT_CMD_LEASE_NEW &&
	    command != DYNPORT_CMD_LEASE_DEL)
		return MNL_CB_OK;
	if (message_lease(nlh, &lease)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (command == DYNPORT_CMD_LEASE_DEL)
		leases_remove(&fw->leases, &lease);
	else
		leases_add(&fw->leases, &lease);
	return MNL_CB_OK;
}

static void leases_restart(void *data)
{
	struct firewall *fw = data;

	leases_clear(&fw->leases);
}

static int leases_list(struct firewall *fw)
{
	char buf[GENL_REQUEST_MAX];
	struct nlmsghdr *request = genl_request(&fw->genl, buf, DYNPORT_CMD_GET_LEASE);
	int ret;

	leases_clear(&fw->leases);
	ret = genl_dump(&fw->genl, request, lease_take, leases_restart, fw);
	if (ret)
		genl_failed("list of leases", ret);
	return ret;
}

static int leases_follow(struct firewall *fw)
{
	int ret = genl_events(&fw->genl, lease_take, fw);

	if (ret == -ENOBUFS) {
		warnx("events were lost: the leases are listed anew");
		return leases_list(fw);
	}
	if (ret)
		genl_failed("events", ret);
	return ret;
}

static int begin(struct firewall *fw)
{
	const struct port_range all = { 1, PORTS_ALL - 1 };
	int ret = genl_join(&fw->genl);

	if (ret) {
		genl_failed("events", ret);
		return ret;
	}
	ret = leases_list(fw);
	if (!ret)
		ret = nft_sets_begin(&fw->sets, fw->leases.held);
	if (!ret)
		warnx("%u TCP and %u UDP ports are in the sets of table %s %s",
		      port_set_count(&fw->leases.held[LEASE_TCP], all),
		      port_set_count(&fw->leases.held[LEASE_UDP], all),
		      RULESET_FAMILY, fw->sets.table);
	return ret;
}

static int loop(struct firewall *fw, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = genl_fd(&fw->genl), .events = POLLIN },
		{ .fd = nft_watch_fd(&fw->sets.watch), .events = POLLIN },
	};

	for (;;) {
		int ret;

		ret = poll(fds, 3, nft_sets_patience(&fw->sets, fw->leases.held));
		if (ret < 0 && errno != EINTR) {
			ret = -errno;
			warn("poll");
			return ret;
		}
		if (fds[0].revents)
			return 0;
		ret = leases_follow(fw);
		if (!ret)
			ret = nft_sets_follow(&fw->sets);
		if (!ret)
			ret = nft_sets_apply(&fw->sets, fw->leases.held);
		if (ret)
			return ret;
	}
}

static int run(struct firewall *fw, bool remove)
{
	int signals = signals_end(), ret;

	if (signals < 0) {
		warnx("signals: %s", strerror(-signals));
		return signals;
	}
	ret = begin(fw);
	if (ret)
		return ret;
	ret = loop(fw, signals);
	if (remove && nft_sets_remove(&fw->sets))
		ret = -EIO;
	return ret;
}

int firewall_run(const char *table, bool remove)
{
	/* large, and there is but one */
	static struct firewall firewall;
	struct firewall *fw = &firewall;
	int ret;

	/* with nobody to read what it says it has still its work to do */
	signal(SIGPIPE, SIG_IGN);
	if (!genl_open_dynport(&fw->genl))
		return EXIT_FAILED;
	ret = nft_sets_open(&fw->sets, table);
	if (!ret) {
		ret = run(fw, remove);
		nft_sets_close(&fw->sets);
	}
	genl_close(&fw->genl);
	leases_clear(&fw->leases);
	return ret ? EXIT_FAILED : EXIT_DONE;
}
