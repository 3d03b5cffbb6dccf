// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.dynport.*: good values are taken up to their limits; a bad one gets its
 * errno and changes nothing.
 */
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "netns.h"
#include "sysctl.h"

FIXTURE(sysctl_values)
{
	int unused;
};

FIXTURE_SETUP(sysctl_values)
{
	ASSERT_EQ(0, netns_enter_new());
	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
}

FIXTURE_TEARDOWN(sysctl_values)
{
}

#define ENTRY(name) "dynport/" name

static const char * const names[] = {
	ENTRY("algorithm"), ENTRY("algorithm_connect"), ENTRY("algorithm_bind"),
	ENTRY("algorithm_udp"), ENTRY("tcp_port_range"),
	ENTRY("udp_port_range"), ENTRY("bind_stride"), ENTRY("search_limit"),
	ENTRY("map_threshold"), ENTRY("map_limit"),
	ENTRY("random_increment_max"), ENTRY("rekey_seconds"),
	ENTRY("late_bind"), ENTRY("root_reserve_percent"),
	ENTRY("pressure_percent"),
	ENTRY("guard_seconds"), ENTRY("quarantine_ms"),
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static const char * const ranges[] = {
	ENTRY("tcp_port_range"), ENTRY("udp_port_range"),
};

static const char * const algorithms[] = {
	ENTRY("algorithm"), ENTRY("algorithm_connect"), ENTRY("algorithm_bind"),
	ENTRY("algorithm_udp"),
};

static const struct {
	const char *name;
	long min, max, other;	/* limits; a value between or besides them */
	long bad[3];		/* neighbours that are out of range */
} numbers[] = {
	{ ENTRY("bind_stride"), 2, 16, 0, { 1, 17, 65536 } },
	{ ENTRY("search_limit"), 1, 65535, 64, { 0, 65536, 4294967297 } },
	{ ENTRY("map_threshold"), 0, 65535, 8, { 65536, 4294967296, 1L << 62 } },
	{ ENTRY("map_limit"), 0, 65536, 1024, { 65537, 4294967296, 1L << 62 } },
	{ ENTRY("random_increment_max"), 1, 65535, 500,
	  { 0, 65536, 4294967297 } },
	{ ENTRY("rekey_seconds"), 0, 86400, 10, { 86401, 4294967296, 1L << 62 } },
	{ ENTRY("late_bind"), 0, 1, 0, { 2, 4294967296, 1L << 62 } },
	{ ENTRY("root_reserve_percent"), 0, 50, 3, { 51, 100, 4294967296 } },
	{ ENTRY("pressure_percent"), 0, 100, 90, { 101, 65536, 4294967296 } },
	{ ENTRY("guard_seconds"), 0, 86400, 60, { 86401, 4294967296, 1L << 62 } },
	{ ENTRY("quarantine_ms"), 0, 3600000, 1000,
	  { 3600001, 4294967296, 1L << 62 } },
};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

/* Writing `value` fails with `error`, and the entry reads as before. */
static void expect_refused(struct __test_metadata *_metadata, const char *name,
			   const void *value, size_t len, int error)
{
	char before[256], after[256];
	int ret;

	ASSERT_EQ(0, sysctl_get(name, before, sizeof(before)));
	ret = sysctl_write(name, value, len);
	EXPECT_EQ(-error, ret) {
		TH_LOG("%s: \"%.40s\"", name, (const char *)value);
	}
	ASSERT_EQ(0, sysctl_get(name, after, sizeof(after)));
	EXPECT_STREQ(before, after) {
		TH_LOG("%s: changed by \"%.40s\"", name, (const char *)value);
	}
}

static void expect_refused_text(struct __test_metadata *_metadata,
				const char *name, const char *value, int error)
{
	expect_refused(_metadata, name, value, strlen(value), error);
}

static void expect_taken(struct __test_metadata *_metadata, const char *name,
			 const char *value, const char *shown)
{
	char after[256];

	EXPECT_EQ(0, sysctl_set(name, value)) {
		TH_LOG("%s: \"%s\" was refused", name, value);
	}
	ASSERT_EQ(0, sysctl_get(name, after, sizeof(after)));
	EXPECT_STREQ(shown, after) {
		TH_LOG("%s", name);
	}
}

TEST_F(sysctl_values, are_the_documented_defaults)
{
	static const char * const defaults[NAMES] = {
		"random_pick", "default", "default", "default", "0\t0", "0\t0",
		"2", "64", "8", "1024", "500", "10",
		"0", "0", "90", "60", "0",
	};
	char value[256];
	unsigned int i;

	for (i = 0; i < NAMES; i++) {
		ASSERT_EQ(0, sysctl_get(names[i], value, sizeof(value)));
		EXPECT_STREQ(defaults[i], value) {
			TH_LOG("%s", names[i]);
		}
	}
}

TEST_F(sysctl_values, can_be_written_by_root_only)
{
	char path[256];
	struct stat st;
	unsigned int i;

	for (i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/%s", names[i]);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ(0644, st.st_mode & 07777);
	}
	ASSERT_EQ(0, stat("/proc/sys/net/dynport/available_algorithms", &st));
	EXPECT_EQ(0444, st.st_mode & 07777);
}

TEST_F(sysctl_values, list_the_eight_algorithms)
{
	static const char * const eight[] = {
		"stock", "bsd", "random_start", "random_pick", "hash",
		"doublehash", "randinc", "least_recent",
	};
	char value[1024], *word, *rest = value;
	bool found[8] = { false };
	unsigned int i;

	ASSERT_EQ(0, sysctl_get(ENTRY("available_algorithms"), value,
				sizeof(value)));
	while ((word = strsep(&rest, " "))) {
		for (i = 0; i < 8; i++)
			found[i] |= !strcmp(word, eight[i]);
	}
	for (i = 0; i < 8; i++) {
		EXPECT_TRUE(found[i]) {
			TH_LOG("%s", eight[i]);
		}
		expect_taken(_metadata, ENTRY("algorithm"), eight[i], eight[i]);
	}
}

TEST_F(sysctl_values, numbers_are_taken_up_to_their_limits)
{
	char text[32];
	unsigned int i, k;

	for (i = 0; i < NUMBERS; i++) {
		const long good[] = { numbers[i].min, numbers[i].max,
				      numbers[i].other };

		for (k = 0; k < 3; k++) {
			snprintf(text, sizeof(text), "%ld", good[k]);
			expect_taken(_metadata, numbers[i].name, text, text);
		}
	}
}

TEST_F(sysctl_values, numbers_out_of_range_change_nothing)
{
	char text[32];
	unsigned int i, k;

	for (i = 0; i < NUMBERS; i++) {
		for (k = 0; k < 3; k++) {
			snprintf(text, sizeof(text), "%ld", numbers[i].bad[k]);
			expect_refused_text(_metadata, numbers[i].name, text,
					    EINVAL);
		}
	}
}

TEST_F(sysctl_values, numbers_that_are_none_change_nothing)
{
	static const char * const bad[] = {
		"-2", "+2", "2x", "x2", "0x10", "2 2", "2\n2", "2.0", "1e1",
		"two", "2,", "-1", "18446744073709551618", "4294967298",
		"99999999999999999999999999999999999999999999",
	};
	unsigned int i, k;

	for (i = 0; i < NUMBERS; i++)
		for (k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
			expect_refused_text(_metadata, numbers[i].name, bad[k],
					    EINVAL);
}

TEST_F(sysctl_values, ranges_are_taken_up_to_their_limits)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		expect_taken(_metadata, ranges[i], "1 65535", "1\t65535");
		expect_taken(_metadata, ranges[i], "1\t1\n", "1\t1");
		expect_taken(_metadata, ranges[i], "65535 65535", "65535\t65535");
		expect_taken(_metadata, ranges[i], "  40000 \t 40001 ",
			     "40000\t40001");
		expect_taken(_metadata, ranges[i], "0 0", "0\t0");
	}
}

