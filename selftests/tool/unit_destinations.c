// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of how sockets and maps become destinations. */
#include <stdio.h>
#include <string.h>

#include "destinations.h"
#include "unit.h"

static struct port_set reserved;
static const unsigned int ports[PATHS] = { 1000, 1000, 500 };
static const struct mapped_list no_maps;

static struct sockdiag_socket connection(unsigned int port, const char *remote,
					 unsigned int remote_port)
{
	struct sockdiag_socket s = {
		.protocol = IPPROTO_TCP, .state = TCP_ESTABLISHED,
		.local_port = port, .remote_port = remote_port, .inode = port,
	};

	expect(address_parse("192.0.2.1", &s.local));
	expect(address_parse(remote, &s.remote));
	return s;
}

static void add(struct destinations *d, unsigned int port, const char *remote,
		unsigned int remote_port, bool time_wait)
{
	struct sockdiag_socket s = connection(port, remote, remote_port);

	if (time_wait) {
		s.state = TCP_TIME_WAIT;
		s.inode = 0;
	}
	destinations_add_socket(d, &s);
}

/* The destination, which must be there. */
static const struct destination *find(const struct destinations *d,
				      const char *remote, unsigned int port)
{
	static const struct destination none;
	struct address a;
	size_t i;

	expect(address_parse(remote, &a));
	for (i = 0; i < d->count; i++)
		if (d->at[i].key.path == PATH_CONNECT &&
		    d->at[i].key.remote_port == port &&
		    memcmp(&d->at[i].key.remote, &a, sizeof(a)) == 0)
			return &d->at[i];
	expect(!"found");
	return &none;
}

static const struct destination *wildcard(const struct destinations *d,
					  enum path path)
{
	static const struct destination none;
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->at[i].key.path == path)
			return &d->at[i];
	expect(!"found");
	return &none;
}

static void test_counting(void)
{
	struct sockdiag_socket udp = { .protocol = IPPROTO_UDP, .local_port = 7 };
	struct sockdiag_socket accepted = connection(443, "192.0.2.50", 9);
	struct destinations d;
	uint32_t top[4];

	memset(&reserved, 0, sizeof(reserved));
	port_set_add(&reserved, 99);
	destinations_init(&d, &reserved);
	destinations_add_listener(&d, &accepted);
	destinations_add_socket(&d, &accepted);
	add(&d, 1, "192.0.2.9", 80, false);
	add(&d, 2, "192.0.2.9", 80, true);
	add(&d, 2, "192.0.2.9", 81, false);
	add(&d, 3, "192.0.2.9", 80, false);
	add(&d, 99, "192.0.2.9", 80, false);
	destinations_add_socket(&d, &udp);
	destinations_add_socket(&d, &udp);
	destinations_finish(&d, ports, &no_maps);

	expect(find(&d, "192.0.2.9", 80)->used == 3);
	expect(find(&d, "192.0.2.9", 80)->time_wait == 1);
	expect(find(&d, "192.0.2.9", 80)->ports == 1000);
	expect(find(&d, "192.0.2.9", 81)->used == 1);
	tell("a destination has the ports of its sockets, those in TIME_WAIT, too");

	expect(d.count == 4);
	tell("a reserved port and an accepted connection are nobody's choice");

	expect(wildcard(&d, PATH_BIND)->used == 4);
	expect(wildcard(&d, PATH_UDP)->used == 1);
	expect(wildcard(&d, PATH_UDP)->ports == 500);
	tell("bind(0) and UDP have each port once, however many sockets are on it");

	expect(destinations_top(&d, true, top, 4) == 2);
	expect(&d.at[top[0]] == find(&d, "192.0.2.9", 80));
	expect(destinations_top(&d, true, top, 1) == 1);
	expect(destinations_top(&d, false, top, 4) == 2);
	expect(d.at[top[0]].key.path == PATH_BIND);
	tell("the fullest come first, those without a peer apart");
	destinations_free(&d);
}

