// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals are blocked and read from a descriptor, so nothing here runs in a
 * signal handler, and no way out leaves the terminal changed: end by key or
 * signal, exit() on an error, stop (Ctrl-Z) and continue.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "screen.h"
#include "signals.h"

/* without wrapping: a line that is too long must not push others down */
#define ALTERNATE_ON	"\033[?1049h\033[?25l\033[?7l"
#define ALTERNATE_OFF	"\033[?7h\033[?25h\033[?1049l"
#define HOME		"\033[H"
#define CLEAR_RIGHT	"\033[K"
#define CLEAR_BELOW	"\033[J"

static struct {
	bool entered;
	bool full;		/* the terminal is ours */
	bool keys;		/* stdin is a terminal in the foreground */
	bool stdin_over;
	struct termios before;	/* of stdin, valid with keys */
	sigset_t signals, signals_before;
	int signal_fd;
	bool asked_to_end;	/* by a key or signal */
	int died_of;		/* SIGTERM or SIGHUP, 0: neither */
} screen;

static void terminal_take(void)
{
	struct termios raw;

	if (!screen.full)
		return;
	fputs(ALTERNATE_ON, stdout);
	fflush(stdout);

	/* a background job that touched the terminal would be stopped */
	screen.keys = tcgetpgrp(STDIN_FILENO) == getpgrp() &&
		      tcgetattr(STDIN_FILENO, &screen.before) == 0;
	if (!screen.keys)
		return;
	raw = screen.before;
	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void terminal_give_back(void)
{
	if (!screen.full)
		return;
	if (screen.keys)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
	screen.keys = false;
	fputs(ALTERNATE_OFF, stdout);
	fflush(stdout);
}

int screen_enter(bool full)
{
	static const int wanted[] = {
		SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH, SIGCONT,
	};
	static bool registered;
	int fd;

	signals_heeded(&screen.signals, wanted, sizeof(wanted) / sizeof(wanted[0]));
	if (!registered && atexit(screen_leave))
		return -ENOMEM;
	registered = true;
	if (sigprocmask(SIG_BLOCK, &screen.signals, &screen.signals_before))
		return -errno;
	fd = signalfd(-1, &screen.signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		int err = errno;

		sigprocmask(SIG_SETMASK, &screen.signals_before, NULL);
		return -err;
	}
	screen.signal_fd = fd;
	screen.entered = true;
	screen.full = full && isatty(STDOUT_FILENO);
	screen.stdin_over = false;
	terminal_take();
	return 0;
}

static void die_of(int signo)
{
	sigset_t set;

	fflush(stdout);
	signal(signo, SIG_DFL);
	raise(signo);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void screen_leave(void)
{
	if (!screen.entered)
		return;
	terminal_give_back();
	screen.entered = false;
	close(screen.signal_fd);
	if (screen.died_of)
		die_of(screen.died_of);
	/* a second Ctrl-C must not make a failure of an end that was asked for */
	if (!screen.asked_to_end)
		sigprocmask(SIG_SETMASK, &screen.signals_before, NULL);
}

unsigned int screen_room(void)
{
	struct winsize size;

	if (!screen.full)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return 24;
	return size.ws_row;
}

void screen_draw(const char *text)
{
	unsigned int row, rows;

	if (!screen.full) {
		fputs(text, stdout);
		fflush(stdout);
		return;
	}
	rows = screen_room();
	fputs(HOME, stdout);
	for (row = 0; row < rows && *text; row++) {
		size_t len = strcspn(text, "\n");

		if (row)
			fputc('\n', stdout);
		fwrite(text, 1, len, stdout);
		fputs(CLEAR_RIGHT, stdout);
		text += len + (text[len] == '\n');
	}
	fputs(CLEAR_BELOW, stdout);
	fflush(stdout);
}

double screen_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Stops as if SIGTSTP had never been blocked; returns when continued. */
static void stop_here(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	sigprocmask(SIG_BLOCK, &stop, NULL);
}

static bool signal_take(enum screen_event *event)
{
	struct signalfd_siginfo info;

	if (read(screen.signal_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	switch (info.ssi_signo) {
	case SIGTERM:
	case SIGHUP:
		screen.died_of = info.ssi_signo;
		*event = SCREEN_END;
		return true;
	case SIGINT:
	case SIGQUIT:
		*event = SCREEN_END;
		return true;
	case SIGTSTP:
		terminal_give_back();
		stop_here();
		/* here again: in the foreground, or perhaps not */
		terminal_take();
		*event = SCREEN_REDRAW;
		return true;
	default:
		*event = SCREEN_REDRAW;
		return screen.full;
	}
}

static bool key_take(enum screen_event *event)
{
	char key;
	ssize_t n = read(STDIN_FILENO, &key, 1);

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		screen.stdin_over = true;
	if (n != 1 || (key != 'q' && key != 'Q'))
		return false;
	*event = SCREEN_END;
	return true;
}

static enum screen_event event_await(double deadline)
{
	enum screen_event event;

	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = screen.signal_fd, .events = POLLIN },
			{ .fd = screen.keys && !screen.stdin_over ?
				STDIN_FILENO : -1, .events = POLLIN },
		};
		double left = deadline - screen_now();

		if (poll(fds, 2, left > 0 ? (int)(left * 1000) + 1 : 0) < 0 &&
		    errno != EINTR)
			return SCREEN_END;
		if (fds[0].revents && signal_take(&event))
			return event;
		if (fds[1].revents && key_take(&event))
			return event;
		if (screen_now() >= deadline)
			return SCREEN_TICK;
	}
}

enum screen_event screen_wait(double deadline)
{
	enum screen_event event = event_await(deadline);

	if (event == SCREEN_END)
		screen.asked_to_end = true;
	return event;
}
