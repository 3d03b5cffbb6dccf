// SPDX-License-Identifier: GPL-2.0-only
/* Memory, or the end. */
#include <err.h>
#include <stdlib.h>

#include "memory.h"
#include "verb.h"

void memory_out(void)
{
	errx(EXIT_FAILED, "out of memory");
}

void *memory_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		memory_out();
	return memory;
}

void *memory_grow(void *array, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? *room : 64;

	if (count <= *room)
		return array;
	while (wanted < count)
		wanted *= 2;
	array = reallocarray(array, wanted, size);
	if (!array)
		memory_out();
	*room = wanted;
	return array;
}
