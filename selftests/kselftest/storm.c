// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm [THREADS] - threads (8, of up to 64) that have ports chosen until SIGTERM,
 * in a netns of their own: TCP connect, bind(0), listen() without bind, UDP bind(0)
 * and sends. Four more make and leave namespaces, exhaust a small window while the
 * kernel frees what it can (port maps, too), write settings, and ask for dumps by
 * netlink: of dynport, that is there one moment and gone the next.
 *
 * Prints "ready" once all run, and at the end "WHAT TIMES FAILURES" for each
 * thread. The window is wide and few ports are held, or it is known how many are
 * free, so every failure is one that the stock kernel would not have reported: exit
 * status 1.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "file.h"
#include "netlink.h"
#include "port.h"

#define KINDS 8
#define THREADS_MAX 64
#define COMPANIONS 4
#define LOW 32768
#define HIGH 60999
/* the small window, and in which rounds memory is short */
#define SMALL 30
#define PRESSURE 16

static const struct {
	enum port_path path;
	int family;
	const char *name;
} kinds[KINDS] = {
	{ PORT_PATH_CONNECT, AF_INET, "connect" },
	{ PORT_PATH_CONNECT, AF_INET6, "connect" },
	{ PORT_PATH_BIND, AF_INET, "bind" },
	{ PORT_PATH_BIND, AF_INET6, "bind" },
	{ PORT_PATH_LISTEN, AF_INET, "listen" },
	{ PORT_PATH_UDP, AF_INET, "udp" },
	{ PORT_PATH_AUTOBIND, AF_INET6, "send" },
	{ PORT_PATH_AUTOBIND, AF_INET, "send" },
};

struct worker {
	pthread_t thread;
	const char *name;
	struct port_taker taker;
	int (*run)(unsigned int round);	/* of those without a taker */
	long choices, failures;
	int error, port;	/* of the last failure */
};

static atomic_bool stop;

static void storm_end(int signal)
{
	atomic_store(&stop, true);
}

/* A send instead of a connect, for the paths that have one. */
static int storm_send(const struct port_taker *taker)
{
	union port_address to = port_loopback(taker->family, PORT_DISCARD);
	int fd, port = -1, error;

	fd = port_socket(taker);
	if (fd < 0)
		return -1;
	if (sendto(fd, "s", 1, 0, &to.any, port_address_size(taker->family)) == 1)
		port = port_of(fd);
	error = errno;
	close(fd);
	errno = error;
	return port;
}

static void *storm_run(void *arg)
{
	struct worker *worker = arg;
	int port;

	while (!atomic_load(&stop)) {
		port = worker->taker.path == PORT_PATH_AUTOBIND ?
		       storm_send(&worker->taker) : port_sample(&worker->taker);
		worker->choices++;
		/*
		 * Loading and unloading wait until every task has passed
		 * through the scheduler of its own accord, as programs do.
		 */
		sched_yield();
		if (port >= LOW && port <= HIGH)
			continue;
		worker->failures++;
		worker->error = port < 0 ? errno : 0;
		worker->port = port;
	}
	return NULL;
}

/* 0, or what went wrong. */
static int storm_namespace(unsigned int round)
{
	struct port_taker taker;
	int i, fd, ret;

	ret = netns_enter_new();
	if (!ret)
		ret = port_taker_open(&taker, PORT_PATH_CONNECT,
				      round & 1 ? AF_INET6 : AF_INET);
	for (i = 0; !ret && i < 4; i++) {
		fd = port_take(&taker);
		if (fd < 0)
			return -errno;
		/* some are in TIME_WAIT when the namespace ends */
		if (i & 1)
			port_release(fd);
		else
			close(fd);
	}
	if (!ret)
		close(taker.listener);
	return ret;
}

/*
 * Takes all ports of a small window, has maps dropped, and releases one of them,
 * which is the only one that can be had. 0, or what went wrong: -ERANGE where a
 * port was had that isn't free.
 */
static int storm_exhaust(const struct port_taker *taker, bool pressure)
{
	int fd[SMALL], count, ret = 0, again, port;

	for (count = 0; !ret && count < SMALL; count += !ret) {
		fd[count] = port_take(taker);
		if (fd[count] < 0)
			ret = -errno;
	}
	if (!ret) {
		again = port_take(taker);
		if (again >= 0) {
			close(again);
			ret = -ERANGE;
		} else if (errno != port_path_exhausted(taker->path)) {
			ret = -errno;
		}
	}
	if (!ret && pressure)
		ret = file_write("/proc/sys/vm/drop_caches", "2", 1);
	if (!ret) {
		port = port_of(fd[count / 2]);
		port_release(fd[count / 2]);
		fd[count / 2] = port_take(taker);
		if (fd[count / 2] < 0)
			ret = -errno;
		else if (port_of(fd[count / 2]) != port)
			ret = -ERANGE;
	}
	while (count--)
		if (fd[count] >= 0)
			port_release(fd[count]);
	if (taker->listener >= 0)
		port_listener_drain(taker->listener);
	return ret;
}

