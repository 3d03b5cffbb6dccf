// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port maps: a port space that fills up gets one, from then on a search needs
 * one candidate, and failures are answered by the map; settings that change
 * under a map, or its namespace's end, do no harm.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define SPACES_FILE "/proc/thread-self/net/dynport/spaces"
#define SPACES_HEADER "proto\tfamily\tladdr\traddr\trport\tports\tbusy\tfree\t"
#define LOW 40000
#define PORTS 256
#define OTHER_LOW 41000
#define OTHER_PORTS 128
#define FAILURES 200
#define NAMESPACES 5
#define DESTINATIONS 4
#define ENDS 4		/* of TIME_WAITs */
#define DROP_CACHES "/proc/sys/vm/drop_caches"
/*
 * A sweep that looks at a port just when it is being taken may leave it free
 * in the map, which costs a refusal later on. So few are no error.
 */
#define RACES 2

struct space {
	char laddr[64], raddr[64], path[16];
	int rport, ports, busy, free, low;
};

struct holder {
	int count, fd[PORTS];
	bool seen[PORTS];
};

#define ADD_RANDOM(fixture, path_name, path, family_name, family)		\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_start)	\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_pick)
VARIANT_FIXTURE(maps, LOW, LOW + PORTS - 1)
VARIANT_ADD_PATHS(maps, ADD_RANDOM)

/* The number of spaces, -1 if the file is not as it should be; the last one. */
static int spaces_read(struct space *space)
{
	char line[512];
	int count = -1;
	FILE *f;

	f = fopen(SPACES_FILE, "re");
	if (!f)
		return -1;
	if (fgets(line, sizeof(line), f) &&
	    !strncmp(line, SPACES_HEADER, strlen(SPACES_HEADER)))
		count = 0;
	while (count >= 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %*s %63s %63s %d %d %d %d %*s %*s %*s %*s %15s %*d %d",
			   space->laddr, space->raddr, &space->rport,
			   &space->ports, &space->busy, &space->free,
			   space->path, &space->low) == 8 &&
		    space->busy + space->free == space->ports)
			count++;
		else
			count = -1;
	}
	fclose(f);
	return count;
}

/* Takes ports of a window until the holder has `count`. */
static void take(struct __test_metadata *_metadata, struct holder *holder,
		 const struct port_taker *taker, int low, int ports, int count)
{
	int fd, port;

	while (holder->count < count) {
		fd = port_take(taker);
		ASSERT_GE(fd, 0);
		port = port_of(fd);
		ASSERT_GE(port, low);
		ASSERT_LT(port, low + ports);
		ASSERT_FALSE(holder->seen[port - low]);
		holder->seen[port - low] = true;
		holder->fd[holder->count++] = fd;
	}
}

#define take_all(_metadata, holder, taker)	\
	take(_metadata, holder, taker, LOW, PORTS, PORTS)

/* Takes ports until there is a map, and waits until it knows them. */
static void take_until_map(struct __test_metadata *_metadata,
			   struct holder *holder,
			   const struct port_taker *taker)
{
	struct space space;
	int i;

	while (!spaces_read(&space)) {
		ASSERT_LT(holder->count, PORTS - 6);
		take(_metadata, holder, taker, LOW, PORTS, holder->count + 1);
	}
	EXPECT_EQ(1, stats_get("maps_created"));
	for (i = 0; i < 1000 && !stats_get("sweeps"); i++)
		usleep(10000);
	ASSERT_LT(0, stats_get("sweeps"));
}

static void expect_exhausted(struct __test_metadata *_metadata,
			     const struct port_taker *taker)
{
	EXPECT_EQ(-1, port_take(taker));
	EXPECT_EQ(port_path_exhausted(taker->path), errno);
}

