// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm - eight threads that have ports chosen until SIGTERM, in a netns of
 * their own: TCP connect, bind(0), listen() without bind, UDP bind(0) and sends.
 *
 * Prints "ready" once all run, and at the end "PATH CHOICES FAILURES" for each
 * path. The window is wide and few ports are held, so every failure is one that
 * the stock kernel would not have reported: exit status 1.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "port.h"

#define THREADS 8
#define LOW 32768
#define HIGH 60999

static const struct {
	enum port_path path;
	int family;
	const char *name;
} kinds[THREADS] = {
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
	struct port_taker taker;
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

int main(void)
{
	struct sigaction action = { .sa_handler = storm_end };
	const struct sched_param idle = { .sched_priority = 0 };
	struct worker workers[THREADS] = { 0 };
	int i, ret, status = 0;

	sigaction(SIGTERM, &action, NULL);
	/* all CPU time there is, but not that of those who load the module */
	if (sched_setscheduler(0, SCHED_IDLE, &idle))
		return 2;
	ret = netns_enter_new();
	if (!ret)
		ret = sysctl_set_window(LOW, HIGH);
	for (i = 0; !ret && i < THREADS; i++) {
		workers[i].taker.path = kinds[i].path;
		workers[i].taker.family = kinds[i].family;
		workers[i].taker.listener = -1;
		if (kinds[i].path == PORT_PATH_CONNECT) {
			/* the IPv6 one is dual-stack and serves both */
			if (i)
				workers[i].taker.listener =
					workers[0].taker.listener;
			else
				ret = port_taker_open(&workers[i].taker,
						      PORT_PATH_CONNECT,
						      AF_INET6);
			workers[i].taker.family = kinds[i].family;
		}
	}
	for (i = 0; !ret && i < THREADS; i++)
		ret = -pthread_create(&workers[i].thread, NULL, storm_run,
				      &workers[i]);
	if (ret) {
		fprintf(stderr, "storm: %s\n", strerror(-ret));
		return 2;
	}
	puts("ready");
	fflush(stdout);
	for (i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		printf("%s %ld %ld\n", kinds[i].name, workers[i].choices,
		       workers[i].failures);
		if (!workers[i].choices)
			status = 1;
		if (!workers[i].failures)
			continue;
		status = 1;
		fprintf(stderr, "storm: %s: port %d, %s\n", kinds[i].name,
			workers[i].port, strerror(workers[i].error));
	}
	return status;
}
