// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel has no memory, dynport works on or says so, and nothing is
 * left behind: each operation is repeated, and its first allocation fails, then
 * its second, until none of them does. Needs a kernel with fault injection
 * (make test-debug), and is skipped elsewhere. That nothing leaks is found out
 * when the guest ends (kmemleak).
 *
 * A line for each operation says how many allocations failed, and what came of
 * it.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "fault.h"
#include "netlink.h"
#include "port.h"
#include "stats.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 3000

/* A socket's own window, of which few ports are free, within the namespace's. */
#define LOW 40000
#define PORTS 32
#define FREE 4
/* With a quarantine, a map of this one is larger than a page. */
#define RANGE_LOW 40000
#define RANGE_HIGH 48191
#define ALLOCATIONS_MAX 5000
#define TRIES_MAX 200	/* a search may have no refusal, and no map then */
#define ERRORS 200	/* more than there are */
#define ROUNDS 200
#define LEASES 100	/* in one bucket: more than a dump begins with */

/* What the tests have in common. */
struct trial {
	int nth;		/* see fault_open() */
	unsigned int failed, result[ERRORS];
	unsigned int next;	/* a number that nobody has had */
	int listener;
};

static void trial_begin(struct __test_metadata *_metadata, struct trial *trial)
{
	trial->nth = fault_open();
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	if (trial->nth < 0 || fault_enable())
		SKIP(return, "this kernel has no fault injection (see make test-debug)");
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, sysctl_set_window(RANGE_LOW, RANGE_HIGH));
	trial->listener = port_listener_open(AF_INET, 0, PORT_LISTENER);
	ASSERT_LE(0, trial->listener);
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
}

static void trial_end(void)
{
	fault_set_both("probability", 0);
	fault_set_scope(FAULT_ALL, NULL);
}

/* What came of a call with a failed allocation. */
static void count(struct trial *trial, int result)
{
	trial->failed++;
	trial->result[result < 0 && result > -ERRORS ? -result : 0]++;
}

/* Says so, of all of an operation's, and begins anew. */
static void tell(struct trial *trial, const char *operation)
{
	int i;

	printf("# %s: %u allocations failed:", operation, trial->failed);
	for (i = 0; i < ERRORS; i++)
		if (trial->result[i])
			printf(" %u %s", trial->result[i],
			       i ? strerrorname_np(i) : "ok");
	printf("\n");
	fflush(stdout);
	trial->failed = 0;
	memset(trial->result, 0, sizeof(trial->result));
}

static bool is_for_want_of_memory(int result)
{
	return result == -ENOMEM || result == -ENOBUFS;
}

static union port_address destination(struct trial *trial, uint16_t port)
{
	union port_address address = port_loopback(AF_INET, port);

	address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + ++trial->next);
	return address;
}

/* The kernel's own function that takes a port, below dynport's. */
static const char *port_picker(enum port_path path)
{
	switch (path) {
	case PORT_PATH_CONNECT:
		return "__inet_hash_connect";
	case PORT_PATH_UDP:
		return "udp_lib_get_port";
	default:
		return "inet_csk_get_port";
	}
}

static int path_socket(enum port_path path)
{
	int fd = socket(AF_INET, SOCK_CLOEXEC | (port_path_is_tcp(path) ?
						 SOCK_STREAM : SOCK_DGRAM), 0);

	port_range_set(fd, LOW, LOW + PORTS - 1);
	return fd;
}

static int path_choose(enum port_path path, int fd, union port_address address)
{
	int ret = path == PORT_PATH_CONNECT ? port_connect(fd, address) :
					      port_bind(fd, address);

	return ret ? -errno : 0;
}

/*
 * Takes all ports of the sockets' window but the last @free; without the guard,
 * which would know them, so that searches meet them. And has a map made by the
 * first search that does.
 */
