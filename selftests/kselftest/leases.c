// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases: the ports that were chosen for sockets which others may send to. A
 * dump taken after joining the group, and the events since, tell of every one,
 * exactly; whatever sockets do, and while they do it.
 *
 * What is true follows from what each call returned. (getsockname() would tell
 * of a port that a failed TCP connect() has lost.)
 */
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "netlink.h"
#include "port.h"

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

#define SOCKETS 40	/* of one thread */
#define STEPS 4000
#define THREADS 3
#define ROUNDS 25
#define MANY 3000	/* leases: several messages of a dump */

struct lease {
	uint64_t cookie;
	uint16_t port;
	uint8_t family, protocol;
	uint32_t uid, ifindex;
	unsigned char address[16];
};

struct leases {
	unsigned int count, strange;	/* events that make no sense */
	struct lease lease[MANY + THREADS * SOCKETS];
};

struct party {
	int fd;			/* -1: none */
	int family, type, protocol;
	bool named, loopback;
	bool leases;		/* of TCP */
	bool connecting;	/* the next connect() tells what came of it */
};

struct crowd {
	unsigned int seed;
	struct party party[SOCKETS];
	pthread_t thread;
};

static struct leases known, truth, dumped;
static struct crowd crowds[THREADS];
static bool stop;

static int lease_order(const void *a, const void *b)
{
	const struct lease *x = a, *y = b;

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

static struct lease *leases_find(struct leases *leases, uint64_t cookie)
{
	unsigned int i;

	for (i = 0; i < leases->count; i++)
		if (leases->lease[i].cookie == cookie)
			return &leases->lease[i];
	return NULL;
}

/* For a test that fails: what one has and the other hasn't. */
static void leases_differ(struct leases *a, struct leases *b, const char *what)
{
	const struct lease *lease, *other;
	char address[INET6_ADDRSTRLEN];
	unsigned int i;

	for (i = 0; i < a->count; i++) {
		lease = &a->lease[i];
		other = leases_find(b, lease->cookie);
		if (other && !memcmp(lease, other, sizeof(*lease)))
			continue;
		inet_ntop(lease->family, lease->address, address,
			  sizeof(address));
		printf("# %s: cookie %llu family %u protocol %u address %s port %u device %u uid %u\n",
		       what, (unsigned long long)lease->cookie, lease->family,
		       lease->protocol, address, lease->port, lease->ifindex,
		       lease->uid);
	}
}

static bool leases_equal(struct leases *a, struct leases *b)
{
	bool equal;

	qsort(a->lease, a->count, sizeof(a->lease[0]), lease_order);
	qsort(b->lease, b->count, sizeof(b->lease[0]), lease_order);
	equal = a->count == b->count && !a->strange && !b->strange &&
		!memcmp(a->lease, b->lease, a->count * sizeof(a->lease[0]));
	if (!equal) {
		leases_differ(a, b, "expected");
		leases_differ(b, a, "found");
	}
	return equal;
}

static void lease_parse(const struct nlmsghdr *message, struct lease *lease)
{
	const struct nlattr *attr[DYNPORT_A_MAX + 1];

	netlink_parse(message, attr);
	memset(lease, 0, sizeof(*lease));
	lease->cookie = netlink_u64(attr[DYNPORT_A_COOKIE]);
	lease->port = netlink_u16(attr[DYNPORT_A_PORT]);
	lease->family = netlink_u8(attr[DYNPORT_A_FAMILY]);
	lease->protocol = netlink_u8(attr[DYNPORT_A_PROTOCOL]);
	lease->uid = netlink_u32(attr[DYNPORT_A_UID]);
	lease->ifindex = netlink_u32(attr[DYNPORT_A_IFINDEX]);
	if (attr[DYNPORT_A_LADDR])
		memcpy(lease->address, netlink_payload(attr[DYNPORT_A_LADDR]),
		       netlink_length(attr[DYNPORT_A_LADDR]));
}

static void dump_take(const struct nlmsghdr *message, void *arg)
{
	struct leases *leases = arg;
	struct lease lease;

	lease_parse(message, &lease);
	leases->strange += netlink_command(message) != DYNPORT_CMD_GET_LEASE ||
			   leases_find(leases, lease.cookie);
	leases->lease[leases->count++] = lease;
}

static int leases_dump(struct leases *leases)
{
	memset(leases, 0, sizeof(*leases));
	return netlink_dump(DYNPORT_CMD_GET_LEASE, dump_take, leases);
}

/* An event that tells what is known already is one too many; see below. */
static void event_take(const struct nlmsghdr *message, void *arg)
{
	struct leases *leases = arg;
	struct lease lease, *old;

	lease_parse(message, &lease);
	old = leases_find(leases, lease.cookie);
	switch (netlink_command(message)) {
	case DYNPORT_CMD_LEASE_NEW:
		leases->strange += !!old;
		if (!old)
			leases->lease[leases->count++] = lease;
		else
			*old = lease;
		break;
	case DYNPORT_CMD_LEASE_DEL:
		leases->strange += !old || memcmp(old, &lease, sizeof(lease));
		if (old)
			*old = leases->lease[--leases->count];
		break;
	}
}

static int party_state(const struct party *party)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);

	if (getsockopt(party->fd, SOL_TCP, TCP_INFO, &info, &size))
		return -1;
	return info.tcpi_state;
}