/* The thread stays in the namespace of its first round. */
static int storm_maps(unsigned int round)
{
	static const enum port_path paths[] = {
		PORT_PATH_CONNECT, PORT_PATH_BIND, PORT_PATH_UDP
	};
	static struct port_taker taker[3];
	int i, ret = 0;

	if (!round) {
		ret = netns_enter_new();
		if (!ret)
			ret = sysctl_set_window(LOW, LOW + SMALL - 1);
		for (i = 0; !ret && i < 3; i++)
			ret = port_taker_open(&taker[i], paths[i], AF_INET);
	}
	if (!ret) {
		ret = sysctl_set("dynport/map_threshold", "1");
		/* not loaded */
		if (ret == -ENOENT)
			ret = 0;
	}
	return ret ?: storm_exhaust(&taker[round % 3], round % PRESSURE == 0);
}

static int storm_setting(unsigned int round)
{
	static const struct {
		const char *name, *value;
	} writes[] = {
		{ "dynport/algorithm", "hash" },
		{ "dynport/tcp_port_range", "32768 60999" },
		{ "dynport/guard_seconds", "1" },
		{ "dynport/algorithm", "bsd" },
		{ "dynport/map_threshold", "1" },
		{ "dynport/quarantine_ms", "10" },
		{ "dynport/algorithm", "least_recent" },
		{ "dynport/map_limit", "0" },
		{ "dynport/algorithm", "random_pick" },
		{ "dynport/guard_seconds", "0" },
		{ "dynport/map_threshold", "8" },
		{ "dynport/tcp_port_range", "0 0" },
		{ "dynport/map_limit", "64" },
		{ "dynport/quarantine_ms", "0" },
	};
	const int count = sizeof(writes) / sizeof(writes[0]);
	int ret = sysctl_set(writes[round % count].name,
			     writes[round % count].value);

	return ret == -ENOENT ? 0 : ret;
}

static int storm_dump(unsigned int round)
{
	struct netlink_request request;
	struct netlink nl;
	int ret;

	ret = netlink_open(&nl);
	if (!ret) {
		netlink_begin(&request, &nl, round & 1 ? DYNPORT_CMD_GET_SPACE :
			      DYNPORT_CMD_GET_LEASE, NLM_F_DUMP);
		ret = netlink_ask(&nl, &request, NULL, NULL);
	}
	if (!ret)
		ret = netlink_join(&nl, 0);
	netlink_close(&nl);
	/* gone, going, or gone before the group was joined */
	return ret == -ENOENT || ret == -EPROTONOSUPPORT || ret == -EINVAL ?
	       0 : ret;
}

static const struct {
	const char *name;
	int (*run)(unsigned int round);
} companions[COMPANIONS] = {
	{ "namespaces", storm_namespace },
	{ "maps", storm_maps },
	{ "settings", storm_setting },
	{ "dumps", storm_dump },
};

static void *storm_accompany(void *arg)
{
	struct worker *worker = arg;
	int ret;

	while (!atomic_load(&stop)) {
		ret = worker->run(worker->choices++);
		sched_yield();
		if (!ret)
			continue;
		worker->failures++;
		worker->error = -ret;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	/* a connect() that waits goes on */
	struct sigaction action = {
		.sa_handler = storm_end, .sa_flags = SA_RESTART
	};
	const struct sched_param idle = { .sched_priority = 0 };
	static struct worker workers[THREADS_MAX + COMPANIONS];
	int threads = argc > 1 ? atoi(argv[1]) : KINDS;
	int i, ret, status = 0;

	if (threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: storm [THREADS]\n");
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	/* all CPU time there is, but not that of those who load the module */
	if (sched_setscheduler(0, SCHED_IDLE, &idle))
		return 2;
	ret = netns_enter_new();
	if (!ret)
		ret = sysctl_set_window(LOW, HIGH);
	/* the IPv6 one is dual-stack and serves all */
	if (!ret)
		ret = port_taker_open(&workers[0].taker, PORT_PATH_CONNECT,
				      AF_INET6);
	for (i = 0; i < threads; i++) {
		workers[i].name = kinds[i % KINDS].name;
		workers[i].taker.path = kinds[i % KINDS].path;
		workers[i].taker.family = kinds[i % KINDS].family;
		workers[i].taker.listener =
			kinds[i % KINDS].path == PORT_PATH_CONNECT ?
			workers[0].taker.listener : -1;
	}
	for (i = 0; i < COMPANIONS; i++) {
		workers[threads + i].name = companions[i].name;
		workers[threads + i].run = companions[i].run;
	}
	for (i = 0; !ret && i < threads + COMPANIONS; i++)
		ret = -pthread_create(&workers[i].thread, NULL,
				      i < threads ? storm_run : storm_accompany,
				      &workers[i]);
	if (ret) {
		fprintf(stderr, "storm: %s\n", strerror(-ret));
		return 2;
	}
	puts("ready");
	fflush(stdout);
	for (i = 0; i < threads + COMPANIONS; i++) {
		pthread_join(workers[i].thread, NULL);
		printf("%s %ld %ld\n", workers[i].name, workers[i].choices,
		       workers[i].failures);
		if (!workers[i].choices)
			status = 1;
		if (!workers[i].failures)
			continue;
		status = 1;
		fprintf(stderr, "storm: %s: port %d, %s\n", workers[i].name,
			workers[i].port, strerror(workers[i].error));
	}
	return status;
}
