// SPDX-License-Identifier: GPL-2.0-only
/*
 * A window of N ports serves N sockets, not one less, and not one more: the
 * next one gets the stock kernel's errno until a port is released. (T12 of the
 * design; RFC 6056 algorithms as published may fail with ports free.)
 */
#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define PORTS 64

struct holder {
	struct port_taker taker;
	int fd[PORTS];
	bool seen[PORTS];
};

/* What the stock kernel does as well */
FIXTURE(exhaustion)
{
	struct holder holder;
};

FIXTURE_VARIANT(exhaustion)
{
	struct variant choice;
};

VARIANT_ADD_ALL_PATHS(exhaustion, VARIANT_ADD_EIGHT)

FIXTURE_SETUP(exhaustion)
{
	VARIANT_SETUP(&variant->choice, LOW, LOW + PORTS - 1, &self->holder.taker);
}

FIXTURE_TEARDOWN(exhaustion)
{
}

/* What only dynport does */
FIXTURE(dynport_exhaustion)
{
	struct holder holder;
};

FIXTURE_VARIANT(dynport_exhaustion)
{
	struct variant choice;
};

VARIANT_ADD_PATHS(dynport_exhaustion, VARIANT_ADD_OWN)

FIXTURE_SETUP(dynport_exhaustion)
{
	VARIANT_SETUP(&variant->choice, LOW, LOW + PORTS - 1, &self->holder.taker);
}

FIXTURE_TEARDOWN(dynport_exhaustion)
{
}

static void expect_exhausted(struct __test_metadata *_metadata,
			     const struct port_taker *taker)
{
	EXPECT_EQ(-1, port_take(taker));
	EXPECT_EQ(port_path_exhausted(taker->path), errno);
}

/* Takes ports until each of the first `count` ports of the window is held. */
static void take_all(struct __test_metadata *_metadata, struct holder *holder, int count)
{
	int i, port;

	for (i = 0; i < count; i++) {
		holder->fd[i] = port_take(&holder->taker);
		ASSERT_GE(holder->fd[i], 0) {
			TH_LOG("failed with %d of %d ports free: %s",
			       count - i, count, strerror(errno));
		}
		port = port_of(holder->fd[i]);
		ASSERT_GE(port, LOW);
		ASSERT_LT(port, LOW + count);
		ASSERT_FALSE(holder->seen[port - LOW]);
		holder->seen[port - LOW] = true;
	}
}

TEST_F(exhaustion, n_ports_serve_n_sockets_and_a_released_port_is_found)
{
	int i, port;

	take_all(_metadata, &self->holder, PORTS);
	expect_exhausted(_metadata, &self->holder.taker);
	expect_exhausted(_metadata, &self->holder.taker);

	for (i = 0; i < PORTS; i += 9) {
		port = port_of(self->holder.fd[i]);
		port_release(self->holder.fd[i]);
		self->holder.fd[i] = port_take(&self->holder.taker);
		ASSERT_GE(self->holder.fd[i], 0);
		EXPECT_EQ(port, port_of(self->holder.fd[i]));
		expect_exhausted(_metadata, &self->holder.taker);
	}
}

TEST_F(dynport_exhaustion, search_limit_and_bind_stride_do_not_make_it_inexact)
{
	ASSERT_EQ(0, sysctl_set("dynport/search_limit", "1"));
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "16"));
	take_all(_metadata, &self->holder, PORTS);
	expect_exhausted(_metadata, &self->holder.taker);
}

/* The stock search itself misses a port of an odd window now and then. */
TEST_F(dynport_exhaustion, an_odd_window_is_exact_too)
{
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 4));
	take_all(_metadata, &self->holder, 5);
	expect_exhausted(_metadata, &self->holder.taker);
}

TEST_F(dynport_exhaustion, is_counted)
{
	const char *path = port_path_name(variant->choice.path);

	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 1));
	take_all(_metadata, &self->holder, 2);
	EXPECT_EQ(0, stats_get_path(path, "exhausted"));
	expect_exhausted(_metadata, &self->holder.taker);
	EXPECT_EQ(1, stats_get_path(path, "exhausted"));
	EXPECT_EQ(3, stats_get_path(path, "searches"));
}

TEST_HARNESS_MAIN
