// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/dynport/stats and histogram: their format, and that they count
 * what happened, for a known number of operations.
 */
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define LOW 40000
#define PORTS 16

FIXTURE(stats_values)
{
	struct port_taker taker[3];	/* connect, bind, udp */
};

FIXTURE_SETUP(stats_values)
{
	static const enum port_path paths[] = {
		PORT_PATH_CONNECT, PORT_PATH_BIND, PORT_PATH_UDP
	};
	int i;

	ASSERT_EQ(0, netns_enter_new());
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	ASSERT_EQ(0, sysctl_set_window(LOW, LOW + PORTS - 1));
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "bsd"));
	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
	/* Ports here are taken by number, and to be met nevertheless. */
	ASSERT_EQ(0, sysctl_set("dynport/guard_seconds", "0"));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, port_taker_open(&self->taker[i], paths[i], AF_INET));
}

FIXTURE_TEARDOWN(stats_values)
{
}

static const char * const paths[] = { "connect", "bind", "udp" };
static const char * const path_stats[] = {
	"searches", "candidates", "refused_reserved", "refused_kernel",
	"class_overflows", "stock_fallbacks", "exhausted",
};
#define PATH_STATS (sizeof(path_stats) / sizeof(path_stats[0]))

/* Reads a file whole; its end is a newline. */
static void read_file(struct __test_metadata *_metadata, const char *path,
		      char *text, size_t size)
{
	size_t n;
	FILE *f;

	f = fopen(path, "re");
	ASSERT_NE(NULL, f);
	n = fread(text, 1, size - 1, f);
	fclose(f);
	ASSERT_GT(n, 0);
	ASSERT_LT(n, size - 1);
	EXPECT_EQ('\n', text[n - 1]);
	text[n - 1] = '\0';
}

/* The number in a row and column of the histogram, both from 0; -1. */
static long histogram_get(struct __test_metadata *_metadata, int row, int column)
{
	char text[4096], *rest = text, *line = NULL, *cell = NULL;

	read_file(_metadata, HISTOGRAM_FILE, text, sizeof(text));
	for (row += 2; row; row--)
		line = strsep(&rest, "\n");
	for (column += 2; line && column; column--)
		cell = strsep(&line, "\t");
	return cell ? atol(cell) : -1;
}

TEST_F(stats_values, stats_has_the_documented_lines_all_zero_at_first)
{
	char text[4096], expected[64], *rest = text;
	unsigned int i, k;

	read_file(_metadata, STATS_FILE, text, sizeof(text));
	EXPECT_STREQ("name\tvalue", strsep(&rest, "\n"));
	for (i = 0; i < 3; i++) {
		for (k = 0; k < PATH_STATS; k++) {
			snprintf(expected, sizeof(expected), "%s_%s\t0",
				 paths[i], path_stats[k]);
			ASSERT_NE(NULL, rest);
			EXPECT_STREQ(expected, strsep(&rest, "\n"));
		}
	}
	/* lines are only ever appended, so there may be more */
	ASSERT_NE(NULL, rest);
	EXPECT_STREQ("rekeys\t0", strsep(&rest, "\n"));
}

TEST_F(stats_values, histogram_has_the_documented_rows_all_zero_at_first)
{
	char text[4096], expected[64], *rest = text;
	unsigned int high;

	read_file(_metadata, HISTOGRAM_FILE, text, sizeof(text));
	EXPECT_STREQ("candidates\tconnect\tbind\tudp", strsep(&rest, "\n"));
	EXPECT_STREQ("1\t0\t0\t0", strsep(&rest, "\n"));
	EXPECT_STREQ("2\t0\t0\t0", strsep(&rest, "\n"));
	for (high = 4; high <= 65536; high *= 2) {
		snprintf(expected, sizeof(expected), "%u-%u\t0\t0\t0",
			 high / 2 + 1, high);
		ASSERT_NE(NULL, rest);
		EXPECT_STREQ(expected, strsep(&rest, "\n"));
	}
	EXPECT_EQ(NULL, rest);
}

TEST_F(stats_values, are_readable_by_root_only)
{
	struct stat st;

	ASSERT_EQ(0, stat(STATS_FILE, &st));
	EXPECT_EQ(0400, st.st_mode & 07777);
	ASSERT_EQ(0, stat(HISTOGRAM_FILE, &st));
	EXPECT_EQ(0400, st.st_mode & 07777);
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	EXPECT_EQ(NULL, fopen(STATS_FILE, "re"));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(NULL, fopen(HISTOGRAM_FILE, "re"));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(stats_values, searches_and_candidates_are_counted_by_path)
{
	static const int times[] = { 5, 3, 2 };
	int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < times[i]; k++)
			ASSERT_GE(port_sample(&self->taker[i]), LOW);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(times[i], stats_get_path(paths[i], "searches"));
		EXPECT_EQ(times[i], stats_get_path(paths[i], "candidates"));
		EXPECT_EQ(0, stats_get_path(paths[i], "refused_kernel"));
		EXPECT_EQ(0, stats_get_path(paths[i], "refused_reserved"));
		EXPECT_EQ(0, stats_get_path(paths[i], "stock_fallbacks"));
		EXPECT_EQ(0, stats_get_path(paths[i], "exhausted"));
		EXPECT_EQ(times[i], histogram_get(_metadata, 0, i));
		EXPECT_EQ(0, histogram_get(_metadata, 1, i));
	}
}

