// SPDX-License-Identifier: GPL-2.0-only
/*
 * portthreads.c - how many connections several threads make to one destination
 *
 * For every variant (variants.c), and every number of threads, spread over the
 * CPUs:
 *	fill	from an empty range on, connections are made and kept, until -o
 *		percent of the ports are in use
 *	churn	-o percent of the ports are in use; for -m ms each thread makes a
 *		connection and resets it, again and again
 * Each thread also accepts one connection, anybody's, for each that it has made.
 * Rates are those of this machine at this moment: compare what one round says,
 * and take the median over the rounds (-r). Each round has the variants in the same
 * order, and a change of the variant is followed by a run that isn't counted: under an
 * emulator one that has been on for longer is faster by some percent, so none may be.
 */
#define _GNU_SOURCE
#include "portcost.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX	256
#define LOST_MS		20	/* a connection that doesn't come by then is lost */
#define WARM_MS		300	/* until all threads are at work */

static const char usage[] =
"usage: portthreads -v FILE [-o PERCENT,...] [-t THREADS,...] [-m MS] [-r ROUNDS]\n"
"                   [-w NAME=VALUE]... fill|churn\n";

struct worker {
	pthread_t thread;
	unsigned int cpu;
	uint64_t done, failed;	/* atomic */
	uint64_t began;		/* ns */
};

/* What all threads made in a time, in ns. */
struct made {
	uint64_t done, failed, ns;
};

static struct options opt = {
	.set = { .op = OP_CONNECT, .family = AF_INET, .destinations = 1,
		 .server_port = 9000, .server_netns = -1, .seed = 1 },
	.steps = { 40 }, .nsteps = 1,
};
static double threads[STEPS_MAX] = { 1, 2 };
static unsigned int nthreads = 2, rounds = 5, ms = 500;
static struct worker workers[THREADS_MAX];
static pthread_barrier_t start;
static int held[PORTS_MAX], peers[PORTS_MAX];
static unsigned int target;	/* connections to make and keep, all together; 0: churn */
static unsigned int taken;	/* of them, so far; atomic */
static bool stop;

static void count(uint64_t *what)
{
	__atomic_fetch_add(what, 1, __ATOMIC_RELAXED);
}

static void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("can't stay on CPU %u: %s", cpu, strerror(errno));
}

static bool connect_one(int *fd, int *peer)
{
	struct sockaddr_storage addr = traffic_address(&opt.set, opt.set.server_port);

	*fd = traffic_open(&opt.set, 0);
	/* A reset: another thread has accepted the connection, and closed it by now. */
	if (traffic_choose(&opt.set, *fd, &addr) && (target || errno != ECONNRESET)) {
		/* A failure to be counted: see docs/trust.md. */
		if (target || errno != ECONNREFUSED)
			traffic_full_error("connect");
		close(*fd);
		return false;
	}
	/*
	 * A connection that its thread, having accepted another one, has reset
	 * before the server had the third packet of its beginning never comes.
	 */
	*peer = target ? traffic_accept(0) : traffic_accept_within(0, LOST_MS);
	return true;
}

static void *work(void *arg)
{
	struct worker *self = arg;
	unsigned int slot;
	int fd, peer;

	pin(self->cpu);
	pthread_barrier_wait(&start);
	self->began = traffic_now();
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		slot = target ? __atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED) : 0;
		if (target && slot >= target)
			break;
		if (!connect_one(&fd, &peer)) {
			count(&self->failed);
			continue;
		}
		count(&self->done);
		if (target) {
			held[slot] = fd;
			peers[slot] = peer;
		} else {
			close(fd);
			if (peer >= 0)
				close(peer);
		}
	}
	return NULL;
}

static struct made made_so_far(unsigned int n)
{
	struct made made = { .ns = traffic_now() };
	unsigned int i;

	for (i = 0; i < n; i++) {
		made.done += __atomic_load_n(&workers[i].done, __ATOMIC_RELAXED);
		made.failed += __atomic_load_n(&workers[i].failed, __ATOMIC_RELAXED);
	}
	return made;
}