TEST_F(maps, what_fills_up_gets_one_and_needs_one_candidate_then)
{
	struct holder holder = { 0 };
	const char *path = port_path_name(variant->choice.path), *loopback;
	bool connects = variant->choice.path == PORT_PATH_CONNECT;
	long long candidates;
	struct space space;
	int taken;

	take_until_map(_metadata, &holder, &self->taker);
	taken = holder.count;
	ASSERT_EQ(1, spaces_read(&space));
	loopback = variant->choice.family == AF_INET ? "127.0.0.1" : "::1";
	EXPECT_STREQ(loopback, space.laddr);
	EXPECT_STREQ(connects ? loopback : "-", space.raddr);
	EXPECT_EQ(connects ? PORT_LISTENER : 0, space.rport);
	EXPECT_STREQ(path, space.path);
	EXPECT_EQ(LOW, space.low);
	EXPECT_EQ(PORTS, space.ports);
	EXPECT_LE(space.busy, taken);
	EXPECT_GE(space.busy, taken - RACES);

	candidates = stats_get_path(path, "candidates");
	take_all(_metadata, &holder, &self->taker);
	candidates = stats_get_path(path, "candidates") - candidates;
	EXPECT_GE(candidates, PORTS - taken);
	EXPECT_LE(candidates, PORTS - taken + RACES);
	EXPECT_LE(PORTS - taken, stats_get_path(path, "map_hits"));
	ASSERT_EQ(1, spaces_read(&space));
	EXPECT_LE(space.free, RACES);
}

TEST_F(maps, failures_are_cached_and_a_released_port_is_found_at_once)
{
	struct holder holder = { 0 };
	const char *path = port_path_name(variant->choice.path);
	long long cached, refused;
	int fd, i, port;

	take_until_map(_metadata, &holder, &self->taker);
	take_all(_metadata, &holder, &self->taker);
	/* Whatever a race has left free in the map is tried here. */
	expect_exhausted(_metadata, &self->taker);

	cached = stats_get_path(path, "exhausted_cached");
	refused = stats_get_path(path, "refused_kernel");
	fd = port_socket(&self->taker);
	for (i = 0; i < FAILURES; i++) {
		ASSERT_EQ(-1, port_choose(&self->taker, fd));
		ASSERT_EQ(port_path_exhausted(self->taker.path), errno);
	}
	EXPECT_LT(cached, stats_get_path(path, "exhausted_cached"));
	EXPECT_GE(refused + RACES, stats_get_path(path, "refused_kernel"));
	EXPECT_EQ(FAILURES + 1, stats_get_path(path, "exhausted"));

	for (i = 0; i < PORTS; i += 17) {
		port = port_of(holder.fd[i]);
		port_release(holder.fd[i]);
		holder.fd[i] = port_take(&self->taker);
		EXPECT_EQ(port, port_of(holder.fd[i]));
		expect_exhausted(_metadata, &self->taker);
	}
}

/*
 * A port that was released in the map and isn't yet in the kernel looks like one
 * that was taken by name meanwhile: the failure that it brings about tells nothing
 * of the next moment.
 */
TEST_F(maps, a_failure_is_not_cached_where_the_map_was_wrong)
{
	struct holder holder = { 0 };
	const char *path = port_path_name(variant->choice.path);
	union port_address address;
	int i, fd, family = variant->choice.family;

	take_until_map(_metadata, &holder, &self->taker);
	take_all(_metadata, &holder, &self->taker);
	expect_exhausted(_metadata, &self->taker);
	address = port_loopback(family, port_of(holder.fd[PORTS / 2]));
	port_release(holder.fd[PORTS / 2]);
	fd = port_socket(&self->taker);
	ASSERT_EQ(0, port_bind(fd, address));

	/* One candidate is refused, and the kernel asked; then again, in earnest. */
	for (i = 0; i < 2; i++) {
		expect_exhausted(_metadata, &self->taker);
		EXPECT_EQ(0, stats_get_path(path, "exhausted_cached"));
	}
	for (i = 0; i < FAILURES; i++)
		expect_exhausted(_metadata, &self->taker);
	EXPECT_LT(0, stats_get_path(path, "exhausted_cached"));
}

/* bind(0) is kept from a port by a socket of a device, too; connect() isn't. */
TEST_F(maps, a_port_of_a_device_is_found_at_once_where_it_was_in_the_way)
{
	bool in_the_way = variant->choice.path != PORT_PATH_CONNECT;
	struct holder holder = { 0 };
	int fd, port;

	fd = port_socket(&self->taker);
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
	ASSERT_EQ(0, port_choose(&self->taker, fd));
	port = port_of(fd);
	take_until_map(_metadata, &holder, &self->taker);
	take(_metadata, &holder, &self->taker, LOW, PORTS, PORTS - in_the_way);
	expect_exhausted(_metadata, &self->taker);
	expect_exhausted(_metadata, &self->taker);
	port_release(fd);
	/* -1: none is left */
	EXPECT_EQ(in_the_way ? port : -1, port_of(port_take(&self->taker)));
}

