// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of dynportctl's parsers, arithmetic and tables: no module, no
 * privileges, no files. Prints KTAP; exit 1 if something is not as it says.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms.h"
#include "counter_info.h"
#include "nearest.h"
#include "ports.h"
#include "proc_stats.h"
#include "settings.h"
#include "status.h"
#include "unit.h"

static unsigned int tests, failures;
int unit_doubt;

void tell(const char *sentence)
{
	tests++;
	if (unit_doubt) {
		failures++;
		printf("# line %d\n", unit_doubt);
	}
	printf("%sok %u - %s\n", unit_doubt ? "not " : "", tests, sentence);
	unit_doubt = 0;
}

static const char stats_text[] =
	"name\tvalue\n"
	"connect_searches\t502\n"
	"connect_candidates\t18446744073709551615\n"
	"bind_searches\t0\n"
	"new_thing\t7\n";

static const char histogram_text[] =
	"candidates\tconnect\tbind\tudp\n"
	"1\t5\t6\t7\n"
	"2\t0\t0\t1\n"
	"3-4\t18446744073709551615\t0\t0\n"
	"32769-65536\t1\t2\t3\n";

static bool stats_take(const char *text)
{
	static struct counters counters;
	struct proc_error error = { .what = NULL };
	bool ok = counters_parse(text, strlen(text), &counters, &error);

	expect(ok || error.what);
	return ok;
}

static bool histogram_take(const char *text)
{
	static struct histogram histogram;
	struct proc_error error = { .what = NULL };
	bool ok = histogram_parse(text, strlen(text), &histogram, &error);

	expect(ok || error.what);
	return ok;
}

static void test_stats(void)
{
	static struct counters c;
	struct proc_error error;
	const uint64_t *value;
	char many[8192] = "name\tvalue\n", longer[512];
	unsigned int i;

	expect(counters_parse(stats_text, strlen(stats_text), &c, &error));
	expect(c.count == 4);
	value = counters_find_path(&c, "connect", "searches");
	expect(value && *value == 502);
	value = counters_find(&c, "connect_candidates");
	expect(value && *value == UINT64_MAX);
	value = counters_find(&c, "new_thing");
	expect(value && *value == 7);
	expect(!counters_find_path(&c, "udp", "searches"));
	tell("stats: every counter is found by its name, known or not");

	expect(stats_take("name\tvalue\nx\t1"));
	expect(stats_take("name\tvalue\n"));
	expect(stats_take("name\tvalue\tunit\nx\t1\tports\n"));
	tell("stats: no last newline, no counters and further columns are fine");

	expect(!stats_take(""));
	expect(!stats_take("\n"));
	expect(!stats_take("value\tname\nx\t1\n"));
	expect(!stats_take("name value\nx 1\n"));
	expect(!stats_take("name\tvalue\nx\n"));
	expect(!stats_take("name\tvalue\n\n"));
	expect(!stats_take("name\tvalue\n\t1\n"));
	expect(!stats_take("name\tvalue\nx\t\n"));
	expect(!stats_take("name\tvalue\nx\t-1\n"));
	expect(!stats_take("name\tvalue\nx\t1 \n"));
	expect(!stats_take("name\tvalue\nx\t18446744073709551616\n"));
	expect(!stats_take("name\tvalue\nx\t99999999999999999999999\n"));
	expect(!stats_take("name\tvalue\nx\"y\t1\n"));
	expect(!stats_take("name\tvalue\nx\t1\nx\t2\n"));
	tell("stats: anything malformed is refused");

	snprintf(longer, sizeof(longer), "name\tvalue\n%0*d\t1\n",
		 PROC_NAME_MAX - 1, 0);
	expect(stats_take(longer));
	snprintf(longer, sizeof(longer), "name\tvalue\n%0*d\t1\n",
		 PROC_NAME_MAX, 0);
	expect(!stats_take(longer));
	for (i = 0; i < COUNTERS_MAX; i++)
		sprintf(many + strlen(many), "c%u\t%u\n", i, i);
	expect(stats_take(many));
	strcat(many, "one_more\t1\n");
	expect(!stats_take(many));
	tell("stats: names and numbers of counters are taken up to their limits");
}

