// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket options and kinds of sockets that change how a port is chosen: each
 * works, and its port lies in the window.
 */

#include "kselftest_harness.h"
#include "port.h"
#include "variant.h"

#define LOW 40000
#define PORTS 64
#define HIGH (LOW + PORTS - 1)

FIXTURE(sockopts)
{
	struct port_taker taker;	/* has the listener */
	int family;
	int fd[2 * PORTS];
	int count;
};

FIXTURE_VARIANT(sockopts)
{
	struct variant choice;
};

VARIANT_ADD_EIGHT(sockopts, tcp, PORT_PATH_CONNECT, v4, AF_INET)
VARIANT_ADD_EIGHT(sockopts, tcp, PORT_PATH_CONNECT, v6, AF_INET6)

FIXTURE_SETUP(sockopts)
{
	VARIANT_SETUP(&variant->choice, LOW, HIGH, &self->taker);
	self->family = variant->choice.family;
}

FIXTURE_TEARDOWN(sockopts)
{
}

/* What takes part of both families at once */
FIXTURE(dual_stack)
{
	struct port_taker taker;	/* has a dual-stack listener */
	int fd[2 * PORTS];
};

FIXTURE_VARIANT(dual_stack)
{
	struct variant choice;
};

VARIANT_ADD_EIGHT(dual_stack, tcp, PORT_PATH_CONNECT, v6, AF_INET6)

FIXTURE_SETUP(dual_stack)
{
	VARIANT_SETUP(&variant->choice, LOW, HIGH, &self->taker);
}

FIXTURE_TEARDOWN(dual_stack)
{
}

static int open_socket(struct __test_metadata *_metadata, int family, int type,
		       int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	ASSERT_GE(fd, 0);
	return fd;
}

static void set_flag(struct __test_metadata *_metadata, int fd, int level,
		     int option)
{
	int one = 1;

	ASSERT_EQ(0, setsockopt(fd, level, option, &one, sizeof(one)));
}

static void expect_port_in_window(struct __test_metadata *_metadata, int fd)
{
	int port = port_of(fd);

	EXPECT_GE(port, LOW);
	EXPECT_LE(port, HIGH);
}

/* No two of the fixture's sockets have one port, and all are in the window. */
static void expect_distinct(struct __test_metadata *_metadata, const int *fd,
			    int count)
{
	bool seen[PORTS] = { false };
	int i, port;

	for (i = 0; i < count; i++) {
		port = port_of(fd[i]);
		ASSERT_GE(port, LOW);
		ASSERT_LE(port, HIGH);
		EXPECT_FALSE(seen[port - LOW]) {
			TH_LOG("port %d was given out twice", port);
		}
		seen[port - LOW] = true;
	}
}

TEST_F(sockopts, bind_address_no_port_postpones_the_choice_to_connect)
{
	int fd;

	fd = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	set_flag(_metadata, fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT);
	ASSERT_EQ(0, port_bind(fd, port_loopback(self->family, 0)));
	EXPECT_EQ(0, port_of(fd));
	ASSERT_EQ(0, port_connect(fd, port_loopback(self->family,
						    PORT_LISTENER)));
	expect_port_in_window(_metadata, fd);
}

/* With a port of its own each, as bind(0) gives them, no more than 64 could be. */
TEST_F(sockopts, bind_address_no_port_lets_two_destinations_share_each_port)
{
	int i, other;

	other = port_listener_open(self->family, 0, PORT_LISTENER + 1);
	ASSERT_GE(other, 0);
	for (i = 0; i < 2 * PORTS; i++) {
		self->fd[i] = open_socket(_metadata, self->family, SOCK_STREAM, 0);
		set_flag(_metadata, self->fd[i], SOL_IP, IP_BIND_ADDRESS_NO_PORT);
		ASSERT_EQ(0, port_bind(self->fd[i],
				       port_loopback(self->family, 0)));
		ASSERT_EQ(0, port_connect(self->fd[i],
					  port_loopback(self->family,
							PORT_LISTENER + i / PORTS)));
	}
	expect_distinct(_metadata, self->fd, PORTS);
	expect_distinct(_metadata, self->fd + PORTS, PORTS);
}