/* It is in no space of these: its address is none, and it has no peer. */
TEST_F(maps, a_port_of_a_service_is_found_at_once)
{
	int family = variant->choice.family, port = LOW + PORTS / 2, fd;
	struct holder holder = { 0 };

	fd = port_socket(&self->taker);
	ASSERT_EQ(0, port_bind(fd, port_wildcard(family, port)));
	take_until_map(_metadata, &holder, &self->taker);
	take(_metadata, &holder, &self->taker, LOW, PORTS, PORTS - 1);
	expect_exhausted(_metadata, &self->taker);
	expect_exhausted(_metadata, &self->taker);
	close(fd);
	EXPECT_EQ(port, port_of(port_take(&self->taker)));
}

/* A socket that bound port 0, and then connected elsewhere, keeps it, too. */
TEST_F(maps, a_port_that_was_chosen_by_bind_is_found_at_once)
{
	int family = variant->choice.family, other, port;
	struct holder holder = { 0 };

	if (variant->choice.path != PORT_PATH_CONNECT)
		return;	/* the port is that of a socket, and found as such */
	ASSERT_LE(0, port_listener_open(family, 0, PORT_LISTENER + 1));
	other = port_socket(&self->taker);
	ASSERT_EQ(0, port_bind(other, port_loopback(family, 0)));
	ASSERT_EQ(0, port_connect(other, port_loopback(family,
						       PORT_LISTENER + 1)));
	port = port_of(other);
	take_until_map(_metadata, &holder, &self->taker);
	take(_metadata, &holder, &self->taker, LOW, PORTS, PORTS - 1);
	expect_exhausted(_metadata, &self->taker);
	expect_exhausted(_metadata, &self->taker);
	port_release(other);
	EXPECT_EQ(port, port_of(port_take(&self->taker)));
}

/* What a listener has accepted keeps its port from all destinations, too. */
TEST_F(maps, a_port_of_an_accepted_connection_is_found_at_once)
{
	int family = variant->choice.family, port = LOW + PORTS / 2;
	struct holder holder = { 0 };
	int listener, client, child;

	if (variant->choice.path != PORT_PATH_CONNECT)
		return;	/* the port is that of a socket, and found as such */
	listener = port_socket(&self->taker);
	ASSERT_EQ(0, port_bind(listener, port_loopback(family, port)));
	ASSERT_EQ(0, listen(listener, 1));
	client = port_socket(&self->taker);
	ASSERT_EQ(0, port_bind(client, port_loopback(family, PORT_DISCARD)));
	ASSERT_EQ(0, port_connect(client, port_loopback(family, port)));
	child = accept(listener, NULL, NULL);
	ASSERT_LE(0, child);
	close(listener);
	take_until_map(_metadata, &holder, &self->taker);
	take(_metadata, &holder, &self->taker, LOW, PORTS, PORTS - 1);
	expect_exhausted(_metadata, &self->taker);
	expect_exhausted(_metadata, &self->taker);
	port_release(child);
	EXPECT_EQ(port, port_of(port_take(&self->taker)));
}

/*
 * A connection from a named port leaves a TIME_WAIT, which keeps the port from all
 * destinations until it ends, after a second.
 */
TEST_F(maps, a_port_in_time_wait_after_a_service_is_found_at_once)
{
	int family = variant->choice.family, port = LOW + PORTS / 2, fd, next;
	struct holder holder = { 0 };
	bool ended;
	int i, k;

	if (variant->choice.path != PORT_PATH_CONNECT)
		return;	/* the port is that of a socket, and found as such */
	ASSERT_EQ(0, sysctl_set("ipv4/tcp_fin_timeout", "1"));
	ASSERT_EQ(0, sysctl_set("ipv4/tcp_tw_reuse", "0"));
	ASSERT_LE(0, port_listener_open(family, 0, PORT_LISTENER + 1));
	fd = port_socket(&self->taker);
	ASSERT_EQ(0, port_bind(fd, port_loopback(family, port)));
	take_until_map(_metadata, &holder, &self->taker);
	take(_metadata, &holder, &self->taker, LOW, PORTS, PORTS - 1);
	/* A failure is remembered for milliseconds: it takes luck to see that one is. */
	for (i = 0; i < ENDS; i++) {
		ASSERT_EQ(0, port_connect(fd, port_loopback(family,
							    PORT_LISTENER + 1)));
		close(fd);
		/* Once the other end has answered the FIN. */
		for (k = 0; k < 1000 && port_time_waits() != 1; k++)
			usleep(1000);
		ASSERT_EQ(1, port_time_waits());
		do {
			ended = !port_time_waits();
			next = port_take(&self->taker);
		} while (next < 0 && !ended);
		ASSERT_EQ(port, port_of(next));
		port_release(next);
		fd = port_socket(&self->taker);
		ASSERT_EQ(0, port_bind(fd, port_loopback(family, port)));
	}
}

