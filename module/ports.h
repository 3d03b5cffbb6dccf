/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ports.h - the set of ports that one tier of a search may offer
 *
 * Pure arithmetic: knows neither sockets nor algorithms, allocates nothing,
 * compiles in user space too. Callers: search.c, the algorithms, unit tests.
 *
 * A window [low, high] is split into classes by a stride n: the ports
 * low + n-1, low + 2n-1, ... are the class of bind(0), all others are the
 * class of connect(). With n = 2 these are the odd and even halves of
 * __inet_hash_connect() and inet_csk_find_open_port(). Within a set the ports
 * are numbered 0 .. count-1 in ascending order; algorithms deal in these
 * numbers only.
 */
#ifndef DYNPORT_PORTS_H
#define DYNPORT_PORTS_H

#include <linux/types.h>

enum dynport_class {
	DYNPORT_CLASS_ALL,	/* every port of the window */
	DYNPORT_CLASS_CONNECT,	/* the ports that bind(0) leaves alone */
	DYNPORT_CLASS_BIND,	/* every n-th port */
};

struct dynport_ports {
	u32 low;	/* first port of the window, 0 .. 65535 */
	u32 count;	/* ports in this set, 0 .. 65536: needs 17 bits */
	u16 block;	/* ports in a row before one is left out; 0: all */
	u16 stride;	/* distance from one block to the next */
	u16 skew;	/* offset of the first member from low */
};

/**
 * dynport_ports_init() - describe one class of a window
 * @ports: filled in
 * @low: first port of the window, 0 .. 65535
 * @high: last port of the window, @low .. 65535
 * @stride: n, 2 or more; 0 or 1 means there are no classes
 * @class: which class; with no classes, all are the whole window
 */
static inline void dynport_ports_init(struct dynport_ports *ports, u32 low,
				      u32 high, u32 stride,
				      enum dynport_class class)
{
	u32 count = high - low + 1;

	ports->low = low;
	if (stride < 2 || class == DYNPORT_CLASS_ALL) {
		ports->count = count;
		ports->block = 0;
		ports->stride = 0;
		ports->skew = 0;
	} else if (class == DYNPORT_CLASS_BIND) {
		ports->count = count / stride;
		ports->block = 1;
		ports->stride = stride;
		ports->skew = stride - 1;
	} else {
		ports->count = count - count / stride;
		ports->block = stride - 1;
		ports->stride = stride;
		ports->skew = 0;
	}
}

/**
 * dynport_ports_nth() - the port with a given number
 * @ports: the set
 * @index: 0 .. count-1
 */
static inline u16 dynport_ports_nth(const struct dynport_ports *ports,
				    u32 index)
{
	switch (ports->block) {
	case 0:
		return ports->low + index;
	case 1:
		return ports->low + ports->skew + index * ports->stride;
	default:
		return ports->low + index / ports->block * ports->stride +
		       index % ports->block;
	}
}

/**
 * dynport_ports_index() - the number of a port, the reverse of _nth()
 * @ports: the set
 * @port: a member
 */
static inline u32 dynport_ports_index(const struct dynport_ports *ports,
				      u16 port)
{
	u32 offset = port - ports->low;

	switch (ports->block) {
	case 0:
		return offset;
	case 1:
		return (offset - ports->skew) / ports->stride;
	default:
		return offset / ports->stride * ports->block +
		       offset % ports->stride;
	}
}

/**
 * dynport_ports_wrap() - the number that follows, with the last before the first
 * @ports: the set, not empty
 * @index: 0 .. count-1
 */
static inline u32 dynport_ports_wrap(const struct dynport_ports *ports,
				     u32 index)
{
	return ++index < ports->count ? index : 0;
}

#endif
