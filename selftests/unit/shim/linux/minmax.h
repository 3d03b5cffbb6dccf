/* SPDX-License-Identifier: GPL-2.0-only */
/* min() and max() that evaluate their arguments once. */
#ifndef DYNPORT_SHIM_LINUX_MINMAX_H
#define DYNPORT_SHIM_LINUX_MINMAX_H

#define min(a, b) ({			\
	__auto_type min_a = (a);	\
	__auto_type min_b = (b);	\
	min_a < min_b ? min_a : min_b;	\
})

#define max(a, b) ({			\
	__auto_type max_a = (a);	\
	__auto_type max_b = (b);	\
	max_a > max_b ? max_a : max_b;	\
})

#define max_t(type, a, b) max((type)(a), (type)(b))

#endif
