// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_algorithms.c - each algorithm by itself, driven through its ops
 */
#include <linux/jiffies.h>

#include "check.h"

static const u32 counts[] = { 1, 2, 3, 7, 14116, 28232, 65535, 65536 };

static struct dynport_request request(struct host *host, u32 count,
				      enum dynport_path path)
{
	struct dynport_request req = {
		.tunables = &host->netns.tunables,
		.stats = &host->stats,
		.family = AF_INET,
		.protocol = path == DYNPORT_PATH_UDP ? IPPROTO_UDP :
						       IPPROTO_TCP,
		.path = path,
		.laddr.ip = htonl(HOST_ADDRESS),
		.raddr.ip = htonl(0xc0000201),
		.rport = htons(80),
	};

	dynport_ports_init(&req.ports, 65536 - count, 65535, 0,
			   DYNPORT_CLASS_ALL);
	return req;
}

/* A search: some refusals, then success. */
static bool stays_below(const struct dynport_algorithm *algorithm, void *state,
			struct dynport_request *req, u32 refusals)
{
	u32 index = algorithm->first(state, req), steps;

	for (steps = 0; steps < refusals; steps++) {
		if (index >= req->ports.count)
			return false;
		index = algorithm->next ?
			algorithm->next(state, req, index) :
			dynport_ports_wrap(&req->ports, index);
	}
	if (index >= req->ports.count)
		return false;
	if (algorithm->passed && steps)
		algorithm->passed(state, req, steps);
	return true;
}

static void test_below_count(void)
{
	u32 a, c, path, i;

	for (a = 0; a < CHECK_ALGORITHMS; a++) {
		struct host *host = host_alloc(check_algorithms[a]);
		void *state = host->instances[0]->state;
		bool good = true;

		for (c = 0; c < ARRAY_SIZE(counts) && good; c++)
			for (path = 0; path < DYNPORT_PATHS && good; path++)
				for (i = 0; i < 3000 && good; i++) {
					struct dynport_request req =
						request(host, counts[c], path);

					req.raddr.ip = htonl(i);
					good = stays_below(check_algorithms[a],
							   state, &req, i % 5);
				}
		host_free(host);
		EXPECT(good, "%s: count %u, path %u",
		       check_algorithms[a]->name, counts[c - 1], path - 1);
	}
}

static void test_largest_increment(void)
{
	struct host *host = host_alloc(&dynport_randinc);
	bool good = true;
	u32 c, i;

	host->netns.tunables.random_increment_max = 65535;
	for (c = 0; c < ARRAY_SIZE(counts); c++)
		for (i = 0; i < 3000; i++) {
			struct dynport_request req =
				request(host, counts[c], DYNPORT_PATH_BIND);

			good &= stays_below(&dynport_randinc,
					    host->instances[0]->state, &req, 0);
		}
	host_free(host);
	EXPECT(good);
}

/* Windows whose ends are the ends of the 16 bits: both are proposed. */
static void test_both_ends(void)
{
	static const u32 windows[][2] = { { 1, 64 }, { 65472, 65535 } };
	u32 a, w, path, i;

	for (a = 0; a < CHECK_ALGORITHMS; a++)
		for (w = 0; w < ARRAY_SIZE(windows); w++)
			for (path = 0; path < DYNPORT_PATHS; path++) {
				struct host *host =
					host_alloc(check_algorithms[a]);
				u32 low = windows[w][0], high = windows[w][1];
				bool first = false, last = false, in = true;

				host->netns.tunables.bind_stride = 0;
				host_set_window(host, low, high);
				for (i = 0; i < 3000; i++) {
					struct peer peer = host_peer(i);
					u32 port = host_pick(host, path, &peer,
							     host_nothing_busy);

					first |= port == low;
					last |= port == high;
					in &= port >= low && port <= high;
				}
				host_free(host);
				EXPECT(first && last && in,
				       "%s, path %u, %u-%u",
				       check_algorithms[a]->name, path, low,
				       high);
			}
}

static void test_sequences(void)
{
	struct host *host = host_alloc(&dynport_bsd);
	struct peer peer = host_peer(0);
	u32 i;

	host->netns.tunables.bind_stride = 0;
	host_set_window(host, 1000, 1009);
	for (i = 0; i < 25; i++) {
		int port = host_connect(host, &peer, host_nothing_busy);

		if (port != 1000 + (int)(i % 10)) {
			host_free(host);
			EXPECT(false, "bsd's choice %u is %d", i, port);
		}
	}
	host_free(host);
}

/* A choice in a window of 28,232 follows from the one before by its own step. */
static bool follows(const struct dynport_algorithm *algorithm, u32 before,
		    u32 after)
{
	u32 step = (after + 28232 - before) % 28232;

	/* hash counts by one, doublehash by one and by 0 to 7 at random. */
	return step >= 1 && step <= (algorithm == &dynport_hash ? 1 : 8);
}

/*
 * Same tuple, same keys: the offset is the same, and only the counter moves on;
 * another tuple has its own.
 */
