// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what is asked of the ports now: destinations that run out of them,
 * connections that come faster than TIME_WAIT gives ports back, and connection
 * tracking, whose full table looks like a want of ports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "memory.h"

/* The kernel's TCP_TIMEWAIT_LEN, seconds. */
#define TIME_WAIT_SECONDS	60
/* Shares of a destination's ports from which on they are few. */
#define SHARE_FULL		0.9
#define SHARE_HALF		0.5
/* Destinations that are named, the fullest. */
#define DESTINATIONS_MAX	5
/* Connections that tell how their ports were chosen, and their share. */
#define BOUND_ENOUGH		32
#define BOUND_SHARE		0.9
/* Share of the table of connections. */
#define CONNTRACK_PERCENT	90

static const struct port_range widest = { 1024, PORTS_ALL - 1 };

/* More ports, or where there are no more, more addresses. */
static void mend_widen(const struct doctor *d, struct findings *f)
{
	struct port_range local = d->window->local;

	if (local.low > widest.low || local.high < widest.high)
		finding_mend(f, "sysctl net.ipv4.ip_local_port_range=\"%u %u\"",
			     local.low < widest.low ? local.low : widest.low,
			     widest.high);
	else
		finding_mend(f, "(give the clients, or the destination, further addresses)");
}

static const char *name(const struct destination *dest, char *text)
{
	char remote[ENDPOINT_TEXT_MAX], local[ADDRESS_TEXT_MAX];

	snprintf(text, 2 * ENDPOINT_TEXT_MAX + 8, "%s from %s",
		 endpoint_text(&dest->key.remote, dest->key.remote_port, remote),
		 address_text(&dest->key.local, local));
	return text;
}

static bool waits(const struct destination *dest)
{
	return 2 * dest->time_wait >= dest->used;
}

/* 127.0.0.0/8 or ::1: tcp_tw_reuse 2 is for these. */
static bool loops(const struct address *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == AF_INET6 ? memcmp(a->bytes, one, sizeof(one)) == 0 :
				       a->bytes[0] == 127;
}

static bool reused(const struct doctor *d, const struct destination *dest)
{
	return d->timestamps && (d->tw_reuse == 1 ||
				 (d->tw_reuse == 2 && loops(&dest->key.remote)));
}

static void check_time_wait(const struct doctor *d,
			    const struct destination *dest, struct findings *f)
{
	char text[2 * ENDPOINT_TEXT_MAX + 8];

	if (!d->reuse_known || reused(d, dest))
		return;
	finding_add(f, FINDING_PROBLEM, "time_wait");
	finding_what(f, "%s: %u of %u ports are only in TIME_WAIT, and are not reused",
		     name(dest, text), dest->time_wait, dest->ports);
	finding_why(f, "each closed connection keeps its port for %u s; tcp_tw_reuse 1 lets a new one have it after a second, safely, since timestamps tell their segments apart",
		    TIME_WAIT_SECONDS);
	finding_mend(f, "sysctl net.ipv4.tcp_tw_reuse=1%s",
		     d->timestamps ? "" : " net.ipv4.tcp_timestamps=1");
}

static void check_destination(const struct doctor *d,
			      const struct destination *dest, struct findings *f)
{
	char text[2 * ENDPOINT_TEXT_MAX + 8];
	double share = destination_share(dest);
	double left = destination_seconds_left(dest);

	if (share <= SHARE_HALF)
		return;
	if (share >= SHARE_FULL) {
		finding_add(f, FINDING_PROBLEM, "full");
		finding_what(f, "%s: %.1f %% of the ports are used, %u are left",
			     name(dest, text), share * 100, dest->ports - dest->used);
		if (left > 0)
			finding_why(f, "at 100 %% connect() fails with EADDRNOTAVAIL, in %.0f s if it goes on like this",
				    left);
		else
			finding_why(f, "at 100 %% connect() fails with EADDRNOTAVAIL");
		mend_widen(d, f);
	}
	if (d->stock) {
		finding_add(f, FINDING_PROBLEM, "half");
		finding_what(f, "%s: more than half of the ports are used, and the kernel's own search is in charge",
			     name(dest, text));
		finding_why(f, "each connect() first walks all taken ports of one parity, about %u",
			    dest->ports / 2);
		finding_mend(f, d->window->loaded ?
			     "dynportctl set algorithm_connect random_pick" :
			     "modprobe dynport");
	}
	if (waits(dest))
		check_time_wait(d, dest, f);
}