/* An IPv4-mapped address is one of IPv4: a socket of IPv6 that has it competes. */
TEST_F(maps, a_port_of_a_mapped_address_is_found_at_once)
{
	union port_address mapped = port_mapped_loopback(0);
	struct holder holder = { 0 };
	struct space space;
	int fd, port;

	if (variant->choice.path == PORT_PATH_CONNECT ||
	    variant->choice.family == AF_INET6)
		return;	/* no other sockets compete there */
	take_until_map(_metadata, &holder, &self->taker);
	take(_metadata, &holder, &self->taker, LOW, PORTS, PORTS - 1);
	fd = socket(AF_INET6, port_path_is_tcp(variant->choice.path) ?
		    SOCK_STREAM : SOCK_DGRAM, 0);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, port_bind(fd, mapped));
	port = port_of(fd);
	EXPECT_GE(port, LOW);
	expect_exhausted(_metadata, &self->taker);
	expect_exhausted(_metadata, &self->taker);
	EXPECT_EQ(1, spaces_read(&space));
	EXPECT_EQ(0, space.free);
	close(fd);
	EXPECT_EQ(port, port_of(port_take(&self->taker)));
}

TEST_F(maps, there_are_none_with_a_threshold_or_a_limit_of_0)
{
	struct holder holder = { 0 };
	struct space space;

	/* Either does: one with IPv4, the other with IPv6 */
	ASSERT_EQ(0, sysctl_set(variant->choice.family == AF_INET ?
				"dynport/map_threshold" : "dynport/map_limit", "0"));
	take_all(_metadata, &holder, &self->taker);
	expect_exhausted(_metadata, &self->taker);
	EXPECT_EQ(0, spaces_read(&space));
	EXPECT_EQ(0, stats_get("maps_created"));
}

TEST_F(maps, a_new_window_is_used_at_once)
{
	struct holder holder = { 0 }, other = { 0 };
	struct space space;

	take_until_map(_metadata, &holder, &self->taker);
	ASSERT_EQ(0, sysctl_set_window(OTHER_LOW, OTHER_LOW + OTHER_PORTS - 1));
	take(_metadata, &other, &self->taker, OTHER_LOW, OTHER_PORTS, OTHER_PORTS);
	expect_exhausted(_metadata, &self->taker);
	EXPECT_EQ(1, stats_get("maps_evicted"));
	ASSERT_EQ(1, spaces_read(&space));
	EXPECT_EQ(OTHER_LOW, space.low);
	EXPECT_EQ(OTHER_PORTS, space.ports);
}

TEST_F(maps, a_new_stride_leaves_exhaustion_exact)
{
	struct holder holder = { 0 };

	take_until_map(_metadata, &holder, &self->taker);
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "5"));
	take_all(_metadata, &holder, &self->taker);
	EXPECT_EQ(1, stats_get("maps_evicted"));
	expect_exhausted(_metadata, &self->taker);
}

/* Enters a namespace, fills it, and dies with it. */
static void fill_and_exit(const struct variant *choice)
{
	struct port_taker taker;
	struct space space;
	int i;

	if (variant_enter(choice, LOW, LOW + PORTS - 1, &taker))
		_exit(1);
	for (i = 0; i < PORTS; i++)
		if (port_take(&taker) < 0)
			_exit(2);
	_exit(port_take(&taker) < 0 && spaces_read(&space) == 1 ? 0 : 3);
}

TEST_F(maps, a_namespace_with_one_can_end)
{
	int i, status;
	pid_t child;

	for (i = 0; i < NAMESPACES; i++) {
		child = fork();
		ASSERT_GE(child, 0);
		if (!child)
			fill_and_exit(&variant->choice);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		ASSERT_EQ(0, status);
		ASSERT_LT(0, port_sample(&self->taker));
	}
}

