/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory, or the end: no verb can do half of its work. */
#ifndef DYNPORTCTL_MEMORY_H
#define DYNPORTCTL_MEMORY_H

#include <stddef.h>

/* Zeroed. */
void *memory_alloc(size_t count, size_t size);

/*
 * The array of *@room items of @size bytes with at least @count, the new ones
 * not set; *@room is how many there are now.
 */
void *memory_grow(void *array, size_t *room, size_t count, size_t size);

/* Says "out of memory" and ends the program. */
void memory_out(void) __attribute__((noreturn));

#endif
