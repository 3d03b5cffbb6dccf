// SPDX-License-Identifier: GPL-2.0-only
/*
 * late_bind: TCP bind() of an address and port 0 chooses no port; connect()
 * does, for its destination, or listen(), for itself.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define LOW 40000
#define PORTS 64
#define HIGH (LOW + PORTS - 1)
#define DESTINATIONS 4
#define WORKERS 3
#define DEATHS 5

/* How a program addresses this host. */
enum form { FORM_V4, FORM_V6, FORM_MAPPED };

FIXTURE(late_bind)
{
	int family;
	int listener[DESTINATIONS];
	int fd[DESTINATIONS * PORTS];
};

FIXTURE_VARIANT(late_bind)
{
	enum form form;
	const char *algorithm;
};

#define VARIANT_ADD(name, form_, algorithm_)		\
	FIXTURE_VARIANT_ADD(late_bind, name)		\
	{						\
		.form = form_,				\
		.algorithm = algorithm_,		\
	};

VARIANT_ADD(v4, FORM_V4, "random_pick")
VARIANT_ADD(v6, FORM_V6, "random_pick")
VARIANT_ADD(mapped, FORM_MAPPED, "random_pick")
VARIANT_ADD(v4_stock, FORM_V4, "stock")
VARIANT_ADD(v6_stock, FORM_V6, "stock")

/* This host's address in the variant's form. */
static union port_address address(const FIXTURE_VARIANT(late_bind) *variant,
				  int port)
{
	if (variant->form == FORM_MAPPED)
		return port_mapped_loopback(port);
	return port_loopback(variant->form == FORM_V4 ? AF_INET : AF_INET6,
			     port);
}

FIXTURE_SETUP(late_bind)
{
	int i, fd;

	ASSERT_EQ(0, netns_enter_new());
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, sysctl_set_window(LOW, HIGH));
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", variant->algorithm));
	self->family = variant->form == FORM_V4 ? AF_INET : AF_INET6;
	for (i = 0; i < DESTINATIONS; i++) {
		fd = socket(self->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, port_bind(fd, address(variant, PORT_LISTENER + i)));
		ASSERT_EQ(0, listen(fd, 2 * PORTS));
		self->listener[i] = fd;
	}
	ASSERT_EQ(0, sysctl_set("dynport/late_bind", "1"));
}

FIXTURE_TEARDOWN(late_bind)
{
}

static int open_tcp(struct __test_metadata *_metadata, int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ASSERT_GE(fd, 0);
	return fd;
}

static int open_bound(struct __test_metadata *_metadata, int family,
		      union port_address to)
{
	int fd = open_tcp(_metadata, family);

	ASSERT_EQ(0, port_bind(fd, to));
	return fd;
}

static void expect_in_window(struct __test_metadata *_metadata, int fd)
{
	EXPECT_GE(port_of(fd), LOW);
	EXPECT_LE(port_of(fd), HIGH);
}

static int option_of(struct __test_metadata *_metadata, int fd)
{
	socklen_t len = sizeof(int);
	int value = -1;

	ASSERT_EQ(0, getsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &value,
				&len));
	return value;
}

/* The bytes of a socket's local address. */
static bool has_address(int fd, union port_address expected)
{
	union port_address found;
	socklen_t len = sizeof(found);

	if (getsockname(fd, &found.any, &len) ||
	    found.any.sa_family != expected.any.sa_family)
		return false;
	if (found.any.sa_family == AF_INET)
		return found.v4.sin_addr.s_addr == expected.v4.sin_addr.s_addr;
	return !memcmp(&found.v6.sin6_addr, &expected.v6.sin6_addr, 16);
}

/* Binds the address and connects, until it fails; how often it didn't. */
static int connect_all(struct __test_metadata *_metadata,
		       FIXTURE_DATA(late_bind) *self,
		       const FIXTURE_VARIANT(late_bind) *variant,
		       int *bind_error, int *connect_error)
{
	int i, k, fd, count = 0;

	*bind_error = 0;
	*connect_error = 0;
	for (i = 0; i < DESTINATIONS; i++) {
		for (k = 0; k < PORTS; k++) {
			fd = open_tcp(_metadata, self->family);
			if (port_bind(fd, address(variant, 0))) {
				*bind_error = errno;
				close(fd);
				return count;
			}
			if (port_connect(fd, address(variant,
						     PORT_LISTENER + i))) {
				*connect_error = errno;
				close(fd);
				return count;
			}
			self->fd[count++] = fd;
		}
	}
	return count;
}