static void test_histogram(void)
{
	static struct histogram h;
	struct proc_error error;

	expect(histogram_parse(histogram_text, strlen(histogram_text), &h,
			       &error));
	expect(h.columns == 3 && h.rows == 4);
	expect(strcmp(h.column[2], "udp") == 0);
	expect(h.row[0].low == 1 && h.row[0].high == 1);
	expect(h.row[2].low == 3 && h.row[2].high == 4);
	expect(strcmp(h.row[3].label, "32769-65536") == 0);
	expect(h.row[0].value[1] == 6 && h.row[2].value[0] == UINT64_MAX);
	tell("histogram: rows, bounds and columns are read");

	expect(!histogram_take(""));
	expect(!histogram_take("candidate\tconnect\n"));
	expect(!histogram_take("candidates\tconnect\t\n"));
	expect(!histogram_take("candidates\tconnect\n1\n"));
	expect(!histogram_take("candidates\tconnect\n1\t2\t3\n"));
	expect(!histogram_take("candidates\tconnect\n1\tx\n"));
	expect(!histogram_take("candidates\tconnect\n-\t1\n"));
	expect(!histogram_take("candidates\tconnect\n1-\t1\n"));
	expect(!histogram_take("candidates\tconnect\n4-3\t1\n"));
	expect(!histogram_take("candidates\tconnect\n1-2-3\t1\n"));
	expect(!histogram_take("candidates\tconnect\n4294967296\t1\n"));
	expect(!histogram_take("candidates\tconnect\n2\t1\n1\t1\n"));
	expect(!histogram_take("candidates\tconnect\n1-4\t1\n4-8\t1\n"));
	expect(!histogram_take("candidates\ta\tb\tc\td\te\tf\tg\th\ti\n"));
	expect(!histogram_take("candidates\tconnect\n"
			       "00000000000000000000000000000001\t1\n"));
	tell("histogram: anything malformed is refused");
}

/* Bytes changed, cut off and doubled at random; same every time. */
static void test_garbage(void)
{
	static const char bytes[] = "\t\t\n\n-019az_ \"\\\377";
	static struct counters c;
	static struct histogram h;
	struct proc_error error;
	unsigned int i, n, taken = 0;

	srandom(1);
	for (i = 0; i < 200000; i++) {
		const char *from = i & 1 ? stats_text : histogram_text;
		size_t len = strlen(from);
		/* exactly as long as the text: a checker sees each step beyond */
		char *text = malloc(len);

		if (!text)
			exit(1);
		memcpy(text, from, len);
		for (n = random() % 4; n; n--)
			text[random() % len] = random() % 8 ?
				bytes[random() % sizeof(bytes)] : random();
		if (random() % 4 == 0)
			len = random() % len;
		if (i & 1 ? counters_parse(text, len, &c, &error)
			  : histogram_parse(text, len, &h, &error)) {
			taken++;
			expect(c.count <= COUNTERS_MAX);
			expect(h.rows <= HISTOGRAM_ROWS_MAX &&
			       h.columns <= HISTOGRAM_COLUMNS_MAX);
		} else {
			expect(error.what);
		}
		free(text);
	}
	/* both happen: else nothing was tried */
	expect(taken > 1000 && taken < 199000);
	tell("200000 damaged texts are taken or refused, and nothing else");
}

static void test_ports(void)
{
	static struct port_set none, set;
	struct port_range r, local = { 32768, 60999 };
	struct port_count count;

	expect(port_range_parse("32768\t60999\n", &r));
	expect(r.low == 32768 && r.high == 60999);
	expect(port_range_parse("0 0", &r) && port_range_none(r));
	expect(port_range_parse("1 65535", &r) && port_range_size(r) == 65535);
	expect(port_preset_find("iana")->range.low == 49152 &&
	       port_preset_find("iana")->range.high == 65535 &&
	       port_preset_find("linux")->range.low == 32768 &&
	       port_preset_find("linux")->range.high == 60999 &&
	       port_preset_find("wide")->range.low == 1024 &&
	       port_preset_find("wide")->range.high == 65535);
	expect(!port_preset_find("") && !port_preset_find("IANA"));
	expect(!port_range_parse("", &r));
	expect(!port_range_parse("1", &r));
	expect(!port_range_parse("2 1", &r));
	expect(!port_range_parse("1 65536", &r));
	expect(!port_range_parse("1 2 3", &r));
	expect(!port_range_parse("1-2", &r));
	expect(!port_range_parse("-1 2", &r));
	expect(!port_range_parse("1 99999999999999999999", &r));
	tell("a range is two ports in order, and nothing else");

	expect(port_set_parse("", &set) && !port_set_has(&set, 0));
	expect(port_set_parse("80,8000-8002,65535\n", &set));
	expect(port_set_has(&set, 80) && port_set_has(&set, 8000) &&
	       port_set_has(&set, 8002) && port_set_has(&set, 65535));
	expect(!port_set_has(&set, 81) && !port_set_has(&set, 7999) &&
	       !port_set_has(&set, 8003) && !port_set_has(&set, 65534));
	expect(port_set_parse("0-65535", &set) && port_set_has(&set, 0));
	expect(!port_set_parse("80,", &set));
	expect(!port_set_parse("80 81", &set));
	expect(!port_set_parse("81-80", &set));
	expect(!port_set_parse("65536", &set));
	expect(!port_set_parse("80-", &set));
	tell("a list of ports is parsed, and a malformed one refused");

	r = port_range_narrow(local, (struct port_range){ 40000, 65535 });
	expect(r.low == 40000 && r.high == 60999);
	r = port_range_narrow(local, (struct port_range){ 0, 0 });
	expect(r.low == 32768 && r.high == 60999);
	r = port_range_narrow(local, (struct port_range){ 1024, 32767 });
	expect(r.low == 32768 && r.high == 60999);
	r = port_range_narrow(local, (struct port_range){ 1024, 32768 });
	expect(r.low == 32768 && r.high == 32768);
	tell("a protocol's range narrows the local one, unless they are disjoint");

	r = (struct port_range){ 32768, 60999 };
	count = port_range_count(r, &none, 2);
	expect(count.ports == 28232 && count.bind_class == 14116 &&
	       count.connect_class == 14116 && !count.reserved);
	count = port_range_count(r, &none, 16);
	expect(count.bind_class == 28232 / 16);
	count = port_range_count(r, &none, 0);
	expect(!count.bind_class && count.connect_class == 28232);
	r = (struct port_range){ 100, 102 };
	expect(port_set_parse("101", &set));
	count = port_range_count(r, &set, 2);
	expect(count.ports == 3 && count.reserved == 1 &&
	       count.bind_class == 0 && count.connect_class == 2);
	r = (struct port_range){ 1, 65535 };
	expect(port_range_count(r, &none, 2).ports == 65535);
	tell("classes are every n-th port from the start, less the reserved ones");
}