/* What there is one of: connect(), IPv4, random_pick. */
TEST(a_limit_of_1_keeps_the_last_of_two)
{
	struct variant choice = { PORT_PATH_CONNECT, AF_INET, "random_pick" };
	union port_address address = port_loopback(AF_INET, PORT_LISTENER + 1);
	struct port_taker taker;
	struct holder holder = { 0 };
	struct space space;
	int fd, i;

	VARIANT_SETUP(&choice, LOW, LOW + PORTS - 1, &taker);
	ASSERT_EQ(0, sysctl_set("dynport/map_limit", "1"));
	ASSERT_LE(0, port_listener_open(AF_INET, 0, PORT_LISTENER + 1));
	take_all(_metadata, &holder, &taker);
	EXPECT_EQ(1, stats_get("maps_created"));
	for (i = 0; i <= PORTS; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ASSERT_EQ(i < PORTS ? 0 : -1, port_connect(fd, address));
	}
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	EXPECT_EQ(1, stats_get("maps_evicted"));
	ASSERT_EQ(1, spaces_read(&space));
	EXPECT_EQ(PORT_LISTENER + 1, space.rport);
	expect_exhausted(_metadata, &taker);
}

/* Asks in vain until the answer comes from memory. */
static void exhaust(struct __test_metadata *_metadata,
		    const struct port_taker *taker, union port_address address)
{
	const char *path = port_path_name(taker->path);
	int i, fd;

	for (i = 0; i < FAILURES && !stats_get_path(path, "exhausted_cached"); i++) {
		fd = port_socket(taker);
		ASSERT_EQ(-1, port_bind(fd, address));
		ASSERT_EQ(EADDRINUSE, errno);
		close(fd);
	}
	EXPECT_LT(0, stats_get_path(path, "exhausted_cached"));
}

/* IPv4's sockets have all ports: an IPv6 socket may have one, if it is only that. */
static void ipv6_only(struct __test_metadata *_metadata, enum port_path path)
{
	struct variant choice = { path, AF_INET6, "random_pick" };
	struct port_taker taker, ipv4 = { .path = path, .family = AF_INET };
	int i, fd, one = 1;

	VARIANT_SETUP(&choice, LOW, LOW + PORTS - 1, &taker);
	for (i = 0; i < PORTS; i++)
		ASSERT_EQ(0, port_bind(port_socket(&ipv4), port_wildcard(AF_INET, LOW + i)));
	exhaust(_metadata, &taker, port_wildcard(AF_INET6, 0));
	for (i = 0; i < PORTS; i++) {
		fd = port_socket(&taker);
		ASSERT_EQ(-1, port_bind(fd, port_wildcard(AF_INET6, 0)));
		ASSERT_EQ(0, setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, &one, sizeof(one)));
		ASSERT_EQ(0, port_bind(fd, port_wildcard(AF_INET6, 0)));
	}
}

TEST(a_failure_of_both_families_is_not_remembered_for_one_of_ipv6)
{
	ipv6_only(_metadata, PORT_PATH_BIND);
}

TEST(neither_is_one_of_udp)
{
	ipv6_only(_metadata, PORT_PATH_UDP);
}

TEST(a_failure_is_not_remembered_for_those_that_may_share_a_port)
{
	struct variant choice = { PORT_PATH_UDP, AF_INET, "random_pick" };
	static const int options[] = { SO_REUSEADDR, SO_REUSEPORT };
	struct port_taker taker;
	int i, fd, one = 1, option;

	VARIANT_SETUP(&choice, LOW, LOW + PORTS - 1, &taker);
	for (i = 0; i < PORTS; i++) {
		fd = port_socket(&taker);
		option = options[i % 2];
		ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, option, &one, sizeof(one)));
		ASSERT_EQ(0, port_bind(fd, port_loopback(AF_INET, LOW + i)));
	}
	exhaust(_metadata, &taker, port_loopback(AF_INET, 0));
	for (i = 0; i < 2; i++) {
		fd = port_socket(&taker);
		ASSERT_EQ(-1, port_bind(fd, port_loopback(AF_INET, 0)));
		ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, options[i], &one, sizeof(one)));
		EXPECT_EQ(0, port_bind(fd, port_loopback(AF_INET, 0)));
	}
}

