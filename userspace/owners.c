// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sockets asked for are sorted by inode; then the descriptors of all
 * processes are looked up in them. One that several processes share, inherited
 * at a fork(), is counted for the first.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "owners.h"
#include "textfile.h"

#define COMM_MAX 64	/* with the NUL; the kernel's names have 16 */

struct asked {
	uint32_t inode, group;
	uint32_t process;	/* index + 1, 0: not found */
};

struct process {
	long pid;
	char comm[COMM_MAX];
};

struct owners {
	size_t groups;
	size_t count, room;
	struct asked *asked;
	size_t processes, processes_room;
	struct process *process;
};

struct owners *owners_new(size_t groups)
{
	struct owners *owners = memory_alloc(1, sizeof(*owners));

	owners->groups = groups;
	return owners;
}

void owners_free(struct owners *owners)
{
	if (!owners)
		return;
	free(owners->asked);
	free(owners->process);
	free(owners);
}

void owners_ask(struct owners *owners, uint32_t inode, uint32_t group)
{
	if (!inode || group >= owners->groups)
		return;
	owners->asked = memory_grow(owners->asked, &owners->room,
				    owners->count + 1, sizeof(*owners->asked));
	owners->asked[owners->count++] = (struct asked){
		.inode = inode, .group = group,
	};
}

static int by_inode(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* The first of those with that inode, or NULL. */
static struct asked *asked_find(const struct owners *owners, uint32_t inode)
{
	const struct asked key = { .inode = inode };
	struct asked *found = bsearch(&key, owners->asked, owners->count,
				      sizeof(key), by_inode);

	while (found && found > owners->asked && found[-1].inode == inode)
		found--;
	return found;
}

/* A name for people: nothing that would change a terminal or a table. */
static void comm_read(long pid, char comm[COMM_MAX])
{
	char path[64], *text, *c;

	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	snprintf(comm, COMM_MAX, "?");
	/* it may have gone by now: that is no error */
	if (textfile_read(path, &text, NULL))
		return;
	text[strcspn(text, "\n")] = '\0';
	for (c = text; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	if (*text)
		snprintf(comm, COMM_MAX, "%s", text);
	free(text);
}

/* The process's index + 1, which it gets with its first socket. */
static uint32_t process_note(struct owners *owners, long pid)
{
	struct process *p;

	if (owners->processes &&
	    owners->process[owners->processes - 1].pid == pid)
		return owners->processes;
	owners->process = memory_grow(owners->process, &owners->processes_room,
				      owners->processes + 1, sizeof(*p));
	p = &owners->process[owners->processes++];
	p->pid = pid;
	comm_read(pid, p->comm);
	return owners->processes;
}

static void socket_found(struct owners *owners, long pid, uint32_t inode)
{
	struct asked *asked = asked_find(owners, inode);
	const struct asked *end = owners->asked + owners->count;

	if (!asked || asked->process)
		return;
	for (; asked < end && asked->inode == inode; asked++)
		asked->process = process_note(owners, pid);
}

static void process_read(struct owners *owners, long pid)
{
	const struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
	dir = opendir(path);
	/* not ours to look into, or gone */
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		char link[64];
		unsigned long long inode;
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, link,
				       sizeof(link) - 1);

		if (n <= 0)
			continue;
		link[n] = '\0';
		if (sscanf(link, "socket:[%llu]", &inode) == 1 &&
		    inode <= UINT32_MAX)
			socket_found(owners, pid, inode);
	}
	closedir(dir);
}

void owners_read(struct owners *owners)
{
	const struct dirent *entry;
	DIR *proc;

	if (!owners->count)
		return;
	qsort(owners->asked, owners->count, sizeof(*owners->asked), by_inode);
	proc = opendir("/proc");
	if (!proc)
		return;
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			process_read(owners, atol(entry->d_name));
	closedir(proc);
}

/* How many sockets of the group each process has; returns how many it has in all. */
static size_t group_count(const struct owners *owners, uint32_t group,
			  size_t *sockets)
{
	size_t total = 0, i;

	for (i = 0; i < owners->count; i++) {
		const struct asked *asked = &owners->asked[i];

		if (asked->group != group)
			continue;
		total++;
		if (asked->process)
			sockets[asked->process - 1]++;
	}
	return total;
}

char *owners_name(const struct owners *owners, uint32_t group)
{
	size_t *sockets = memory_alloc(owners->processes, sizeof(*sockets));
	size_t total = group_count(owners, group, sockets), i, j;
	char *name = NULL;

	for (i = 0; !name && i < owners->processes; i++) {
		const struct process *p = &owners->process[i];
		size_t held = 0, processes = 0;
		int n;

		for (j = i; sockets[i] && j < owners->processes; j++)
			if (sockets[j] && strcmp(owners->process[j].comm, p->comm) == 0) {
				held += sockets[j];
				processes++;
			}
		if (2 * held <= total || !held)
			continue;
		if (processes == 1)
			n = asprintf(&name, "%s (%ld)", p->comm, p->pid);
		else
			n = asprintf(&name, "%s (%zu processes)", p->comm, processes);
		if (n < 0)
			memory_out();
	}
	free(sockets);
	return name;
}
