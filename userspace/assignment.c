// SPDX-License-Identifier: GPL-2.0-only
/* Writes settings, and puts them back when one is refused. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "assignment.h"
#include "settings.h"
#include "signals.h"
#include "sysctl.h"

int assignment_read(const struct setting *setting, char **value)
{
	return setting->sysctl ? sysctl_read(setting->sysctl, value) :
				 sysctl_dynport_read(setting->key, value);
}

static int assignment_write(const struct setting *setting, const char *value)
{
	return setting->sysctl ? sysctl_write(setting->sysctl, value) :
				 sysctl_dynport_write(setting->key, value);
}

/* Says why the kernel did not take the value. */
static void refusal_explain(const struct assignment *a, int err)
{
	const char *key = a->setting->key;
	char values[SETTING_VALUES_MAX], *available;

	switch (err) {
	case EACCES:
	case EPERM:
		warnx("%s: %s: needs CAP_NET_ADMIN in the network namespace (root)",
		      key, strerror(err));
		return;
	case EINVAL:
		warnx("%s: the kernel refuses '%s'; it takes %s", key, a->value,
		      setting_values(a->setting, values));
		if (a->setting == &setting_local_range)
			warnx("its first port can't be below net.ipv4.ip_unprivileged_port_start");
		return;
	case ENOENT:
		if (a->setting->kind != SETTING_ALGORITHM &&
		    a->setting->kind != SETTING_PATH_ALGORITHM)
			break;
		if (sysctl_dynport_read("available_algorithms", &available))
			break;
		warnx("%s: no algorithm '%s'; there are: %s", key, a->value,
		      available);
		free(available);
		return;
	}
	warnx("%s: %s", key, strerror(err));
}

static void assignments_undo(struct assignment *all, size_t done)
{
	bool failed = false;
	size_t i;

	for (i = done; i-- > 0;) {
		const char *key = all[i].setting->key;
		int ret = assignment_write(all[i].setting, all[i].before);

		if (ret) {
			warnx("%s could not be put back to '%s': %s", key,
			      all[i].before, strerror(-ret));
			failed = true;
		} else {
			warnx("%s is put back to '%s'", key, all[i].before);
		}
	}
	if (!failed)
		warnx("nothing was changed");
}

static bool befores_read(struct assignment *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *key = all[i].setting->key;
		int ret = assignment_read(all[i].setting, &all[i].before);

		if (ret == -ENOENT)
			warnx("this version of dynport has no setting %s", key);
		else if (ret)
			warnx("%s: %s", key, strerror(-ret));
		if (ret)
			return false;
	}
	return true;
}

static bool assignments_write(struct assignment *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int ret = assignment_write(all[i].setting, all[i].value);

		if (ret) {
			refusal_explain(&all[i], -ret);
			assignments_undo(all, i);
			return false;
		}
	}
	return true;
}

bool assignments_apply(struct assignment *all, size_t count)
{
	void (*before)(int signal);
	sigset_t ending, usual;
	bool ok;

	/* what can't be put back is not changed */
	if (!befores_read(all, count)) {
		warnx("nothing was changed");
		return false;
	}
	/*
	 * What must not end it half-way: nobody who listens to stderr any more, and
	 * who wants it to end, which it does when all is written or put back.
	 */
	before = signal(SIGPIPE, SIG_IGN);
	signals_that_end(&ending);
	sigprocmask(SIG_BLOCK, &ending, &usual);
	ok = assignments_write(all, count);
	sigprocmask(SIG_SETMASK, &usual, NULL);
	if (before != SIG_ERR)
		signal(SIGPIPE, before);
	return ok;
}

void assignments_free(struct assignment *all, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(all[i].value);
		free(all[i].before);
	}
	free(all);
}
