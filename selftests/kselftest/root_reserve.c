// SPDX-License-Identifier: GPL-2.0-only
/*
 * root_reserve_percent: the last ports of a port space with a map are for
 * callers with CAP_NET_ADMIN over the namespace; others get the stock kernel's
 * errno while any of the reserve is used.
 */
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define SPACES_FILE "/proc/thread-self/net/dynport/spaces"
#define LOW 40000
#define PORTS 100
#define PERCENT "20"
#define KEPT 20
#define OPEN (PORTS - KEPT)
#define THREADS 4
#define DEATHS 8

struct holder {
	int count, fd[PORTS];
};

#define ADD_TWO(fixture, path_name, path, family_name, family)			\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_pick)	\
	VARIANT_ADD(fixture, path_name, path, family_name, family, doublehash)
VARIANT_FIXTURE(root_reserve, LOW, LOW + PORTS - 1)
VARIANT_ADD_ALL_PATHS(root_reserve, ADD_TWO)

/* How many ports the one map there is believes busy; -1: it isn't there. */
static int map_busy(void)
{
	int ports, busy = -1;
	char line[512];
	FILE *f;

	f = fopen(SPACES_FILE, "re");
	if (!f)
		return -1;
	if (!fgets(line, sizeof(line), f) || !fgets(line, sizeof(line), f) ||
	    sscanf(line, "%*s %*s %*s %*s %*s %d %d", &ports, &busy) != 2 ||
	    ports != PORTS)
		busy = -1;
	fclose(f);
	return busy;
}

/* Waits until the map knows what there is: a sweep has come and gone. */
static void settle(struct __test_metadata *_metadata, int busy)
{
	int i;

	for (i = 0; i < 3000 && map_busy() != busy; i++)
		usleep(10000);
	ASSERT_EQ(busy, map_busy());
}

/* The calling thread's effective CAP_NET_ADMIN, nothing else. 0 or -errno. */
static int net_admin_set(bool on)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	if (on)
		data[0].effective |= 1 << CAP_NET_ADMIN;
	else
		data[0].effective &= ~(1 << CAP_NET_ADMIN);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static void take(struct __test_metadata *_metadata, struct holder *holder,
		 const struct port_taker *taker)
{
	int fd = port_take(taker);

	ASSERT_GE(fd, 0);
	ASSERT_LT(holder->count, PORTS);
	holder->fd[holder->count++] = fd;
}

/* Takes ports until there is a map, and it knows them. */
static void take_until_map(struct __test_metadata *_metadata,
			   struct holder *holder,
			   const struct port_taker *taker)
{
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	while (map_busy() < 0) {
		ASSERT_LT(holder->count, OPEN - 1);
		take(_metadata, holder, taker);
	}
	settle(_metadata, holder->count);
}

static void expect_none(struct __test_metadata *_metadata,
			const struct port_taker *taker)
{
	EXPECT_EQ(-1, port_take(taker));
	EXPECT_EQ(port_path_exhausted(taker->path), errno);
}

TEST_F(root_reserve, others_get_all_ports_but_it_and_root_gets_the_rest)
{
	const char *path = port_path_name(variant->choice.path);
	struct holder holder = { 0 };
	long long candidates, fallbacks;

	ASSERT_EQ(0, sysctl_set("dynport/root_reserve_percent", PERCENT));
	take_until_map(_metadata, &holder, &self->taker);

	ASSERT_EQ(0, net_admin_set(false));
	while (holder.count < OPEN)
		take(_metadata, &holder, &self->taker);
	candidates = stats_get_path(path, "candidates");
	fallbacks = stats_get_path(path, "stock_fallbacks");
	expect_none(_metadata, &self->taker);
	EXPECT_EQ(candidates, stats_get_path(path, "candidates"));
	EXPECT_EQ(fallbacks, stats_get_path(path, "stock_fallbacks"));
	EXPECT_EQ(1, stats_get_path(path, "root_reserved"));
	EXPECT_EQ(1, stats_get_path(path, "exhausted"));
	EXPECT_EQ(0, stats_get_path(path, "exhausted_cached"));

	ASSERT_EQ(0, net_admin_set(true));
	while (holder.count < PORTS)
		take(_metadata, &holder, &self->taker);
	/* Exhausted now, for all: known of the one, not asked of the other. */
	expect_none(_metadata, &self->taker);
	EXPECT_EQ(1, stats_get_path(path, "root_reserved"));
	ASSERT_EQ(0, net_admin_set(false));
	expect_none(_metadata, &self->taker);
	EXPECT_EQ(2, stats_get_path(path, "root_reserved"));
}

