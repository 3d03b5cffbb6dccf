// SPDX-License-Identifier: GPL-2.0-only
/* dynportctl monitor: dynport's events as they come, a line each. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "event_text.h"
#include "monitor.h"
#include "signals.h"
#include "sysctl.h"
#include "verb.h"

static struct {
	unsigned long count;	/* 0: for ever */
} want;

struct monitor {
	const struct invocation *inv;
	int names;		/* 0: all events */
	char **name;
	unsigned long shown;
};

static bool enough(const struct monitor *monitor)
{
	return want.count && monitor->shown >= want.count;
}

static bool wanted(const struct monitor *monitor, const char *name)
{
	int i;

	for (i = 0; i < monitor->names; i++)
		if (strcmp(monitor->name[i], name) == 0)
			return true;
	return !monitor->names;
}

static int event_show(const struct nlmsghdr *nlh, void *data)
{
	struct monitor *monitor = data;
	struct timespec now;
	struct event event;

	if (!event_take(nlh, &event) || enough(monitor) ||
	    !wanted(monitor, event_name(&event)))
		return MNL_CB_OK;
	clock_gettime(CLOCK_REALTIME, &now);
	view_event(stdout, monitor->inv->json, &now, &event);
	monitor->shown++;
	return MNL_CB_OK;
}

static int loop(struct monitor *monitor, struct genl *genl, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = genl_fd(genl), .events = POLLIN },
	};

	while (!enough(monitor) && !ferror(stdout)) {
		struct timespec now;
		int ret;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
		ret = genl_events(genl, event_show, monitor);
		if (ret == -ENOBUFS) {
			clock_gettime(CLOCK_REALTIME, &now);
			view_event(stdout, monitor->inv->json, &now, NULL);
		} else if (ret) {
			return ret;
		}
		/* an error is seen by the condition above, and by main() */
		fflush(stdout);
	}
	return 0;
}

static int monitor_option(char letter, const char *argument)
{
	char *end;

	if (letter != 'c')
		return EXIT_USAGE;
	errno = 0;
	want.count = strtoul(argument, &end, 10);
	if (*argument >= '0' && *argument <= '9' && !*end && want.count && !errno)
		return EXIT_DONE;
	warnx("--count takes a number of events, not '%s'", argument);
	return EXIT_USAGE;
}

static bool names_known(int argc, char **argv)
{
	struct event event;
	int i;

	for (i = 0; i < argc; i++) {
		for (event.command = DYNPORT_CMD_PRESSURE;
		     event.command <= DYNPORT_CMD_LEASE_DEL; event.command++)
			if (strcmp(argv[i], event_name(&event)) == 0)
				break;
		if (event.command > DYNPORT_CMD_LEASE_DEL) {
			warnx("there are no events '%s'", argv[i]);
			return false;
		}
	}
	return true;
}

static int monitor_run(const struct invocation *inv, int argc, char **argv)
{
	struct monitor monitor = { .inv = inv, .names = argc, .name = argv };
	struct genl genl;
	int ret, signals;

	if (!names_known(argc, argv))
		return EXIT_USAGE;
	if (!sysctl_dynport_present() || !genl_open_dynport(&genl))
		return EXIT_FAILED;
	signals = signals_end();
	ret = signals < 0 ? signals : genl_join(&genl);
	if (!ret)
		ret = loop(&monitor, &genl, signals);
	genl_close(&genl);
	if (ret)
		genl_failed("monitor", ret);
	return ret ? EXIT_FAILED : EXIT_DONE;
}

static const struct verb_option monitor_options[] = {
	{ "count", 'c', "N", "end after N events" },
	{ .name = NULL }
};

const struct verb verb_monitor = {
	.name = "monitor",
	.arguments = "[EVENT...]",
	.summary = "Show events as they come: pressure, exhaustion, leases",
	.details =
		"EVENT is one of\n"
		"  pressure    a destination or address has reached pressure_percent of its ports\n"
		"  relieved    it is below again, or isn't exhausted any more\n"
		"  exhausted   a request failed for want of a port\n"
		"  lease_new   a port was chosen for bind(0), or for UDP\n"
		"  lease_del   such a port is free again, or now a connection's\n"
		"and all are shown if none is given. Where more come than can be shown, a line\n"
		"'lost' says so. With --json there is a document in each line, with the time in\n"
		"seconds. Ctrl-C ends it. Needs CAP_NET_ADMIN.\n",
	.options = monitor_options,
	.option = monitor_option,
	.run = monitor_run,
};