static void occupy(struct __test_metadata *_metadata, enum port_path path,
		   int free)
{
	int i, fd;

	ASSERT_EQ(0, sysctl_set("dynport/guard_seconds", "0"));
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	for (i = 0; i < PORTS - free; i++) {
		fd = path_socket(path);
		ASSERT_EQ(0, port_bind(fd, port_wildcard(AF_INET, LOW + i)));
	}
}

FIXTURE(choosing)
{
	struct trial trial;
};

FIXTURE_VARIANT(choosing)
{
	enum port_path path;
};

FIXTURE_VARIANT_ADD(choosing, connect)
{
	.path = PORT_PATH_CONNECT,
};

FIXTURE_VARIANT_ADD(choosing, bind)
{
	.path = PORT_PATH_BIND,
};

FIXTURE_VARIANT_ADD(choosing, udp)
{
	.path = PORT_PATH_UDP,
};

FIXTURE_SETUP(choosing)
{
	trial_begin(_metadata, &self->trial);
}

FIXTURE_TEARDOWN(choosing)
{
	trial_end();
}

/*
 * Searches that start a map, each for another space. @scope: what fails; @what:
 * that, in words. Ends when a map was made and nothing failed.
 */
static void search(struct __test_metadata *_metadata,
		   struct trial *trial, enum port_path path,
		   enum fault_scope scope, const char *what)
{
	union port_address address;
	char operation[64];
	long long created;
	unsigned int n = 1, tries = 0;
	int fd, result;
	bool failed;

	snprintf(operation, sizeof(operation), "%s, %s", port_path_name(path),
		 what);
	ASSERT_EQ(0, fault_set_scope(scope, port_picker(path)));
	for (;;) {
		ASSERT_GT(TRIES_MAX, tries++)
			TH_LOG("%s: %u allocations failed", operation,
			       trial->failed);
		created = stats_get("maps_created");
		address = destination(trial, path == PORT_PATH_CONNECT ?
					    PORT_LISTENER : 0);
		fd = path_socket(path);
		ASSERT_LE(0, fd);

		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = path_choose(path, fd, address);
		failed = fault_disarm(trial->nth);

		if (failed) {
			count(trial, result);
			n++;
		}
		if (!failed || scope == FAULT_OWN)
			EXPECT_EQ(0, result);
		/* Whatever it was, nothing of it remains. */
		if (result)
			EXPECT_EQ(0, path_choose(path, fd, address));
		EXPECT_LE(LOW + PORTS - FREE, port_of(fd));
		port_release(fd);
		port_listener_drain(trial->listener);
		if (!failed && stats_get("maps_created") > created)
			break;
	}
	tell(trial, operation);
}

TEST_F(choosing, a_search_goes_on_without_what_is_its_own)
{
	struct trial *trial = &self->trial;

	occupy(_metadata, variant->path, FREE);
	search(_metadata, trial, variant->path, FAULT_OWN, "dynport's own");
	/* Maps with generations, and times of releases. */
	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "1"));
	search(_metadata, trial, variant->path, FAULT_OWN,
	       "dynport's own, with a quarantine");
}

TEST_F(choosing, a_search_ends_cleanly_without_what_the_kernel_needs)
{
	occupy(_metadata, variant->path, FREE);
	search(_metadata, &self->trial, variant->path, FAULT_MODULE,
	       "the kernel's picker, too");
}

static void take_event(const struct nlmsghdr *message, void *arg)
{
	++*(int *)arg;
}

/*
 * All fail here, also outside of the thread's calls: where a reset that arrives
 * gives a port back.
 */
