// SPDX-License-Identifier: GPL-2.0-only
/* Metrics as text: what is escaped, and how counters become metrics. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exposition.h"
#include "metrics.h"
#include "unit.h"

static char *written;
static size_t length;

static FILE *paper(void)
{
	FILE *out = open_memstream(&written, &length);

	if (!out) {
		perror("open_memstream");
		exit(1);
	}
	return out;
}

/* Closes the paper; was exactly @text written on it? */
static bool reads(FILE *out, const char *text)
{
	bool same;

	fclose(out);
	same = strcmp(written, text) == 0;
	if (!same)
		printf("# written: %s\n", written);
	free(written);
	return same;
}

static void test_escaped(void)
{
	const struct exposition_labels labels = { {
		{ "a", "back\\slash \"quote\"\nline" },
		{ "none", NULL },
		{ "empty", "" },
		{ "z", "\xc3\xa9\xff\xc0\x80\xed\xa0\x80\xf0\x9f\x98\x80" },
	} };
	const struct exposition_labels none = { { { NULL, NULL } } };
	FILE *out = paper();

	exposition_metric(out, "m", "gauge", "A \"help\" of\\\n.");
	exposition_integer(out, "m", "", &labels, UINT64_MAX);
	exposition_number(out, "m", "_sum", &none, 0.25);
	expect(reads(out,
		     "# HELP m A \"help\" of\\\\\\n.\n# TYPE m gauge\n"
		     "m{a=\"back\\\\slash \\\"quote\\\"\\nline\",z=\"\xc3\xa9"
		     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		     "\xf0\x9f\x98\x80\"} 18446744073709551615\n"
		     "m_sum 0.25\n"));
	tell("labels and help are escaped, and bytes that aren't UTF-8 replaced");
}

static void test_counted(void)
{
	static const struct counters counters = {
		.count = 6,
		.at = {
			{ "connect_searches", 5 },
			{ "connect_refused_reserved", 1 },
			{ "connect_refused_kernel", 2 },
			{ "bind_searches", 0 },
			{ "bind_refused_kernel", 3 },
			{ "novelty", 7 },
		},
	};
	struct metrics m = { .out = paper(), .netns = "blue" };

	metrics_counters(&m, &counters);
	expect(reads(m.out,
		     "# HELP dynport_searches_total Times a port was looked for.\n"
		     "# TYPE dynport_searches_total counter\n"
		     "dynport_searches_total{netns=\"blue\",path=\"connect\"} 5\n"
		     "dynport_searches_total{netns=\"blue\",path=\"bind\"} 0\n"
		     "# HELP dynport_refused_total Ports passed over or refused, by reason.\n"
		     "# TYPE dynport_refused_total counter\n"
		     "dynport_refused_total{netns=\"blue\",path=\"connect\",reason=\"reserved\"} 1\n"
		     "dynport_refused_total{netns=\"blue\",path=\"connect\",reason=\"kernel\"} 2\n"
		     "dynport_refused_total{netns=\"blue\",path=\"bind\",reason=\"kernel\"} 3\n"
		     "# HELP dynport_novelty_total The counter novelty of /proc/net/dynport/stats.\n"
		     "# TYPE dynport_novelty_total counter\n"
		     "dynport_novelty_total{netns=\"blue\"} 7\n"));
	tell("each counter has one metric, its path and its reason in labels");
}

static void test_distributed(void)
{
	static const struct counters counters = {
		.count = 1, .at = { { "udp_candidates", 30 } },
	};
	static const struct histogram histogram = {
		.columns = 1, .rows = 3, .column = { "udp" },
		.row = {
			{ "1", 1, 1, { 10 } },
			{ "2", 2, 2, { 0 } },
			{ "3-4", 3, 4, { 5 } },
		},
	};
	struct metrics m = { .out = paper() };

	metrics_histogram(&m, &histogram, &counters);
	expect(reads(m.out,
		     "# HELP dynport_search_candidates Ports proposed to the kernel in one search.\n"
		     "# TYPE dynport_search_candidates histogram\n"
		     "dynport_search_candidates_bucket{path=\"udp\",le=\"1\"} 10\n"
		     "dynport_search_candidates_bucket{path=\"udp\",le=\"2\"} 10\n"
		     "dynport_search_candidates_bucket{path=\"udp\",le=\"4\"} 15\n"
		     "dynport_search_candidates_bucket{path=\"udp\",le=\"+Inf\"} 15\n"
		     "dynport_search_candidates_sum{path=\"udp\"} 30\n"
		     "dynport_search_candidates_count{path=\"udp\"} 15\n"));
	tell("the histogram is cumulative, with a sum and a count");
}

static size_t times(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

static void test_bounded(void)
{
	struct space at[] = {
		{ .path = "connect", .proto = "tcp", .laddr = "10.0.0.1",
		  .raddr = "10.0.0.2", .rport = 80, .ports = 4, .busy = 3 },
		{ .path = "bind", .proto = "tcp", .laddr = "::",
		  .raddr = "-", .device = 3, .ports = 4, .busy = 2 },
		{ .path = "bind", .proto = "tcp", .laddr = "10.0.0.1",
		  .raddr = "-", .ports = 4, .busy = 1 },
	};
	const struct spaces spaces = { .count = 3, .at = at };
	struct metrics m = { .out = paper() };

	metrics_spaces(&m, &spaces, 2);
	fclose(m.out);
	expect(strstr(written, "\ndynport_spaces{path=\"connect\"} 1\n"));
	expect(strstr(written, "\ndynport_spaces{path=\"bind\"} 2\n"));
	expect(strstr(written, "\ndynport_spaces{path=\"udp\"} 0\n"));
	expect(strstr(written, "\ndynport_fullest_space_ratio{path=\"connect\"} 0.75\n"));
	expect(strstr(written, "\ndynport_fullest_space_ratio{path=\"bind\"} 0.5\n"));
	expect(strstr(written, "\ndynport_spaces_without_series 1\n"));
	expect(times(written, "dynport_space_ports{") == 2);
	expect(strstr(written, "\ndynport_space_busy_ports{path=\"connect\",protocol=\"tcp\","
		      "laddr=\"10.0.0.1\",raddr=\"10.0.0.2\",rport=\"80\"} 3\n"));
	expect(strstr(written, "\ndynport_space_busy_ports{path=\"bind\",protocol=\"tcp\","
		      "laddr=\"::\",ifindex=\"3\"} 2\n"));
	free(written);
	m.out = paper();
	metrics_spaces(&m, &spaces, 0);
	fclose(m.out);
	expect(times(written, "dynport_space_") == 0);
	expect(strstr(written, "\ndynport_spaces_without_series 3\n"));
	free(written);
	tell("only so many port spaces get series of their own, the fullest");
}

void test_metrics(void)
{
	test_escaped();
	test_counted();
	test_distributed();
	test_bounded();
}
