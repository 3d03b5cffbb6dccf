// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port map tells the truth, whatever sockets do: after random operations of
 * all kinds that share one small window, a space that is short of ports has, a
 * sweep later, exactly those ports busy that the kernel refuses.
 *
 * The operations: connect() from several addresses, over both families, in a VRF
 * and bound to a device; bind(0), never connected; binds to named ports by
 * sockets with SO_REUSEADDR and SO_REUSEPORT, some of which listen or connect;
 * UDP. They end by reset, or in a TIME_WAIT of a second.
 *
 * What the kernel refuses is found by asking it, port by port, with the
 * algorithm stock: after the map has been read, for the end of such a socket is
 * a release that the map learns of. OPERATIONS in the environment: how many, of
 * which each variant does half.
 */
#include <stdlib.h>
#include <time.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define SPACES_FILE "/proc/thread-self/net/dynport/spaces"
#define LOW 40000
#define PORTS 128
#define OPERATIONS 12000
#define ROUNDS_MIN 4
#define ROUND_MAX 50000
#define LEFT 3		/* ports left free where a space is short of them */
#define HELD_MAX 160	/* and what compare() adds */
#define ZOMBIES 64
#define LATE_MAX 10	/* times that somebody came late */
#define DEVICE "vrf0"

/* What may be done is also what is compared: key and path of a space. */
struct place {
	const char *path;
	int type, family;
	const char *address;	/* local */
	const char *device;	/* bound to; NULL: to none */
};

static const struct place places[] = {
	{ "connect", SOCK_STREAM, AF_INET, "127.0.0.1", NULL },
	{ "udp", SOCK_DGRAM, AF_INET, "127.0.0.1", NULL },
	{ "bind", SOCK_STREAM, AF_INET, "0.0.0.0", NULL },
	{ "udp", SOCK_DGRAM, AF_INET6, "::", NULL },
	{ "connect", SOCK_STREAM, AF_INET, "127.0.0.2", NULL },
	{ "udp", SOCK_DGRAM, AF_INET, "0.0.0.0", NULL },
	{ "bind", SOCK_STREAM, AF_INET, "127.0.0.1", NULL },
	{ "udp", SOCK_DGRAM, AF_INET6, "::1", NULL },
	{ "connect", SOCK_STREAM, AF_INET, "127.0.0.1", DEVICE },
	{ "udp", SOCK_DGRAM, AF_INET, "127.0.0.1", DEVICE },
	{ "connect", SOCK_STREAM, AF_INET6, "::1", NULL },
	{ "udp", SOCK_DGRAM, AF_INET, "127.0.0.2", NULL },
	{ "bind", SOCK_STREAM, AF_INET, "127.0.0.1", DEVICE },
	{ "udp", SOCK_DGRAM, AF_INET, "127.0.0.1", "lo" },
	{ "connect", SOCK_STREAM, AF_INET, "127.0.0.1", "lo" },
	{ "udp", SOCK_DGRAM, AF_INET, "127.0.0.1", NULL },
	{ "bind", SOCK_STREAM, AF_INET6, "::", NULL },
	{ "udp", SOCK_DGRAM, AF_INET, "0.0.0.0", NULL },
	{ "bind", SOCK_STREAM, AF_INET6, "::1", NULL },
	{ "udp", SOCK_DGRAM, AF_INET6, "::", NULL },
};

#define PLACES ((int)(sizeof(places) / sizeof(places[0])))

struct held {
	int fd, peer;	/* -1: none */
};

FIXTURE(map_truth)
{
	unsigned int seed;
	int held_count, zombie, compared;
	int listener, listener_device;	/* both families; the VRF's */
	struct held held[HELD_MAX + 2 * PORTS];
	/* Servers that their clients have left: closed late. */
	int zombies[ZOMBIES];
};

static bool is(const struct place *place, const char *path)
{
	return !strcmp(place->path, path);
}

static union port_address address_of(int family, const char *text, int port)
{
	union port_address address = port_wildcard(family, port);

	inet_pton(family, text, family == AF_INET ?
		  (void *)&address.v4.sin_addr : (void *)&address.v6.sin6_addr);
	return address;
}

/* A socket at the place, without a port. */
static int place_socket(const struct place *place)
{
	int fd = socket(place->family, place->type | SOCK_CLOEXEC |
			SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd < 0 ||
	    (place->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE,
					 place->device, strlen(place->device))))
		goto err_close;
	if (is(place, "connect") &&
	    (setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one)) ||
	     port_bind(fd, address_of(place->family, place->address, 0))))
		goto err_close;
	return fd;