TEST_F(sockopts, reuseaddr_shares_a_port_only_when_autobind_reuse_allows)
{
	int i, fd;

	for (i = 0; i < PORTS; i++) {
		self->fd[i] = open_socket(_metadata, self->family, SOCK_STREAM, 0);
		set_flag(_metadata, self->fd[i], SOL_SOCKET, SO_REUSEADDR);
		ASSERT_EQ(0, port_bind(self->fd[i],
				       port_loopback(self->family, 0)));
	}
	expect_distinct(_metadata, self->fd, PORTS);

	fd = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	set_flag(_metadata, fd, SOL_SOCKET, SO_REUSEADDR);
	EXPECT_EQ(-1, port_bind(fd, port_loopback(self->family, 0)));
	EXPECT_EQ(EADDRINUSE, errno);
	ASSERT_EQ(0, sysctl_set("ipv4/ip_autobind_reuse", "1"));
	ASSERT_EQ(0, port_bind(fd, port_loopback(self->family, 0)));
	expect_port_in_window(_metadata, fd);
}

/* The relaxed rule is for when nothing else is left. */
TEST_F(sockopts, autobind_reuse_does_not_share_while_ports_are_free)
{
	int i;

	ASSERT_EQ(0, sysctl_set("ipv4/ip_autobind_reuse", "1"));
	for (i = 0; i < PORTS; i++) {
		self->fd[i] = open_socket(_metadata, self->family, SOCK_STREAM, 0);
		set_flag(_metadata, self->fd[i], SOL_SOCKET, SO_REUSEADDR);
		ASSERT_EQ(0, port_bind(self->fd[i],
				       port_loopback(self->family, 0)));
	}
	expect_distinct(_metadata, self->fd, PORTS);
}

TEST_F(sockopts, reuseport_lets_a_second_listener_bind_the_chosen_port)
{
	int first, second;

	first = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	set_flag(_metadata, first, SOL_SOCKET, SO_REUSEPORT);
	ASSERT_EQ(0, port_bind(first, port_loopback(self->family, 0)));
	expect_port_in_window(_metadata, first);
	second = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	set_flag(_metadata, second, SOL_SOCKET, SO_REUSEPORT);
	ASSERT_EQ(0, port_bind(second, port_loopback(self->family,
						     port_of(first))));
	EXPECT_EQ(0, listen(first, 1));
	EXPECT_EQ(0, listen(second, 1));
}

TEST_F(sockopts, reuseport_sockets_that_bind_port_0_do_not_share)
{
	int i;

	for (i = 0; i < PORTS; i++) {
		self->fd[i] = open_socket(_metadata, self->family, SOCK_STREAM, 0);
		set_flag(_metadata, self->fd[i], SOL_SOCKET, SO_REUSEPORT);
		ASSERT_EQ(0, port_bind(self->fd[i],
				       port_loopback(self->family, 0)));
	}
	expect_distinct(_metadata, self->fd, PORTS);
}

TEST_F(sockopts, reuseport_udp_sockets_get_ports_of_the_window)
{
	int i, fd;

	for (i = 0; i < 8; i++) {
		fd = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
		set_flag(_metadata, fd, SOL_SOCKET, SO_REUSEPORT);
		ASSERT_EQ(0, port_bind(fd, port_loopback(self->family, 0)));
		expect_port_in_window(_metadata, fd);
	}
}

/*
 * The kernel lets the last one join the first, which it meets first, for a port by
 * number; its picker looks at both.
 */
TEST_F(sockopts, reuseport_udp_socket_shares_no_port_with_one_that_does_not)
{
	union port_address other = port_loopback(AF_INET, LOW);
	int fd;

	ASSERT_EQ(0, sysctl_set_window(LOW, LOW));
	other.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	self->fd[0] = open_socket(_metadata, AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, port_bind(self->fd[0], other));
	self->fd[1] = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	set_flag(_metadata, self->fd[1], SOL_SOCKET, SO_REUSEPORT);
	ASSERT_EQ(0, port_bind(self->fd[1], port_loopback(self->family, LOW)));

	fd = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	set_flag(_metadata, fd, SOL_SOCKET, SO_REUSEPORT);
	EXPECT_EQ(-1, port_bind(fd, port_wildcard(self->family, 0)));
	EXPECT_EQ(EADDRINUSE, errno);

	/* Where nobody else has it, they share it. */
	close(self->fd[0]);
	EXPECT_EQ(0, port_bind(fd, port_wildcard(self->family, 0)));
	EXPECT_EQ(LOW, port_of(fd));
}

