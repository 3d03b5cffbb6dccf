// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what lies inside the range of dynamic ports and should not be taken
 * by an outgoing connection: listeners, services, node ports; and of its ends.
 */
#include <stdio.h>
#include <stdlib.h>

#include "doctor.h"
#include "memory.h"
#include "status.h"

/* Names in one sentence; there may be any number of ports. */
#define NAMES_MAX 8

#define NODEPORT_LOW	30000
#define NODEPORT_HIGH	32767

/* The kernel's own range. */
#define USUAL_LOW	32768
#define USUAL_HIGH	60999

/* Ends the finding: the command reserves all that is in @reserve. */
static void mend_reserve(struct findings *f, const struct port_set *reserve)
{
	char *ports = port_set_text(reserve);

	finding_mend(f, "sysctl net.ipv4.ip_local_reserved_ports=%s", ports);
	free(ports);
}

/* A sentence under way, with a comma between its parts. */
struct list {
	FILE *out;
	char *text;
	size_t size, count;
};

static void list_begin(struct list *list)
{
	list->count = 0;
	list->out = open_memstream(&list->text, &list->size);
	if (!list->out)
		memory_out();
}

/* The stream to write the next part to, NULL: there are enough. */
static FILE *list_next(struct list *list)
{
	if (list->count++ >= NAMES_MAX)
		return NULL;
	if (list->count > 1)
		fputs(", ", list->out);
	return list->out;
}

static char *list_end(struct list *list)
{
	if (list->count > NAMES_MAX)
		fprintf(list->out, " and %zu more", list->count - NAMES_MAX);
	if (fclose(list->out))
		memory_out();
	return list->text;
}

static void check_listeners(const struct doctor *d, struct port_set *reserve,
			    struct findings *f)
{
	struct list list;
	size_t i;

	list_begin(&list);
	for (i = 0; i < d->listeners; i++) {
		const struct doctor_listener *l = &d->listener[i];
		char text[ENDPOINT_TEXT_MAX];
		FILE *out;

		if (port_set_has(reserve, l->port))
			continue;
		port_set_add(reserve, l->port);
		out = list_next(&list);
		if (!out)
			continue;
		fputs(endpoint_text(&l->address, l->port, text), out);
		if (l->owner)
			fprintf(out, " of %s", l->owner);
	}
	if (list.count) {
		finding_add(f, FINDING_PROBLEM, "listeners");
		list_end(&list);
		finding_what(f, "%zu TCP listener%s inside the range %s not reserved: %s",
			     list.count, list.count == 1 ? "" : "s",
			     list.count == 1 ? "is" : "are", list.text);
		finding_why(f, "once such a service is restarted, a connection may have its port, and it can't start; only one that asked for any port has none to reserve");
		mend_reserve(f, reserve);
	} else {
		list_end(&list);
	}
	free(list.text);
}

static void check_services(const struct doctor *d, struct port_set *reserve,
			   struct findings *f)
{
	struct list list;
	size_t i;

	list_begin(&list);
	for (i = 0; i < d->services; i++) {
		const struct doctor_service *s = &d->service[i];
		FILE *out;

		if (port_set_has(reserve, s->port))
			continue;
		port_set_add(reserve, s->port);
		out = list_next(&list);
		if (out)
			fprintf(out, "%s %u", s->name, s->port);
	}
	if (list.count) {
		finding_add(f, FINDING_NOTE, "services");
		list_end(&list);
		finding_what(f, "%zu port%s of /etc/services inside the range %s not reserved: %s",
			     list.count, list.count == 1 ? "" : "s",
			     list.count == 1 ? "is" : "are", list.text);
		finding_why(f, "a service of that name may find its port taken by an outgoing connection; it matters where one is going to run");
		mend_reserve(f, reserve);
	} else {
		list_end(&list);
	}
	free(list.text);
}

static void check_nodeports(const struct doctor *d, struct port_set *reserve,
			    struct findings *f)
{
	struct port_range local = d->window->local;
	struct port_range both = {
		.low = local.low > NODEPORT_LOW ? local.low : NODEPORT_LOW,
		.high = local.high < NODEPORT_HIGH ? local.high : NODEPORT_HIGH,
	};
	unsigned int open, port;

	if (both.low > both.high)
		return;
	open = port_range_size(both) - port_set_count(reserve, both);
	if (!open)
		return;
	finding_add(f, d->kubernetes ? FINDING_PROBLEM : FINDING_NOTE, "nodeports");
	finding_what(f, "the range has %u of the ports that Kubernetes gives to NodePort services (%u-%u)",
		     open, NODEPORT_LOW, NODEPORT_HIGH);
	finding_why(f, "%s", d->kubernetes ?
		    "answers to an outgoing connection go to the service, and it hangs" :
		    "once Kubernetes runs here, answers to outgoing connections go to a service");
	/* to reserve most of the range would leave nothing to choose from */
	if (2 * open > port_range_size(local)) {
		finding_mend(f, "sysctl net.ipv4.ip_local_port_range=\"%u %u\"",
			     USUAL_LOW, USUAL_HIGH);
		return;
	}
	for (port = both.low; port <= both.high; port++)
		port_set_add(reserve, port);
	mend_reserve(f, reserve);
}

void doctor_check_range(const struct doctor *doctor, struct port_set *reserve,
			struct findings *findings)
{
	check_listeners(doctor, reserve, findings);
	check_nodeports(doctor, reserve, findings);
	check_services(doctor, reserve, findings);
	if (!doctor->window->loaded)
		finding_parity(findings, doctor->window->local, "the kernel wants");
}