TEST_F(root_reserve, what_is_released_fills_it_first)
{
	struct holder holder = { 0 };
	int i;

	take_until_map(_metadata, &holder, &self->taker);
	while (holder.count < PORTS)
		take(_metadata, &holder, &self->taker);
	expect_none(_metadata, &self->taker);
	ASSERT_EQ(0, sysctl_set("dynport/root_reserve_percent", PERCENT));

	for (i = 0; i < KEPT; i++) {
		port_release(holder.fd[--holder.count]);
		settle(_metadata, holder.count);
		ASSERT_EQ(0, net_admin_set(false));
		expect_none(_metadata, &self->taker);
		ASSERT_EQ(0, net_admin_set(true));
	}
	/* The first of them is root's at once. */
	take(_metadata, &holder, &self->taker);
	port_release(holder.fd[--holder.count]);
	settle(_metadata, holder.count);

	/* One more is anybody's. */
	port_release(holder.fd[--holder.count]);
	settle(_metadata, holder.count);
	ASSERT_EQ(0, net_admin_set(false));
	take(_metadata, &holder, &self->taker);
	expect_none(_metadata, &self->taker);
	ASSERT_EQ(0, net_admin_set(true));

	/* And without a reserve, all are. */
	ASSERT_EQ(0, sysctl_set("dynport/root_reserve_percent", "0"));
	ASSERT_EQ(0, net_admin_set(false));
	while (holder.count < PORTS)
		take(_metadata, &holder, &self->taker);
	expect_none(_metadata, &self->taker);
}

/* With a range of the module's own, requests don't go past it. */
TEST_F(root_reserve, there_is_none_with_the_algorithm_stock)
{
	struct holder holder = { 0 };
	char range[32];

	ASSERT_EQ(0, sysctl_set("dynport/root_reserve_percent", PERCENT));
	take_until_map(_metadata, &holder, &self->taker);
	ASSERT_EQ(0, net_admin_set(false));
	while (holder.count < OPEN)
		take(_metadata, &holder, &self->taker);
	expect_none(_metadata, &self->taker);
	ASSERT_EQ(0, net_admin_set(true));
	snprintf(range, sizeof(range), "%d %d", LOW, LOW + PORTS - 1);
	ASSERT_EQ(0, sysctl_set("dynport/tcp_port_range", range));
	ASSERT_EQ(0, sysctl_set("dynport/udp_port_range", range));
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
	ASSERT_EQ(0, net_admin_set(false));
	while (holder.count < PORTS)
		take(_metadata, &holder, &self->taker);
	expect_none(_metadata, &self->taker);
}

TEST_F(root_reserve, there_is_none_without_a_map)
{
	struct holder holder = { 0 };

	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "0"));
	ASSERT_EQ(0, sysctl_set("dynport/root_reserve_percent", "50"));
	ASSERT_EQ(0, net_admin_set(false));
	while (holder.count < PORTS)
		take(_metadata, &holder, &self->taker);
	expect_none(_metadata, &self->taker);
	EXPECT_EQ(0, stats_get_path(port_path_name(variant->choice.path),
				    "root_reserved"));
}

/* What there is one of: connect(), IPv4, random_pick. */
FIXTURE(root)
{
	struct port_taker taker;
	struct holder holder;
};

FIXTURE_SETUP(root)
{
	struct variant choice = { PORT_PATH_CONNECT, AF_INET, "random_pick" };

	VARIANT_SETUP(&choice, LOW, LOW + PORTS - 1, &self->taker);
	ASSERT_EQ(0, sysctl_set("dynport/root_reserve_percent", PERCENT));
	take_until_map(_metadata, &self->holder, &self->taker);
	while (self->holder.count < OPEN)
		take(_metadata, &self->holder, &self->taker);
}

FIXTURE_TEARDOWN(root)
{
}

TEST_F(root, is_who_has_cap_net_admin_whatever_its_uid)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = 1 << CAP_NET_ADMIN,
		  .permitted = 1 << CAP_NET_ADMIN },
	};

	ASSERT_EQ(0, prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	expect_none(_metadata, &self->taker);
	ASSERT_EQ(0, syscall(SYS_capset, &header, data));
	take(_metadata, &self->holder, &self->taker);
	data[0].effective = 0;
	ASSERT_EQ(0, syscall(SYS_capset, &header, data));
	expect_none(_metadata, &self->taker);
}

TEST_F(root, is_not_who_is_root_in_a_user_namespace_that_does_not_own_the_netns)
{
	if (unshare(CLONE_NEWUSER))
		SKIP(return, "no user namespaces");
	expect_none(_metadata, &self->taker);
	EXPECT_EQ(1, stats_get("connect_root_reserved"));
}

TEST_F(root, is_who_is_root_in_the_user_namespace_that_owns_the_netns)
{
	struct holder holder = { 0 };
	struct port_taker taker;

	if (unshare(CLONE_NEWUSER))
		SKIP(return, "no user namespaces");
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	ASSERT_EQ(0, port_taker_open(&taker, PORT_PATH_CONNECT, AF_INET));
	ASSERT_EQ(0, sysctl_set("dynport/root_reserve_percent", PERCENT));
	take_until_map(_metadata, &holder, &taker);
	ASSERT_EQ(0, net_admin_set(false));
	while (holder.count < OPEN)
		take(_metadata, &holder, &taker);
	expect_none(_metadata, &taker);
	ASSERT_EQ(0, net_admin_set(true));
	while (holder.count < PORTS)
		take(_metadata, &holder, &taker);
}