bool doctor_binds_first(const struct destination *dest)
{
	return dest->key.path == PATH_CONNECT && dest->bound >= BOUND_ENOUGH &&
	       dest->bound >= dest->used * BOUND_SHARE;
}

static void check_binders(const struct doctor *d, struct findings *f)
{
	char text[2 * ENDPOINT_TEXT_MAX + 8];
	size_t i;

	for (i = 0; i < d->binders; i++) {
		const struct doctor_binder *binder = &d->binder[i];
		const struct destination *dest = &d->sockets->at[binder->destination];

		finding_add(f, FINDING_PROBLEM, "bind_first");
		finding_what(f, "%s: %s binds port 0 before each connect(), %u ports so far",
			     name(dest, text), binder->owner ? binder->owner : "the client",
			     dest->bound);
		finding_why(f, "each of these ports is lost to all other destinations: all of them together get %u, instead of %u each",
			    d->window->path[PATH_CONNECT].count.ports, dest->ports);
		if (d->window->loaded)
			finding_mend(f, "dynportctl set late_bind 1");
		else
			finding_mend(f, "(in the program: IP_BIND_ADDRESS_NO_PORT before bind(); or load dynport and set late_bind)");
	}
}

static void check_rate(const struct doctor *d, struct findings *f)
{
	unsigned int ports = d->window->path[PATH_CONNECT].count.ports -
			     d->window->path[PATH_CONNECT].count.reserved;
	double needed = d->opened * TIME_WAIT_SECONDS;
	size_t peers = 0, i;

	for (i = 0; i < d->sockets->count; i++)
		peers += d->sockets->at[i].key.path == PATH_CONNECT;
	if (needed <= (double)ports * (peers ? peers : 1))
		return;
	finding_add(f, FINDING_PROBLEM, "rate");
	finding_what(f, "%.0f connections a second are opened, to %zu destination%s; %u s of TIME_WAIT make that %.0f ports, but there are %u for each",
		     d->opened, peers, peers == 1 ? "" : "s", TIME_WAIT_SECONDS,
		     needed, ports);
	finding_why(f, "if this side closes first, and it goes on for a minute, no port will be left");
	mend_widen(d, f);
}

static void check_conntrack(const struct doctor *d, struct findings *f)
{
	if (!d->conntrack)
		return;
	if (d->conntrack_max && (uint64_t)d->conntrack_count * 100 >=
				(uint64_t)d->conntrack_max * CONNTRACK_PERCENT) {
		finding_add(f, FINDING_PROBLEM, "conntrack_full");
		finding_what(f, "the table of tracked connections has %u of %u entries",
			     d->conntrack_count, d->conntrack_max);
		finding_why(f, "when it is full, packets of new connections are dropped: connect() hangs, with any port");
		finding_mend(f, "sysctl net.netfilter.nf_conntrack_max=%u",
			     2 * d->conntrack_max);
	}
	if (d->conntrack_drops) {
		finding_add(f, FINDING_NOTE, "conntrack_drops");
		finding_what(f, "connection tracking has dropped %llu packets",
			     (unsigned long long)d->conntrack_drops);
		finding_why(f, "it does so when its table is full, or memory is short; connect() hangs then, with any port");
		finding_mend(f, "(look at 'conntrack -S' and net.netfilter.nf_conntrack_max)");
	}
}

void doctor_check_load(const struct doctor *doctor, struct findings *findings)
{
	uint32_t top[DESTINATIONS_MAX];
	size_t count = destinations_top(doctor->sockets, true, top, DESTINATIONS_MAX), i;

	for (i = 0; i < count; i++)
		check_destination(doctor, &doctor->sockets->at[top[i]], findings);
	check_binders(doctor, findings);
	check_rate(doctor, findings);
	check_conntrack(doctor, findings);
}