err_close:
	close(fd);
	return -1;
}

/*
 * Has a port chosen. A connection to a server whose last client of that port has
 * left, but which hasn't been closed itself, takes a second: nobody waits for it.
 */
static int place_choose(const struct place *place, int fd)
{
	if (!is(place, "connect"))
		return port_bind(fd, address_of(place->family, place->address, 0));
	if (!port_connect(fd, port_loopback(place->family, PORT_LISTENER)) ||
	    errno == EINPROGRESS)
		return 0;
	return -1;
}

/*
 * The other end of fd, if it is there already. Those that came too late for their
 * clients are reset: one that is closed would have a client that has left linger for
 * a minute.
 */
static int place_accept(const FIXTURE_DATA(map_truth) *self,
			const struct place *place, int fd)
{
	bool vrf = place->device && !strcmp(place->device, DEVICE);
	int listener = vrf ? self->listener_device : self->listener, peer;
	union port_address client;
	socklen_t size;

	if (!is(place, "connect"))
		return -1;
	for (;;) {
		size = sizeof(client);
		peer = accept4(listener, &client.any, &size, SOCK_CLOEXEC);
		/* sin_port and sin6_port are at the same offset */
		if (peer < 0 || ntohs(client.v4.sin_port) == port_of(fd))
			return peer;
		port_release(peer);
	}
}

/* Connections that nobody waits for any more are reset; how many? */
static int reset_late(const FIXTURE_DATA(map_truth) *self)
{
	int listeners[2] = { self->listener, self->listener_device };
	int i, peer, count = 0;

	for (i = 0; i < 2; i++) {
		while ((peer = accept4(listeners[i], NULL, NULL, SOCK_CLOEXEC)) >= 0) {
			port_release(peer);
			count++;
		}
	}
	return count;
}

/*
 * The place's line of the file: returns whether it has a map. A port that is to be
 * avoided, since a service has been bound to it, is to be had, too, as a last one.
 */
static bool place_map(const struct place *place, int *busy, int *to_be_had)
{
	int device = place->device ? if_nametoindex(place->device) : 0;
	int found_device, rport, free, cooling;
	char line[512], family[8], laddr[64], path[16];
	bool found = false;
	FILE *f;

	f = fopen(SPACES_FILE, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %7s %63s %*s %d %*d %d %d %*s %*s %*s %*s %15s %d %*d %*d %d",
			       family, laddr, &rport, busy, &free, path,
			       &found_device, &cooling) == 8 &&
			found_device == device && is(place, path) &&
			!strcmp(laddr, place->address) &&
			!strcmp(family, place->family == AF_INET ? "ipv4" : "ipv6");
	if (f)
		fclose(f);
	if (found)
		*to_be_had = free + cooling;
	return found;
}

static int chance(FIXTURE_DATA(map_truth) *self, int n)
{
	return rand_r(&self->seed) % n;
}

static void hold(FIXTURE_DATA(map_truth) *self, int fd, int peer)
{
	self->held[self->held_count].fd = fd;
	self->held[self->held_count++].peer = peer;
}

/* A named port; some listen, some connect from it. */
static void open_named(FIXTURE_DATA(map_truth) *self, const struct place *place)
{
	int port = LOW + chance(self, PORTS), one = 1, peer = -1;
	struct place there = *place;
	int fd;

	there.path = "bind";
	fd = place_socket(&there);
	if (chance(self, 2))
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (chance(self, 2))
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (port_bind(fd, address_of(place->family, place->address, port))) {
		close(fd);
		return;
	}
	if (is(place, "connect") && chance(self, 2)) {
		if (!place_choose(place, fd))
			peer = place_accept(self, place, fd);
	} else if (place->type == SOCK_STREAM && chance(self, 3) == 0) {
		listen(fd, 1);
	}
	hold(self, fd, peer);
}

static void open_any(FIXTURE_DATA(map_truth) *self)
{
	const struct place *place = &places[chance(self, PLACES)];
	int fd;

	if (chance(self, 5) == 0) {
		open_named(self, place);
		return;
	}
	fd = place_socket(place);
	if (place_choose(place, fd))
		close(fd);
	else
		hold(self, fd, place_accept(self, place, fd));
}