TEST_F(choosing, goes_on_without_any_memory_of_its_own)
{
	enum port_path path = variant->path;
	bool connects = path == PORT_PATH_CONNECT;
	struct netlink events;
	int i, fd, peer, told = 0;

	ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "1000"));
	occupy(_metadata, path, FREE);
	ASSERT_EQ(0, netlink_listen(&events));
	ASSERT_EQ(0, fault_set_scope(FAULT_OWN, port_picker(path)));
	ASSERT_EQ(0, fault_set_both("probability", 100));
	for (i = 0; i < ROUNDS; i++) {
		fd = path_socket(path);
		EXPECT_EQ(0, path_choose(path, fd,
					 port_loopback(AF_INET, connects ?
						       PORT_LISTENER : 0)));
		EXPECT_LE(LOW + PORTS - FREE, port_of(fd));
		if (connects) {
			peer = accept(self->trial.listener, NULL, NULL);
			EXPECT_LE(0, peer);
			port_release(peer);
		}
		port_release(fd);
	}
	EXPECT_EQ(0, stats_get("maps_created"));
	EXPECT_EQ(connects ? 0 : -ENOBUFS,
		  netlink_events(&events, take_event, &told));
	EXPECT_EQ(0, told);
	ASSERT_EQ(0, fault_set_both("probability", 0));

	/* And when there is memory, there is all the rest. */
	fd = path_socket(path);
	EXPECT_EQ(0, path_choose(path, fd,
				 port_loopback(AF_INET, connects ?
					       PORT_LISTENER : 0)));
	port_release(fd);
	EXPECT_EQ(0, netlink_events(&events, take_event, &told));
	EXPECT_EQ(connects ? 0 : 2, told);
}

/*
 * Times of services and of releases, whose pages a namespace gets once: a new
 * namespace each time.
 */
TEST_F(choosing, a_service_and_a_release_go_untold_without_harm)
{
	struct trial *trial = &self->trial;
	enum port_path path = variant->path;
	bool failed = true;
	char operation[64];
	unsigned int n;
	int fd, other, result;

	ASSERT_EQ(0, fault_set_scope(FAULT_OWN, port_picker(path)));
	for (n = 1; failed; n++) {
		ASSERT_EQ(0, netns_enter_new());
		ASSERT_EQ(0, sysctl_set("dynport/quarantine_ms", "1000"));
		ASSERT_LE(0, port_listener_open(AF_INET, 0, PORT_LISTENER));
		fd = path_socket(path);
		other = path_socket(path);

		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = port_bind(fd, port_wildcard(AF_INET, LOW)) ? -errno : 0;
		if (!result && path == PORT_PATH_BIND && listen(fd, 1))
			result = -errno;
		close(fd);
		if (!result)
			result = path_choose(path, other,
					     port_loopback(AF_INET,
							   path == PORT_PATH_CONNECT ?
							   PORT_LISTENER : 0));
		port_release(other);
		failed = fault_disarm(trial->nth);

		EXPECT_EQ(0, result);
		if (failed)
			count(trial, result);
	}
	snprintf(operation, sizeof(operation), "%s, guard and quarantine",
		 port_path_name(path));
	tell(trial, operation);
	EXPECT_LT(2, n);
}

/* Each of a call's events is told of, or else that some were lost. */
static void expect_events(struct __test_metadata *_metadata,
			  struct netlink *events, bool failed, int expected)
{
	int told = 0, ret = netlink_events(events, take_event, &told);

	if (ret == -ENOBUFS) {
		EXPECT_TRUE(failed);
		EXPECT_EQ(0, netlink_events(events, take_event, &told));
		EXPECT_GE(expected, told);
	} else {
		EXPECT_EQ(0, ret);
		EXPECT_EQ(expected, told);
	}
}