/* Else whoever likes could have root_reserve_percent forgotten. */
TEST(a_socket_with_a_window_of_its_own_takes_no_map_away)
{
	struct variant choice = { PORT_PATH_BIND, AF_INET, "random_pick" };
	struct holder holder = { 0 };
	struct port_taker taker;
	char window[32];
	int fd;

	/* Within the kernel's range, and beside dynport's. */
	VARIANT_SETUP(&choice, LOW - 200, LOW + PORTS - 1, &taker);
	snprintf(window, sizeof(window), "%d %d", LOW, LOW + PORTS - 1);
	ASSERT_EQ(0, sysctl_set("dynport/tcp_port_range", window));
	fd = port_socket(&taker);
	if (port_range_set(fd, LOW - 200, LOW - 101))
		SKIP(return, "this kernel has no IP_LOCAL_PORT_RANGE");
	take_until_map(_metadata, &holder, &taker);
	ASSERT_EQ(0, port_choose(&taker, fd));
	EXPECT_GT(LOW, port_of(fd));
	EXPECT_EQ(0, stats_get("maps_evicted"));
	EXPECT_EQ(1, stats_get("maps_created"));
}

/* A map for each of some destinations, whose ports are then free again. */
static void map_destinations(struct __test_metadata *_metadata)
{
	struct variant choice = { PORT_PATH_CONNECT, AF_INET, "random_pick" };
	struct port_taker taker;
	struct holder holder;
	struct space space;
	int i, n;

	VARIANT_SETUP(&choice, LOW, LOW + PORTS - 1, &taker);
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	for (n = 0; n < DESTINATIONS; n++) {
		union port_address address =
			port_loopback(AF_INET, PORT_LISTENER + n);

		if (n)
			ASSERT_LE(0, port_listener_open(AF_INET, 0,
							PORT_LISTENER + n));
		memset(&holder, 0, sizeof(holder));
		while (spaces_read(&space) <= n) {
			i = holder.count++;
			ASSERT_LT(i, PORTS);
			holder.fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
			ASSERT_EQ(0, port_connect(holder.fd[i], address));
		}
		EXPECT_EQ(PORT_LISTENER + n, space.rport);
		while (holder.count)
			port_release(holder.fd[--holder.count]);
	}
	EXPECT_EQ(0, stats_get("maps_evicted"));
}

TEST(a_lower_limit_drops_those_that_are_too_many)
{
	struct space space;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	map_destinations(_metadata);
	ASSERT_EQ(0, sysctl_set_number("dynport/map_limit", DESTINATIONS));
	EXPECT_EQ(DESTINATIONS, spaces_read(&space));
	ASSERT_EQ(0, sysctl_set("dynport/map_limit", "1"));
	EXPECT_EQ(1, spaces_read(&space));
	EXPECT_EQ(DESTINATIONS - 1, stats_get("maps_evicted"));
	ASSERT_EQ(0, sysctl_set("dynport/map_limit", "0"));
	EXPECT_EQ(0, spaces_read(&space));
}

TEST(a_threshold_of_0_drops_all)
{
	struct space space;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	map_destinations(_metadata);
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "0"));
	EXPECT_EQ(0, spaces_read(&space));
	EXPECT_EQ(DESTINATIONS, stats_get("maps_evicted"));
}

/* Shrinkers are asked for more with each round of the kernel's. */
TEST(they_go_when_memory_is_short)
{
	struct space space;
	int fd, i;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	map_destinations(_metadata);
	fd = open(DROP_CACHES, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	for (i = 0; i < 100 && spaces_read(&space); i++) {
		ASSERT_EQ(1, pwrite(fd, "2", 1, 0));
		usleep(10000);
	}
	EXPECT_EQ(0, spaces_read(&space));
	EXPECT_EQ(DESTINATIONS, stats_get("maps_evicted"));
	close(fd);
}

TEST(only_root_may_read_them)
{
	struct stat st;
	int status;
	pid_t child;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, stat(SPACES_FILE, &st));
	EXPECT_EQ(0400, st.st_mode & 07777);
	child = fork();
	ASSERT_GE(child, 0);
	if (!child)
		_exit(setuid(65534) || open(SPACES_FILE, O_RDONLY) >= 0 ||
		      errno != EACCES);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