static int open_on_lo(struct __test_metadata *_metadata, int family, int type)
{
	int fd = open_socket(_metadata, family, type, 0);

	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	return fd;
}

TEST_F(sockopts, bindtodevice_sockets_get_ports_of_the_window)
{
	int fd;

	fd = open_on_lo(_metadata, self->family, SOCK_STREAM);
	ASSERT_EQ(0, port_connect(fd, port_loopback(self->family,
						    PORT_LISTENER)));
	expect_port_in_window(_metadata, fd);
	fd = open_on_lo(_metadata, self->family, SOCK_STREAM);
	ASSERT_EQ(0, port_bind(fd, port_loopback(self->family, 0)));
	expect_port_in_window(_metadata, fd);
	fd = open_on_lo(_metadata, self->family, SOCK_DGRAM);
	ASSERT_EQ(0, port_bind(fd, port_loopback(self->family, 0)));
	expect_port_in_window(_metadata, fd);
}

/* A socket of one device and one of any device compete for a port. */
TEST_F(sockopts, bindtodevice_binds_are_exact)
{
	int i, fd;

	for (i = 0; i < PORTS; i++) {
		self->fd[i] = i % 2 ?
			open_on_lo(_metadata, self->family, SOCK_STREAM) :
			open_socket(_metadata, self->family, SOCK_STREAM, 0);
		ASSERT_EQ(0, port_bind(self->fd[i],
				       port_loopback(self->family, 0)));
	}
	expect_distinct(_metadata, self->fd, PORTS);
	fd = open_on_lo(_metadata, self->family, SOCK_STREAM);
	EXPECT_EQ(-1, port_bind(fd, port_loopback(self->family, 0)));
	EXPECT_EQ(EADDRINUSE, errno);
}

TEST_F(sockopts, connect_of_a_bound_socket_keeps_its_port)
{
	int fd;

	fd = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	ASSERT_EQ(0, port_bind(fd, port_loopback(self->family, 30000)));
	ASSERT_EQ(0, port_connect(fd, port_loopback(self->family,
						    PORT_LISTENER)));
	EXPECT_EQ(30000, port_of(fd));
}

TEST_F(sockopts, nonblocking_connect_has_its_port_at_once)
{
	int fd;

	fd = open_socket(_metadata, self->family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (port_connect(fd, port_loopback(self->family, PORT_LISTENER)))
		ASSERT_EQ(EINPROGRESS, errno);
	expect_port_in_window(_metadata, fd);
}

TEST_F(sockopts, fast_open_connects_from_a_port_of_the_window)
{
	union port_address to = port_loopback(self->family, PORT_LISTENER);
	int fd;

	fd = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	ASSERT_EQ(1, sendto(fd, "x", 1, MSG_FASTOPEN, &to.any,
			    port_address_size(self->family)));
	expect_port_in_window(_metadata, fd);
}

TEST_F(sockopts, refused_connections_do_not_leak_ports)
{
	int i, fd;

	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 3));
	for (i = 0; i < 40; i++) {
		fd = open_socket(_metadata, self->family, SOCK_STREAM, 0);
		EXPECT_EQ(-1, port_connect(fd, port_loopback(self->family,
							     PORT_DISCARD)));
		ASSERT_EQ(ECONNREFUSED, errno);
		close(fd);
	}
}

TEST_F(sockopts, a_disconnected_socket_can_connect_again)
{
	union port_address nowhere = { .any = { .sa_family = AF_UNSPEC } };
	int i, fd;

	fd = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, port_connect(fd, port_loopback(self->family,
							    PORT_LISTENER)));
		expect_port_in_window(_metadata, fd);
		ASSERT_EQ(0, connect(fd, &nowhere.any, sizeof(nowhere)));
	}
}