static void test_many(void)
{
	struct destinations d;
	unsigned int i, wrong = 0;
	char remote[32];

	memset(&reserved, 0, sizeof(reserved));
	destinations_init(&d, &reserved);
	for (i = 0; i < 20000; i++) {
		snprintf(remote, sizeof(remote), "10.0.%u.%u", i / 2 / 256 % 256,
			 i / 2 % 256);
		add(&d, 1024 + i, remote, 80, false);
	}
	destinations_finish(&d, ports, &no_maps);
	expect(d.count == 10000 + 2);
	for (i = 0; i < d.count; i++)
		wrong += d.at[i].key.path == PATH_CONNECT && d.at[i].used != 2;
	expect(wrong == 0);
	expect(d.owned_count == 40000);
	destinations_free(&d);
	tell("ten thousand destinations are kept apart");
}

static void test_map(void)
{
	struct sockdiag_socket s = connection(1, "192.0.2.9", 80);
	struct mapped map[2] = {
		{ .key = space_key(PATH_CONNECT, IPPROTO_TCP, &s.local,
				   &s.remote, 80, 0),
		  .low = 1, .high = 100, .used = 95, .searches = 8, .failed = 2 },
	};
	const struct mapped_list maps = { .count = 2, .at = map };
	struct destinations d;

	map[1] = map[0];
	map[1].key.remote_port = 81;
	memset(&reserved, 0, sizeof(reserved));
	port_set_add(&reserved, 100);
	port_set_add(&reserved, 101);
	destinations_init(&d, &reserved);
	destinations_add_socket(&d, &s);
	destinations_finish(&d, ports, &maps);
	expect(find(&d, "192.0.2.9", 80)->mapped);
	expect(find(&d, "192.0.2.9", 80)->used == 95);
	expect(find(&d, "192.0.2.9", 80)->ports == 99);
	expect(find(&d, "192.0.2.9", 80)->failed == 2);
	expect(find(&d, "192.0.2.9", 81)->used == 95);
	expect(!wildcard(&d, PATH_BIND)->mapped);
	destinations_free(&d);
	tell("what a map knows goes before what sockets tell");
}

static bool about(double a, double b)
{
	return a > b - 0.001 && a < b + 0.001;
}

static void fill(struct destinations *d, unsigned int count)
{
	unsigned int i;

	destinations_init(d, &reserved);
	for (i = 0; i < count; i++)
		add(d, 1 + i, "192.0.2.9", 80, false);
	destinations_finish(d, ports, &no_maps);
}

static void test_trend(void)
{
	struct destinations first, second, third, fourth;

	memset(&reserved, 0, sizeof(reserved));
	fill(&first, 100);
	expect(destination_seconds_left(find(&first, "192.0.2.9", 80)) < 0);
	fill(&second, 200);
	destinations_trend(&second, &first, 10);
	expect(about(find(&second, "192.0.2.9", 80)->trend, 10));
	expect(about(destination_seconds_left(find(&second, "192.0.2.9", 80)), 80));
	expect(about(destination_share(find(&second, "192.0.2.9", 80)), 0.2));
	tell("the trend is ports per second, and tells when none will be left");

	/* five seconds without a change are half of the old trend */
	fill(&third, 200);
	destinations_trend(&third, &second, 5);
	expect(about(find(&third, "192.0.2.9", 80)->trend, 5));
	destinations_free(&third);
	fill(&third, 100);
	destinations_trend(&third, &second, 10);
	expect(find(&third, "192.0.2.9", 80)->trend < 0);
	expect(destination_seconds_left(find(&third, "192.0.2.9", 80)) < 0);
	fill(&fourth, 1000);
	destinations_trend(&fourth, &third, 10);
	expect(destination_seconds_left(find(&fourth, "192.0.2.9", 80)) == 0);
	tell("it is smoothed; falling it never ends, and a full one has ended");

	destinations_free(&first);
	destinations_free(&second);
	destinations_free(&third);
	destinations_free(&fourth);
}

void test_destinations(void)
{
	test_counting();
	test_many();
	test_map();
	test_trend();
}