static bool accepts(const char *key, const char *value)
{
	const struct setting *s = setting_find(key);

	expect(s);
	return s && setting_accepts(s, value);
}

static void test_settings(void)
{
	const struct setting *s;
	char text[SETTING_VALUES_MAX];

	for (s = settings; s->key; s++) {
		expect(setting_find(s->key) == s);
		expect(s->meaning);
		expect(*setting_values(s, text));
		if (s->kind == SETTING_READ_ONLY)
			expect(!s->standard);
		else
			expect(setting_accepts(s, s->standard));
	}
	tell("every setting has a meaning, and takes its own default");

	expect(accepts("bind_stride", "0") && accepts("bind_stride", "2") &&
	       accepts("bind_stride", "16"));
	expect(!accepts("bind_stride", "1") && !accepts("bind_stride", "17"));
	expect(!accepts("search_limit", "0") && accepts("search_limit", "1") &&
	       accepts("search_limit", "65535") &&
	       !accepts("search_limit", "65536"));
	expect(!accepts("search_limit", "") && !accepts("search_limit", "-1") &&
	       !accepts("search_limit", "1x") && !accepts("search_limit", " 1") &&
	       !accepts("search_limit", "99999999999999999999"));
	expect(accepts("rekey_seconds", "0"));
	expect(accepts("tcp_port_range", "0 0") &&
	       accepts("tcp_port_range", "1 65535") &&
	       !accepts("tcp_port_range", "0 1") &&
	       !accepts("tcp_port_range", "2 1"));
	expect(setting_accepts(&setting_local_range, "1024 65535") &&
	       !setting_accepts(&setting_local_range, "0 0") &&
	       !setting_accepts(&setting_local_range, "wide"));
	expect(accepts("root_reserve_percent", "50") &&
	       !accepts("root_reserve_percent", "51") &&
	       !accepts("late_bind", "2"));
	expect(accepts("algorithm", "anything") && !accepts("algorithm", "") &&
	       !accepts("algorithm", "two words"));
	expect(!accepts("available_algorithms", "hash"));
	tell("values are accepted within their bounds only");
}

