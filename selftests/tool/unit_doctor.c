// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of what the doctor finds. */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "unit.h"

static struct window window;
static struct destinations sockets;
static struct port_set reserve;
static struct findings findings;

/* A namespace in which nothing is wrong. */
static struct doctor sound(void)
{
	static const struct port_set none;
	struct doctor d = {
		.window = &window, .sockets = &sockets, .reuse_known = true,
		.tw_reuse = 2, .timestamps = 1, .hooks_known = true,
	};
	enum path path;

	memset(&window, 0, sizeof(window));
	memset(&reserve, 0, sizeof(reserve));
	memset(d.hooked, true, sizeof(d.hooked));
	window.loaded = true;
	window.local = (struct port_range){ 32768, 60999 };
	for (path = 0; path < PATHS; path++) {
		window.path[path].range = window.local;
		window.path[path].count = port_range_count(window.local, &none, 0);
	}
	destinations_free(&sockets);
	destinations_init(&sockets, &window.reserved);
	return d;
}

/* Makes the findings; their ids, a blank between. */
static const char *ids(const struct doctor *d)
{
	static char text[256];
	size_t i;

	findings_free(&findings);
	doctor_check_module(d, &findings);
	doctor_check_range(d, &reserve, &findings);
	doctor_check_load(d, &findings);
	doctor_check_nft(d, &findings);
	*text = '\0';
	for (i = 0; i < findings.count; i++) {
		expect(findings.at[i].what && findings.at[i].mend);
		if (i)
			strcat(text, " ");
		strcat(text, findings.at[i].id);
	}
	return text;
}

static bool mended_by(size_t at, const char *command)
{
	return at < findings.count && strcmp(findings.at[at].mend, command) == 0;
}

static void test_sound(void)
{
	struct doctor d = sound();

	expect(strcmp(ids(&d), "") == 0);
	d.hooked[DOCTOR_HOOKS - 1] = false;
	expect(strcmp(ids(&d), "hooks") == 0 && findings_problems(&findings) == 0);
	d.hooked[0] = false;
	expect(findings_problems(&findings) == 0 &&
	       strcmp(ids(&d), "hooks hooks") == 0 && findings_problems(&findings) == 1);
	d.hooks_known = false;
	expect(strcmp(ids(&d), "") == 0);
	window.loaded = false;
	expect(strcmp(ids(&d), "not_loaded") == 0 && findings_problems(&findings) == 0);
	tell("nothing is found where nothing is wrong; an optional hook is a note");
}

/* @count connections to one peer, from port 40000 in steps of @step. */
static void connections(unsigned int count, unsigned int step)
{
	static const uint8_t peer[4] = { 192, 0, 2, 1 };
	struct sockdiag_socket s = {
		.protocol = IPPROTO_TCP, .state = TCP_ESTABLISHED,
		.remote = address_make(AF_INET, peer), .remote_port = 80,
	};
	static const struct mapped_list none;
	const unsigned int ports[PATHS] = { 28232, 28232, 28232 };
	unsigned int i;

	s.local = s.remote;
	for (i = 0; i < count; i++) {
		s.local_port = 40001 + i * step;
		destinations_add_socket(&sockets, &s);
	}
	destinations_finish(&sockets, ports, &none);
}

static const struct destination *peer_row(void)
{
	size_t i;

	for (i = 0; i < sockets.count; i++)
		if (sockets.at[i].key.path == PATH_CONNECT)
			break;
	return &sockets.at[i];
}

static void test_binders(void)
{
	struct doctor_binder binder = { .owner = NULL };
	struct doctor d = sound();

	destinations_classes(&sockets, window.local.low, 2);
	connections(31, 2);
	expect(!doctor_binds_first(peer_row()));
	sound();
	destinations_classes(&sockets, window.local.low, 2);
	connections(200, 1);
	expect(peer_row()->bound == 100 && !doctor_binds_first(peer_row()));
	sound();
	connections(200, 2);
	expect(!doctor_binds_first(peer_row()));
	sound();
	destinations_classes(&sockets, window.local.low, 2);
	connections(200, 2);
	expect(peer_row()->bound == 200 && doctor_binds_first(peer_row()));
	binder.destination = peer_row() - sockets.at;
	d.binder = &binder;
	d.binders = 1;
	expect(strcmp(ids(&d), "bind_first") == 0);
	expect(mended_by(0, "dynportctl set late_bind 1"));
	tell("clients that bind port 0 first are known by their ports' class");
}

#define CHAIN(policy, rules) \
	"table inet filter {\n\tchain input {\n" \
	"\t\ttype filter hook input priority filter; policy " policy ";\n" \
	rules "\t}\n\n\tchain forward {\n\t\ttcp dport 40000 drop\n\t}\n}\n"
