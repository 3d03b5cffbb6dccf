// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of addresses, and of what names a port space. */
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "mapped.h"
#include "unit.h"

static void test_address(void)
{
	static const uint8_t mapped[16] = {
		[10] = 0xff, [11] = 0xff, 192, 0, 2, 1,
	};
	struct address a, b;
	char text[ADDRESS_TEXT_MAX];

	expect(address_parse("192.0.2.1", &a) && a.family == AF_INET);
	expect(strcmp(address_text(&a, text), "192.0.2.1") == 0);
	expect(!address_any(&a));
	b = address_make(AF_INET6, mapped);
	expect(memcmp(&a, &b, sizeof(a)) == 0);
	expect(address_parse("::ffff:192.0.2.1", &b) &&
	       memcmp(&a, &b, sizeof(a)) == 0);
	expect(address_parse("2001:db8::1", &a) && a.family == AF_INET6);
	expect(strcmp(address_text(&a, text), "2001:db8::1") == 0);
	expect(address_parse("::", &a) && address_any(&a));
	expect(address_parse("0.0.0.0", &a) && address_any(&a));
	expect(!address_parse("", &a) && !address_parse("192.0.2", &a) &&
	       !address_parse("192.0.2.256", &a) && !address_parse("localhost", &a) &&
	       !address_parse("1:2", &a));
	tell("addresses are read and written, and a mapped one is IPv4's");
}

/* Is @text an endpoint, and written the same? */
static bool endpoint_is(const char *text)
{
	char again[ENDPOINT_TEXT_MAX];
	struct address a;
	unsigned int port;

	return endpoint_parse(text, &a, &port) &&
	       strcmp(endpoint_text(&a, port, again), text) == 0;
}

static void test_endpoint(void)
{
	static const char *const wrong[] = {
		"", ":", ":80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0",
		"192.0.2.1:65536", "192.0.2.1:99999999999", "192.0.2.1:80x",
		"192.0.2.1:-1", "192.0.2.1: 80", "::1:80", "[::1]", "[::1]80",
		"[::1:80", "[]:80", "[192.0.2.1]:80", "[192.0.2.1:80", "host:80",
		"2001:db8:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:1:80",
	};
	size_t i;

	expect(endpoint_is("192.0.2.1:80"));
	expect(endpoint_is("0.0.0.0:65535"));
	expect(endpoint_is("[2001:db8::1]:1"));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect(!endpoint_is(wrong[i]));
	tell("an endpoint is an address and a port, IPv6 in brackets, nothing else");
}

static void test_taken(void)
{
	const struct space tcp = {
		.path = "connect", .proto = "tcp", .laddr = "192.0.2.1",
		.raddr = "192.0.2.9", .rport = 443, .device = 4, .low = 32768,
		.ports = 1000, .busy = 900, .lingering = 50, .searches = 7,
		.exhausted = 3,
	};
	const struct space udp = {
		.path = "udp", .proto = "udp", .laddr = "::ffff:192.0.2.1",
		.raddr = "-", .low = 1, .ports = 65535, .busy = 1,
	};
	struct mapped m;
	struct address a;

	expect(mapped_take(&tcp, &m));
	expect(m.key.path == PATH_CONNECT && m.key.protocol == IPPROTO_TCP &&
	       m.key.device == 4 && m.key.remote_port == 443);
	expect(address_parse("192.0.2.9", &a) &&
	       memcmp(&m.key.remote, &a, sizeof(a)) == 0);
	expect(m.low == 32768 && m.high == 33767 && m.used == 900 &&
	       m.searches == 7 && m.failed == 3);
	expect(mapped_take(&udp, &m) && m.key.local.family == AF_INET6 &&
	       !m.key.remote.family && m.high == 65535);
	tell("a space of the module is taken with all it has");
}

static bool takes(struct space space)
{
	struct mapped m;

	return mapped_take(&space, &m);
}

static void word_set(char word[SPACE_WORD_MAX], const char *value)
{
	snprintf(word, SPACE_WORD_MAX, "%s", value);
}

static void test_not_taken(void)
{
	const struct space good = {
		.path = "connect", .proto = "tcp", .laddr = "192.0.2.1",
		.raddr = "192.0.2.9", .rport = 443, .low = 32768, .ports = 1000,
	};
	struct space s;

	expect(takes(good));
#define refuses(what) do { s = good; what; expect(!takes(s)); } while (0)
	refuses(word_set(s.path, "listen"));
	refuses(word_set(s.proto, "sctp"));
	refuses(word_set(s.laddr, "192.0.2"));
	refuses(word_set(s.raddr, "-"));
	refuses(s.rport = 65536);
	refuses(s.device = UINT64_C(1) << 32);
	refuses(s.low = 65000);
	refuses(s.low = UINT64_MAX);
	refuses(s.ports = 0);
	refuses(s.ports = UINT64_MAX);
	refuses(s.busy = 1001);
#undef refuses
	tell("what can't be a space is refused");
}

void test_mapped(void)
{
	test_address();
	test_endpoint();
	test_taken();
	test_not_taken();
}