/* bsd starts with the window's first port: that one and the next are taken. */
TEST_F(stats_values, refused_candidates_are_counted)
{
	int i, k, fd;

	for (k = 0; k < 2; k++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_EQ(0, port_bind(fd, port_loopback(AF_INET, LOW + k)));
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_EQ(0, port_bind(fd, port_loopback(AF_INET, LOW + k)));
	}
	for (i = 0; i < 3; i++) {
		/* connect and bind share a counter: start each of them anew */
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", "bsd"));
		ASSERT_EQ(LOW + 2, port_sample(&self->taker[i]));
		EXPECT_EQ(1, stats_get_path(paths[i], "searches"));
		EXPECT_EQ(3, stats_get_path(paths[i], "candidates"));
		EXPECT_EQ(2, stats_get_path(paths[i], "refused_kernel"));
		EXPECT_EQ(1, histogram_get(_metadata, 2, i));
		EXPECT_EQ(0, histogram_get(_metadata, 0, i));
		/* and it goes on behind them */
		EXPECT_EQ(LOW + 3, port_sample(&self->taker[i]));
		EXPECT_EQ(4, stats_get_path(paths[i], "candidates"));
	}
}

TEST_F(stats_values, skipped_reserved_ports_are_counted_and_not_proposed)
{
	int i;

	ASSERT_EQ(0, sysctl_set("ipv4/ip_local_reserved_ports", "40000-40002"));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", "bsd"));
		ASSERT_EQ(LOW + 3, port_sample(&self->taker[i]));
		EXPECT_EQ(3, stats_get_path(paths[i], "refused_reserved"));
		EXPECT_EQ(1, stats_get_path(paths[i], "candidates"));
		EXPECT_EQ(0, stats_get_path(paths[i], "refused_kernel"));
	}
}

TEST_F(stats_values, search_limit_refusals_lead_to_the_stock_search)
{
	int i, k, fd;

	ASSERT_EQ(0, sysctl_set("dynport/search_limit", "3"));
	for (k = 0; k < 8; k++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_EQ(0, port_bind(fd, port_loopback(AF_INET, LOW + k)));
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_EQ(0, port_bind(fd, port_loopback(AF_INET, LOW + k)));
	}
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", "bsd"));
		EXPECT_GE(port_sample(&self->taker[i]), LOW + 8);
		EXPECT_EQ(3, stats_get_path(paths[i], "candidates"));
		EXPECT_EQ(3, stats_get_path(paths[i], "refused_kernel"));
		EXPECT_EQ(1, stats_get_path(paths[i], "stock_fallbacks"));
		EXPECT_EQ(0, stats_get_path(paths[i], "exhausted"));
	}
}

TEST_F(stats_values, stock_counts_searches_only)
{
	unsigned int i, k;

	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
	for (i = 0; i < 3; i++) {
		ASSERT_GE(port_sample(&self->taker[i]), LOW);
		ASSERT_GE(port_sample(&self->taker[i]), LOW);
		EXPECT_EQ(2, stats_get_path(paths[i], "searches"));
		for (k = 1; k < PATH_STATS; k++)
			EXPECT_EQ(0, stats_get_path(paths[i], path_stats[k]));
		EXPECT_EQ(0, histogram_get(_metadata, 0, i));
	}
}

/* A socket with a port of its own asks for none. */
TEST_F(stats_values, explicit_ports_are_not_counted)
{
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, port_bind(fd, port_loopback(AF_INET, 30000)));
	ASSERT_EQ(0, port_connect(fd, port_loopback(AF_INET, PORT_LISTENER)));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, port_bind(fd, port_loopback(AF_INET, 30000)));
	ASSERT_EQ(0, port_connect(fd, port_loopback(AF_INET, PORT_DISCARD)));
	EXPECT_EQ(0, stats_get("connect_searches"));
	EXPECT_EQ(0, stats_get("bind_searches"));
	EXPECT_EQ(0, stats_get("udp_searches"));
}

/* Each path may have an algorithm of its own. */
TEST_F(stats_values, paths_follow_their_own_algorithm)
{
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "stock"));
	ASSERT_EQ(0, sysctl_set("dynport/algorithm_bind", "bsd"));
	EXPECT_EQ(LOW, port_sample(&self->taker[1]));
	EXPECT_EQ(LOW + 1, port_sample(&self->taker[1]));
	ASSERT_GE(port_sample(&self->taker[0]), LOW);
	ASSERT_GE(port_sample(&self->taker[2]), LOW);
	EXPECT_EQ(2, stats_get("bind_candidates"));
	EXPECT_EQ(0, stats_get("connect_candidates"));
	EXPECT_EQ(0, stats_get("udp_candidates"));
}

TEST_HARNESS_MAIN
