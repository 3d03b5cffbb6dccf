// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family beyond leases: events of pressure and exhaustion,
 * EXPLAIN and GET_PORTS, who may ask, and what is refused.
 */
#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>

#include "kselftest_harness.h"
#include "netlink.h"
#include "port.h"

#define LOW 40000
#define PORTS 100
#define FUZZ 3000

struct heard {
	int pressure, relieved, exhausted;
	uint32_t busy, suppressed, ports;
	uint16_t rport;
};

struct answer {
	int messages, candidates;
	uint16_t port[DYNPORT_EXPLAIN_MAX];
	uint8_t verdict[DYNPORT_EXPLAIN_MAX];
	uint16_t low, high;
	unsigned char reserved[8192];
	int reserved_size;
	bool busy_bitmap;
};

static void hear(const struct nlmsghdr *message, void *arg)
{
	struct heard *heard = arg;
	const struct nlattr *attr[DYNPORT_A_MAX + 1];

	netlink_parse(message, attr);
	switch (netlink_command(message)) {
	case DYNPORT_CMD_PRESSURE:
		heard->pressure++;
		break;
	case DYNPORT_CMD_RELIEVED:
		heard->relieved++;
		break;
	case DYNPORT_CMD_EXHAUSTED:
		heard->exhausted++;
		heard->suppressed += netlink_u32(attr[DYNPORT_A_SUPPRESSED]);
		break;
	default:
		return;
	}
	heard->busy = netlink_u32(attr[DYNPORT_A_BUSY]);
	heard->ports = netlink_u32(attr[DYNPORT_A_PORTS]);
	heard->rport = netlink_u16(attr[DYNPORT_A_RPORT]);
}

static void take_answer(const struct nlmsghdr *message, void *arg)
{
	struct answer *answer = arg;
	const struct nlattr *inner[DYNPORT_A_MAX + 1];
	const struct nlattr *all[DYNPORT_A_MAX + 1];
	const struct nlattr *attr;
	int n;

	answer->messages++;
	netlink_parse(message, all);
	answer->low = netlink_u16(all[DYNPORT_A_LOW]);
	answer->high = netlink_u16(all[DYNPORT_A_HIGH]);
	answer->busy_bitmap = all[DYNPORT_A_BUSY_BITMAP];
	attr = all[DYNPORT_A_RESERVED_BITMAP];
	if (attr) {
		answer->reserved_size = netlink_length(attr);
		memcpy(answer->reserved, netlink_payload(attr),
		       netlink_length(attr));
	}
	netlink_for_each(attr, netlink_first(message), netlink_size(message)) {
		if ((attr->nla_type & NLA_TYPE_MASK) != DYNPORT_A_CANDIDATE)
			continue;
		netlink_sort(netlink_payload(attr), netlink_length(attr), inner);
		n = answer->candidates++;
		answer->port[n] = netlink_u16(inner[DYNPORT_A_PORT]);
		answer->verdict[n] = netlink_u8(inner[DYNPORT_A_VERDICT]);
	}
}

static void begin_question(struct netlink_request *request,
			   const struct netlink *nl, uint8_t command)
{
	uint32_t loopback = htonl(INADDR_LOOPBACK);

	netlink_begin(request, nl, command, NLM_F_ACK);
	netlink_put_u8(request, DYNPORT_A_PATH, DYNPORT_GENL_CONNECT);
	netlink_put_u8(request, DYNPORT_A_FAMILY, AF_INET);
	netlink_put(request, DYNPORT_A_LADDR, &loopback, 4);
	netlink_put(request, DYNPORT_A_RADDR, &loopback, 4);
	netlink_put_u16(request, DYNPORT_A_RPORT, PORT_LISTENER);
}

/* What a search of a connection to the listener would do. */
static int explain(struct netlink *nl, int count, int port,
		   struct answer *answer)
{
	struct netlink_request request;

	memset(answer, 0, sizeof(*answer));
	begin_question(&request, nl, DYNPORT_CMD_EXPLAIN);
	if (count)
		netlink_put_u32(&request, DYNPORT_A_COUNT, count);
	if (port)
		netlink_put_u16(&request, DYNPORT_A_PORT, port);
	return netlink_ask(nl, &request, take_answer, answer);
}

static int verdict_of(struct netlink *nl, int port)
{
	struct answer answer;
	int ret = explain(nl, 0, port, &answer);

	return ret ?: answer.candidates != 1 || answer.port[0] != port ?
	       -EPROTO : answer.verdict[0];
}