TEST_F(sysctl_values, bad_ranges_change_nothing)
{
	static const char * const bad[] = {
		"40001 40000", "0 1", "1 0", "0 65535", "1 65536", "65536 65536",
		"65536 65537", "-1 5", "5 -1", "+1 5", "5", "5 ", "5,6", "5-6",
		"1 2 3", "1 2x", "x1 2", "0x1 0x2", "1\n2", "one two",
		"4294967297 4294967298",
		"1                                                            "
		"                                                            2",
	};
	unsigned int i, k;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, sysctl_set(ranges[i], "41000 42000"));
		for (k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
			expect_refused_text(_metadata, ranges[i], bad[k],
					    EINVAL);
	}
}

TEST_F(sysctl_values, unknown_algorithms_are_enoent_and_change_nothing)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, sysctl_set(algorithms[i], "hash"));
		expect_refused_text(_metadata, algorithms[i], "nosuch", ENOENT);
		expect_refused_text(_metadata, algorithms[i], "has", ENOENT);
		expect_refused_text(_metadata, algorithms[i], "hashh", ENOENT);
		expect_refused_text(_metadata, algorithms[i], "abcdefghijklmno",
				    ENOENT);
	}
}

TEST_F(sysctl_values, malformed_algorithms_are_einval_and_change_nothing)
{
	static const char * const bad[] = {
		"abcdefghijklmnop", "HASH", "hash!", "hash bsd", "hash,bsd",
		"../hash", "hash\nbsd", "h\303\244sh", "-", "random-pick",
	};
	unsigned int i, k;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, sysctl_set(algorithms[i], "hash"));
		for (k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
			expect_refused_text(_metadata, algorithms[i], bad[k],
					    EINVAL);
	}
}

