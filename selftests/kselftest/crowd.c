// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crowd of connections to four destinations lives on while the algorithm changes
 * under it and the kernel, told to free memory, drops port maps; then the maps find
 * all of it again. It is ended by its peers: resets, dealt with in softirqs, of which
 * the maps must learn.
 *
 * In the environment: CROWD, how many (8,000; 100,000 take 3 GiB); CROWD_HOTPLUG,
 * if set, takes the last CPU away and brings it back meanwhile.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#include "file.h"
#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"

#define DESTINATIONS 4
#define LOW 32768
#define HIGH 60999
#define SWITCHES 24
#define PROBES 40
#define PRESSURE 4		/* every so many changes maps are dropped */
#define FINDING 10000		/* probes until all destinations have maps */
#define PATIENCE_MS 60000
#define TIMEOUT_SECONDS 3600

static const char * const algorithms[] = {
	"stock", "bsd", "random_start", "random_pick", "hash", "doublehash",
	"randinc", "least_recent",
};

static void pause_ms(long ms)
{
	struct timespec time = { .tv_nsec = ms * 1000000 };

	nanosleep(&time, NULL);
}

FIXTURE(crowd)
{
	struct port_taker taker[DESTINATIONS];
	int *client, *server;
	int count;
};

FIXTURE_SETUP(crowd)
{
	const char *text = getenv("CROWD");
	struct rlimit files;
	int i;

	if (!sysctl_have_dynport())
		SKIP(return, "dynport is not loaded");
	self->count = text ? atoi(text) : 8000;
	ASSERT_GT(self->count, 0);
	ASSERT_LT(self->count, DESTINATIONS * (HIGH - LOW));
	files.rlim_max = 2 * self->count + 100;
	files.rlim_cur = files.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	self->client = calloc(self->count, sizeof(int));
	self->server = calloc(self->count, sizeof(int));
	ASSERT_TRUE(self->client && self->server);
	ASSERT_EQ(0, netns_enter_new());
	ASSERT_EQ(0, sysctl_set_window(LOW, HIGH));
	ASSERT_EQ(0, sysctl_set("dynport/map_threshold", "1"));
	for (i = 0; i < DESTINATIONS; i++) {
		self->taker[i].family = AF_INET;
		self->taker[i].listener = port_listener_open(AF_INET, 0,
							     PORT_LISTENER + i);
		ASSERT_GE(self->taker[i].listener, 0);
	}
}

FIXTURE_TEARDOWN(crowd)
{
}

/* A connection to one of the destinations. Its end at the client, or -1. */
static int crowd_connect(int destination)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && !port_connect(fd, port_loopback(AF_INET, PORT_LISTENER +
						       destination)))
		return fd;
	close(fd);
	return -1;
}

/* The other end; the listener may learn of it later than the client. */
static int crowd_accept(int listener)
{
	struct pollfd incoming = { .fd = listener, .events = POLLIN };

	if (poll(&incoming, 1, PATIENCE_MS) != 1)
		return -1;
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

/* What the maps believe to be busy in this netns. */
static long crowd_busy(void)
{
	long busy, sum = 0;
	char line[512];
	FILE *file;

	file = fopen("/proc/thread-self/net/dynport/spaces", "re");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %ld", &busy) == 1)
			sum += busy;
	fclose(file);
	return sum;
}

/* A port is chosen for the destination, and given back; 0 or -errno. */
static int crowd_probe(int destination, int listener)
{
	int fd, port, ret = 0;

	fd = crowd_connect(destination);
	if (fd < 0)
		return -errno;
	port = port_of(fd);
	if (port < LOW || port > HIGH)
		ret = -ERANGE;
	port_release(fd);
	port_listener_drain(listener);
	return ret;
}

static atomic_bool hotplug_end;

/* Returns how often it went, or -1. */
static void *hotplug(void *arg)
{
	char name[64];
	long times = 0;
	int fd;

	snprintf(name, sizeof(name), "/sys/devices/system/cpu/cpu%ld/online",
		 sysconf(_SC_NPROCESSORS_CONF) - 1);
	fd = open(name, O_WRONLY | O_CLOEXEC);
	while (fd >= 0 && !atomic_load(&hotplug_end)) {
		if (pwrite(fd, "0", 1, 0) != 1)
			break;
		pause_ms(20);
		if (pwrite(fd, "1", 1, 0) != 1)
			break;
		pause_ms(20);
		times++;
	}
	close(fd);
	return (void *)(atomic_load(&hotplug_end) ? times : -1);
}

TEST_F_TIMEOUT(crowd, lives_through_changes_of_the_algorithm_and_ends_by_resets,
	       TIMEOUT_SECONDS)
{
	bool plugging = getenv("CROWD_HOTPLUG");
	int i, k, listener, error;
	socklen_t size;
	pthread_t plug;
	void *times;

	if (plugging)
		ASSERT_EQ(0, pthread_create(&plug, NULL, hotplug, NULL));
	for (i = 0; i < self->count; i++) {
		self->client[i] = crowd_connect(i % DESTINATIONS);
		ASSERT_GE(self->client[i], 0) {
			TH_LOG("connection %d: %s", i, strerror(errno));
		}
		listener = self->taker[i % DESTINATIONS].listener;
		self->server[i] = crowd_accept(listener);
		ASSERT_GE(self->server[i], 0);
	}
	for (k = 0; k < SWITCHES; k++) {
		ASSERT_EQ(0, sysctl_set("dynport/algorithm", algorithms[k % 8]));
		for (i = 0; i < PROBES; i++) {
			listener = self->taker[i % DESTINATIONS].listener;
			error = crowd_probe(i % DESTINATIONS, listener);
			ASSERT_EQ(0, error) {
				TH_LOG("%s: %s", algorithms[k % 8],
				       strerror(-error));
			}
		}
		if (k % PRESSURE)
			continue;
		ASSERT_EQ(0, file_write("/proc/sys/vm/drop_caches", "2", 1));
	}
	if (plugging) {
		atomic_store(&hotplug_end, true);
		ASSERT_EQ(0, pthread_join(plug, &times));
		TH_LOG("a CPU went and came %ld times", (long)times);
		EXPECT_GT((long)times, 0);
	}

	EXPECT_GT(stats_get("maps_evicted"), 0);
	ASSERT_EQ(0, sysctl_set("dynport/algorithm", "random_pick"));
	for (k = 0; crowd_busy() != self->count && k < FINDING; k++) {
		listener = self->taker[k % DESTINATIONS].listener;
		ASSERT_EQ(0, crowd_probe(k % DESTINATIONS, listener));
	}
	EXPECT_EQ(self->count, crowd_busy());
	for (i = 0; i < self->count; i++)
		port_release(self->server[i]);
	for (i = 0; i < self->count; i++) {
		error = 0;
		size = sizeof(error);
		for (k = 0; !error && k < 5000; k++) {
			getsockopt(self->client[i], SOL_SOCKET, SO_ERROR,
				   &error, &size);
			if (!error)
				pause_ms(1);
		}
		EXPECT_EQ(ECONNRESET, error);
	}
	/* Nobody has closed a client: the maps know by the resets alone. */
	for (k = 0; crowd_busy() && k < PATIENCE_MS / 10; k++)
		pause_ms(10);
	EXPECT_EQ(0, crowd_busy());
	for (i = 0; i < self->count; i++)
		close(self->client[i]);
}

TEST_HARNESS_MAIN
