// SPDX-License-Identifier: GPL-2.0-only
/* Advice on algorithms. Which of them there are, only the kernel says. */
#include <string.h>

#include "algorithms.h"

static const struct algorithm_info known[] = {
	{ "stock", "3.3.4",
	  "to compare: the kernel's own choice, only counted" },
	{ "bsd", "2.2",
	  "to debug: the next port each time, and so everybody can predict it" },
	{ "random_start", "3.3.1",
	  "few reserved ports, few taken: a random start, then the next free port" },
	{ "random_pick", "3.3.2",
	  "nearly always: every candidate is random, nothing can be learnt from a port" },
	{ "hash", "3.3.3",
	  "ports of one destination come back late; peers may learn how many there are" },
	{ "doublehash", "3.3.4",
	  "the same, and peers don't learn it: a counter per group of destinations" },
	{ "randinc", "3.3.5",
	  "a port shall not come back soon, whatever the destination, and may be guessed roughly" },
	{ "least_recent", NULL,
	  "a port must not come back soon (strict firewalls) and must not be guessed" },
};

const struct algorithm_info *algorithm_info_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return &known[i];
	return NULL;
}
