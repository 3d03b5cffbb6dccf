// SPDX-License-Identifier: GPL-2.0-only
/*
 * guard_seconds: a port that a service has, or had just now, isn't chosen for
 * others while there are any; so the service can restart. Without it, as with
 * the stock kernel, it sometimes can't.
 */
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define PORTS 64
#define HELD 40		/* by others, at a time */
#define RESTARTS 200
/* Choices for others while the service is down; random_pick passes by the last four. */
#define BETWEEN 8

FIXTURE(guard)
{
	struct port_taker taker;
	uint16_t service;
};

FIXTURE_VARIANT(guard)
{
	struct variant choice;
};

VARIANT_ADD_EIGHT(guard, connect, PORT_PATH_CONNECT, v4, AF_INET)
VARIANT_ADD(guard, connect, PORT_PATH_CONNECT, v6, AF_INET6, stock)
VARIANT_ADD(guard, connect, PORT_PATH_CONNECT, v6, AF_INET6, random_pick)
VARIANT_ADD(guard, bind, PORT_PATH_BIND, v4, AF_INET, stock)
VARIANT_ADD(guard, bind, PORT_PATH_BIND, v4, AF_INET, random_pick)
VARIANT_ADD(guard, bind, PORT_PATH_BIND, v6, AF_INET6, bsd)
VARIANT_ADD(guard, udp, PORT_PATH_UDP, v4, AF_INET, stock)
VARIANT_ADD(guard, udp, PORT_PATH_UDP, v4, AF_INET, random_pick)
VARIANT_ADD(guard, udp, PORT_PATH_UDP, v6, AF_INET6, bsd)

FIXTURE_SETUP(guard)
{
	VARIANT_SETUP(&variant->choice, LOW, LOW + PORTS - 1, &self->taker);
	/* In the class of ports that the path chooses from first. */
	self->service = LOW + PORTS / 2 +
			(variant->choice.path == PORT_PATH_BIND);
}

FIXTURE_TEARDOWN(guard)
{
}

/* A service on `address`: -1 and errno. */
static int service_start(const struct port_taker *taker,
			 union port_address address)
{
	int one = 1, fd, error;

	fd = port_socket(taker);
	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !port_bind(fd, address) &&
	    (!port_path_is_tcp(taker->path) || !listen(fd, 16)))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

TEST_F(guard, a_service_gets_its_port_back_in_a_storm_of_others)
{
	int others[HELD], failures = 0, service, i, k, next = 0;
	union port_address address;

	address = port_loopback(variant->choice.family, self->service);
	/* Of UDP only sockets of one kind share ports: the service's alone. */
	memset(others, 0xff, sizeof(others));
	service = service_start(&self->taker, address);
	ASSERT_GE(service, 0);
	for (i = 0; i < RESTARTS; i++) {
		if (service >= 0)
			close(service);
		for (k = 0; k < BETWEEN || (!i && k < HELD); k++) {
			if (others[next] >= 0)
				port_release(others[next]);
			others[next] = port_take(&self->taker);
			ASSERT_GE(others[next], 0);
			next = (next + 1) % HELD;
		}
		if (self->taker.listener >= 0)
			port_listener_drain(self->taker.listener);
		service = service_start(&self->taker, address);
		if (service < 0) {
			ASSERT_EQ(EADDRINUSE, errno);
			failures++;
		}
	}
	if (variant_is_stock(&variant->choice)) {
		EXPECT_GT(failures, 0);
		return;
	}
	EXPECT_EQ(0, failures);
	EXPECT_GT(stats_get_path(port_path_name(variant->choice.path),
				 "refused_guard"), 0);
}

/* What only dynport does, with few ports. */
FIXTURE(few_ports)
{
	struct port_taker taker;
};

FIXTURE_VARIANT(few_ports)
{
	struct variant choice;
};

VARIANT_ADD(few_ports, connect, PORT_PATH_CONNECT, v4, AF_INET, random_pick)
VARIANT_ADD(few_ports, bind, PORT_PATH_BIND, v4, AF_INET, random_pick)
VARIANT_ADD(few_ports, bind, PORT_PATH_BIND, v6, AF_INET6, hash)
VARIANT_ADD(few_ports, udp, PORT_PATH_UDP, v4, AF_INET, random_pick)
VARIANT_ADD(few_ports, udp, PORT_PATH_UDP, v6, AF_INET6, randinc)

#define FEW 16

FIXTURE_SETUP(few_ports)
{
	VARIANT_SETUP(&variant->choice, LOW, LOW + FEW - 1, &self->taker);
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
}

FIXTURE_TEARDOWN(few_ports)
{
}

static void pause_ms(long ms)
{
	struct timespec pause = {
		.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000,
	};

	nanosleep(&pause, NULL);
}

/* Does the port come up among so many choices? */
static bool comes_up(const struct port_taker *taker, int port, int choices)
{
	while (choices--)
		if (port_sample(taker) == port)
			return true;
	return false;
}