FIXTURE(events)
{
	struct netlink nl, listener;
	struct port_taker taker;
};

FIXTURE_SETUP(events)
{
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	ASSERT_EQ(0, port_taker_open(&self->taker, PORT_PATH_CONNECT, AF_INET));
	ASSERT_EQ(0, netlink_open(&self->nl));
	ASSERT_EQ(0, netlink_listen(&self->listener));
}

FIXTURE_TEARDOWN(events)
{
}

TEST_F(events, a_full_destination_is_told_of_and_its_relief)
{
	struct heard heard = { 0 };
	int fd[PORTS], i;

	for (i = 0; i < PORTS; i++) {
		fd[i] = port_take(&self->taker);
		ASSERT_GE(fd[i], 0);
	}
	for (i = 0; i < 20; i++)
		ASSERT_EQ(-1, port_take(&self->taker));
	ASSERT_EQ(0, netlink_events(&self->listener, hear, &heard));
	ASSERT_EQ(1, heard.pressure);
	ASSERT_EQ(0, heard.relieved);
	ASSERT_GE(heard.exhausted, 1);
	ASSERT_EQ(PORT_LISTENER, heard.rport);
	ASSERT_EQ(PORTS, heard.ports);
	/* Each failure is either told of, or counted, or still to be. */
	ASSERT_LE(heard.exhausted + heard.suppressed, 20);
	for (i = 0; i < PORTS; i++) {
		port_release(fd[i]);
		if (i == 15)
			ASSERT_EQ(0, netlink_events(&self->listener, hear,
						    &heard));
		if (i == 15)
			ASSERT_EQ(0, heard.relieved);
	}
	ASSERT_EQ(0, netlink_events(&self->listener, hear, &heard));
	ASSERT_EQ(1, heard.relieved);
	ASSERT_EQ(PORTS - 20, heard.busy);
	ASSERT_EQ(1, heard.pressure);
}

TEST_F(events, a_destination_without_a_map_can_be_exhausted)
{
	struct heard heard = { 0 };
	int i;

	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "0"));
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + 3));
	for (i = 0; i < 4; i++)
		ASSERT_GE(port_take(&self->taker), 0);
	for (i = 0; i < 5; i++)
		ASSERT_EQ(-1, port_take(&self->taker));
	ASSERT_EQ(0, netlink_events(&self->listener, hear, &heard));
	ASSERT_GE(heard.exhausted, 1);
	ASSERT_LE(heard.exhausted, 2);
	ASSERT_EQ(4, heard.ports);
	ASSERT_EQ(0, heard.busy);
	ASSERT_EQ(0, heard.pressure);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* How often the kernel's log, from where @kmsg is, has @text. */