#define ANSWERS "\t\tct state established,related accept\n"

static bool finds_in(const char *ruleset, const char *expected)
{
	struct doctor d = sound();

	d.ruleset = (char *)ruleset;
	return strcmp(ids(&d), expected) == 0;
}

static void test_nft(void)
{
	expect(finds_in(CHAIN("accept", ""), ""));
	expect(finds_in(CHAIN("drop", ANSWERS "\t\ttcp dport 22 accept\n"), ""));
	expect(finds_in(CHAIN("drop", "\t\ttcp dport 22 accept\n"), "nft_drop"));
	expect(finds_in(CHAIN("drop", "\t\tjump elsewhere\n"), ""));
	expect(finds_in(CHAIN("accept",
			      "\t\ttcp dport 40000-65535 counter packets 3 bytes 9 drop\n"
			      ANSWERS), "nft_drop"));
	expect(finds_in(CHAIN("accept", "\t\tudp dport { 53, 1024-65535 } reject\n"), "nft_drop"));
	expect(finds_in(CHAIN("accept", "\t\ttcp dport { 22, 1024-32767 } drop\n"), ""));
	expect(finds_in(CHAIN("accept", "\t\tip saddr 192.0.2.1 tcp dport 40000 drop\n"), ""));
	expect(finds_in(CHAIN("accept", ANSWERS "\t\ttcp dport 32768-60999 drop\n"), ""));
	/* what spares the answers in another way */
	expect(finds_in(CHAIN("accept", "\t\ttcp dport 1024-65535 ct state new drop\n"), ""));
	expect(finds_in(CHAIN("accept",
			      "\t\ttcp dport 1024-65535 tcp flags syn / fin,syn,rst,ack drop\n"),
			""));
	expect(finds_in(CHAIN("accept", "\t\tudp dport 50000 ip saddr 10.0.0.0/8 drop\n"), ""));
	expect(finds_in(CHAIN("accept",
			      "\t\tudp dport 50000 log prefix \"not a drop \" "
			      "counter packets 0 bytes 0 drop comment \"x\"\n"),
			"nft_drop"));
	expect(finds_in(CHAIN("drop", "\t\tct state != new accept\n"), ""));
	expect(finds_in(CHAIN("drop", "\t\tct direction reply accept\n"), ""));
	expect(finds_in(CHAIN("drop",
			      "\t\tcounter packets 0 bytes 0 accept comment \"all\"\n"), ""));
	expect(finds_in(CHAIN("drop", "\t\tct state invalid drop\n"), "nft_drop"));
	expect(finds_in("table arp filter {\n\tchain input {\n"
			"\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n", ""));
	tell("rules that drop answers to dynamic ports are found, others are not");
}

static void test_range(void)
{
	struct doctor_listener listener[2] = { { .port = 40000 }, { .port = 50000 } };
	struct doctor_service service = { .name = strdup("fido"), .port = 60179 };
	struct doctor d = sound();

	expect(address_parse("192.0.2.1", &listener[0].address) &&
	       address_parse("::", &listener[1].address));
	d.listeners = 2;
	d.listener = listener;
	d.services = 1;
	d.service = &service;
	port_set_add(&window.reserved, 33000);
	reserve = window.reserved;
	expect(strcmp(ids(&d), "listeners services") == 0);
	expect(strstr(findings.at[0].what, "2 TCP listeners") &&
	       strstr(findings.at[0].what, "[::]:50000"));
	expect(mended_by(0, "sysctl net.ipv4.ip_local_reserved_ports=33000,40000,50000"));
	expect(mended_by(1, "sysctl net.ipv4.ip_local_reserved_ports=33000,40000,50000,60179"));
	expect(strcmp(ids(&d), "") == 0);
	tell("listeners and services that aren't reserved are found, and one command reserves them");

	d = sound();
	window.local.low = 32000;
	expect(strcmp(ids(&d), "nodeports") == 0 && findings_problems(&findings) == 0);
	expect(mended_by(0, "sysctl net.ipv4.ip_local_reserved_ports=32000-32767"));
	expect(strcmp(ids(&d), "") == 0);
	d = sound();
	window.local = (struct port_range){ 31000, 32999 };
	d.kubernetes = true;
	expect(strcmp(ids(&d), "nodeports") == 0 && findings_problems(&findings) == 1);
	expect(mended_by(0, "sysctl net.ipv4.ip_local_port_range=\"32768 60999\""));
	tell("node ports inside the range are found, and are a problem with Kubernetes");

	d = sound();
	window.local.high = 61000;
	expect(strcmp(ids(&d), "") == 0);
	window.loaded = false;
	expect(strcmp(ids(&d), "not_loaded parity") == 0);
	expect(mended_by(1, "sysctl net.ipv4.ip_local_port_range=\"32768 61001\""));
	window.local = (struct port_range){ 1025, 65535 };
	expect(!strcmp(ids(&d), "not_loaded nodeports parity"));
	expect(mended_by(2, "sysctl net.ipv4.ip_local_port_range=\"1025 65534\""));
	tell("a range with ends of one parity is found where the kernel chooses");
	free(service.name);
}

