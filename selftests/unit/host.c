// SPDX-License-Identifier: GPL-2.0-only
/*
 * host.c - a machine that runs the module's search
 *
 * host_search() has the shape of the hooked functions, as search.h prescribes
 * it; the rest sets up what netns.c and sysctl.c would.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "host.h"
#include "spaces.h"
#include "trace.h"

#define CANDIDATE_NS	1000	/* the kernel's time for one */
#define PROBE_NS	50

unsigned long jiffies = 1000;
u64 ktime_now = 1;
unsigned int dynport_netns_id;
bool slab_fails;
bool capability_all = true;
unsigned long capability_asked;
const unsigned long host_nothing_busy[BITS_TO_LONGS(65536)];

const int host_errno[DYNPORT_PATHS] = {
	[DYNPORT_PATH_CONNECT]	= -EADDRNOTAVAIL,
	[DYNPORT_PATH_BIND]	= -EADDRINUSE,
	[DYNPORT_PATH_UDP]	= -EAGAIN,
};

void dynport_search_trace(const struct dynport_search *search, u16 port)
{
	fprintf(stderr, "traced a search for port %u while tracing is off\n",
		port);
	(void)search;
	abort();
}

static void *host_memory(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory) {
		perror("calloc");
		exit(1);
	}
	return memory;
}

static struct dynport_instance *
host_instance_alloc(const struct dynport_algorithm *algorithm)
{
	struct dynport_instance *instance;

	instance = host_memory(sizeof(*instance) + algorithm->state_size);
	instance->algorithm = algorithm;
	if (algorithm->init && algorithm->init(instance->state)) {
		fprintf(stderr, "%s: init failed\n", algorithm->name);
		exit(1);
	}
	return instance;
}

static struct host *host_alloc_with(const struct dynport_algorithm *algorithm)
{
	struct host *host = host_memory(sizeof(*host));
	struct dynport_netns *netns = &host->netns;

	host->instances[0] = host_instance_alloc(algorithm);
	host->instances[1] = host_instance_alloc(algorithm);
	netns->instance[DYNPORT_PATH_CONNECT] = host->instances[0];
	netns->instance[DYNPORT_PATH_BIND] = host->instances[0];
	netns->instance[DYNPORT_PATH_UDP] = host->instances[1];
	netns->net = &host->net;
	netns->stats = &host->stats;
	netns->tunables.bind_stride = 2;
	netns->tunables.search_limit = 64;
	netns->tunables.random_increment_max = 500;
	netns->tunables.rekey_seconds = 10;
	netns->tunables.map_limit = 1024;
	spaces_init(host);
	host->family = AF_INET;
	host_set_window(host, HOST_LOW, HOST_HIGH);
	return host;
}

struct host *host_alloc(const struct dynport_algorithm *algorithm)
{
	struct host *host = host_alloc_with(algorithm);

	host->stock = host_memory(sizeof(*host->stock));
	stock_init(host->stock);
	return host;
}

struct host *host_alloc_beside(struct host *host)
{
	struct host *other = host_alloc_with(host->instances[0]->algorithm);

	other->stock = host->stock;
	other->shares_stock = true;
	return other;
}

void host_free(struct host *host)
{
	u32 i;

	spaces_drop(host);
	for (i = 0; i < ARRAY_SIZE(host->netns.guarded); i++) {
		dynport_stamps_free(&host->netns.guarded[i]);
		dynport_stamps_free(&host->netns.released[i]);
	}
	if (!host->shares_stock)
		free(host->stock);
	free(host->instances[0]);
	free(host->instances[1]);
	free(host);
}

void host_set_window(struct host *host, u32 low, u32 high)
{
	host->net.port_low = low;
	host->net.port_high = high;
	host_set_own_window(host, 0, 0);
}

void host_set_own_window(struct host *host, u32 low, u32 high)
{
	host->own_range = high;
	host->low = high ? low : (u32)host->net.port_low;
	host->high = high ?: (u32)host->net.port_high;
}

void host_set_guard(struct host *host, u32 seconds)
{
	host->netns.tunables.guard_seconds = seconds;
}

/* As dynport_netns_update() has it. */
void host_set_quarantine(struct host *host, u32 ms)
{
	host->netns.tunables.quarantine_ms = ms;
	if (ms)
		set_bit(DYNPORT_AVOID_COOLING, &host->netns.avoid);
	else
		clear_bit(DYNPORT_AVOID_COOLING, &host->netns.avoid);
}

void host_reserve(struct host *host, u32 low, u32 high)
{
	for (; low <= high; low++)
		set_bit(low, host->net.reserved_ports);
}

