// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "signals.h"

void signals_heeded(sigset_t *set, const int *wanted, size_t count)
{
	size_t i;

	sigemptyset(set);
	for (i = 0; i < count; i++) {
		struct sigaction inherited;

		if (sigaction(wanted[i], NULL, &inherited) == 0 &&
		    inherited.sa_handler != SIG_IGN)
			sigaddset(set, wanted[i]);
	}
}

void signals_that_end(sigset_t *set)
{
	static const int wanted[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

	signals_heeded(set, wanted, sizeof(wanted) / sizeof(wanted[0]));
}

/* For good: a verb that has been asked to end does so. */
int signals_end(void)
{
	sigset_t set;
	int fd;

	signals_that_end(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}