TEST_F(late_bind, n_ports_serve_n_connections_to_each_of_4_destinations)
{
	int bind_error, connect_error, i, port;

	EXPECT_EQ(DESTINATIONS * PORTS,
		  connect_all(_metadata, self, variant, &bind_error,
			      &connect_error));
	EXPECT_EQ(0, bind_error);
	EXPECT_EQ(0, connect_error);
	for (i = 0; i < DESTINATIONS; i++) {
		bool seen[PORTS] = { false };
		int k;

		for (k = 0; k < PORTS; k++) {
			port = port_of(self->fd[i * PORTS + k]);
			ASSERT_GE(port, LOW);
			ASSERT_LE(port, HIGH);
			EXPECT_FALSE(seen[port - LOW]);
			seen[port - LOW] = true;
		}
	}
	EXPECT_EQ(DESTINATIONS * PORTS, stats_get("binds_postponed"));
	EXPECT_EQ(0, stats_get("bind_searches"));
}

/* What it is measured against. */
TEST_F(late_bind, switched_off_they_serve_n_connections_in_all)
{
	int bind_error, connect_error;

	ASSERT_EQ(0, sysctl_set("dynport/late_bind", "0"));
	EXPECT_EQ(PORTS, connect_all(_metadata, self, variant, &bind_error,
				     &connect_error));
	EXPECT_EQ(EADDRINUSE, bind_error);
	EXPECT_EQ(0, stats_get("binds_postponed"));
	EXPECT_EQ(PORTS + 1, stats_get("bind_searches"));
}

TEST_F(late_bind, getsockname_shows_the_address_and_port_0_until_connect)
{
	int fd;

	fd = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_TRUE(has_address(fd, address(variant, 0)));
	EXPECT_EQ(0, port_of(fd));
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_TRUE(has_address(fd, address(variant, 0)));
	expect_in_window(_metadata, fd);
}

TEST_F(late_bind, the_sockets_own_option_reads_as_its_owner_left_it)
{
	int fd, one = 1;

	fd = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_EQ(0, option_of(_metadata, fd));
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_EQ(0, option_of(_metadata, fd));

	fd = open_tcp(_metadata, self->family);
	ASSERT_EQ(0, setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one,
				sizeof(one)));
	ASSERT_EQ(0, port_bind(fd, address(variant, 0)));
	EXPECT_EQ(1, option_of(_metadata, fd));
	EXPECT_EQ(0, port_of(fd));
	/* that one was the kernel's doing */
	EXPECT_EQ(1, stats_get("binds_postponed"));
}

TEST_F(late_bind, listen_chooses_a_port_and_is_reached_there)
{
	int server, client, one = 1;
	char c;

	server = open_tcp(_metadata, self->family);
	ASSERT_EQ(0, setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one,
				sizeof(one)));
	ASSERT_EQ(0, port_bind(server, address(variant, 0)));
	EXPECT_EQ(0, port_of(server));
	ASSERT_EQ(0, listen(server, 1));
	expect_in_window(_metadata, server);
	EXPECT_TRUE(has_address(server, address(variant, 0)));

	client = open_bound(_metadata, self->family, address(variant, 0));
	ASSERT_EQ(0, port_connect(client, address(variant, port_of(server))));
	server = accept(server, NULL, NULL);
	ASSERT_GE(server, 0);
	ASSERT_EQ(1, send(client, "l", 1, 0));
	ASSERT_EQ(1, recv(server, &c, 1, 0));
	EXPECT_EQ('l', c);
}