TEST_F(choosing, an_event_is_told_or_its_loss_is)
{
	struct trial *trial = &self->trial;
	/* What connect() chooses is no lease. */
	int leases = variant->path == PORT_PATH_UDP ||
		     variant->path == PORT_PATH_BIND;
	struct netlink events;
	char operation[64];
	bool failed = true;
	unsigned int n;
	int fd, result;

	ASSERT_EQ(0, netlink_listen(&events));
	ASSERT_EQ(0, fault_set_scope(FAULT_OWN, port_picker(variant->path)));
	for (n = 1; failed; n++) {
		fd = path_socket(variant->path);
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = path_choose(variant->path, fd,
				     port_loopback(AF_INET, leases ?
						   0 : PORT_LISTENER));
		port_release(fd);
		failed = fault_disarm(trial->nth);
		EXPECT_EQ(0, result);
		if (failed)
			count(trial, result);
		expect_events(_metadata, &events, failed, 2 * leases);
		port_listener_drain(trial->listener);
	}
	snprintf(operation, sizeof(operation), "%s, events of leases",
		 port_path_name(variant->path));
	tell(trial, operation);
	EXPECT_LE(leases ? 3 : 1, n - 1);
}

/* Each time of a destination that has never been told of. */
TEST_F(choosing, exhaustion_is_told_or_the_loss_of_that)
{
	struct trial *trial = &self->trial;
	struct netlink events;
	union port_address address;
	char operation[64];
	bool failed = true, taken = variant->path != PORT_PATH_CONNECT;
	unsigned int n;
	int fd, result;

	occupy(_metadata, variant->path, 0);
	ASSERT_EQ(0, netlink_listen(&events));
	ASSERT_EQ(0, fault_set_scope(FAULT_OWN, port_picker(variant->path)));
	for (n = 1; failed; n++) {
		address = destination(trial, taken ? 0 : PORT_LISTENER);
		fd = path_socket(variant->path);
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = path_choose(variant->path, fd, address);
		failed = fault_disarm(trial->nth);
		EXPECT_EQ(taken ? -EADDRINUSE : -EADDRNOTAVAIL, result);
		close(fd);
		if (failed)
			count(trial, result);
		expect_events(_metadata, &events, failed, 1);
	}
	snprintf(operation, sizeof(operation), "%s, a map and exhaustion",
		 port_path_name(variant->path));
	tell(trial, operation);
	EXPECT_LT(3, n);
}

FIXTURE(faults)
{
	struct trial trial;
};

FIXTURE_SETUP(faults)
{
	trial_begin(_metadata, &self->trial);
}

FIXTURE_TEARDOWN(faults)
{
	trial_end();
}

static bool chooses_a_port(void)
{
	struct port_taker taker = { .path = PORT_PATH_UDP, .family = AF_INET };

	return port_sample(&taker) > 0;
}

TEST_F(faults, a_namespace_is_made_or_is_not)
{
	struct trial *trial = &self->trial;
	struct stat before, after;
	bool failed = true;
	unsigned int n;
	int result;

	ASSERT_EQ(0, fault_set_scope(FAULT_MODULE, NULL));
	for (n = 1; failed; n++) {
		ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &before));
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = unshare(CLONE_NEWNET) ? -errno : 0;
		failed = fault_disarm(trial->nth);
		ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &after));
		EXPECT_EQ(!result, before.st_ino != after.st_ino);
		if (failed)
			count(trial, result);
		if (result || !failed)
			EXPECT_EQ(failed ? -ENOMEM : 0, result);
		if (!result)
			ASSERT_EQ(0, netns_interface_up("lo"));
		EXPECT_TRUE(sysctl_have_dynport());
		EXPECT_TRUE(chooses_a_port());
	}
	tell(trial, "a network namespace");
	EXPECT_LT(10, n);
}

struct question {
	const char *name;
	uint8_t command;
	bool dump;
	int port;
};

static int messages;

static void take_message(const struct nlmsghdr *message, void *arg)
{
	messages++;
}

