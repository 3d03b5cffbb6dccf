/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of the algorithms that come with the module. */
#ifndef DYNPORTCTL_ALGORITHMS_H
#define DYNPORTCTL_ALGORITHMS_H

struct algorithm_info {
	const char *name;
	const char *section;	/* of RFC 6056, NULL: none */
	const char *when;	/* to choose it */
};

/* NULL if it is another module's. */
const struct algorithm_info *algorithm_info_find(const char *name);

#endif
