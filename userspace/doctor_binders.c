// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for clients that let bind() choose their port. The kernel doesn't tell
 * how a socket came to its port, but the two paths choose from classes of their
 * own, as long as those last.
 */
#include <stdlib.h>

#include "doctor.h"
#include "memory.h"
#include "owners.h"

static void binder_add(struct doctor *d, uint32_t destination)
{
	d->binder = memory_grow(d->binder, &d->binders_room, d->binders + 1,
				sizeof(*d->binder));
	d->binder[d->binders++] = (struct doctor_binder){
		.destination = destination,
	};
}

static void owners_find(struct doctor *d)
{
	uint32_t *group = memory_alloc(d->sockets->count, sizeof(*group));
	struct owners *owners = owners_new(d->binders);
	size_t i;

	for (i = 0; i < d->binders; i++)
		group[d->binder[i].destination] = i + 1;
	for (i = 0; i < d->sockets->owned_count; i++) {
		const struct socket_owned *socket = &d->sockets->owned[i];

		if (group[socket->destination])
			owners_ask(owners, socket->inode, group[socket->destination] - 1);
	}
	owners_read(owners);
	for (i = 0; i < d->binders; i++)
		d->binder[i].owner = owners_name(owners, i);
	owners_free(owners);
	free(group);
}

void doctor_read_binders(struct doctor *d)
{
	size_t i;

	/* the stock algorithm's classes are the kernel's own, odd and even */
	if (d->stock && d->window->loaded && d->window->bind_stride != 2)
		return;
	for (i = 0; i < d->sockets->count; i++)
		if (doctor_binds_first(&d->sockets->at[i]))
			binder_add(d, i);
	if (d->binders)
		owners_find(d);
}