/* Asks, and counts the messages of the answer. */
static int ask(struct netlink *nl, const struct question *question)
{
	uint32_t loopback = htonl(INADDR_LOOPBACK);
	struct netlink_request request;

	messages = 0;
	netlink_begin(&request, nl, question->command,
		      question->dump ? NLM_F_DUMP : NLM_F_ACK);
	if (!question->dump) {
		netlink_put_u8(&request, DYNPORT_A_PATH, DYNPORT_GENL_CONNECT);
		netlink_put_u8(&request, DYNPORT_A_FAMILY, AF_INET);
		netlink_put(&request, DYNPORT_A_LADDR, &loopback, 4);
		netlink_put(&request, DYNPORT_A_RADDR, &loopback, 4);
		netlink_put_u16(&request, DYNPORT_A_RPORT, PORT_LISTENER);
	}
	if (question->port)
		netlink_put_u16(&request, DYNPORT_A_PORT, question->port);
	return netlink_ask(nl, &request, take_message, NULL);
}

/* A space with a map for the questions, and many leases in one bucket. */
static void populate(struct __test_metadata *_metadata,
		     struct trial *trial)
{
	struct port_taker taker;
	int i, fd;

	taker = (struct port_taker){ .path = PORT_PATH_CONNECT,
				     .family = AF_INET };
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	for (i = 0; i < PORTS; i++)
		ASSERT_LE(0, port_take(&taker));
	ASSERT_EQ(-1, port_take(&taker));
	ASSERT_EQ(1, stats_get("maps_created"));
	for (i = 0; i < LEASES; i++) {
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		ASSERT_EQ(0, port_range_set(fd, LOW, LOW));
		ASSERT_EQ(0, port_bind(fd, destination(trial, 0)));
	}
}

/* Each time by a new socket: none of another question's answers is in it. */
static void question_repeat(struct __test_metadata *_metadata,
			    struct trial *trial,
			    const struct question *question)
{
	struct timeval patience = { .tv_sec = 60 };
	bool failed = true;
	struct netlink nl;
	int result, all;
	unsigned int n;

	ASSERT_EQ(0, fault_set_scope(FAULT_ALL, NULL));
	ASSERT_EQ(0, netlink_open(&nl));
	ASSERT_EQ(0, ask(&nl, question));
	all = messages;
	EXPECT_LT(0, all);
	netlink_close(&nl);
	for (n = 1; failed; n++) {
		ASSERT_EQ(0, netlink_open(&nl));
		setsockopt(nl.fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			   sizeof(patience));
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = ask(&nl, question);
		failed = fault_disarm(trial->nth);
		if (failed)
			count(trial, result);
		if (!failed || !result) {
			EXPECT_EQ(0, result);
			EXPECT_EQ(all, messages);
		} else {
			EXPECT_TRUE(is_for_want_of_memory(result))
				TH_LOG("%s: %s", question->name,
				       strerrorname_np(-result));
		}
		netlink_close(&nl);
	}
	tell(trial, question->name);
	EXPECT_LT(3, n);
}

TEST_F(faults, a_question_is_answered_or_refused)
{
	static const struct question questions[] = {
		{ "netlink, spaces", DYNPORT_CMD_GET_SPACE, .dump = true },
		{ "netlink, leases", DYNPORT_CMD_GET_LEASE, .dump = true },
		{ "netlink, explain", DYNPORT_CMD_EXPLAIN, .dump = false },
		{ "netlink, explain a port", DYNPORT_CMD_EXPLAIN, .port = LOW },
		{ "netlink, ports", DYNPORT_CMD_GET_PORTS, .dump = false },
	};
	unsigned int i;

	populate(_metadata, &self->trial);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		question_repeat(_metadata, &self->trial, &questions[i]);
}

TEST_F(faults, a_listener_joins_or_does_not)
{
	struct trial *trial = &self->trial;
	bool failed = true;
	struct netlink nl;
	unsigned int n;
	int result;

	for (n = 1; failed; n++) {
		ASSERT_EQ(0, netlink_open(&nl));
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = netlink_join(&nl, 0);
		failed = fault_disarm(trial->nth);
		if (failed)
			count(trial, result);
		if (result)
			EXPECT_TRUE(failed && is_for_want_of_memory(result));
		EXPECT_TRUE(chooses_a_port());
		expect_events(_metadata, &nl, false, result ? 0 : 2);
		netlink_close(&nl);
	}
	tell(trial, "netlink, joining");
}

