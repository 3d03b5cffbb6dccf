// SPDX-License-Identifier: GPL-2.0-only
/* How a live view ends, in a child: it has signals to die of. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "screen.h"
#include "unit.h"

/*
 * A view that gets @first while shown, @second when that has been read, and @later
 * after it; its wait status.
 */
static int view_ends(int first, int second, int later)
{
	const struct rlimit no_core = { 0, 0 };
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();

	if (child == 0) {
		/* whatever this was started to ignore */
		signal(first, SIG_DFL);
		signal(second, SIG_DFL);
		signal(later, SIG_DFL);
		setrlimit(RLIMIT_CORE, &no_core);
		if (screen_enter(false))
			_exit(10);
		raise(first);
		if (screen_wait(screen_now() + 60) != SCREEN_END)
			_exit(11);
		raise(second);
		screen_leave();
		raise(later);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return status;
}

static bool died_of(int status, int signo)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == signo;
}

void test_screen(void)
{
	expect(view_ends(SIGINT, SIGINT, SIGINT) == 0);
	expect(view_ends(SIGINT, SIGINT, SIGTERM) == 0);
	expect(view_ends(SIGQUIT, SIGINT, SIGINT) == 0);
	tell("screen: a view that SIGINT or SIGQUIT has ended doesn't die of the next signal");

	/* of two that are pending, the kernel delivers the lower number first */
	expect(died_of(view_ends(SIGTERM, SIGINT, SIGINT), SIGTERM));
	expect(died_of(view_ends(SIGHUP, SIGINT, SIGINT), SIGHUP));
	tell("screen: a view that got SIGTERM or SIGHUP dies of it, not of the next signal");
}
