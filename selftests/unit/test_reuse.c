// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_reuse.c - least_recent's promise in a mixed life
 *
 * connect() to several destinations and bind(0), IPv4 and IPv6, with maps coming
 * and going, and now and then a port that the kernel chose: whoever asks, a
 * port comes back after at least N/2 choices from its class, N being the size
 * of that class, while no more than a quarter of it is in use.
 */
#include <linux/random.h>

#include "check.h"
#include "spaces.h"

#define LOW	40000
#define HIGH	40999
#define SPACES	5		/* destinations; the last one is bind(0)'s */
#define CHOICES	30000

struct life {
	struct host *host;
	u32 stride;
	u32 count[2];			/* N: of the classes of connect, bind */
	u32 choices[2];			/* from them */
	u32 last[65536];		/* choice of its class; from 1 on */
	unsigned long busy[SPACES][BITS_TO_LONGS(65536)];
	u16 live[SPACES][64];		/* rings */
	u32 opened[SPACES];
	u32 early;
};

static u32 class_of(const struct life *life, u16 port)
{
	return life->stride && (port - LOW) % life->stride == life->stride - 1;
}

static enum dynport_path path_of(u32 space)
{
	return space == SPACES - 1 ? DYNPORT_PATH_BIND : DYNPORT_PATH_CONNECT;
}

static void life_close_oldest(struct life *life, u32 space)
{
	u32 slot = life->opened[space] % ARRAY_SIZE(life->live[space]);
	struct peer peer = host_peer(space);

	if (!life->live[space][slot])
		return;
	clear_bit(life->live[space][slot], life->busy[space]);
	spaces_release(life->host, path_of(space), &peer,
		       life->live[space][slot], PORTMAP_FREE);
}

static void life_choose(struct life *life, u32 space, bool by_kernel)
{
	u32 slot = life->opened[space] % ARRAY_SIZE(life->live[space]), class;
	struct peer peer = host_peer(space);
	int port;

	life_close_oldest(life, space);
	life->host->gives_up = by_kernel;
	port = host_pick(life->host, path_of(space), &peer, life->busy[space]);
	set_bit(port, life->busy[space]);
	class = class_of(life, port);
	if (!by_kernel) {
		life->choices[class]++;
		life->early += life->last[port] &&
			       2 * (life->choices[class] - life->last[port]) <
			       life->count[class];
	}
	life->last[port] = life->choices[class];
	life->live[space][slot] = port;
	life->opened[space]++;
}

static void check_life(u32 stride, u32 binds, u32 by_kernel, bool maps)
{
	struct life *life = calloc(1, sizeof(*life));
	u32 i, space, early;

	if (!life)
		abort();
	life->host = host_alloc(&dynport_least_recent);
	life->stride = stride;
	life->count[1] = stride ? (HIGH - LOW + 1) / stride : 0;
	life->count[0] = HIGH - LOW + 1 - life->count[1];
	host_set_window(life->host, LOW, HIGH);
	life->host->netns.tunables.bind_stride = stride;
	life->host->sweeps = true;
	for (i = 0; i < CHOICES; i++) {
		struct peer peer;

		space = get_random_u32_below(100) < binds ?
			SPACES - 1 : get_random_u32_below(SPACES - 1);
		life->host->family = space & 1 ? AF_INET6 : AF_INET;
		peer = host_peer(space);
		if (maps && !get_random_u32_below(50))
			spaces_drop(life->host);
		if (maps && !get_random_u32_below(20) &&
		    !spaces_find(life->host, path_of(space), &peer))
			spaces_map(life->host, path_of(space), &peer,
				   life->busy[space]);
		life_choose(life, space, get_random_u32_below(1000) < by_kernel);
	}
	early = life->early;
	EXPECT(life->choices[0] > life->count[0]);
	host_free(life->host);
	free(life);
	EXPECT(!early, "%u of %u came back early, stride %u, %u %% bind(0)",
	       early, CHOICES, stride, binds);
}

static void test_maps(void)
{
	check_life(0, 30, 0, true);
	check_life(2, 0, 0, true);
	check_life(2, 30, 0, true);
}

static void test_classes(void)
{
	check_life(2, 5, 0, false);
	check_life(2, 95, 0, false);
	check_life(4, 50, 0, true);
}

static void test_kernel(void)
{
	check_life(0, 30, 20, false);
	check_life(2, 30, 20, true);
}

/* A socket with a window of its own, as wide as all, between the others. */
static void test_own_window(void)
{
	struct host *host = host_alloc(&dynport_least_recent);
	u32 i, early = 0, last[65536] = { 0 };
	struct peer peer = host_peer(0);
	int port;

	host_set_window(host, LOW, HIGH);
	for (i = 1; i <= CHOICES; i++) {
		if (i % 10)
			host_set_own_window(host, 0, 0);
		else
			host_set_own_window(host, LOW, HIGH);
		port = host_connect(host, &peer, host_nothing_busy);
		early += last[port] && i - last[port] < 250;
		last[port] = i;
	}
	host_free(host);
	EXPECT(!early, "%u of %u came back early", early, CHOICES);
}

const struct test reuse_tests[] = {
	{ "reuse: least_recent's N/2 holds while maps come and go", test_maps },
	{ "reuse: least_recent's N/2 holds in each class by its own choices",
	  test_classes },
	{ "reuse: least_recent's N/2 holds for ports that the kernel chose",
	  test_kernel },
	{ "reuse: least_recent's N/2 holds beside a socket with its own window",
	  test_own_window },
	{ }
};
