// SPDX-License-Identifier: GPL-2.0-only
/* Reads the spaces that have a map. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "mapped.h"
#include "memory.h"

int mapped_read(struct mapped_list *list, char why[PROC_WHY_MAX])
{
	struct spaces spaces;
	int ret = spaces_read(&spaces, why);
	size_t i;

	*list = (struct mapped_list){ .count = 0 };
	if (ret)
		return ret;
	list->at = memory_alloc(spaces.count, sizeof(*list->at));
	for (i = 0; !ret && i < spaces.count; i++)
		if (!mapped_take(&spaces.at[i], &list->at[list->count++])) {
			snprintf(why, PROC_WHY_MAX,
				 "space %zu of the module makes no sense (is it of another version?)",
				 i + 1);
			ret = -EBADMSG;
		}
	free(spaces.at);
	if (ret)
		mapped_free(list);
	return ret;
}

void mapped_free(struct mapped_list *list)
{
	free(list->at);
	*list = (struct mapped_list){ .count = 0 };
}