/* It is the caller that counts, not who made the socket. */
TEST_F(root, is_who_connects_not_who_opened_the_socket)
{
	int fd;

	fd = port_socket(&self->taker);
	ASSERT_EQ(0, net_admin_set(false));
	EXPECT_EQ(-1, port_choose(&self->taker, fd));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	fd = port_socket(&self->taker);
	ASSERT_EQ(0, net_admin_set(true));
	EXPECT_EQ(0, port_choose(&self->taker, fd));
}

TEST_F(root, named_ports_and_other_destinations_are_open_to_all)
{
	int fd, port, listener;

	listener = port_listener_open(AF_INET, 0, PORT_LISTENER + 1);
	ASSERT_GE(listener, 0);
	ASSERT_EQ(0, net_admin_set(false));
	expect_none(_metadata, &self->taker);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT_EQ(0, port_connect(fd, port_loopback(AF_INET,
						    PORT_LISTENER + 1)));
	for (port = LOW; port < LOW + PORTS; port++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (!port_bind(fd, port_loopback(AF_INET, port)))
			break;
		close(fd);
	}
	EXPECT_LT(port, LOW + PORTS);
	EXPECT_EQ(0, port_connect(fd, port_loopback(AF_INET, PORT_LISTENER)));
}

struct thief {
	pthread_t thread;
	const struct port_taker *taker;
	int count, error;
};

static void *thief_run(void *arg)
{
	struct thief *thief = arg;

	/* capabilities are a thread's own */
	thief->error = net_admin_set(false);
	while (!thief->error) {
		if (port_take(thief->taker) < 0)
			thief->error = errno;
		else
			thief->count++;
	}
	return NULL;
}

TEST_F(root, has_its_ports_after_threads_have_fought_for_the_others)
{
	struct thief thieves[THREADS] = { 0 };
	int i, count = 0, got = 0;

	for (i = 0; i < OPEN / 2; i++)
		port_release(self->holder.fd[--self->holder.count]);
	settle(_metadata, self->holder.count);
	for (i = 0; i < THREADS; i++) {
		thieves[i].taker = &self->taker;
		ASSERT_EQ(0, pthread_create(&thieves[i].thread, NULL, thief_run,
					    &thieves[i]));
	}
	for (i = 0; i < THREADS; i++) {
		ASSERT_EQ(0, pthread_join(thieves[i].thread, NULL));
		EXPECT_EQ(EADDRNOTAVAIL, thieves[i].error);
		count += thieves[i].count;
	}
	/*
	 * A sweep that sees a port just before it is taken leaves it free in
	 * the map: one for each thread may be gone from the reserve.
	 */
	EXPECT_GE(count, OPEN / 2);
	EXPECT_LE(count, OPEN / 2 + THREADS);
	while (port_take(&self->taker) >= 0)
		got++;
	EXPECT_EQ(PORTS, self->holder.count + count + got);
}

/* In a namespace of its own: fills it as somebody, and fails for ever. */
static void besiege(int ready)
{
	struct variant choice = { PORT_PATH_CONNECT, AF_INET, "random_pick" };
	struct thief thieves[THREADS] = { 0 };
	struct port_taker taker;
	int i;

	if (variant_enter(&choice, LOW, LOW + PORTS - 1, &taker) ||
	    sysctl_set("dynport/map_threshold", "1") ||
	    sysctl_set("dynport/root_reserve_percent", PERCENT))
		_exit(1);
	for (i = 0; i < THREADS; i++) {
		thieves[i].taker = &taker;
		if (pthread_create(&thieves[i].thread, NULL, thief_run,
				   &thieves[i]))
			_exit(1);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thieves[i].thread, NULL);
	if (net_admin_set(false) || write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		port_take(&taker);
}

TEST_F(root, namespaces_can_end_while_others_are_refused)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	int i, status, ready[2];
	pid_t child;
	char c;

	for (i = 0; i < DEATHS; i++) {
		ASSERT_EQ(0, pipe2(ready, O_CLOEXEC));
		child = fork();
		ASSERT_GE(child, 0);
		if (!child)
			besiege(ready[1]);
		close(ready[1]);
		EXPECT_EQ(1, read(ready[0], &c, 1));
		close(ready[0]);
		nanosleep(&pause, NULL);
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	/* this one's reserve is what it was */
	take(_metadata, &self->holder, &self->taker);
	ASSERT_EQ(0, net_admin_set(false));
	expect_none(_metadata, &self->taker);
}

TEST_HARNESS_MAIN