static const struct {
	const char *name, *value;
} settings[] = {
	{ "algorithm", "least_recent" },
	{ "algorithm_connect", "hash" },
	{ "algorithm_bind", "bsd" },
	{ "algorithm_udp", "least_recent" },
	{ "tcp_port_range", "40000\t41000" },
	{ "udp_port_range", "40000\t41000" },
	{ "bind_stride", "4" },
	{ "search_limit", "5" },
	{ "map_threshold", "20" },
	{ "map_limit", "30" },
	{ "random_increment_max", "7" },
	{ "rekey_seconds", "1" },
	{ "late_bind", "1" },
	{ "root_reserve_percent", "3" },
	{ "pressure_percent", "50" },
	{ "guard_seconds", "5" },
	{ "quarantine_ms", "70" },
	/* is only read */
	{ "available_algorithms", NULL },
};

static void setting_repeat(struct __test_metadata *_metadata,
			   struct trial *trial, const char *name,
			   const char *value)
{
	char old[1024], new[1024];
	bool failed = true;
	unsigned int n;
	int result;

	ASSERT_EQ(0, sysctl_get(name, old, sizeof(old)));
	for (n = 1; failed; n++) {
		if (value)
			ASSERT_EQ(0, sysctl_set(name, old));
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = value ? sysctl_set(name, value) :
				 sysctl_get(name, new, sizeof(new));
		failed = fault_disarm(trial->nth);
		if (failed)
			count(trial, result);
		if (result)
			EXPECT_EQ(failed ? -ENOMEM : 0, result);
		if (value)
			ASSERT_EQ(0, sysctl_get(name, new, sizeof(new)));
		if (value || !result)
			EXPECT_STREQ(value && !result ? value : old, new);
	}
	EXPECT_LT(2, n);
}

TEST_F(faults, a_setting_is_read_or_written_or_left_alone)
{
	struct trial *trial = &self->trial;
	unsigned int i;
	char name[64];

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(name, sizeof(name), "dynport/%s", settings[i].name);
		setting_repeat(_metadata, trial, name, NULL);
	}
	tell(trial, "settings, read");
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(name, sizeof(name), "dynport/%s", settings[i].name);
		if (settings[i].value)
			setting_repeat(_metadata, trial, name,
				       settings[i].value);
	}
	tell(trial, "settings, written");
	EXPECT_TRUE(chooses_a_port());
}

/* Whoever may, has the kernel look for a module of that name. */
TEST_F(faults, an_unknown_algorithm_is_refused_as_ever)
{
	struct trial *trial = &self->trial;
	bool failed = true;
	unsigned int n;
	int result;

	for (n = 1; failed; n++) {
		ASSERT_GT(ALLOCATIONS_MAX, n);
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = sysctl_set("dynport/algorithm", "nothing");
		failed = fault_disarm(trial->nth);
		if (result != -ENOMEM || !failed)
			EXPECT_EQ(-ENOENT, result);
		if (failed)
			count(trial, result);
	}
	tell(trial, "settings, an algorithm that isn't there");
}

static ssize_t read_all(const char *path, char *text, size_t size)
{
	ssize_t n = 0, used = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (used < (ssize_t)size &&
	       (n = read(fd, text + used, size - used)) > 0)
		used += n;
	n = n < 0 ? -errno : used;
	close(fd);
	return n;
}