static int logged(int kmsg, const char *text)
{
	char line[1024];
	int count = 0;
	ssize_t n;

	while ((n = read(kmsg, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[n < 0 ? 0 : n] = '\0';
		count += strstr(line, text) != NULL;
	}
	return count;
}

/* Each second there is an event that counts the failures since the last one. */
TEST_F(events, exhaustion_is_told_of_once_a_second_and_logged_once_a_minute)
{
	static const char * const thresholds[] = { "0", "1" };
	int64_t start, before, after, told;
	struct heard heard;
	char text[128];
	int i, t, kmsg, failures;

	for (t = 0; t < 2; t++) {
		/* a window, and so a line, of its own for each */
		ASSERT_EQ(0, sysctl_set_window(LOW + 10 * t, LOW + 10 * t + 3));
		ASSERT_EQ(0, sysctl_set("dynport/map_threshold", thresholds[t]));
		for (i = 0; i < 4; i++)
			ASSERT_GE(port_take(&self->taker), 0);
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		ASSERT_GE(kmsg, 0);
		lseek(kmsg, 0, SEEK_END);

		heard = (struct heard){ 0 };
		failures = 0;
		told = 0;
		start = now_ms();
		do {
			before = now_ms();
			ASSERT_EQ(-1, port_take(&self->taker));
			ASSERT_EQ(EADDRNOTAVAIL, errno);
			after = now_ms();
			failures++;
			i = heard.exhausted;
			ASSERT_EQ(0, netlink_events(&self->listener, hear,
						    &heard));
			if (heard.exhausted == i)
				continue;
			ASSERT_EQ(i + 1, heard.exhausted);
			/* a second of the kernel's clock, which ticks */
			if (told)
				EXPECT_GE(after - told, 950);
			told = before;
			EXPECT_EQ(failures, heard.exhausted + heard.suppressed);
		} while (heard.exhausted < 3 && after - start < 30000);
		EXPECT_EQ(3, heard.exhausted);
		EXPECT_GT(heard.suppressed, 0);

		snprintf(text, sizeof(text),
			 "dynport: no port of %d-%d is left for TCP from 127.0.0.1 to 127.0.0.1:%d (network namespace ",
			 LOW + 10 * t, LOW + 10 * t + 3, PORT_LISTENER);
		EXPECT_EQ(1, logged(kmsg, text));
		close(kmsg);
	}
}

TEST_F(events, explain_tells_the_ports_that_then_come)
{
	static const char * const algorithms[] = { "bsd", "hash", "doublehash" };
	struct answer answer, again;
	int i, j, port;

	ASSERT_EQ(0, sysctl_set("dynport/rekey_seconds", "0"));
	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", "40010-40020"));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", algorithms[i]));
		for (j = 0; j < 30; j++) {
			ASSERT_EQ(0, explain(&self->nl, 25, 0, &answer));
			ASSERT_EQ(0, explain(&self->nl, 25, 0, &again));
			ASSERT_EQ(0, memcmp(&answer, &again, sizeof(answer)));
			ASSERT_EQ(25, answer.candidates);
			for (port = 0; answer.verdict[port] ==
			     DYNPORT_VERDICT_RESERVED; port++) {
				ASSERT_GE(answer.port[port], 40010);
				ASSERT_LE(answer.port[port], 40020);
			}
			ASSERT_EQ(DYNPORT_VERDICT_PROPOSE, answer.verdict[port]);
			ASSERT_EQ(answer.port[port], port_sample(&self->taker));
		}
	}
}

TEST_F(events, explain_tells_why_a_port_is_skipped)
{
	int fd;

	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", "40010"));
	ASSERT_EQ(DYNPORT_VERDICT_PROPOSE, verdict_of(&self->nl, LOW));
	ASSERT_EQ(DYNPORT_VERDICT_CLASS, verdict_of(&self->nl, LOW + 1));
	ASSERT_EQ(DYNPORT_VERDICT_RESERVED, verdict_of(&self->nl, 40010));
	ASSERT_EQ(DYNPORT_VERDICT_OUTSIDE, verdict_of(&self->nl, LOW - 1));
	ASSERT_EQ(0, sysctl_set("dynport/tcp_port_range", "40050 40099"));
	ASSERT_EQ(DYNPORT_VERDICT_OUTSIDE, verdict_of(&self->nl, LOW));
	ASSERT_EQ(0, sysctl_set("dynport/tcp_port_range", "0 0"));
	/* A map, soon: the second search meets the first one's port. */
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "random_pick"));
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	do {
		fd = port_take(&self->taker);
		ASSERT_GE(fd, 0);
	} while (verdict_of(&self->nl, port_of(fd)) != DYNPORT_VERDICT_MAP);
}

TEST_F(events, get_ports_draws_the_window)
{
	struct netlink_request request;
	struct answer answer = { 0 };

	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", "40009"));
	begin_question(&request, &self->nl, DYNPORT_CMD_GET_PORTS);
	ASSERT_EQ(0, netlink_ask(&self->nl, &request, take_answer, &answer));
	ASSERT_EQ(1, answer.messages);
	ASSERT_EQ(LOW, answer.low);
	ASSERT_EQ(LOW + PORTS - 1, answer.high);
	ASSERT_EQ((PORTS + 7) / 8, answer.reserved_size);
	ASSERT_EQ(0, answer.reserved[0]);
	ASSERT_EQ(2, answer.reserved[1]);
	ASSERT_FALSE(answer.busy_bitmap);
}

TEST_F(events, that_were_lost_are_owned_up_to)
{
	struct port_taker udp;
	struct netlink small;
	struct heard heard;
	int i;

	ASSERT_EQ(0, port_taker_open(&udp, PORT_PATH_UDP, AF_INET));
	ASSERT_EQ(0, netlink_open(&small));
	ASSERT_EQ(0, netlink_join(&small, 4096));
	for (i = 0; i < 100; i++)
		ASSERT_GE(port_sample(&udp), 0);
	ASSERT_EQ(-ENOBUFS, netlink_events(&small, NULL, NULL));
	/* Once the queue was empty, they come again. */
	ASSERT_EQ(0, netlink_events(&small, NULL, NULL));
	ASSERT_GE(port_sample(&udp), 0);
	ASSERT_EQ(0, netlink_events(&small, hear, &heard));
	/* The other one has room. */
	ASSERT_EQ(0, netlink_events(&self->listener, hear, &heard));
}

