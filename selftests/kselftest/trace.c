// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints dynport:dynport_choose and dynport:dynport_exhausted fire
 * once for each search, with the fields that belong to it.
 */
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "port.h"

#define LOW 40000
#define INSTANCE "/sys/kernel/tracing/instances/dynport_kselftest"

FIXTURE(trace)
{
	bool made;
};

static int trace_write(const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), INSTANCE "/%s", file);
	return file_write(path, text, strlen(text));
}

FIXTURE_SETUP(trace)
{
	ASSERT_EQ(0, netns_enter_new());
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 1));
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "bsd"));
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
	if (mkdir(INSTANCE, 0700) && errno != EEXIST)
		SKIP(return, "no tracing: %s", strerror(errno));
	ASSERT_EQ(0, trace_write("events/dynport/enable", "1"));
}

FIXTURE_TEARDOWN(trace)
{
	trace_write("events/dynport/enable", "0");
	rmdir(INSTANCE);
}

/* How many events of that name there are whose line has all of the texts. */
static int trace_count(const char *event, const char * const *texts)
{
	char line[1024], name[64];
	int found = 0, i;
	FILE *f;

	snprintf(name, sizeof(name), " %s: ", event);
	f = fopen(INSTANCE "/trace", "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#' || !strstr(line, name))
			continue;
		for (i = 0; texts[i] && strstr(line, texts[i]);)
			i++;
		found += !texts[i];
	}
	fclose(f);
	return found;
}

#define TRACE_COUNT(event, ...) \
	trace_count(event, (const char * const []){ __VA_ARGS__, NULL })

static void expect_choice(struct __test_metadata *_metadata,
			  enum port_path path, int family, const char *protocol,
			  const char *addresses, const char *dport)
{
	char who[32], kind[32];
	struct port_taker taker;
	int first, second;

	ASSERT_EQ(0, port_taker_open(&taker, path, family));
	snprintf(who, sizeof(who), "path=%s ", port_path_name(path));
	snprintf(kind, sizeof(kind), "family=AF_INET%s ",
		 family == AF_INET ? "" : "6");

	first = port_take(&taker);
	ASSERT_GE(first, 0);
	EXPECT_EQ(LOW, port_of(first));
	EXPECT_EQ(1, TRACE_COUNT("dynport_choose", "path="));
	EXPECT_EQ(1, TRACE_COUNT("dynport_choose", who, kind, protocol,
				 addresses, dport, " port=40000 ",
				 "algorithm=bsd ", "candidates=1 ", "ns="));
	EXPECT_EQ(0, TRACE_COUNT("dynport_exhausted", "path="));

	second = port_take(&taker);
	ASSERT_GE(second, 0);
	EXPECT_EQ(1, TRACE_COUNT("dynport_choose", who, " port=40001 ",
				 "candidates=1 "));

	EXPECT_EQ(-1, port_take(&taker));
	EXPECT_EQ(1, TRACE_COUNT("dynport_choose", who, " port=0 ",
				 "candidates=2 "));
	EXPECT_EQ(1, TRACE_COUNT("dynport_exhausted", "path="));
	EXPECT_EQ(1, TRACE_COUNT("dynport_exhausted", who, kind, protocol,
				 addresses, dport));
}

TEST_F(trace, shows_connect_over_ipv4)
{
	expect_choice(_metadata, PORT_PATH_CONNECT, AF_INET,
		      "protocol=IPPROTO_TCP ",
		      "saddr=127.0.0.1 daddr=127.0.0.1 ", "dport=20000");
}

TEST_F(trace, shows_connect_over_ipv6)
{
	expect_choice(_metadata, PORT_PATH_CONNECT, AF_INET6,
		      "protocol=IPPROTO_TCP ", "saddrv6=::1 daddrv6=::1 ",
		      "dport=20000");
}

TEST_F(trace, shows_bind_over_ipv4)
{
	expect_choice(_metadata, PORT_PATH_BIND, AF_INET,
		      "protocol=IPPROTO_TCP ",
		      "saddr=127.0.0.1 daddr=0.0.0.0 ", "dport=0");
}

TEST_F(trace, shows_bind_over_ipv6)
{
	expect_choice(_metadata, PORT_PATH_BIND, AF_INET6,
		      "protocol=IPPROTO_TCP ", "saddrv6=::1 daddrv6=:: ",
		      "dport=0");
}

TEST_F(trace, shows_udp_over_ipv4)
{
	expect_choice(_metadata, PORT_PATH_UDP, AF_INET,
		      "protocol=IPPROTO_UDP ",
		      "saddr=127.0.0.1 daddr=0.0.0.0 ", "dport=0");
}

TEST_F(trace, shows_udp_over_ipv6)
{
	expect_choice(_metadata, PORT_PATH_UDP, AF_INET6,
		      "protocol=IPPROTO_UDP ", "saddrv6=::1 daddrv6=:: ",
		      "dport=0");
}

TEST_HARNESS_MAIN