TEST_F(sockopts, listen_without_bind_listens_on_a_port_of_the_window)
{
	int listener, fd;

	listener = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	ASSERT_EQ(0, listen(listener, 4));
	expect_port_in_window(_metadata, listener);
	fd = open_socket(_metadata, self->family, SOCK_STREAM, 0);
	ASSERT_EQ(0, port_connect(fd, port_loopback(self->family,
						    port_of(listener))));
	EXPECT_NE(port_of(listener), port_of(fd));
	EXPECT_GE(accept(listener, NULL, NULL), 0);
}

TEST_F(sockopts, mptcp_sockets_get_ports_of_the_window)
{
	int listener, fd, peer;
	char c;

	fd = socket(self->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (fd < 0 && (errno == EPROTONOSUPPORT || errno == EINVAL))
		SKIP(return, "this kernel has no MPTCP");
	if (fd < 0 && errno == ENOPROTOOPT)
		SKIP(return, "net.mptcp.enabled is 0");
	ASSERT_GE(fd, 0);

	listener = open_socket(_metadata, self->family, SOCK_STREAM,
			       IPPROTO_MPTCP);
	ASSERT_EQ(0, port_bind(listener, port_loopback(self->family, 0)));
	expect_port_in_window(_metadata, listener);
	ASSERT_EQ(0, listen(listener, 1));

	ASSERT_EQ(0, port_connect(fd, port_loopback(self->family,
						    port_of(listener))));
	expect_port_in_window(_metadata, fd);
	peer = accept(listener, NULL, NULL);
	ASSERT_GE(peer, 0);
	ASSERT_EQ(1, send(fd, "m", 1, 0));
	ASSERT_EQ(1, recv(peer, &c, 1, 0));
	EXPECT_EQ('m', c);

	listener = open_socket(_metadata, self->family, SOCK_STREAM,
			       IPPROTO_MPTCP);
	ASSERT_EQ(0, listen(listener, 1));
	expect_port_in_window(_metadata, listener);
}

TEST_F(sockopts, connected_udp_sockets_talk)
{
	int server, client;
	union port_address from;
	socklen_t len = sizeof(from);
	char c;

	server = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	ASSERT_EQ(0, port_bind(server, port_loopback(self->family, 0)));
	client = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	ASSERT_EQ(0, port_connect(client, port_loopback(self->family,
							port_of(server))));
	expect_port_in_window(_metadata, client);
	ASSERT_EQ(1, send(client, "u", 1, 0));
	ASSERT_EQ(1, recvfrom(server, &c, 1, 0, &from.any, &len));
	EXPECT_EQ(port_of(client), ntohs(from.v4.sin_port));
	ASSERT_EQ(1, sendto(server, "v", 1, 0, &from.any, len));
	ASSERT_EQ(1, recv(client, &c, 1, 0));
	EXPECT_EQ('v', c);
}

TEST_F(sockopts, connect_of_a_bound_udp_socket_keeps_its_port)
{
	int fd, port;

	fd = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	ASSERT_EQ(0, port_bind(fd, port_loopback(self->family, 0)));
	port = port_of(fd);
	ASSERT_EQ(0, port_connect(fd, port_loopback(self->family,
						    PORT_DISCARD)));
	EXPECT_EQ(port, port_of(fd));
	expect_port_in_window(_metadata, fd);
}

TEST_F(sockopts, sendto_gives_a_udp_socket_a_port_and_it_stays)
{
	union port_address to = port_loopback(self->family, PORT_DISCARD);
	int fd, port;

	fd = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	ASSERT_EQ(1, sendto(fd, "x", 1, 0, &to.any,
			    port_address_size(self->family)));
	expect_port_in_window(_metadata, fd);
	port = port_of(fd);
	ASSERT_EQ(1, sendto(fd, "x", 1, 0, &to.any,
			    port_address_size(self->family)));
	EXPECT_EQ(port, port_of(fd));
}

TEST_F(sockopts, sendto_reports_exhaustion_as_eagain)
{
	union port_address to = port_loopback(self->family, PORT_DISCARD);
	socklen_t len = port_address_size(self->family);
	int fd;

	ASSERT_EQ(0, sysctl_set_window(LOW, LOW));
	fd = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	ASSERT_EQ(1, sendto(fd, "x", 1, 0, &to.any, len));
	fd = open_socket(_metadata, self->family, SOCK_DGRAM, 0);
	EXPECT_EQ(-1, sendto(fd, "x", 1, 0, &to.any, len));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(sockopts, udp_lite_has_ports_of_its_own)
{
	int i, fd;

	fd = socket(self->family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDPLITE);
	if (fd < 0 && errno == EPROTONOSUPPORT)
		SKIP(return, "this kernel has no UDP-Lite");
	ASSERT_GE(fd, 0);
	close(fd);
	for (i = 0; i < 2 * PORTS; i++) {
		self->fd[i] = open_socket(_metadata, self->family, SOCK_DGRAM,
					  i < PORTS ? 0 : IPPROTO_UDPLITE);
		ASSERT_EQ(0, port_bind(self->fd[i],
				       port_loopback(self->family, 0)));
	}
	expect_distinct(_metadata, self->fd, PORTS);
	expect_distinct(_metadata, self->fd + PORTS, PORTS);
}

TEST_F(dual_stack, ipv4_and_mapped_connections_compete_for_ports)
{
	int i, fd;

	for (i = 0; i < PORTS; i++) {
		self->fd[i] = open_socket(_metadata, i % 2 ? AF_INET : AF_INET6,
					  SOCK_STREAM, 0);
		ASSERT_EQ(0, port_connect(self->fd[i], i % 2 ?
			port_loopback(AF_INET, PORT_LISTENER) :
			port_mapped_loopback(PORT_LISTENER)));
	}
	expect_distinct(_metadata, self->fd, PORTS);
	fd = open_socket(_metadata, AF_INET6, SOCK_STREAM, 0);
	EXPECT_EQ(-1, port_connect(fd, port_mapped_loopback(PORT_LISTENER)));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
}

TEST_F(dual_stack, ipv4_and_mapped_binds_compete_for_ports)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	int i, k, fd;

	for (k = 0; k < 2; k++) {
		for (i = 0; i < PORTS; i++) {
			self->fd[i] = open_socket(_metadata,
						  i % 2 ? AF_INET : AF_INET6,
						  types[k], 0);
			ASSERT_EQ(0, port_bind(self->fd[i], i % 2 ?
					       port_loopback(AF_INET, 0) :
					       port_mapped_loopback(0)));
		}
		expect_distinct(_metadata, self->fd, PORTS);
		fd = open_socket(_metadata, AF_INET6, types[k], 0);
		EXPECT_EQ(-1, port_bind(fd, port_mapped_loopback(0)));
		EXPECT_EQ(EADDRINUSE, errno);
	}
}

TEST_F(dual_stack, dual_stack_wildcards_compete_with_both_families)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	int i, k, fd;

	for (k = 0; k < 2; k++) {
		for (i = 0; i < PORTS; i++) {
			self->fd[i] = open_socket(_metadata,
						  i % 2 ? AF_INET : AF_INET6,
						  types[k], 0);
			ASSERT_EQ(0, port_bind(self->fd[i],
					       port_wildcard(i % 2 ? AF_INET :
							     AF_INET6, 0)));
		}
		expect_distinct(_metadata, self->fd, PORTS);
		fd = open_socket(_metadata, AF_INET, types[k], 0);
		EXPECT_EQ(-1, port_bind(fd, port_wildcard(AF_INET, 0)));
		EXPECT_EQ(EADDRINUSE, errno);
		fd = open_socket(_metadata, AF_INET6, types[k], 0);
		EXPECT_EQ(-1, port_bind(fd, port_wildcard(AF_INET6, 0)));
		EXPECT_EQ(EADDRINUSE, errno);
	}
}

TEST_F(dual_stack, v6only_wildcards_leave_ipv4_alone)
{
	int i;

	for (i = 0; i < 2 * PORTS; i++) {
		int family = i < PORTS ? AF_INET : AF_INET6;

		self->fd[i] = open_socket(_metadata, family, SOCK_STREAM, 0);
		if (family == AF_INET6)
			set_flag(_metadata, self->fd[i], SOL_IPV6, IPV6_V6ONLY);
		ASSERT_EQ(0, port_bind(self->fd[i], port_wildcard(family, 0)));
	}
	expect_distinct(_metadata, self->fd, PORTS);
	expect_distinct(_metadata, self->fd + PORTS, PORTS);
}

TEST_HARNESS_MAIN
