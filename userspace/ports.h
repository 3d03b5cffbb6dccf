/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic on ports as dynport's search does it: ranges, reserved ports, and
 * the classes of bind_stride. Pure.
 */
#ifndef DYNPORTCTL_PORTS_H
#define DYNPORTCTL_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PORTS_ALL 65536

struct port_range {
	unsigned int low, high;		/* inclusive; 0 0: no range */
};

struct port_set {
	uint64_t word[PORTS_ALL / 64];
};

static inline bool port_range_none(struct port_range range)
{
	return !range.low && !range.high;
}

static inline unsigned int port_range_size(struct port_range range)
{
	return port_range_none(range) ? 0 : range.high - range.low + 1;
}

static inline bool port_set_has(const struct port_set *set, unsigned int port)
{
	return set->word[port / 64] >> port % 64 & 1;
}

static inline void port_set_add(struct port_set *set, unsigned int port)
{
	set->word[port / 64] |= UINT64_C(1) << port % 64;
}

static inline void port_set_remove(struct port_set *set, unsigned int port)
{
	set->word[port / 64] &= ~(UINT64_C(1) << port % 64);
}

/* Ports of the set, that are in @range. */
unsigned int port_set_count(const struct port_set *set,
			    struct port_range range);

/* "32768\t60999", as the kernel writes it: two numbers, blanks between. */
bool port_range_parse(const char *text, struct port_range *range);

/* A range that has a name. */
struct port_preset {
	const char *name;
	struct port_range range;
	const char *meaning;
};

extern const struct port_preset port_presets[];	/* ended by .name NULL */

/* NULL if there is none of that name. */
const struct port_preset *port_preset_find(const char *name);

/* "80,8000-8080", as ip_local_reserved_ports is written; "" is empty. */
bool port_set_parse(const char *text, struct port_set *set);

/* The reverse of port_set_parse(), to be freed. */
char *port_set_text(const struct port_set *set);

/*
 * What a path may choose from: @local (ip_local_port_range) narrowed to @own
 * (tcp_port_range, udp_port_range), which counts only if they have a port in
 * common.
 */
struct port_range port_range_narrow(struct port_range local,
				    struct port_range own);

struct port_count {
	unsigned int ports;		/* in the range */
	unsigned int reserved;		/* of these, reserved */
	unsigned int bind_class;	/* of the others, kept for bind */
	unsigned int connect_class;	/* of the others, the rest */
};

/* @stride: bind_stride; the ports low + n*stride - 1 are bind's. 0: no classes. */
struct port_count port_range_count(struct port_range range,
				   const struct port_set *reserved,
				   unsigned int stride);

#endif
