// SPDX-License-Identifier: GPL-2.0-only
/*
 * Searches keep going while everything around them changes: the window, the
 * reserved ports, every setting; and while their namespace ends.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define THREADS 4
#define SECONDS 2
#define DEATHS 20

struct worker {
	pthread_t thread;
	struct port_taker taker;
	const atomic_bool *stop;
	long choices;
	int error;	/* of the first failure */
	int port;	/* the first one outside of the windows */
};

/* Two windows; every choice is made in one of them. */
static const int windows[2][2] = { { 40000, 40255 }, { 50000, 50511 } };

static bool in_windows(int port)
{
	return (port >= windows[0][0] && port <= windows[0][1]) ||
	       (port >= windows[1][0] && port <= windows[1][1]);
}

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	int port;

	while (!atomic_load(worker->stop)) {
		port = port_sample(&worker->taker);
		if (port < 0) {
			worker->error = errno;
			break;
		}
		if (!in_windows(port)) {
			worker->port = port;
			break;
		}
		worker->choices++;
	}
	return NULL;
}

/* Workers on each path; they share the listener. 0 or -errno. */
static int workers_start(struct worker *workers, const atomic_bool *stop)
{
	static const enum port_path paths[THREADS] = {
		PORT_PATH_CONNECT, PORT_PATH_BIND, PORT_PATH_UDP,
		PORT_PATH_CONNECT,
	};
	int i, ret;

	memset(workers, 0, THREADS * sizeof(*workers));
	for (i = 0; i < THREADS; i++) {
		workers[i].stop = stop;
		if (i < 3) {
			ret = port_taker_open(&workers[i].taker, paths[i], AF_INET);
			if (ret)
				return ret;
		} else {
			workers[i].taker = workers[0].taker;
		}
		ret = pthread_create(&workers[i].thread, NULL, worker_run,
				     &workers[i]);
		if (ret)
			return -ret;
	}
	return 0;
}

static void workers_expect_success(struct __test_metadata *_metadata,
				   struct worker *workers)
{
	int i;

	for (i = 0; i < THREADS; i++) {
		ASSERT_EQ(0, pthread_join(workers[i].thread, NULL));
		EXPECT_EQ(0, workers[i].error) {
			TH_LOG("worker %d: %s", i, strerror(workers[i].error));
		}
		EXPECT_EQ(0, workers[i].port);
		EXPECT_GT(workers[i].choices, 0);
	}
}

FIXTURE(churn)
{
	struct worker workers[THREADS];
};

FIXTURE_SETUP(churn)
{
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, sysctl_set_window(windows[0][0], windows[0][1]));
}

FIXTURE_TEARDOWN(churn)
{
}

TEST_F(churn, a_changing_window_is_followed_without_a_failure)
{
	atomic_bool stop = false;
	time_t end;
	int i, ret = 0;

	ASSERT_EQ(0, workers_start(self->workers, &stop));
	end = time(NULL) + SECONDS;
	for (i = 0; !ret && time(NULL) <= end; i++)
		ret = sysctl_set_window(windows[i % 2][0], windows[i % 2][1]);
	atomic_store(&stop, true);
	EXPECT_EQ(0, ret);
	workers_expect_success(_metadata, self->workers);
}

TEST_F(churn, changing_settings_are_followed_without_a_failure)
{
	static const char * const changes[][2] = {
		{ "dynport/algorithm", "bsd" },
		{ "dynport/tcp_port_range", "40010 40200" },
		{ "dynport/algorithm", "doublehash" },
		{ "ipv4/ip_local_reserved_ports", "40000-40020,50100" },
		{ "dynport/algorithm_connect", "least_recent" },
		{ "dynport/bind_stride", "0" },
		{ "dynport/udp_port_range", "50000 50001" },
		{ "dynport/search_limit", "1" },
		{ "dynport/rekey_seconds", "1" },
		{ "dynport/algorithm", "stock" },
		{ "dynport/tcp_port_range", "0 0" },
		{ "dynport/algorithm_connect", "default" },
		{ "dynport/algorithm_udp", "hash" },
		{ "dynport/bind_stride", "16" },
		{ "ipv4/ip_local_reserved_ports", "" },
		{ "dynport/algorithm", "randinc" },
		{ "dynport/udp_port_range", "0 0" },
		{ "dynport/search_limit", "64" },
		{ "dynport/algorithm", "random_start" },
		{ "dynport/algorithm_udp", "default" },
		{ "dynport/algorithm", "random_pick" },
	};
	const int count = sizeof(changes) / sizeof(changes[0]);
	atomic_bool stop = false;
	time_t end;
	int i, ret = 0;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, workers_start(self->workers, &stop));
	end = time(NULL) + SECONDS;
	for (i = 0; !ret && time(NULL) <= end; i++)
		ret = sysctl_set(changes[i % count][0], changes[i % count][1]);
	atomic_store(&stop, true);
	EXPECT_EQ(0, ret) {
		TH_LOG("%s=%s", changes[(i - 1) % count][0],
		       changes[(i - 1) % count][1]);
	}
	workers_expect_success(_metadata, self->workers);
}

TEST_F(churn, statistics_can_be_read_while_searches_run)
{
	long long last = 0, now;
	atomic_bool stop = false;
	time_t end;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, workers_start(self->workers, &stop));
	for (end = time(NULL) + 1; time(NULL) <= end; last = now) {
		now = stats_get("connect_searches");
		EXPECT_GE(now, last);
	}
	atomic_store(&stop, true);
	workers_expect_success(_metadata, self->workers);
	EXPECT_EQ(self->workers[0].choices + self->workers[3].choices,
		  stats_get("connect_searches"));
	EXPECT_EQ(self->workers[1].choices, stats_get("bind_searches"));
	EXPECT_EQ(self->workers[2].choices, stats_get("udp_searches"));
}

/*
 * A process whose threads search is killed, and its namespace ends with it,
 * again and again; half of them with an algorithm whose state is big.
 */
TEST_F(churn, a_namespace_can_end_while_its_searches_run)
{
	struct timespec pause = { .tv_nsec = 30000000 };
	atomic_bool never = false;
	int i, status, ready[2];
	pid_t child;
	char c;

	for (i = 0; i < DEATHS; i++) {
		ASSERT_EQ(0, pipe2(ready, O_CLOEXEC));
		child = fork();
		ASSERT_GE(child, 0);
		if (!child) {
			if (netns_enter_new() ||
			    sysctl_set_window(windows[1][0], windows[1][1]) ||
			    (sysctl_have_dynport() && i % 2 &&
			     sysctl_set("dynport/algorithm", "doublehash")) ||
			    workers_start(self->workers, &never) ||
			    write(ready[1], "r", 1) != 1)
				_exit(1);
			for (;;)
				sleep(60);
		}
		close(ready[1]);
		EXPECT_EQ(1, read(ready[0], &c, 1));
		close(ready[0]);
		nanosleep(&pause, NULL);
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	/* this one's searches go on as ever */
	ASSERT_EQ(0, port_taker_open(&self->workers[0].taker, PORT_PATH_CONNECT,
				     AF_INET));
	EXPECT_TRUE(in_windows(port_sample(&self->workers[0].taker)));
}

TEST_HARNESS_MAIN
