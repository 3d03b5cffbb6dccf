// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections whose port dynport chose carry data, end in TIME_WAIT like
 * others, and TIME_WAIT ports come back as the stock kernel lets them.
 */
#include <poll.h>
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "variant.h"

#define LOW 40000
#define PORTS 8

static int transfer(int listener, int family, const char *text, int *client,
		    int *server)
{
	size_t len = strlen(text);
	struct pollfd incoming = { .fd = listener, .events = POLLIN };
	char back[64];

	*client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*client < 0 ||
	    port_connect(*client, port_loopback(family, PORT_LISTENER)))
		return -1;
	/* the listener may learn of it later than the client */
	if (poll(&incoming, 1, 5000) != 1)
		return -1;
	*server = accept(listener, NULL, NULL);
	if (*server < 0)
		return -1;
	if (send(*client, text, len, 0) != len ||
	    recv(*server, back, sizeof(back), 0) != len ||
	    memcmp(text, back, len))
		return -1;
	if (send(*server, back, len, 0) != len ||
	    recv(*client, back, sizeof(back), 0) != len ||
	    memcmp(text, back, len))
		return -1;
	return 0;
}

FIXTURE(traffic)
{
	struct port_taker taker;
};

FIXTURE_VARIANT(traffic)
{
	struct variant choice;
};

VARIANT_ADD_EIGHT(traffic, tcp, PORT_PATH_CONNECT, v4, AF_INET)
VARIANT_ADD_EIGHT(traffic, tcp, PORT_PATH_CONNECT, v6, AF_INET6)

FIXTURE_SETUP(traffic)
{
	VARIANT_SETUP(&variant->choice, LOW, LOW + 1023, &self->taker);
	/* else the kernel lets a port go on after a second of TIME_WAIT */
	ASSERT_EQ(0, sysctl_set("ipv4/tcp_tw_reuse", "0"));
}

FIXTURE_TEARDOWN(traffic)
{
}

TEST_F(traffic, flows_and_ports_stay_unique_with_time_wait_around)
{
	bool busy[1024] = { false };
	int i, client, server, port;
	char text[32], c;

	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "message %d", i);
		ASSERT_EQ(0, transfer(self->taker.listener,
				      variant->choice.family, text, &client,
				      &server)) {
			TH_LOG("%s", strerror(errno));
		}
		port = port_of(client);
		ASSERT_GE(port, LOW);
		ASSERT_LT(port, LOW + 1024);
		EXPECT_FALSE(busy[port - LOW]) {
			TH_LOG("port %d is in TIME_WAIT", port);
		}
		/* who closes first keeps the port in TIME_WAIT */
		busy[port - LOW] = i % 2;
		if (i % 2) {
			shutdown(client, SHUT_WR);
			EXPECT_EQ(0, recv(server, &c, 1, 0));
			close(server);
			EXPECT_EQ(0, recv(client, &c, 1, 0));
			close(client);
		} else {
			port_release(client);
			close(server);
		}
	}
}

/*
 * A window full of TIME_WAIT: connect() fails as on the stock kernel, and
 * succeeds when the kernel finds them old enough (tcp_tw_reuse allows it for
 * loopback after a second). One namespace for each algorithm, so that all wait
 * together.
 */
TEST(time_wait_ports_are_used_again_when_the_kernel_allows)
{
	static const char * const names[] = {
		"stock", "bsd", "random_start", "random_pick", "hash",
		"doublehash", "randinc", "least_recent",
	};
	int space[8], i, k, fd, client, server, count = 8;
	struct port_taker taker[8];
	struct timespec pause = { .tv_nsec = 50000000 };
	char c;

	if (!sysctl_have_dynport())
		count = 1;
	for (i = 0; i < count; i++) {
		struct variant choice = {
			PORT_PATH_CONNECT, AF_INET, names[i]
		};

		ASSERT_EQ(0, variant_enter(&choice, LOW, LOW + PORTS - 1,
					   &taker[i]));
		space[i] = netns_open();
		ASSERT_GE(space[i], 0);
		ASSERT_EQ(0, sysctl_set("ipv4/tcp_tw_reuse", "2"));
		for (k = 0; k < PORTS; k++) {
			ASSERT_EQ(0, transfer(taker[i].listener, AF_INET, "x",
					      &client, &server)) {
				TH_LOG("%s: %s", names[i], strerror(errno));
			}
			shutdown(client, SHUT_WR);
			EXPECT_EQ(0, recv(server, &c, 1, 0));
			close(server);
			EXPECT_EQ(0, recv(client, &c, 1, 0));
			close(client);
		}
	}
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, netns_enter(space[i]));
		fd = -1;
		/* 10 s at most */
		for (k = 0; k < 200 && fd < 0; k++) {
			fd = port_take(&taker[i]);
			if (fd >= 0)
				break;
			ASSERT_EQ(EADDRNOTAVAIL, errno);
			nanosleep(&pause, NULL);
		}
		ASSERT_GE(fd, 0) {
			TH_LOG("%s: no TIME_WAIT port came back", names[i]);
		}
		EXPECT_GE(port_of(fd), LOW);
		EXPECT_LT(port_of(fd), LOW + PORTS);
	}
}

TEST_HARNESS_MAIN
