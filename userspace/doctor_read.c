// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at the namespace twice, a second apart, for the rates. What can't be
 * read without privileges, or isn't there, stays unknown.
 */
#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "doctor.h"
#include "memory.h"
#include "nftables.h"
#include "owners.h"
#include "sysctl.h"
#include "textfile.h"
#include "top.h"

static struct top top;

static bool number_read(const char *sysctl, unsigned int *number)
{
	char *text, *end;
	bool ok;

	if (sysctl_read(sysctl, &text))
		return false;
	*number = strtoul(text, &end, 10);
	ok = end != text && !*end;
	free(text);
	return ok;
}

/* The value of column @name in the table of lines "@table names", "@table values". */
static bool snmp_value(const char *text, const char *table, const char *name,
		       double *value)
{
	size_t len = strlen(table);
	const char *names = strstr(text, table), *values;

	values = names ? strstr(names + len, table) : NULL;
	if (!values)
		return false;
	for (;;) {
		size_t word;

		names += strcspn(names, " \n");
		values += strcspn(values, " \n");
		if (*names != ' ' || *values != ' ')
			return false;
		names++;
		values++;
		word = strcspn(names, " \n");
		if (word == strlen(name) && strncmp(names, name, word) == 0) {
			*value = strtod(values, NULL);
			return true;
		}
	}
}

static bool opened_read(double *opened)
{
	static const char path[] = "/proc/thread-self/net/snmp";
	char *text;
	bool ok;
	int ret;

	ret = textfile_read(path, &text, NULL);
	if (ret) {
		warnx("%s: %s", path, strerror(-ret));
		return false;
	}
	ok = snmp_value(text, "Tcp:", "ActiveOpens", opened);
	free(text);
	if (!ok)
		warnx("%s: no ActiveOpens", path);
	return ok;
}

struct listeners {
	struct doctor *doctor;
	struct owners *owners;
};

static void take_listener(const struct sockdiag_socket *socket, void *arg)
{
	struct listeners *l = arg;
	struct doctor *d = l->doctor;

	d->listener = memory_grow(d->listener, &d->listeners_room,
				  d->listeners + 1, sizeof(*d->listener));
	d->listener[d->listeners] = (struct doctor_listener){
		.address = socket->local, .port = socket->local_port,
	};
	owners_ask(l->owners, socket->inode, d->listeners++);
}

static bool listeners_read(struct doctor *d)
{
	const struct sockdiag_query query = {
		.protocol = IPPROTO_TCP, .states = SOCKDIAG_STATE(TCP_LISTEN),
		.local = d->window->path[PATH_CONNECT].range,
	};
	struct listeners l = {
		.doctor = d, .owners = owners_new(UINT32_MAX),
	};
	char why[SOCKDIAG_WHY_MAX];
	bool ok = !sockdiag_read(&query, take_listener, &l, why);
	size_t i;

	if (!ok)
		warnx("%s", why);
	owners_read(l.owners);
	for (i = 0; i < d->listeners; i++)
		d->listener[i].owner = owners_name(l.owners, i);
	owners_free(l.owners);
	return ok;
}

static void services_read(struct doctor *d)
{
	struct port_range range = d->window->path[PATH_CONNECT].range;
	const struct servent *entry;

	setservent(1);
	while ((entry = getservent())) {
		unsigned int port = ntohs(entry->s_port);
		struct doctor_service *s;

		if (port < range.low || port > range.high)
			continue;
		d->service = memory_grow(d->service, &d->services_room,
					 d->services + 1, sizeof(*d->service));
		s = &d->service[d->services++];
		s->port = port;
		s->name = strdup(entry->s_name);
		if (!s->name)
			memory_out();
	}
	endservent();
}

