// SPDX-License-Identifier: GPL-2.0-only
/*
 * IP_LOCAL_PORT_RANGE: the module works by narrowing this field of the socket
 * for a moment, so the user's value must be honoured, and be there unchanged
 * afterwards, whatever happened in between.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "kselftest_harness.h"
#include "port.h"
#include "variant.h"

#define LOW 40000
#define HIGH 40255
/* the socket's own range */
#define SOCKET_LOW 40100
#define SOCKET_HIGH 40103

VARIANT_FIXTURE(socket_range, LOW, HIGH)
VARIANT_ADD_ALL_PATHS(socket_range, VARIANT_ADD_EIGHT)

/* The same for the three paths, without the other ways into them */
VARIANT_FIXTURE(socket_range_path, LOW, HIGH)
VARIANT_ADD_PATHS(socket_range_path, VARIANT_ADD_EIGHT)

/* A kernel before 6.3 may lack it; Debian's 6.1 has it. */
static bool have_socket_range(const struct port_taker *taker)
{
	int fd = port_socket(taker);
	bool have = !port_range_set(fd, LOW, HIGH) || errno != ENOPROTOOPT;

	close(fd);
	return have;
}

#define NEED_SOCKET_RANGE()						\
	do {								\
		if (!have_socket_range(&self->taker))			\
			SKIP(return, "no IP_LOCAL_PORT_RANGE");		\
	} while (0)

static void expect_range(struct __test_metadata *_metadata, int fd, int low,
			 int high)
{
	uint16_t l, h;

	ASSERT_EQ(0, port_range_get(fd, &l, &h));
	EXPECT_EQ(low, l);
	EXPECT_EQ(high, h);
}

TEST_F(socket_range, is_honoured_and_unchanged_after_success_and_failure)
{
	bool seen[SOCKET_HIGH - SOCKET_LOW + 1] = { false };
	int i, fd, port;

	NEED_SOCKET_RANGE();
	for (i = 0; i < 4; i++) {
		fd = port_socket(&self->taker);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, port_range_set(fd, SOCKET_LOW, SOCKET_HIGH));
		ASSERT_EQ(0, port_choose(&self->taker, fd));
		port = port_of(fd);
		ASSERT_GE(port, SOCKET_LOW);
		ASSERT_LE(port, SOCKET_HIGH);
		ASSERT_FALSE(seen[port - SOCKET_LOW]);
		seen[port - SOCKET_LOW] = true;
		expect_range(_metadata, fd, SOCKET_LOW, SOCKET_HIGH);
	}

	fd = port_socket(&self->taker);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, port_range_set(fd, SOCKET_LOW, SOCKET_HIGH));
	EXPECT_EQ(-1, port_choose(&self->taker, fd));
	EXPECT_EQ(port_path_exhausted(variant->choice.path), errno);
	expect_range(_metadata, fd, SOCKET_LOW, SOCKET_HIGH);

	/* the same socket, with a range that has room */
	ASSERT_EQ(0, port_range_set(fd, 40200, 40200));
	ASSERT_EQ(0, port_choose(&self->taker, fd));
	EXPECT_EQ(40200, port_of(fd));
	expect_range(_metadata, fd, 40200, 40200);
}

TEST_F(socket_range_path, may_set_one_end_only)
{
	int fd;

	NEED_SOCKET_RANGE();
	fd = port_socket(&self->taker);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, port_range_set(fd, HIGH, 0));
	ASSERT_EQ(0, port_choose(&self->taker, fd));
	EXPECT_EQ(HIGH, port_of(fd));
	expect_range(_metadata, fd, HIGH, 0);

	fd = port_socket(&self->taker);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, port_range_set(fd, 0, LOW));
	ASSERT_EQ(0, port_choose(&self->taker, fd));
	EXPECT_EQ(LOW, port_of(fd));
	expect_range(_metadata, fd, 0, LOW);
}

TEST_F(socket_range_path, has_no_effect_outside_the_systems_range)
{
	int fd, port;

	NEED_SOCKET_RANGE();
	fd = port_socket(&self->taker);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, port_range_set(fd, 50000, 50003));
	ASSERT_EQ(0, port_choose(&self->taker, fd));
	port = port_of(fd);
	EXPECT_GE(port, LOW);
	EXPECT_LE(port, HIGH);
	expect_range(_metadata, fd, 50000, 50003);
}

TEST_F(socket_range_path, stays_unset_where_nobody_set_it)
{
	int fd;

	NEED_SOCKET_RANGE();
	fd = port_take(&self->taker);
	ASSERT_GE(fd, 0);
	expect_range(_metadata, fd, 0, 0);
}

struct changer {
	int fd;
	uint16_t step;		/* counts settings; the last one stays */
	atomic_bool stop;
	int error;
};

static void *changer_run(void *arg)
{
	struct changer *changer = arg;

	while (!atomic_load(&changer->stop)) {
		changer->step++;
		if (port_range_set(changer->fd, LOW + changer->step % 64,
				   LOW + 64 + changer->step % 64)) {
			changer->error = errno;
			break;
		}
	}
	return NULL;
}

/*
 * A socket that fails to get a port keeps on trying while another thread sets
 * its range. No port is free, so the search is long and the two meet often.
 */
TEST_F(socket_range_path, a_concurrent_setsockopt_wins)
{
	struct changer changer = { .stop = false };
	pthread_t thread;
	int i;

	NEED_SOCKET_RANGE();
	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", "40000-40127"));
	changer.fd = port_socket(&self->taker);
	ASSERT_GE(changer.fd, 0);
	ASSERT_EQ(0, port_range_set(changer.fd, LOW, LOW + 64));
	ASSERT_EQ(0, pthread_create(&thread, NULL, changer_run, &changer));
	for (i = 0; i < 200; i++) {
		if (!port_choose(&self->taker, changer.fd) ||
		    errno != port_path_exhausted(variant->choice.path))
			break;
	}
	atomic_store(&changer.stop, true);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(200, i);
	EXPECT_EQ(0, changer.error);
	expect_range(_metadata, changer.fd, LOW + changer.step % 64,
		     LOW + 64 + changer.step % 64);
}

TEST_HARNESS_MAIN