static void test_nearest(void)
{
	const char *near;

	expect(nearest_distance("", "") == 0);
	expect(nearest_distance("abc", "") == 3);
	expect(nearest_distance("algorithm", "algorithm") == 0);
	expect(nearest_distance("algoritm", "algorithm") == 1);
	expect(nearest_distance("algoirthm", "algorithm") == 1);
	expect(nearest_distance("kitten", "sitting") == 3);
	near = setting_nearest("serach_limit");
	expect(near && strcmp(near, "search_limit") == 0);
	expect(!setting_nearest("x"));
	expect(!setting_nearest(""));
	expect(!setting_nearest("completely_different_words"));
	expect(!setting_nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	tell("a slip of the pen finds its name, anything else none");
}

static void test_info(void)
{
	expect(algorithm_info_find("hash") &&
	       strcmp(algorithm_info_find("hash")->section, "3.3.3") == 0);
	expect(algorithm_info_find("least_recent") &&
	       !algorithm_info_find("least_recent")->section);
	expect(!algorithm_info_find("hashes") && !algorithm_info_find(""));
	expect(counter_meaning("exhausted") && !counter_meaning("exhaust"));
	tell("what is not known of algorithms and counters is not made up");
}

/* A status in which nothing is wrong. */
static void status_make(struct status *status, char *algorithm)
{
	static const struct port_set none;
	enum path path;

	*status = (struct status){
		.local = { 32768, 60999 }, .bind_stride = 2,
		.rekey_seconds = 10, .counted = true,
	};
	for (path = 0; path < PATHS; path++)
		status->path[path] = (struct status_path){
			.algorithm = algorithm,
			.range = status->local,
			.count = port_range_count(status->local, &none,
						  path == PATH_UDP ? 0 : 2),
			.searches = 1000, .candidates = 1100,
		};
}

/* Does the status have @count findings, and one with @words in it? */
static bool finds(const struct status *status, size_t count, const char *words)
{
	struct findings f = { 0 };
	bool found = false;
	size_t i;

	findings_make(status, &f);
	for (i = 0; words && i < f.count; i++)
		found |= strstr(f.at[i].what, words) != NULL;
	found = f.count == count && (found || !words);
	findings_free(&f);
	return found;
}

static void test_findings(void)
{
	static char pick[] = "random_pick", bsd[] = "bsd", stock[] = "stock",
		    doublehash[] = "doublehash", start[] = "random_start";
	struct status s;

	status_make(&s, pick);
	expect(finds(&s, 0, NULL));
	tell("a sound status has no findings");

	s.path[PATH_CONNECT].exhausted = 1;
	expect(finds(&s, 1, "TCP connect(): 1 of 1000"));
	s.counted = false;
	expect(finds(&s, 0, NULL));
	tell("one exhausted search is found, if the counters are known");

	status_make(&s, pick);
	s.path[PATH_UDP].stock_fallbacks = 10;
	expect(finds(&s, 0, NULL));
	s.path[PATH_UDP].stock_fallbacks = 11;
	expect(finds(&s, 1, "search_limit"));
	status_make(&s, pick);
	s.path[PATH_BIND].candidates = 16001;
	expect(finds(&s, 1, "16.0 candidates"));
	s.path[PATH_BIND].searches = 99;
	expect(finds(&s, 0, NULL));
	tell("more than 1 % fallbacks or 16 candidates are found, after 100 searches");

	status_make(&s, pick);
	s.path[PATH_UDP].own_range = (struct port_range){ 1000, 2000 };
	s.path[PATH_UDP].range_ignored = true;
	expect(finds(&s, 1, "udp_port_range 1000-2000"));
	status_make(&s, pick);
	s.path[PATH_CONNECT].range_ignored = true;
	s.path[PATH_BIND].range_ignored = true;
	expect(finds(&s, 1, "tcp_port_range"));
	tell("a range without a usable port is found, and once for TCP");

	status_make(&s, pick);
	s.path[PATH_UDP].count = (struct port_count){ .ports = 5, .reserved = 5 };
	expect(finds(&s, 1, "UDP: every port"));
	status_make(&s, pick);
	s.path[PATH_BIND].count = (struct port_count){
		.ports = 1, .connect_class = 1,
	};
	expect(finds(&s, 1, "TCP bind(0) has no port of its own class"));
	tell("a range that is all reserved and an empty class are found");

	status_make(&s, bsd);
	expect(finds(&s, 1, "TCP connect(), TCP bind(0), UDP: bsd"));
	status_make(&s, doublehash);
	expect(finds(&s, 0, NULL));
	s.rekey_seconds = 0;
	expect(finds(&s, 1, "rekey_seconds 0"));
	status_make(&s, start);
	s.path[PATH_UDP].count.reserved = 1411;
	expect(finds(&s, 0, NULL));
	s.path[PATH_UDP].count.reserved = 1412;
	expect(finds(&s, 1, "random_start"));
	status_make(&s, stock);
	s.local.high = 61000;
	expect(finds(&s, 1, "even"));
	tell("an algorithm that does not fit its circumstances is found");
}

int main(void)
{
	printf("KTAP version 1\n");
	test_stats();
	test_histogram();
	test_garbage();
	test_ports();
	test_settings();
	test_nearest();
	test_info();
	test_findings();
	test_genl();
	test_messages();
	test_firewall();
	test_metrics();
	test_screen();
	test_settings_file();
	test_spaces();
	test_mapped();
	test_picture();
	test_destinations();
	test_doctor();
	/* last: one that ends early has none */
	printf("1..%u\n", tests);
	return failures != 0;
}