TEST_F(events, a_namespace_dies_with_its_listener)
{
	struct netlink dying;
	int home = netns_open(), i;

	ASSERT_GE(home, 0);
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, netns_enter_new());
		ASSERT_EQ(0, netlink_listen(&dying));
		ASSERT_GE(port_sample(&(struct port_taker){
			.path = PORT_PATH_UDP, .family = AF_INET }), 0);
		ASSERT_EQ(0, netns_enter(home));
		/* With it goes the namespace. */
		netlink_close(&dying);
	}
}

TEST_F(events, are_for_those_with_cap_net_admin)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { 0 };
	struct netlink_request request;
	struct netlink stranger;
	struct answer answer;

	ASSERT_EQ(0, syscall(SYS_capset, &header, none));
	ASSERT_EQ(0, netlink_open(&stranger));
	ASSERT_EQ(-EPERM, netlink_join(&stranger, 0));
	ASSERT_EQ(-EPERM, explain(&stranger, 0, 0, &answer));
	begin_question(&request, &stranger, DYNPORT_CMD_GET_PORTS);
	ASSERT_EQ(-EPERM, netlink_ask(&stranger, &request, NULL, NULL));
	ASSERT_EQ(-EPERM, netlink_dump(DYNPORT_CMD_GET_SPACE, NULL, NULL));
	ASSERT_EQ(-EPERM, netlink_dump(DYNPORT_CMD_GET_LEASE, NULL, NULL));
}

TEST_F(events, what_makes_no_sense_is_refused)
{
	struct netlink_request request;
	struct answer answer;

	ASSERT_NE(0, explain(&self->nl, DYNPORT_EXPLAIN_MAX + 1, 0, &answer));
	ASSERT_EQ(0, explain(&self->nl, DYNPORT_EXPLAIN_MAX, 0, &answer));
	netlink_begin(&request, &self->nl, DYNPORT_CMD_EXPLAIN, NLM_F_ACK);
	ASSERT_EQ(-EINVAL, netlink_ask(&self->nl, &request, NULL, NULL));
	begin_question(&request, &self->nl, DYNPORT_CMD_EXPLAIN);
	netlink_put_u32(&request, DYNPORT_A_IFINDEX, 12345);
	ASSERT_EQ(-ENODEV, netlink_ask(&self->nl, &request, NULL, NULL));
	begin_question(&request, &self->nl, DYNPORT_CMD_EXPLAIN);
	netlink_put_u8(&request, DYNPORT_A_PROTOCOL, IPPROTO_UDP);
	ASSERT_EQ(-EINVAL, netlink_ask(&self->nl, &request, NULL, NULL));
	begin_question(&request, &self->nl, DYNPORT_CMD_PRESSURE);
	ASSERT_EQ(-EOPNOTSUPP, netlink_ask(&self->nl, &request, NULL, NULL));
}

TEST_F(events, no_message_harms)
{
	struct netlink_request request;
	struct answer answer;
	unsigned int seed = 1;
	int i, j, size, type;
	char value[32];

	for (i = 0; i < FUZZ; i++) {
		netlink_begin(&request, &self->nl, rand_r(&seed) % 6,
			      NLM_F_ACK);
		for (j = rand_r(&seed) % 10; j; j--) {
			type = rand_r(&seed) % (DYNPORT_A_MAX + 2);
			size = rand_r(&seed) % 3 ? 1 << rand_r(&seed) % 5 :
						   rand_r(&seed) % 32;
			memset(value, rand_r(&seed), sizeof(value));
			value[0] = rand_r(&seed) % 12;
			netlink_put(&request, type, value, size);
		}
		netlink_ask(&self->nl, &request, NULL, NULL);
	}
	ASSERT_EQ(0, explain(&self->nl, 0, 0, &answer));
	ASSERT_EQ(DYNPORT_EXPLAIN_DEFAULT, answer.candidates);
}

TEST_HARNESS_MAIN