TEST_F(faults, a_file_is_read_or_is_not)
{
	static const char * const files[] = { "stats", "histogram", "spaces" };
	struct trial *trial = &self->trial;
	static char text[65536];
	char path[128];
	bool failed;
	unsigned int n, i;
	ssize_t result;

	populate(_metadata, trial);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path),
			 "/proc/thread-self/net/dynport/%s", files[i]);
		failed = true;
		for (n = 1; failed; n++) {
			ASSERT_EQ(0, fault_arm(trial->nth, n));
			result = read_all(path, text, sizeof(text));
			failed = fault_disarm(trial->nth);
			if (failed)
				count(trial, result < 0 ? result : 0);
			if (result <= 0)
				EXPECT_EQ(failed ? -ENOMEM : 1, result);
		}
		EXPECT_LT(2, n);
	}
	tell(trial, "/proc/net/dynport, read");
}

/* The module's file, where reading it needs no other file system. */
static int module_copy(void)
{
	const char *path = getenv("DYNPORT_KO");
	static char text[1 << 16];
	int from, to;
	ssize_t n;

	from = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	to = memfd_create("dynport", MFD_CLOEXEC);
	while (from >= 0 && (n = read(from, text, sizeof(text))) > 0)
		if (write(to, text, n) != n)
			return -1;
	close(from);
	return from < 0 ? -1 : to;
}

static int module_load(int file)
{
	return syscall(SYS_finit_module, file, "", 0) ? -errno : 0;
}

/* Bounded: whoever holds it for a moment lets it go. */
static int module_unload(void)
{
	int i, ret = 0;

	for (i = 0; i < 200; i++) {
		ret = syscall(SYS_delete_module, "dynport", O_NONBLOCK) ?
		      -errno : 0;
		if (ret != -EAGAIN && ret != -EBUSY)
			break;
		usleep(50000);
	}
	return ret;
}

/* Does the kernel, where it lists functions with hooks, name any of ours? */
static bool hooks_are_left(void)
{
	static char text[65536];
	static const char * const functions[] = {
		"inet_hash_connect ", "inet6_hash_connect ",
		"inet_csk_get_port ", "udp_lib_get_port ", "inet_put_port ",
		"udp_lib_unhash ", "inet_twsk_kill ",
	};
	unsigned int i;
	ssize_t n;

	n = read_all("/sys/kernel/tracing/enabled_functions", text,
		     sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strstr(text, functions[i]))
			return true;
	return n < 0;
}

static bool is_left(void)
{
	return sysctl_have_dynport() ||
	       !access("/sys/module/dynport", F_OK) ||
	       !access("/proc/thread-self/net/dynport", F_OK) ||
	       !access("/proc/1/net/dynport", F_OK) || hooks_are_left();
}

/*
 * There are several namespaces by then: the initial one, and this one. What the
 * loader itself needs isn't touched: the kernel warns where it has no memory for
 * that. Loading ends with 0 also where a failure does no harm.
 */
TEST_F(faults, the_module_is_loaded_or_is_not)
{
	struct trial *trial = &self->trial;
	int file = module_copy(), result = 0;
	bool failed = true;
	unsigned int n;

	ASSERT_LE(0, file);
	ASSERT_EQ(0, module_unload());
	ASSERT_FALSE(is_left());
	ASSERT_EQ(0, fault_set_scope(FAULT_BELOW, "do_one_initcall"));
	for (n = 1; failed; n++) {
		ASSERT_GT(ALLOCATIONS_MAX, n);
		ASSERT_EQ(0, fault_arm(trial->nth, n));
		result = module_load(file);
		failed = fault_disarm(trial->nth);
		if (failed)
			count(trial, result);
		if (result) {
			ASSERT_FALSE(is_left());
		} else {
			EXPECT_TRUE(sysctl_have_dynport());
			EXPECT_TRUE(chooses_a_port());
			if (failed)
				ASSERT_EQ(0, module_unload());
		}
	}
	tell(trial, "the module, loaded");
	ASSERT_EQ(0, result);
}

/* Before the tests, each of which is a process. */
static void __attribute__((constructor)) read_symbols(void)
{
	if (!access("/proc/self/fail-nth", F_OK))
		fault_read_symbols();
}

TEST_HARNESS_MAIN