/* A line for each CPU, in hexadecimal, below one with names. */
static uint64_t conntrack_drops(void)
{
	char *text, *line, *rest, *word, *words;
	uint64_t drops = 0;
	int column = -1, i;

	if (textfile_read("/proc/thread-self/net/stat/nf_conntrack", &text, NULL))
		return 0;
	line = strtok_r(text, "\n", &rest);
	for (i = 0, word = line ? strtok_r(line, " ", &words) : NULL; word;
	     word = strtok_r(NULL, " ", &words), i++)
		if (strcmp(word, "drop") == 0)
			column = i;
	while (column >= 0 && (line = strtok_r(NULL, "\n", &rest)))
		for (i = 0, word = strtok_r(line, " ", &words); word;
		     word = strtok_r(NULL, " ", &words), i++)
			if (i == column)
				drops += strtoull(word, NULL, 16);
	free(text);
	return drops;
}

static void conntrack_read(struct doctor *d)
{
	d->conntrack = number_read("net.netfilter.nf_conntrack_count",
				   &d->conntrack_count) &&
		       number_read("net.netfilter.nf_conntrack_max",
				   &d->conntrack_max);
	if (d->conntrack)
		d->conntrack_drops = conntrack_drops();
}

/* To ask would load nf_tables; where it isn't, there are no rules. */
static void ruleset_read(struct doctor *d)
{
	if (access("/sys/module/nf_tables", F_OK) == 0)
		d->ruleset = nftables_ruleset();
}

/* ftrace's list, a function at the beginning of each line. */
static void hooks_read(struct doctor *d)
{
	char *text, *line, *rest;
	size_t i;

	if (textfile_read("/sys/kernel/tracing/enabled_functions", &text, NULL) &&
	    textfile_read("/sys/kernel/debug/tracing/enabled_functions", &text, NULL))
		return;
	d->hooks_known = true;
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		for (i = 0; i < DOCTOR_HOOKS; i++) {
			size_t len = strlen(doctor_hooks[i]);

			if (strncmp(line, doctor_hooks[i], len) == 0 && line[len] == ' ')
				d->hooked[i] = true;
		}
	free(text);
}

static bool stock_chooses(const struct doctor *d)
{
	char *name = NULL;
	bool stock;

	if (!d->window->loaded)
		return true;
	if (sysctl_dynport_read("algorithm_connect", &name))
		return false;
	if (strcmp(name, "default") == 0) {
		free(name);
		if (sysctl_dynport_read("algorithm", &name))
			return false;
	}
	stock = strcmp(name, "stock") == 0;
	free(name);
	return stock;
}

static bool sample(void)
{
	char why[LIVE_WHY_MAX];

	if (top_sample(&top, why))
		return true;
	warnx("%s", why);
	return false;
}

bool doctor_read(struct doctor *d)
{
	const struct timespec second = { .tv_sec = 1 };
	double before, after, began;

	memset(d, 0, sizeof(*d));
	if (!opened_read(&before) || !sample())
		return false;
	began = top.at;
	nanosleep(&second, NULL);
	if (!opened_read(&after) || !sample())
		return false;
	d->window = &top.window;
	d->sockets = &top.now;
	d->opened = (after - before) / (top.at - began);
	if (!listeners_read(d))
		return false;
	services_read(d);
	conntrack_read(d);
	ruleset_read(d);
	hooks_read(d);
	d->stock = stock_chooses(d);
	doctor_read_binders(d);
	d->reuse_known = number_read("net.ipv4.tcp_tw_reuse", &d->tw_reuse) &&
			 number_read("net.ipv4.tcp_timestamps", &d->timestamps);
	d->kubernetes = access("/etc/kubernetes", F_OK) == 0 ||
			access("/var/lib/kubelet", F_OK) == 0 ||
			access("/etc/rancher/k3s", F_OK) == 0;
	return true;
}

void doctor_free(struct doctor *d)
{
	while (d->listeners)
		free(d->listener[--d->listeners].owner);
	while (d->binders)
		free(d->binder[--d->binders].owner);
	free(d->binder);
	while (d->services)
		free(d->service[--d->services].name);
	free(d->ruleset);
	free(d->listener);
	free(d->service);
	top_free(&top);
	memset(d, 0, sizeof(*d));
}
