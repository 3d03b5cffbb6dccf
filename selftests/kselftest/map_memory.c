// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port maps are charged to the memory cgroup of those who need them, and where
 * that has nothing left, searches go on without: they answer as ever, nobody is
 * killed for a map, and there are maps again once there is memory.
 *
 * A search that fails by refusals starts a map: all ports of the sockets' own
 * small window are bound, so a single socket starts a map for each destination
 * that it tries, and takes nothing but that.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "file.h"
#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define LOW 40000
#define PORTS 32
/* The namespace's range, and a map's: some pages. */
#define RANGE_LOW 1024
#define RANGE_HIGH 65535
#define BEFORE 20
/* More than what a CPU may have charged in advance, 64 pages. */
#define WITHOUT 400

FIXTURE(map_memory)
{
	char folder[64], child[96];
	int fd;			/* the one that connects */
	int limit;		/* the cgroup's memory.max */
	bool mounted, inside;
	unsigned int next;	/* destination */
};

static int write_text(const char *folder, const char *file, const char *text)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return file_write(path, text, strlen(text));
}

static long long memory_current(const char *folder)
{
	char path[160], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/memory.current", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	close(fd);
	return text[0] ? strtoll(text, NULL, 10) : -1;
}

FIXTURE_SETUP(map_memory)
{
	char path[160];

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	snprintf(self->folder, sizeof(self->folder), "/tmp/dynport-memory.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->folder));
	if (mount("none", self->folder, "cgroup2", 0, NULL)) {
		rmdir(self->folder);
		SKIP(return, "there is no cgroup2 to mount");
	}
	self->mounted = true;
	snprintf(self->child, sizeof(self->child), "%s/dynport-memory",
		 self->folder);
	if (write_text(self->folder, "cgroup.subtree_control", "+memory"))
		SKIP(return, "there is no memory controller");
	ASSERT_EQ(0, mkdir(self->child, 0755));
	ASSERT_EQ(0, write_text(self->child, "cgroup.procs", "0"));
	self->inside = true;
	snprintf(path, sizeof(path), "%s/memory.max", self->child);
	self->limit = open(path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, self->limit);
}

FIXTURE_TEARDOWN(map_memory)
{
	if (self->inside) {
		close(self->limit);
		write_text(self->folder, "cgroup.procs", "0");
		rmdir(self->child);
	}
	if (self->mounted) {
		umount(self->folder);
		rmdir(self->folder);
	}
}

static void occupy(struct __test_metadata *_metadata,
		   FIXTURE_DATA(map_memory) *self)
{
	uint32_t range = LOW | (LOW + PORTS - 1) << 16;
	int i, fd;

	for (i = 0; i < PORTS; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ASSERT_EQ(0, port_bind(fd, port_wildcard(AF_INET, LOW + i)));
	}
	self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, setsockopt(self->fd, SOL_IP, IP_LOCAL_PORT_RANGE, &range,
				sizeof(range)));
}

/* Tries new destinations. Returns how many didn't fail for want of a port. */
static int try(FIXTURE_DATA(map_memory) *self, int count)
{
	union port_address address;
	int other = 0;

	while (count--) {
		address = port_loopback(AF_INET, PORT_LISTENER);
		address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + ++self->next);
		other += port_connect(self->fd, address) != -1 ||
			 errno != EADDRNOTAVAIL;
	}
	return other;
}

TEST_F_TIMEOUT(map_memory, where_none_is_left_searches_go_on_without_a_map, 900)
{
	long long current, created;
	char text[32];
	int other, length;

	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, sysctl_set_window(RANGE_LOW, RANGE_HIGH));
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	occupy(_metadata, self);
	ASSERT_EQ(0, mlockall(MCL_CURRENT));

	EXPECT_EQ(0, try(self, BEFORE));
	EXPECT_EQ(BEFORE, stats_get("maps_created"));

	/* What is free now is taken away; nothing here needs more. */
	current = memory_current(self->child);
	ASSERT_LT(0, current);
	length = snprintf(text, sizeof(text), "%lld", current);
	ASSERT_EQ(length, write(self->limit, text, length));
	other = try(self, WITHOUT);
	ASSERT_EQ(3, write(self->limit, "max", 3));

	EXPECT_EQ(0, other);
	created = stats_get("maps_created");
	EXPECT_LE(BEFORE, created);
	EXPECT_GT(BEFORE + WITHOUT / 2, created);
	EXPECT_EQ(0, stats_get("maps_evicted"));

	EXPECT_EQ(0, try(self, BEFORE));
	EXPECT_EQ(created + BEFORE, stats_get("maps_created"));
}

TEST_HARNESS_MAIN