/* Each has its port for itself, as ever. */
TEST_F(late_bind, n_ports_serve_n_listeners)
{
	bool seen[PORTS] = { false };
	int i, fd;

	for (i = 0; i < PORTS; i++) {
		fd = open_bound(_metadata, self->family, address(variant, 0));
		ASSERT_EQ(0, listen(fd, 1));
		expect_in_window(_metadata, fd);
		EXPECT_FALSE(seen[port_of(fd) - LOW]);
		seen[port_of(fd) - LOW] = true;
	}
	fd = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_EQ(-1, listen(fd, 1));
	EXPECT_EQ(EADDRINUSE, errno);
	EXPECT_EQ(-1, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
}

TEST_F(late_bind, an_exhausted_destination_fails_at_connect_with_eaddrnotavail)
{
	int i, fd, port;

	for (i = 0; i < PORTS; i++) {
		self->fd[i] = open_bound(_metadata, self->family,
					 address(variant, 0));
		ASSERT_EQ(0, port_connect(self->fd[i],
					  address(variant, PORT_LISTENER)));
	}
	fd = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_EQ(-1, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	EXPECT_EQ(0, port_of(fd));
	EXPECT_TRUE(has_address(fd, address(variant, 0)));

	/* the same socket, once there is a port */
	port = port_of(self->fd[7]);
	port_release(self->fd[7]);
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_EQ(port, port_of(fd));
}

TEST_F(late_bind, a_socket_closed_without_connect_had_no_port)
{
	int i, fd;

	for (i = 0; i < 10 * PORTS; i++) {
		fd = open_bound(_metadata, self->family, address(variant, 0));
		if (i % 2)
			close(fd);
		else if (i < DESTINATIONS * PORTS)
			self->fd[i] = fd;
		else
			shutdown(fd, SHUT_RDWR);
	}
	for (i = 0; i < PORTS; i++) {
		fd = open_bound(_metadata, self->family, address(variant, 0));
		ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	}
}

/* As with IP_BIND_ADDRESS_NO_PORT: what has no port can be bound. */
TEST_F(late_bind, a_second_bind_replaces_a_postponed_one)
{
	int fd;

	fd = open_bound(_metadata, self->family,
			port_wildcard(self->family, 0));
	EXPECT_EQ(0, port_of(fd));
	ASSERT_EQ(0, port_bind(fd, address(variant, 0)));
	EXPECT_TRUE(has_address(fd, address(variant, 0)));
	EXPECT_EQ(0, port_of(fd));
	ASSERT_EQ(0, port_bind(fd, address(variant, 30000)));
	EXPECT_EQ(30000, port_of(fd));
	EXPECT_EQ(-1, port_bind(fd, address(variant, 0)));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_EQ(30000, port_of(fd));
	EXPECT_EQ(-1, port_bind(fd, address(variant, 0)));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(late_bind, a_postponed_bind_keeps_nobody_from_a_port)
{
	int i, fd;

	for (i = 0; i < 2 * PORTS; i++)
		open_bound(_metadata, self->family, address(variant, 0));
	for (i = 0; i < PORTS; i++)
		open_bound(_metadata, self->family, address(variant, LOW + i));
	/* and named ports keep it from theirs */
	fd = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_EQ(-1, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
}

TEST_F(late_bind, the_wildcard_is_postponed_too)
{
	int fd;

	fd = open_bound(_metadata, self->family,
			port_wildcard(self->family, 0));
	EXPECT_EQ(0, port_of(fd));
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	expect_in_window(_metadata, fd);
	EXPECT_TRUE(has_address(fd, address(variant, 0)));

	fd = open_bound(_metadata, self->family,
			port_wildcard(self->family, 0));
	ASSERT_EQ(0, listen(fd, 1));
	expect_in_window(_metadata, fd);
	EXPECT_TRUE(has_address(fd, port_wildcard(self->family, 0)));
}

TEST_F(late_bind, an_address_of_another_host_is_refused_at_bind)
{
	union port_address strange = address(variant, 0);
	int fd;

	if (variant->form == FORM_V4)
		strange.v4.sin_addr.s_addr = htonl(0xc0000201);
	else if (variant->form == FORM_V6)
		inet_pton(AF_INET6, "2001:db8::1", &strange.v6.sin6_addr);
	else
		inet_pton(AF_INET6, "::ffff:192.0.2.1", &strange.v6.sin6_addr);
	fd = open_tcp(_metadata, self->family);
	EXPECT_EQ(-1, port_bind(fd, strange));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
}

TEST_F(late_bind, a_refused_socket_can_connect_again)
{
	int i, fd;

	fd = open_bound(_metadata, self->family, address(variant, 0));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(-1, port_connect(fd, address(variant, PORT_DISCARD)));
		EXPECT_EQ(ECONNREFUSED, errno);
	}
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	expect_in_window(_metadata, fd);
	EXPECT_TRUE(has_address(fd, address(variant, 0)));
}

TEST_F(late_bind, a_disconnected_socket_keeps_its_address_and_can_go_on)
{
	union port_address nowhere = { .any = { .sa_family = AF_UNSPEC } };
	int fd;

	fd = open_bound(_metadata, self->family, address(variant, 0));
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	ASSERT_EQ(0, connect(fd, &nowhere.any, sizeof(nowhere)));
	EXPECT_TRUE(has_address(fd, address(variant, 0)));
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER + 1)));
	expect_in_window(_metadata, fd);
	ASSERT_EQ(0, connect(fd, &nowhere.any, sizeof(nowhere)));
	ASSERT_EQ(0, listen(fd, 1));
	expect_in_window(_metadata, fd);
}