static void truth_add(const struct party *party)
{
	struct lease *lease = &truth.lease[truth.count];
	socklen_t size = sizeof(lease->cookie);
	union port_address loopback;

	if (party->fd < 0 || party->named || port_of(party->fd) <= 0 ||
	    (party->type == SOCK_STREAM && !party->leases))
		return;
	memset(lease, 0, sizeof(*lease));
	getsockopt(party->fd, SOL_SOCKET, SO_COOKIE, &lease->cookie, &size);
	lease->port = port_of(party->fd);
	lease->family = party->family;
	lease->protocol = party->protocol;
	lease->uid = getuid();
	loopback = port_loopback(party->family, 0);
	if (party->loopback && party->family == AF_INET)
		memcpy(lease->address, &loopback.v4.sin_addr, 4);
	if (party->loopback && party->family == AF_INET6)
		memcpy(lease->address, &loopback.v6.sin6_addr, 16);
	truth.count++;
}

static void truth_ask(void)
{
	int i, j;

	memset(&truth, 0, sizeof(truth));
	for (i = 0; i < THREADS; i++)
		for (j = 0; j < SOCKETS; j++)
			truth_add(&crowds[i].party[j]);
}

static unsigned int draw(struct crowd *crowd, unsigned int n)
{
	return rand_r(&crowd->seed) % n;
}

static void party_open(struct crowd *crowd, struct party *party)
{
	static const int kinds[][2] = {
		{ SOCK_STREAM, IPPROTO_TCP }, { SOCK_STREAM, IPPROTO_TCP },
		{ SOCK_DGRAM, IPPROTO_UDP }, { SOCK_DGRAM, IPPROTO_UDPLITE },
	};
	int kind = draw(crowd, 4), one = 1;

	party->family = draw(crowd, 2) ? AF_INET : AF_INET6;
	party->type = kinds[kind][0];
	party->protocol = kinds[kind][1];
	party->named = false;
	party->loopback = false;
	party->leases = false;
	party->connecting = false;
	party->fd = socket(party->family, party->type | SOCK_CLOEXEC |
			   SOCK_NONBLOCK, party->protocol);
	if (draw(crowd, 2))
		setsockopt(party->fd, SOL_SOCKET, SO_REUSEADDR, &one,
			   sizeof(one));
	if (draw(crowd, 4) == 0)
		setsockopt(party->fd, SOL_SOCKET, SO_REUSEPORT, &one,
			   sizeof(one));
}

static void party_bind(struct crowd *crowd, struct party *party)
{
	/*
	 * Once bound to an address, a socket keeps one when it is connected. A
	 * bind() that fails takes the address away, but not that: such a socket
	 * asks for no port that may be in use.
	 */
	bool loopback = party->loopback || draw(crowd, 2);
	int port = party->loopback || draw(crowd, 3) ? 0 :
						       20010 + draw(crowd, 20);

	if (port_bind(party->fd, loopback ? port_loopback(party->family, port) :
					    port_wildcard(party->family, port)))
		return;
	party->named = port;
	party->leases = !port;
	party->loopback = loopback;
}

