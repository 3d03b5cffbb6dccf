/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * algorithms.h - the built-in algorithms, in the order they are listed
 *
 * Their owner is NULL: a namespace that uses one must not pin dynport itself.
 */
#ifndef DYNPORT_ALGORITHMS_H
#define DYNPORT_ALGORITHMS_H

#include "algorithm.h"

extern struct dynport_algorithm dynport_stock;
extern struct dynport_algorithm dynport_bsd;
extern struct dynport_algorithm dynport_random_start;
extern struct dynport_algorithm dynport_random_pick;
extern struct dynport_algorithm dynport_hash;
extern struct dynport_algorithm dynport_doublehash;
extern struct dynport_algorithm dynport_randinc;
extern struct dynport_algorithm dynport_least_recent;

#endif