TEST_F(few_ports, the_guard_ends_after_guard_seconds)
{
	int fd, i;

	ASSERT_EQ(0, sysctl_set("dynport/guard_seconds", "2"));
	fd = service_start(&self->taker,
			   port_loopback(variant->choice.family, LOW + 5));
	ASSERT_GE(fd, 0);
	close(fd);
	/* much less than 2 s */
	EXPECT_FALSE(comes_up(&self->taker, LOW + 5, 40));
	/* 10 s at most */
	for (i = 0; i < 100 && !comes_up(&self->taker, LOW + 5, 10); i++)
		pause_ms(100);
	EXPECT_LT(i, 100);
	/* and needs no time to be switched off */
	ASSERT_EQ(0, sysctl_set("dynport/guard_seconds", "60"));
	fd = service_start(&self->taker,
			   port_loopback(variant->choice.family, LOW + 6));
	ASSERT_GE(fd, 0);
	close(fd);
	EXPECT_FALSE(comes_up(&self->taker, LOW + 6, 100));
	ASSERT_EQ(0, sysctl_set("dynport/guard_seconds", "0"));
	EXPECT_TRUE(comes_up(&self->taker, LOW + 6, 1000));
}

TEST_F(few_ports, a_port_that_nobody_gets_is_guarded_from_the_attempt_on)
{
	int other, service;

	if (variant->choice.path == PORT_PATH_UDP)
		return;	/* sockets with SO_REUSEADDR, and others, share */
	other = port_take(&self->taker);
	ASSERT_GE(other, 0);
	service = service_start(&self->taker,
				port_loopback(variant->choice.family,
					      port_of(other)));
	ASSERT_EQ(-1, service);
	ASSERT_EQ(EADDRINUSE, errno);
	service = port_of(other);
	port_release(other);
	EXPECT_FALSE(comes_up(&self->taker, service, 100));
}

/* Every other port was a service's; then the window serves all its ports. */
TEST_F(few_ports, guarded_ports_are_given_rather_than_none)
{
	static const char * const thresholds[] = { "0", "1", "8" };
	int fd[FEW], i, t, first;

	/* P(1000 draws miss the last unguarded one of 8) < 1e-57 */
	ASSERT_EQ(0, sysctl_set("dynport/search_limit", "1000"));
	for (t = 0; t < 3; t++) {
		ASSERT_EQ(0, sysctl_set("dynport/map_threshold",
					thresholds[t]));
		for (i = 0; i < FEW; i += 2) {
			fd[i] = service_start(&self->taker,
					      port_loopback(variant->choice.family,
							    LOW + i));
			ASSERT_GE(fd[i], 0);
			close(fd[i]);
		}
		for (i = 0; i < FEW; i++) {
			fd[i] = port_take(&self->taker);
			ASSERT_GE(fd[i], 0) {
				TH_LOG("%d of %d: %s", i, FEW, strerror(errno));
			}
			/* None of the guarded ones before the others. */
			if (i < FEW / 2)
				EXPECT_EQ(1, (port_of(fd[i]) - LOW) % 2);
		}
		EXPECT_EQ(-1, port_take(&self->taker));
		EXPECT_EQ(port_path_exhausted(variant->choice.path), errno);
		first = port_of(fd[3]);
		port_release(fd[3]);
		fd[3] = port_take(&self->taker);
		ASSERT_GE(fd[3], 0);
		EXPECT_EQ(first, port_of(fd[3]));
		for (i = 0; i < FEW; i++)
			port_release(fd[i]);
		if (self->taker.listener >= 0)
			port_listener_drain(self->taker.listener);
	}
}

/*
 * A listener on one address doesn't keep others from binding its port on
 * another one; longer than guard_seconds.
 */
TEST_F(few_ports, a_port_is_guarded_while_a_service_has_it_on_any_address)
{
	union port_address address;
	int service, fd[FEW], i;

	if (variant->choice.path == PORT_PATH_CONNECT ||
	    variant->choice.family == AF_INET6)
		return;	/* ::1 is lo's only address */
	ASSERT_EQ(0, sysctl_set("dynport/guard_seconds", "1"));
	address = port_loopback(AF_INET, LOW + 7);
	address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	service = service_start(&self->taker, address);
	ASSERT_GE(service, 0);
	for (i = 0; i < 3; i++) {
		pause_ms(600);
		EXPECT_FALSE(comes_up(&self->taker, LOW + 7, 60));
	}
	for (i = 0; i < FEW; i++) {
		fd[i] = port_take(&self->taker);
		ASSERT_GE(fd[i], 0);
		EXPECT_EQ(i == FEW - 1, port_of(fd[i]) == LOW + 7);
	}
}

/* TCP's and UDP's ports have nothing to do with each other. */
TEST_F(few_ports, the_other_protocol_is_not_concerned)
{
	struct port_taker other = self->taker;
	int fd;

	other.path = port_path_is_tcp(variant->choice.path) ?
		     PORT_PATH_UDP : PORT_PATH_BIND;
	fd = service_start(&other,
			   port_loopback(variant->choice.family, LOW + 5));
	ASSERT_GE(fd, 0);
	EXPECT_TRUE(comes_up(&self->taker, LOW + 5, 1000));
}

TEST_HARNESS_MAIN