static void peer(const char *remote, unsigned int used, unsigned int time_wait)
{
	struct sockdiag_socket s = {
		.protocol = IPPROTO_TCP, .state = TCP_TIME_WAIT, .remote_port = 80,
	};
	unsigned int i;

	expect(address_parse("192.0.2.1", &s.local) && address_parse(remote, &s.remote));
	for (i = 0; i < used; i++) {
		if (i == time_wait)
			s.state = TCP_ESTABLISHED;
		s.local_port = 32768 + i;
		destinations_add_socket(&sockets, &s);
	}
}

static void finish(void)
{
	static const unsigned int ports[PATHS] = { 1000, 1000, 1000 };
	static const struct mapped_list no_maps;

	destinations_finish(&sockets, ports, &no_maps);
}

static void test_load(void)
{
	struct doctor d = sound();

	peer("192.0.2.9", 500, 500);
	finish();
	d.stock = true;
	expect(strcmp(ids(&d), "") == 0);
	d = sound();
	peer("192.0.2.9", 501, 0);
	finish();
	expect(strcmp(ids(&d), "") == 0);
	d.stock = true;
	expect(strcmp(ids(&d), "half") == 0);
	expect(mended_by(0, "dynportctl set algorithm_connect random_pick"));
	window.loaded = false;
	expect(strcmp(ids(&d), "not_loaded half") == 0 && mended_by(1, "modprobe dynport"));
	tell("more than half of a destination's ports is a problem for the kernel's search only");

	d = sound();
	peer("192.0.2.9", 900, 0);
	finish();
	expect(strcmp(ids(&d), "full") == 0);
	expect(mended_by(0, "sysctl net.ipv4.ip_local_port_range=\"1024 65535\""));
	window.local = (struct port_range){ 1024, 65535 };
	expect(strcmp(ids(&d), "nodeports full") == 0 &&
	       strstr(findings.at[1].mend, "addresses"));
	tell("a destination with a tenth of its ports left is found");

	d = sound();
	peer("192.0.2.9", 600, 300);
	finish();
	expect(strcmp(ids(&d), "time_wait") == 0);
	expect(mended_by(0, "sysctl net.ipv4.tcp_tw_reuse=1"));
	d.timestamps = 0;
	expect(strcmp(ids(&d), "time_wait") == 0);
	expect(mended_by(0, "sysctl net.ipv4.tcp_tw_reuse=1 net.ipv4.tcp_timestamps=1"));
	d.timestamps = 1;
	d.tw_reuse = 1;
	expect(strcmp(ids(&d), "") == 0);
	d = sound();
	peer("127.0.0.9", 600, 300);
	finish();
	expect(strcmp(ids(&d), "") == 0);
	d.tw_reuse = 0;
	expect(strcmp(ids(&d), "time_wait") == 0);
	d = sound();
	peer("192.0.2.9", 600, 299);
	finish();
	expect(strcmp(ids(&d), "") == 0);
	tell("a destination that TIME_WAIT fills is found, unless the kernel reuses it");

	d = sound();
	peer("192.0.2.9", 1, 0);
	finish();
	d.opened = 28232 / 60;
	expect(strcmp(ids(&d), "") == 0);
	d.opened = 28232 / 60 + 1;
	expect(strcmp(ids(&d), "rate") == 0);
	peer("192.0.2.10", 1, 0);
	finish();
	expect(strcmp(ids(&d), "") == 0);
	tell("a rate of connections that TIME_WAIT outruns is found");

	d = sound();
	d.conntrack = true;
	d.conntrack_count = 899;
	d.conntrack_max = 1000;
	expect(strcmp(ids(&d), "") == 0);
	d.conntrack_count = 900;
	expect(strcmp(ids(&d), "conntrack_full") == 0);
	expect(mended_by(0, "sysctl net.netfilter.nf_conntrack_max=2000"));
	d.conntrack_count = 0;
	d.conntrack_drops = 1;
	expect(strcmp(ids(&d), "conntrack_drops") == 0 && !findings_problems(&findings));
	tell("a full table of connections is found, and packets that were dropped");
}

void test_doctor(void)
{
	test_sound();
	test_binders();
	test_nft();
	test_range();
	test_load();
	findings_free(&findings);
	destinations_free(&sockets);
}