TEST_F(late_bind, fast_open_connects_from_the_address)
{
	union port_address to = address(variant, PORT_LISTENER);
	int fd;

	fd = open_bound(_metadata, self->family, address(variant, 0));
	ASSERT_EQ(1, sendto(fd, "x", 1, MSG_FASTOPEN, &to.any,
			    port_address_size(self->family)));
	expect_in_window(_metadata, fd);
	EXPECT_TRUE(has_address(fd, address(variant, 0)));
}

TEST_F(late_bind, a_socket_that_sends_unconnected_gets_epipe_and_no_port)
{
	int fd;

	fd = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_EQ(-1, send(fd, "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(EPIPE, errno);
	EXPECT_EQ(0, port_of(fd));
}

TEST_F(late_bind, the_sockets_own_range_holds_at_connect_and_listen)
{
	int fd;

	fd = open_tcp(_metadata, self->family);
	if (port_range_set(fd, LOW + 5, LOW + 6))
		SKIP(return, "this kernel has no IP_LOCAL_PORT_RANGE");
	ASSERT_EQ(0, port_bind(fd, address(variant, 0)));
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
	EXPECT_GE(port_of(fd), LOW + 5);
	EXPECT_LE(port_of(fd), LOW + 6);
	fd = open_tcp(_metadata, self->family);
	ASSERT_EQ(0, port_range_set(fd, LOW + 7, LOW + 8));
	ASSERT_EQ(0, port_bind(fd, address(variant, 0)));
	ASSERT_EQ(0, listen(fd, 1));
	EXPECT_GE(port_of(fd), LOW + 7);
	EXPECT_LE(port_of(fd), LOW + 8);
}

TEST_F(late_bind, reuseport_listeners_share_the_port_of_the_first)
{
	int first, second, one = 1;

	first = open_tcp(_metadata, self->family);
	second = open_tcp(_metadata, self->family);
	ASSERT_EQ(0, setsockopt(first, SOL_SOCKET, SO_REUSEPORT, &one,
				sizeof(one)));
	ASSERT_EQ(0, setsockopt(second, SOL_SOCKET, SO_REUSEPORT, &one,
				sizeof(one)));
	ASSERT_EQ(0, port_bind(first, address(variant, 0)));
	ASSERT_EQ(0, listen(first, 1));
	expect_in_window(_metadata, first);
	ASSERT_EQ(0, port_bind(second, address(variant, port_of(first))));
	EXPECT_EQ(0, listen(second, 1));
}

TEST_F(late_bind, udp_and_named_ports_are_bound_at_once)
{
	int fd;

	fd = socket(self->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, port_bind(fd, address(variant, 0)));
	expect_in_window(_metadata, fd);
	fd = open_bound(_metadata, self->family, address(variant, 30000));
	EXPECT_EQ(30000, port_of(fd));
	EXPECT_EQ(0, stats_get("binds_postponed"));
}

/* The socket inside it is the kernel's own, and its port has been copied. */
TEST_F(late_bind, mptcp_sockets_have_their_port_at_once)
{
	int fd;

	fd = socket(self->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (fd < 0 && (errno == EPROTONOSUPPORT || errno == EINVAL))
		SKIP(return, "this kernel has no MPTCP");
	if (fd < 0 && errno == ENOPROTOOPT)
		SKIP(return, "net.mptcp.enabled is 0");
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, port_bind(fd, address(variant, 0)));
	expect_in_window(_metadata, fd);
	EXPECT_EQ(0, stats_get("binds_postponed"));
}

/* A bind() sees the setting as it is then; later steps work either way. */
TEST_F(late_bind, can_be_switched_while_sockets_are_without_a_port)
{
	int late, early;

	late = open_bound(_metadata, self->family, address(variant, 0));
	ASSERT_EQ(0, sysctl_set("dynport/late_bind", "0"));
	early = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_EQ(0, port_of(late));
	expect_in_window(_metadata, early);
	ASSERT_EQ(0, listen(late, 1));
	expect_in_window(_metadata, late);
	ASSERT_EQ(0, sysctl_set("dynport/late_bind", "1"));
	ASSERT_EQ(0, port_connect(early, address(variant, PORT_LISTENER)));
}

/* A storm of binds and connects */
struct worker {
	pthread_t thread;
	union port_address from, to;
	const atomic_bool *stop;
	long connections;
	int error;
};

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	int fd, port;

	while (!atomic_load(worker->stop)) {
		fd = socket(worker->from.any.sa_family,
			    SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || port_bind(fd, worker->from)) {
			worker->error = errno;
			break;
		}
		port = port_of(fd);
		/* SYN_SENT is enough of a connection, and quick to end */
		if (port_connect(fd, worker->to)) {
			worker->error = errno;
			break;
		}
		if (port_of(fd) < LOW || port_of(fd) > HIGH ||
		    (port && port != port_of(fd))) {
			worker->error = ERANGE;
			break;
		}
		port_release(fd);
		worker->connections++;
	}
	return NULL;
}

static void *drain_run(void *arg)
{
	int fd;

	while ((fd = accept(*(int *)arg, NULL, NULL)) >= 0)
		close(fd);
	return NULL;
}

/* They, and what accepts. 0 or an errno. */
static int workers_start(struct worker *workers, const atomic_bool *stop,
			 union port_address from, union port_address to,
			 int *listener)
{
	pthread_t drain;
	int i, ret;

	ret = pthread_create(&drain, NULL, drain_run, listener);
	for (i = 0; !ret && i < WORKERS; i++) {
		workers[i].from = from;
		workers[i].to = to;
		workers[i].stop = stop;
		ret = pthread_create(&workers[i].thread, NULL, worker_run,
				     &workers[i]);
	}
	return ret;
}

TEST_F(late_bind, the_setting_can_flip_while_sockets_bind_and_connect)
{
	struct worker workers[WORKERS] = { 0 };
	atomic_bool stop = false;
	time_t end = time(NULL) + 1;
	int i, ret = 0;

	/*
	 * Not one that draws at random: it may draw the port released just now,
	 * and a server that still has the old connection in hand, where packets
	 * overtake each other, refuses the new one (docs/trust.md).
	 */
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "least_recent"));
	ASSERT_EQ(0, workers_start(workers, &stop, address(variant, 0),
				   address(variant, PORT_LISTENER),
				   &self->listener[0]));
	for (i = 0; !ret && time(NULL) <= end; i++)
		ret = sysctl_set("dynport/late_bind", i % 2 ? "0" : "1");
	atomic_store(&stop, true);
	EXPECT_EQ(0, ret);
	for (i = 0; i < WORKERS; i++) {
		ASSERT_EQ(0, pthread_join(workers[i].thread, NULL));
		EXPECT_EQ(0, workers[i].error) {
			TH_LOG("%s", strerror(workers[i].error));
		}
		EXPECT_GT(workers[i].connections, 0);
	}
	EXPECT_GT(stats_get("binds_postponed"), 0);
	EXPECT_GT(stats_get("bind_searches"), 0);
}