static void pause_ms(unsigned int length)
{
	const struct timespec pause = { .tv_sec = length / 1000,
					.tv_nsec = length % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

/*
 * So many threads at once. Churn is counted between two moments at which all are at
 * work: this thread may be among the last to run after the start, and the last
 * connection of each of them may be lost, and wait.
 */
static struct made run_threads(unsigned int n)
{
	unsigned int cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN), i;
	struct made before = { .ns = UINT64_MAX }, made;

	stop = false;
	taken = 0;
	memset(held, 0, sizeof(held));
	pthread_barrier_init(&start, NULL, n + 1);
	for (i = 0; i < n; i++) {
		workers[i] = (struct worker){ .cpu = i % cpus };
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			die("can't start thread %u", i);
	}
	pthread_barrier_wait(&start);
	if (!target) {
		pause_ms(WARM_MS);
		before = made_so_far(n);
		pause_ms(ms);
		made = made_so_far(n);
		__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	}
	for (i = 0; i < n; i++)
		pthread_join(workers[i].thread, NULL);
	if (target) {
		made = made_so_far(n);
		for (i = 0; i < n; i++)
			if (workers[i].began < before.ns)
				before.ns = workers[i].began;
	}
	pthread_barrier_destroy(&start);
	for (i = 0; i < target; i++) {
		if (held[i]) {
			close(held[i]);
			close(peers[i]);
		}
	}
	made.done -= before.done;
	made.failed -= before.failed;
	made.ns -= before.ns;
	return made;
}

static void print_row(const char *kind, const struct variant *variant, double percent,
		      unsigned int round, unsigned int n, const struct made *made)
{
	printf("%s\t%g\t%u\t%u\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%.0f\t%s\n", kind,
	       percent, opt.set.high - opt.set.low + 1, n, round, made->done, made->failed,
	       made->ns / 1000, (double)made->done * 1e9 / (double)made->ns, variant->name);
	fflush(stdout);
}

static void enter(const struct variant *variant)
{
	static const struct variant *current;

	if (variant == current)
		return;
	variants_enter(variant);
	opt.set.client = variant->client;
	current = variant;
	/* An emulator translates all code again after some of it has changed. */
	run_threads((unsigned int)threads[nthreads - 1]);
}

static void measure(const char *kind, double percent)
{
	unsigned int ports = (unsigned int)((opt.set.high - opt.set.low + 1) * percent / 100 + 0.5);
	const struct variant *variant;
	unsigned int round, v, i;
	struct made made;

	if (!strcmp(kind, "fill"))
		target = ports;
	else if (occupy_ports(&opt.set, ports) < ports)
		die("%u ports can't be occupied", ports);
	for (round = 1; round <= rounds; round++) {
		for (v = 0; v < opt.nvariants; v++) {
			variant = &opt.variants[v];
			enter(variant);
			for (i = 0; i < nthreads; i++) {
				made = run_threads((unsigned int)threads[i]);
				print_row(kind, variant, percent, round,
					  (unsigned int)threads[i], &made);
			}
		}
	}
}

static unsigned int parse_list(char *text, double *numbers)
{
	unsigned int n = 0;
	char *item, *end;

	for (item = strtok(text, ","); item; item = strtok(NULL, ",")) {
		if (n == STEPS_MAX)
			die("too many numbers");
		numbers[n] = strtod(item, &end);
		if (*end || numbers[n] < 0)
			die("no number: %s", item);
		n++;
	}
	return n;
}

static const char *parse(int argc, char **argv)
{
	unsigned int i;
	int option;

	while ((option = getopt(argc, argv, "v:o:t:m:r:w:")) != -1) {
		switch (option) {
		case 'v':
			variants_read(&opt, optarg);
			break;
		case 'o':
			opt.nsteps = parse_list(optarg, opt.steps);
			break;
		case 't':
			nthreads = parse_list(optarg, threads);
			break;
		case 'm':
			ms = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			rounds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			if (opt.nsysctls == SYSCTLS_MAX)
				die("too many -w");
			opt.sysctls[opt.nsysctls++] = optarg;
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc - 1 || !opt.nvariants ||
	    (strcmp(argv[optind], "fill") && strcmp(argv[optind], "churn"))) {
		fputs(usage, stderr);
		exit(2);
	}
	for (i = 0; i < nthreads; i++)
		if (threads[i] < 1 || threads[i] > THREADS_MAX)
			die("from 1 to %d threads", THREADS_MAX);
	return argv[optind];
}

int main(int argc, char **argv)
{
	struct settings *set = &opt.set;
	const char *kind = parse(argc, argv);
	unsigned int i;

	options_set_address(set, NULL);
	place_enter_new();
	for (i = 0; i < opt.nsysctls; i++)
		place_set_sysctl(opt.sysctls[i]);
	place_read_range(&set->low, &set->high);
	place_allow_files(2UL * PORTS_MAX + 2 * THREADS_MAX + 64);
	traffic_listen(set);
	puts("kind\tpercent\tports\tthreads\tround\tdone\tfailed\tus\trate\tvariant");
	for (i = 0; i < opt.nsteps; i++)
		measure(kind, opt.steps[i]);
	return 0;
}
