/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which process has a socket open: found by its inode below /proc/PID/fd. That
 * means reading every descriptor of every process that the caller may look
 * into, so it is for those who ask. Root sees all, others only their own.
 *
 * Sockets are asked for in groups; of a group one learns who has most of it.
 */
#ifndef DYNPORTCTL_OWNERS_H
#define DYNPORTCTL_OWNERS_H

#include <stddef.h>
#include <stdint.h>

struct owners;

/* Groups are 0 .. @groups - 1. */
struct owners *owners_new(size_t groups);
void owners_free(struct owners *owners);

/* A socket may be in several groups. Before owners_read(). */
void owners_ask(struct owners *owners, uint32_t inode, uint32_t group);
void owners_read(struct owners *owners);

/*
 * "name (PID)", or "name (N processes)": the program that has more than half of
 * the group's sockets. To be freed; NULL if none has, or none is known.
 */
char *owners_name(const struct owners *owners, uint32_t group);

#endif