TEST_F(sysctl_values, default_is_a_choice_for_paths_only)
{
	unsigned int i;

	expect_refused_text(_metadata, ENTRY("algorithm"), "default", EINVAL);
	for (i = 1; i < 4; i++) {
		expect_taken(_metadata, algorithms[i], "bsd\n", "bsd");
		expect_taken(_metadata, algorithms[i], "default", "default");
	}
}

TEST_F(sysctl_values, empty_and_overlong_values_change_nothing)
{
	static char blanks[SYSCTL_VALUE_MAX], ones[SYSCTL_VALUE_MAX];
	unsigned int i;

	memset(blanks, ' ', sizeof(blanks));
	memset(ones, '1', sizeof(ones));
	for (i = 0; i < NAMES; i++) {
		expect_refused(_metadata, names[i], "", 1, EINVAL);
		expect_refused_text(_metadata, names[i], "\n", EINVAL);
		expect_refused_text(_metadata, names[i], " ", EINVAL);
		expect_refused(_metadata, names[i], "2\0002", 3, EINVAL);
		expect_refused(_metadata, names[i], blanks, 4095, EINVAL);
		expect_refused(_metadata, names[i], ones, 100, EINVAL);
		expect_refused(_metadata, names[i], ones, 4095, EINVAL);
	}
}

/* The kernel itself refuses what doesn't fit into its buffer. */
TEST_F(sysctl_values, values_of_64_kilobytes_change_nothing)
{
	static char ones[SYSCTL_VALUE_MAX];
	char before[256], after[256];
	unsigned int i;

	memset(ones, '1', sizeof(ones));
	for (i = 0; i < NAMES; i++) {
		ASSERT_EQ(0, sysctl_get(names[i], before, sizeof(before)));
		EXPECT_GT(0, sysctl_write(names[i], ones, sizeof(ones)));
		ASSERT_EQ(0, sysctl_get(names[i], after, sizeof(after)));
		EXPECT_STREQ(before, after);
	}
}

TEST_F(sysctl_values, the_list_of_algorithms_is_read_only)
{
	EXPECT_GT(0, sysctl_set(ENTRY("available_algorithms"), "hash"));
}

TEST_F(sysctl_values, a_second_write_at_an_offset_changes_nothing)
{
	char value[32];
	int fd;

	fd = sysctl_open(ENTRY("search_limit"), O_WRONLY);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(2, write(fd, "12", 2));
	EXPECT_EQ(-1, write(fd, "34", 2));
	close(fd);
	ASSERT_EQ(0, sysctl_get(ENTRY("search_limit"), value, sizeof(value)));
	EXPECT_STREQ("12", value);
}

TEST_F(sysctl_values, a_read_gives_one_line)
{
	char value[1024];
	unsigned int i;
	ssize_t n;
	int fd;

	for (i = 0; i < NAMES; i++) {
		fd = sysctl_open(names[i], O_RDONLY);
		ASSERT_GE(fd, 0);
		n = read(fd, value, sizeof(value) - 1);
		ASSERT_GT(n, 1);
		value[n] = '\0';
		EXPECT_EQ(value + n - 1, strchr(value, '\n'));
		EXPECT_EQ(0, read(fd, value, sizeof(value)));
		close(fd);
	}
}

TEST_HARNESS_MAIN