/* The client's port is in TIME_WAIT for a second, if the server keeps still. */
static void leave(FIXTURE_DATA(map_truth) *self, struct held *old)
{
	int *zombie = &self->zombies[self->zombie++ % ZOMBIES];

	if (*zombie >= 0)
		port_release(*zombie);
	*zombie = old->peer;
	close(old->fd);
}

static void close_any(FIXTURE_DATA(map_truth) *self)
{
	struct held *old = &self->held[chance(self, self->held_count)];

	if (old->peer >= 0 && chance(self, 8) == 0) {
		leave(self, old);
	} else {
		port_release(old->fd);
		if (old->peer >= 0)
			close(old->peer);
	}
	*old = self->held[--self->held_count];
}

static void operate(FIXTURE_DATA(map_truth) *self, int count)
{
	int aim = HELD_MAX / 2;

	while (count--) {
		if (chance(self, 256) == 0)
			aim = 1 + chance(self, HELD_MAX - 1);
		if (self->held_count < aim)
			open_any(self);
		else
			close_any(self);
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* A port at the place, which is released again: a search that sees the map. */
static void search(const FIXTURE_DATA(map_truth) *self,
		   const struct place *place)
{
	int fd = place_socket(place), peer = -1;

	if (!place_choose(place, fd))
		peer = place_accept(self, place, fd);
	port_release(fd);
	if (peer >= 0)
		close(peer);
}

/* Takes ports until the place is short of them; false if it has no map. */
static bool fill(FIXTURE_DATA(map_truth) *self, const struct place *place)
{
	int busy, left, i, fd;

	for (i = 0; i < PORTS; i++) {
		if (place_map(place, &busy, &left) && left <= LEFT)
			return true;
		if (self->held_count == HELD_MAX + 2 * PORTS)
			return false;
		fd = place_socket(place);
		if (place_choose(place, fd)) {
			close(fd);
			return place_map(place, &busy, &left);
		}
		hold(self, fd, place_accept(self, place, fd));
	}
	return false;
}

/*
 * A TIME_WAIT may keep its port from the spaces of other addresses or devices, whose maps
 * learn of its end by a sweep that a search asks for. So none may end while nothing
 * goes on. Some last longer than tcp_fin_timeout: 3.5 times their RTO.
 */
static void wait_for_time_waits(struct __test_metadata *_metadata)
{
	double began = now();

	while (port_time_waits()) {
		ASSERT_LE(0, port_time_waits());
		ASSERT_LT(now(), began + 90);
		usleep(50000);
	}
}

/*
 * Sweeps come once a second at most; two of each place, and the last TIME_WAITs
 * have ended. What they free is taken, so that the places stay short of ports.
 */
static void wait_for_sweeps(struct __test_metadata *_metadata,
			    FIXTURE_DATA(map_truth) *self,
			    const struct place *const *at, bool *mapped)
{
	long long sweeps = stats_get("sweeps");
	double began = now();
	int i;

	do {
		ASSERT_LT(now(), began + 60);
		for (i = 0; i < 2; i++) {
			mapped[i] = fill(self, at[i]);
			search(self, at[i]);
		}
		usleep(50000);
	} while (now() < began + 3 ||
		 stats_get("sweeps") < sweeps + 2 * (mapped[0] + mapped[1]));
}

/*
 * A sweep may have seen a port that search() had for a moment, and believe it busy
 * until the next one. So those that searches have asked for come now, with nothing
 * going on: until none has for two seconds, twice the pause between them. False if a
 * connection whose SYN was sent again came meanwhile: it is reset, which maps of
 * other devices learn by a sweep; and refused() would do that to it else.
 */
static bool wait_for_quiet(struct __test_metadata *_metadata,
			   const FIXTURE_DATA(map_truth) *self)
{
	double began = now(), since = began;
	long long sweeps = 0, before;

	do {
		ASSERT_LT(now(), began + 60);
		if (reset_late(self))
			return false;
		usleep(50000);
		before = sweeps;
		sweeps = stats_get("sweeps");
		if (sweeps != before)
			since = now();
	} while (now() < since + 2);
	return true;
}

/* How many ports of the window does the kernel refuse, one by one? */
static int refused(struct __test_metadata *_metadata,
		   const FIXTURE_DATA(map_truth) *self,
		   const struct place *place)
{
	int port, fd, peer, count = 0;
	uint32_t range;

	EXPECT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
	for (port = LOW; port < LOW + PORTS; port++) {
		range = port | port << 16;
		fd = place_socket(place);
		ASSERT_EQ(0, setsockopt(fd, SOL_IP, IP_LOCAL_PORT_RANGE, &range,
					sizeof(range)));
		if (place_choose(place, fd)) {
			ASSERT_EQ(is(place, "connect") ? EADDRNOTAVAIL : EADDRINUSE,
				  errno);
			count++;
			close(fd);
			continue;
		}
		peer = place_accept(self, place, fd);
		port_release(fd);
		if (peer >= 0)
			close(peer);
	}
	EXPECT_EQ(0, sysctl_set("dynport/algorithm", "random_pick"));
	return count;
}

static void compare(struct __test_metadata *_metadata,
		    FIXTURE_DATA(map_truth) *self, int round)
{
	const struct place *at[2] = { &places[2 * round % PLACES],
				      &places[(2 * round + 1) % PLACES] };
	int i, busy[2], left, there;
	bool mapped[2];

	wait_for_time_waits(_metadata);
	for (i = 0; i < LATE_MAX; i++) {
		wait_for_sweeps(_metadata, self, at, mapped);
		if (wait_for_quiet(_metadata, self))
			break;
	}
	ASSERT_LT(i, LATE_MAX);
	for (i = 0; i < 2; i++)
		mapped[i] = mapped[i] && place_map(at[i], &busy[i], &left);
	for (i = 0; i < 2; i++) {
		if (!mapped[i])
			continue;
		there = refused(_metadata, self, at[i]);
		EXPECT_EQ(there, busy[i]) {
			TH_LOG("%s, %s, %s: %d ports believed busy, %d are",
			       at[i]->path, at[i]->address, at[i]->device ?: "no device",
			       busy[i], there);
		}
		self->compared++;
	}
}

FIXTURE_VARIANT(map_truth)
{
	bool accepts;		/* tcp_l3mdev_accept */
	int first;		/* round, which says the places */
};

FIXTURE_VARIANT_ADD(map_truth, devices_apart) { false, 0 };
/* Begins with a VRF's. Buckets are no VRF's then. */
FIXTURE_VARIANT_ADD(map_truth, l3mdev_accept) { true, 4 };

static bool vrf_add(void)
{
	return !system("modprobe vrf 2>/dev/null; ip link add " DEVICE
		       " type vrf table 10 && ip link set " DEVICE
		       " up && ip address add 127.0.0.1/8 dev " DEVICE);
}

FIXTURE_SETUP(map_truth)
{
	int i, six = 1, fd;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_TRUE(vrf_add());
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	ASSERT_EQ(0, sysctl_set("ipv4/tcp_tw_reuse", "0"));
	ASSERT_EQ(0, sysctl_set("ipv4/tcp_fin_timeout", "1"));
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	self->listener = port_listener_open(AF_INET6, 0, PORT_LISTENER);
	ASSERT_LE(0, self->listener);
	self->seed = getenv("SEED") ? strtoul(getenv("SEED"), NULL, 10) : time(NULL);
	TH_LOG("SEED=%u", self->seed);
	for (i = 0; i < ZOMBIES; i++)
		self->zombies[i] = -1;
	if (variant->accepts) {
		ASSERT_EQ(0, sysctl_set("ipv4/tcp_l3mdev_accept", "1"));
		self->listener_device = self->listener;
		return;
	}
	self->listener_device = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
				       SOCK_NONBLOCK, 0);
	fd = self->listener_device;
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &six, sizeof(six)));
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, DEVICE,
				strlen(DEVICE)));
	ASSERT_EQ(0, port_bind(fd, port_wildcard(AF_INET, PORT_LISTENER)));
	ASSERT_EQ(0, listen(fd, 4096));
}

FIXTURE_TEARDOWN(map_truth)
{
}

TEST_F_TIMEOUT(map_truth, a_sweep_later_busy_is_what_the_kernel_refuses, 3600)
{
	const char *text = getenv("OPERATIONS");
	long operations = (text ? strtol(text, NULL, 10) : OPERATIONS) / 2;
	int round = ROUND_MAX, i;

	if (operations / round < ROUNDS_MIN)
		round = operations / ROUNDS_MIN + 1;
	for (i = 0; operations > 0; i++, operations -= round) {
		operate(self, round);
		compare(_metadata, self, variant->first + i);
	}
	/* Some places had a map, and were compared. */
	EXPECT_LE(i, self->compared);
	TH_LOG("%d maps compared, %lld sweeps", self->compared, stats_get("sweeps"));
}

TEST_HARNESS_MAIN