/* In a namespace of its own, until it is killed. */
static void bind_for_ever(const FIXTURE_VARIANT(late_bind) *variant, int ready)
{
	struct worker workers[WORKERS] = { 0 };
	atomic_bool never = false;
	int listener;

	if (netns_enter_new() || sysctl_set_window(LOW, HIGH) ||
	    sysctl_set("dynport/late_bind", "1"))
		_exit(1);
	listener = socket(address(variant, 0).any.sa_family,
			  SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 ||
	    port_bind(listener, address(variant, PORT_LISTENER)) ||
	    listen(listener, 2 * PORTS) ||
	    workers_start(workers, &never, address(variant, 0),
			  address(variant, PORT_LISTENER), &listener) ||
	    write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		sleep(60);
}

TEST_F(late_bind, a_namespace_can_end_while_its_sockets_bind_and_connect)
{
	struct timespec pause = { .tv_nsec = 30000000 };
	int i, fd, status, ready[2];
	pid_t child;
	char c;

	for (i = 0; i < DEATHS; i++) {
		ASSERT_EQ(0, pipe2(ready, O_CLOEXEC));
		child = fork();
		ASSERT_GE(child, 0);
		if (!child)
			bind_for_ever(variant, ready[1]);
		close(ready[1]);
		EXPECT_EQ(1, read(ready[0], &c, 1));
		close(ready[0]);
		nanosleep(&pause, NULL);
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	fd = open_bound(_metadata, self->family, address(variant, 0));
	EXPECT_EQ(0, port_of(fd));
	ASSERT_EQ(0, port_connect(fd, address(variant, PORT_LISTENER)));
}

TEST_HARNESS_MAIN