static int host_pick_stock(struct host *host, enum dynport_path path,
			   const struct peer *peer, const unsigned long *busy,
			   u32 low, u32 high)
{
	struct stock_request req = {
		.net = &host->net,
		.busy = busy,
		.low = low,
		.high = high,
		/* The hooks narrow by the socket's field, too. */
		.own_range = host->own_range || low != host->low ||
			     high != host->high,
	};
	int port;

	switch (path) {
	case DYNPORT_PATH_CONNECT:
		port = stock_connect(host->stock, &req, HOST_ADDRESS, peer,
				     true);
		break;
	case DYNPORT_PATH_BIND:
		port = stock_bind(&req);
		break;
	default:
		port = stock_udp(&req);
	}
	host->probes += req.probes;
	ktime_now += PROBE_NS * req.probes;
	return port;
}

void host_set_tuple(const struct host *host, struct dynport_request *req,
		    const struct peer *peer)
{
	struct in6_addr laddr = { .s6_addr32 = { htonl(0xfd000000), 0, 0,
						 htonl(HOST_ADDRESS) } };

	req->family = host->family;
	req->protocol = req->path == DYNPORT_PATH_UDP ? IPPROTO_UDP :
							IPPROTO_TCP;
	if (host->family == AF_INET)
		req->laddr.ip = htonl(HOST_ADDRESS);
	else
		req->laddr.ip6 = laddr;
	req->device = 0;
	if (!dynport_has_peer(req))
		return;
	req->rport = htons(peer->port);
	if (host->family == AF_INET) {
		req->raddr.ip = htonl(peer->address);
	} else {
		req->raddr.ip6 = laddr;
		req->raddr.ip6.s6_addr32[3] = htonl(peer->address);
	}
}

/*
 * A search on the hooks' stack: what dynport_search_begin() leaves alone is
 * anything, here what no bool may be.
 */
static void host_search_begin(struct host *host, struct dynport_search *search,
			      enum dynport_path path, const struct peer *peer)
{
	memset(search, 0xa5, sizeof(*search));
	dynport_search_begin(search, &host->netns, path, host->low, host->high,
			     host->own_range);
	host_set_tuple(host, &search->req, peer);
}

static u16 host_search_first(struct host *host, struct dynport_search *search)
{
	if (!dynport_space_exist(&host->netns, search->req.path))
		return dynport_search_draw_first(search);
	return dynport_search_first_mapped(search, false);
}

int host_pick(struct host *host, enum dynport_path path,
	      const struct peer *peer, const unsigned long *busy)
{
	struct dynport_search search;
	int result;
	u16 port;

	host->busy = busy;
	host->candidates = 0;
	host->probes = 0;
	host->fell_back = false;
	/* As dynport_netns_update_bypass() has it. */
	if (!host->instances[0]->algorithm->first &&
	    !host->netns.tunables.tcp_port_range &&
	    !host->netns.tunables.udp_port_range)
		return host_pick_stock(host, path, peer, busy, host->low,
				       host->high);

	host_search_begin(host, &search, path, peer);
	port = host->gives_up ? dynport_search_none(&search) :
				host_search_first(host, &search);
	while (port) {
		ktime_now += CANDIDATE_NS;
		if (host->watch)
			host->watch(host->cookie, port);
		if (!test_bit(port, busy))
			break;
		dynport_search_refused(&search, false);
		port = dynport_search_next(&search);
	}
	host->candidates = search.candidates;
	host->probes = search.candidates;
	result = port;
	if (!port) {
		result = host_errno[path];
		if (dynport_search_may_fall_back(&search)) {
			host->fell_back = true;
			result = host_pick_stock(host, path, peer, busy,
						 search.low,
						 dynport_search_fall_back_high(&search));
		}
	}
	if (result < 0 && result != host_errno[path]) {
		fprintf(stderr, "path %d failed with %d\n", path, result);
		abort();
	}
	dynport_search_end(&search, result < 0 ? result : 0,
			   result < 0 ? 0 : result);
	return result;
}

int host_propose(struct host *host, const struct peer *peer)
{
	struct dynport_search search;
	u16 port;

	host->busy = host_nothing_busy;
	if (!host->instances[0]->algorithm->first) {
		struct stock_request req = {
			.net = &host->net,
			.busy = host_nothing_busy,
			.low = host->low,
			.high = host->high,
		};

		return stock_connect(host->stock, &req, HOST_ADDRESS, peer,
				     false);
	}

	host_search_begin(host, &search, DYNPORT_PATH_CONNECT, peer);
	port = host_search_first(host, &search);
	dynport_search_end(&search, -ENOBUFS, 0);
	return port;
}