static void check_offset(const struct dynport_algorithm *algorithm, u8 family)
{
	struct host *host = host_alloc(algorithm);
	u32 i, others = 0;
	struct peer a = host_peer(1), b = a;
	bool good = true;

	host->family = family;
	host->netns.tunables.bind_stride = 0;
	b.port++;
	for (i = 0; i < 1000; i++) {
		u32 first = host_propose(host, &a) - HOST_LOW;
		u32 second = host_propose(host, &a) - HOST_LOW;

		good &= follows(algorithm, first, second);
		/* Would it be the next, if both had one offset? */
		others += follows(algorithm, second,
				  host_propose(host, &b) - HOST_LOW);
		a.address++;
		b.address++;
	}
	host_free(host);
	EXPECT(good, "%s moved", algorithm->name);
	EXPECT(others < 5, "%s doesn't use the port: %u", algorithm->name,
	       others);
}

static void test_offset(void)
{
	check_offset(&dynport_hash, AF_INET);
	check_offset(&dynport_hash, AF_INET6);
	check_offset(&dynport_doublehash, AF_INET);
	check_offset(&dynport_doublehash, AF_INET6);
}

static void test_rekey(void)
{
	struct host *host = host_alloc(&dynport_doublehash);
	struct peer peer = host_peer(1);
	unsigned long began = jiffies;
	int port, before, after, never;
	unsigned long rekeys;

	host->netns.tunables.bind_stride = 0;
	port = host_propose(host, &peer);
	jiffies = began + 10 * HZ - 1;
	before = host_propose(host, &peer);
	jiffies++;
	after = host_propose(host, &peer);
	rekeys = host->stats.stat[DYNPORT_STAT_REKEYS];
	host->netns.tunables.rekey_seconds = 0;
	jiffies += 100000UL * HZ;
	never = host_propose(host, &peer);
	host_free(host);
	EXPECT(follows(&dynport_doublehash, port, before),
	       "%d became %d too early", port, before);
	EXPECT(!follows(&dynport_doublehash, before, after), "still %d", after);
	EXPECT(rekeys == 1, "%lu", rekeys);
	EXPECT(follows(&dynport_doublehash, after, never), "%d became %d",
	       after, never);
}

/*
 * By definition these count every candidate (RFC 6056, 2.2, 3.3.3, 3.3.4): a run
 * of busy ports is passed once, 64 at a time, and not met by every search again.
 */
static void check_run_passed(const struct dynport_algorithm *algorithm)
{
	unsigned long busy[BITS_TO_LONGS(65536)] = { 0 };
	struct host *host = host_alloc(algorithm);
	struct peer peer = host_peer(0);
	u32 i, start, refused = 0;

	host->netns.tunables.bind_stride = 0;
	host->netns.tunables.rekey_seconds = 0;
	host_set_window(host, 32768, 33767);
	start = host_propose(host, &peer) - 32768;
	for (i = 0; i < 200; i++)
		set_bit(32768 + (start + i) % 1000, busy);
	for (i = 0; i < 100; i++) {
		host_connect(host, &peer, busy);
		refused += host->fell_back;
	}
	host_free(host);
	EXPECT(refused <= 4, "%s fell back %u times at 200 busy ports",
	       algorithm->name, refused);
}

static void test_run_passed(void)
{
	check_run_passed(&dynport_bsd);
	check_run_passed(&dynport_hash);
	check_run_passed(&dynport_doublehash);
}

/*
 * One socket with a narrow IP_LOCAL_PORT_RANGE doesn't make others reuse their
 * ports early.
 */
static void test_narrow_window(void)
{
	struct host *host = host_alloc(&dynport_least_recent);
	struct peer peer = host_peer(0);
	u32 choice, early = 0;
	bool seen[65536] = { 0 };

	for (choice = 0; choice < 7000; choice++) {
		int port;

		if (choice == 3000 || choice == 3001 || choice == 3002)
			host_set_window(host, 40000, 40000);
		else
			host_set_window(host, HOST_LOW, HOST_HIGH);
		port = host_connect(host, &peer, host_nothing_busy);
		early += seen[port] && port != 40000;
		seen[port] = true;
	}
	host_free(host);
	EXPECT(!early, "%u ports of 7000 came back within N/2 choices", early);
}

const struct test algorithm_tests[] = {
	{ "every algorithm's numbers stay below the count, for counts 1 to 65536",
	  test_below_count },
	{ "randinc's largest increment is cut to the window",
	  test_largest_increment },
	{ "every algorithm reaches both ends of a window and nothing beyond",
	  test_both_ends },
	{ "bsd counts upwards from the lowest port and starts again there",
	  test_sequences },
	{ "hash and doublehash keep a tuple's offset, and each tuple has its own",
	  test_offset },
	{ "doublehash changes its keys after rekey_seconds, never with 0",
	  test_rekey },
	{ "bsd, hash and doublehash count every candidate, refused ones too",
	  test_run_passed },
	{ "least_recent keeps its marks when a socket has a narrow window",
	  test_narrow_window },
	{ }
};
