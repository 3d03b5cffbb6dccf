// SPDX-License-Identifier: GPL-2.0-only
/*
 * perform.c - performing an operation in one world
 *
 * What takes place over loopback is awaited before the next operation: see
 * drain.c. A connect() that is in progress is, too.
 */
#include <linux/tcp.h>
#include <poll.h>
#include <sys/fsuid.h>
#include <sys/wait.h>

#include "differential.h"

#define CONNECT_MS	5000

static int perform_result(int ret)
{
	return ret < 0 ? errno : 0;
}

static int perform_socket(struct world *world, const struct operation *op)
{
	int fd;

	if (netns_enter(world->netns))
		return errno;
	/* Whose it is matters for SO_REUSEPORT. */
	setfsuid(op->uid);
	fd = socket(op->family, op->type | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    op->protocol);
	setfsuid(0);
	if (fd < 0)
		return errno;
	world->fd[op->slot] = fd;
	return 0;
}

static int perform_connect(int fd, const union port_address *address)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int error = 0;

	if (!connect(fd, &address->any, sizeof(*address)))
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	/* One that was shut down before is said to be ready whatever has come. */
	drain();
	if (poll(&poll_fd, 1, CONNECT_MS) != 1)
		return EINPROGRESS;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

static int perform_accept(struct world *world, const struct operation *op)
{
	int fd;

	fd = accept4(world->fd[op->from], NULL, NULL,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return errno;
	world->fd[op->slot] = fd;
	return 0;
}

static int perform_close(struct world *world, int slot)
{
	int fd = world->fd[slot];

	world->fd[slot] = -1;
	return perform_result(close(fd));
}

/* What is left is in FIN_WAIT2 or gone; its time is set by TCP_LINGER2. */
static int perform_expire(struct world *world, int slot)
{
	int second = 1;

	setsockopt(world->fd[slot], IPPROTO_TCP, TCP_LINGER2, &second,
		   sizeof(second));
	return perform_close(world, slot);
}

static int perform_here(struct world *world, const struct operation *op)
{
	int fd = world->fd[op->slot];
	char byte = 'd';

	switch (op->kind) {
	case OPERATION_SOCKET:
		return perform_socket(world, op);
	case OPERATION_OPTION:
		return perform_result(setsockopt(fd, op->level, op->option,
						 &op->value, op->size));
	case OPERATION_BIND:
		return perform_result(bind(fd, &op->address.any,
					   sizeof(op->address)));
	case OPERATION_LISTEN:
		return perform_result(listen(fd, 4096));
	case OPERATION_CONNECT:
		return perform_connect(fd, &op->address);
	case OPERATION_ACCEPT:
		return perform_accept(world, op);
	case OPERATION_SEND:
		return perform_result(send(fd, &byte, 1, MSG_NOSIGNAL));
	case OPERATION_SEND_TO:
		return perform_result(sendto(fd, &byte, 1, MSG_NOSIGNAL,
					     &op->address.any,
					     sizeof(op->address)));
	case OPERATION_RECEIVE:
		return perform_result(recv(fd, &byte, 1, 0));
	case OPERATION_SHUTDOWN:
		return perform_result(shutdown(fd, op->how));
	case OPERATION_CLOSE:
		return perform_close(world, op->slot);
	case OPERATION_EXPIRE:
		return perform_expire(world, op->slot);
	case OPERATION_WINDOW:
		return -world_set_window(world, op->low, op->high);
	case OPERATION_SYSCTL:
		return -world_set(world, op->name, op->text);
	case OPERATION_MODULE:
		return world->has_module ?
		       -world_set(world, op->name, op->text) : 0;
	default:
		return EOPNOTSUPP;
	}
}

/* By a child, whose exit status is the errno. */
static int perform_in_child(struct world *world, const struct operation *op)
{
	int status;
	pid_t child;

	child = fork();
	if (child < 0)
		return errno;
	if (!child)
		_exit(perform_here(world, op));
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return ECHILD;
	return WEXITSTATUS(status);
}

void observe(const struct world *world, int slot, struct outcome *outcome)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t size = sizeof(outcome->local);
	int fd = world->fd[slot];

	outcome->state = 0;
	outcome->pending = 0;
	memset(&outcome->local, 0, sizeof(outcome->local));
	if (fd < 0)
		return;
	getsockname(fd, &outcome->local.any, &size);
	size = sizeof(outcome->pending);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome->pending, &size);
	size = sizeof(info);
	if (!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		outcome->state = info.tcpi_state;
}

/* Does it put something on the network, or may it? */
static bool perform_sends(enum operation_kind kind)
{
	switch (kind) {
	case OPERATION_CONNECT:
	case OPERATION_SEND:
	case OPERATION_SEND_TO:
	case OPERATION_RECEIVE:
	case OPERATION_SHUTDOWN:
	case OPERATION_CLOSE:
	case OPERATION_EXPIRE:
		return true;
	default:
		return false;
	}
}

void perform(struct world *world, const struct operation *op,
	     struct outcome *outcome)
{
	outcome->error = op->in_child ? perform_in_child(world, op) :
					perform_here(world, op);
	if (perform_sends(op->kind))
		drain();
	observe(world, op->slot, outcome);
}
