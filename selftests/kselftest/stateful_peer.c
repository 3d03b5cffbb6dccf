// SPDX-License-Identifier: GPL-2.0-only
/*
 * A firewall that remembers connections for a second after their end resets one
 * that comes from the same port meanwhile: with nftables and connection
 * tracking, in a network namespace of its own behind a veth pair. A quarantine
 * of more than a second makes the client get by, with a port map and without.
 */
#include <signal.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define LOW 40000
#define PORTS 2000
#define HELD 800	/* to have a map */
#define CONNECTIONS 700

#define PEER "192.0.2.1"

static const char firewall[] =
	"table ip peer {\n"
	"  set ended {\n"
	"    type ipv4_addr . inet_service\n"
	"    flags dynamic,timeout\n"
	"    timeout 1s\n"
	"  }\n"
	"  chain input {\n"
	"    type filter hook input priority 0\n"
	"    ct state new tcp flags syn / syn,rst,fin ip saddr . tcp sport @ended reject with tcp reset\n"
	"    tcp flags fin,rst update @ended { ip saddr . tcp sport }\n"
	"  }\n"
	"}\n";

static int run(const char *command, const char *input)
{
	FILE *pipe = popen(command, "we");

	if (!pipe)
		return -1;
	/* The program may not be there, and not read. */
	signal(SIGPIPE, SIG_IGN);
	fputs(input, pipe);
	return pclose(pipe);
}

FIXTURE(stateful_peer)
{
	int client, listener;
};

FIXTURE_SETUP(stateful_peer)
{
	char command[256];
	int peer;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, netns_enter_new());
	peer = netns_open();
	ASSERT_GE(peer, 0);
	if (run("nft -f -", firewall))
		SKIP(return, "nftables, or connection tracking, isn't there");
	self->listener = port_listener_open(AF_INET, 0, PORT_LISTENER);
	ASSERT_GE(self->listener, 0);

	ASSERT_EQ(0, netns_enter_new());
	self->client = netns_open();
	ASSERT_GE(self->client, 0);
	snprintf(command, sizeof(command),
		 "ip link add client type veth peer name peer netns /proc/%d/fd/%d",
		 getpid(), peer);
	ASSERT_EQ(0, run(command, ""));
	ASSERT_EQ(0, run("ip -batch -",
			 "addr add 192.0.2.2/24 dev client\nlink set client up\n"));
	ASSERT_EQ(0, netns_enter(peer));
	ASSERT_EQ(0, run("ip -batch -",
			 "addr add " PEER "/24 dev peer\nlink set peer up\n"));
	ASSERT_EQ(0, netns_enter(self->client));
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
}

FIXTURE_TEARDOWN(stateful_peer)
{
}

static int peer_connect(void)
{
	union port_address address = { .v4 = { .sin_family = AF_INET } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.v4.sin_port = htons(PORT_LISTENER);
	inet_pton(AF_INET, PEER, &address.v4.sin_addr);
	if (fd >= 0 && port_connect(fd, address)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Connections, one after the other; how many the peer refused. */
static int refused(struct __test_metadata *_metadata, int listener)
{
	int i, fd, count = 0;

	for (i = 0; i < CONNECTIONS; i++) {
		fd = peer_connect();
		if (fd < 0 && errno == ECONNREFUSED)
			count++;
		else if (fd < 0)
			TH_LOG("%s", strerror(errno));
		else
			port_release(fd);
		port_listener_drain(listener);
	}
	return count;
}

static void hold(struct __test_metadata *_metadata, int listener)
{
	int i;

	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	for (i = 0; i < HELD; i++) {
		ASSERT_GE(peer_connect(), 0);
		port_listener_drain(listener);
	}
	ASSERT_GT(stats_get("maps_created"), 0);
}

TEST_F(stateful_peer, refuses_what_is_reused_at_once)
{
	EXPECT_GT(refused(_metadata, self->listener), 0);
}

TEST_F(stateful_peer, refuses_nothing_with_a_quarantine)
{
	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "1300"));
	EXPECT_EQ(0, refused(_metadata, self->listener));
}

TEST_F(stateful_peer, refuses_nothing_with_a_quarantine_and_a_map)
{
	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "1300"));
	hold(_metadata, self->listener);
	EXPECT_EQ(0, refused(_metadata, self->listener));
}

TEST_F(stateful_peer, refuses_nothing_with_least_recent)
{
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "least_recent"));
	EXPECT_EQ(0, refused(_metadata, self->listener));
	/* N/2 choices, and the rest of the second: see the test above. */
	EXPECT_LT(CONNECTIONS, PORTS / 2);
}

TEST_HARNESS_MAIN