/*
 * Of TCP, the lease ends once the kernel tries to connect. A call that only
 * tells of an attempt before changes nothing: the socket may be bound anew.
 */
static void party_connect(struct party *party, union port_address to)
{
	bool tells = party->connecting && party_state(party) == TCP_CLOSE;
	int error = port_connect(party->fd, to) ? errno : 0;

	if (tells) {
		party->connecting = false;
		return;
	}
	if (error == EINPROGRESS)
		party->connecting = true;
	if (!error || error == EINPROGRESS || error == ECONNREFUSED ||
	    error == EADDRNOTAVAIL)
		party->leases = false;
}

/* Whatever a socket may be asked for; much of it fails. */
static void party_step(struct crowd *crowd, struct party *party)
{
	union port_address nobody = { .any.sa_family = AF_UNSPEC };
	union port_address far = { .v4 = { .sin_family = AF_INET,
					   .sin_port = htons(1) } };
	int state;

	if (party->fd < 0) {
		party_open(crowd, party);
		return;
	}
	switch (draw(crowd, 10)) {
	case 0:
	case 1:
	case 2:
		party_bind(crowd, party);
		break;
	case 3:
		if (!listen(party->fd, 4) && !party->named)
			party->leases = true;
		break;
	case 4:
		party_connect(party, port_loopback(party->family,
						   PORT_LISTENER));
		break;
	case 5:
		/* Nobody listens there. */
		party_connect(party, port_loopback(party->family,
						   PORT_DISCARD));
		break;
	case 6:
		/* There is no way there. */
		inet_pton(AF_INET, "192.0.2.1", &far.v4.sin_addr);
		party_connect(party, far);
		break;
	case 7:
		state = party_state(party);
		if (!connect(party->fd, &nobody.any, sizeof(nobody)) &&
		    state != TCP_CLOSE)
			party->leases = false;
		party->connecting = false;
		break;
	case 8:
		if (party_state(party) == TCP_LISTEN)
			party->leases = false;
		shutdown(party->fd, SHUT_RDWR);
		party->connecting = false;
		break;
	case 9:
		port_release(party->fd);
		party->fd = -1;
		break;
	}
}

static void crowd_leave(struct crowd *crowd)
{
	int i;

	for (i = 0; i < SOCKETS; i++) {
		if (crowd->party[i].fd >= 0)
			port_release(crowd->party[i].fd);
		crowd->party[i].fd = -1;
	}
}

static void *crowd_run(void *arg)
{
	struct crowd *crowd = arg;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		party_step(crowd, &crowd->party[draw(crowd, SOCKETS)]);
	return NULL;
}

FIXTURE(leases)
{
	struct netlink events;
	int listener;
};

FIXTURE_SETUP(leases)
{
	struct rlimit files = { 2 * MANY, 2 * MANY };
	int i, j;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	ASSERT_EQ(0, netns_enter_new());
	for (i = 0; i < THREADS; i++) {
		crowds[i].seed = i + 1;
		for (j = 0; j < SOCKETS; j++)
			crowds[i].party[j].fd = -1;
	}
	/* for IPv4, too */
	self->listener = port_listener_open(AF_INET6, 0, PORT_LISTENER);
	ASSERT_GE(self->listener, 0);
	ASSERT_EQ(0, netlink_listen(&self->events));
	memset(&known, 0, sizeof(known));
}

FIXTURE_TEARDOWN(leases)
{
}

TEST_F(leases, each_step_has_its_events_and_no_others)
{
	int i;

	for (i = 0; i < STEPS; i++) {
		party_step(&crowds[0],
			   &crowds[0].party[draw(&crowds[0], SOCKETS)]);
		ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
		truth_ask();
		ASSERT_TRUE(leases_equal(&truth, &known))
			TH_LOG("step %d: %u leases, %u known, %u strange events",
			       i, truth.count, known.count, known.strange);
		if (i % 16 == 0)
			port_listener_drain(self->listener);
		if (i % 100)
			continue;
		ASSERT_EQ(0, leases_dump(&dumped));
		ASSERT_TRUE(leases_equal(&truth, &dumped));
	}
	crowd_leave(&crowds[0]);
	ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
	ASSERT_EQ(0, known.count);
	ASSERT_EQ(0, known.strange);
}

TEST_F(leases, of_a_path_left_to_the_kernel_are_told_of_too)
{
	int i;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
	for (i = 0; i < STEPS / 8; i++) {
		party_step(&crowds[0],
			   &crowds[0].party[draw(&crowds[0], SOCKETS)]);
		ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
		truth_ask();
		ASSERT_TRUE(leases_equal(&truth, &known));
	}
}

TEST_F(leases, a_dump_amid_changes_and_the_events_since_are_the_truth)
{
	int round, i;

	netlink_close(&self->events);
	for (round = 0; round < ROUNDS; round++) {
		stop = false;
		for (i = 0; i < THREADS; i++)
			ASSERT_EQ(0, pthread_create(&crowds[i].thread, NULL,
						    crowd_run, &crowds[i]));
		usleep(1000 * (1 + round % 5));
		ASSERT_EQ(0, netlink_listen(&self->events));
		ASSERT_EQ(0, leases_dump(&known));
		usleep(1000 * (1 + round % 3));
		__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
		for (i = 0; i < THREADS; i++)
			pthread_join(crowds[i].thread, NULL);

		/* What happened while the dump was taken is told twice. */
		ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
		known.strange = 0;
		truth_ask();
		ASSERT_TRUE(leases_equal(&truth, &known))
			TH_LOG("round %d: %u leases, %u known", round,
			       truth.count, known.count);
		ASSERT_EQ(0, leases_dump(&dumped));
		ASSERT_TRUE(leases_equal(&truth, &dumped));
		netlink_close(&self->events);
		port_listener_drain(self->listener);
	}
}

TEST_F(leases, a_dump_of_many_messages_has_each_once)
{
	struct port_taker taker;
	static int fds[MANY];
	int i;

	ASSERT_EQ(0, port_taker_open(&taker, PORT_PATH_UDP, AF_INET));
	for (i = 0; i < MANY; i++) {
		if (i == MANY / 2)
			taker.path = PORT_PATH_LISTEN;
		fds[i] = port_take(&taker);
		ASSERT_GE(fds[i], 0);
	}
	ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
	ASSERT_EQ(MANY, known.count);
	ASSERT_EQ(0, leases_dump(&dumped));
	ASSERT_TRUE(leases_equal(&known, &dumped));
}

TEST_F(leases, of_another_namespace_are_not_seen)
{
	int home = netns_open(), fd;
	struct port_taker taker;

	ASSERT_GE(home, 0);
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, port_taker_open(&taker, PORT_PATH_LISTEN, AF_INET));
	fd = port_take(&taker);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, leases_dump(&dumped));
	ASSERT_EQ(1, dumped.count);
	ASSERT_EQ(0, netns_enter(home));
	ASSERT_EQ(0, leases_dump(&dumped));
	ASSERT_EQ(0, dumped.count);
	close(fd);
	ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
	ASSERT_EQ(0, known.count + known.strange);
}

TEST_F(leases, are_not_had_by_what_late_bind_postponed)
{
	struct port_taker taker;
	int fd;

	ASSERT_EQ(0, sysctl_set("dynport/late_bind", "1"));
	ASSERT_EQ(0, port_taker_open(&taker, PORT_PATH_BIND, AF_INET));
	fd = port_take(&taker);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
	ASSERT_EQ(0, known.count);
	ASSERT_EQ(0, listen(fd, 1));
	ASSERT_EQ(0, netlink_events(&self->events, event_take, &known));
	ASSERT_EQ(1, known.count);
	ASSERT_EQ(port_of(fd), known.lease[0].port);
}

TEST_HARNESS_MAIN
