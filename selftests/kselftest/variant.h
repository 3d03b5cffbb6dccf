/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The variants of fixtures: path x family x algorithm. A fixture that uses
 * them is set up by variant_enter(): netns, algorithm, and a taker.
 *
 * Without the module the variants of the algorithm `stock` still run: they
 * then state what the stock kernel does. All others are skipped.
 */
#ifndef VARIANT_H
#define VARIANT_H

#include "port.h"

struct variant {
	enum port_path path;
	int family;
	const char *algorithm;
};

#define VARIANT_ADD(fixture, path_name, path_value, family_name, family_value, algorithm_name)	\
	FIXTURE_VARIANT_ADD(fixture, path_name##_##family_name##_##algorithm_name)		\
	{											\
		.choice = {									\
			.path = path_value,							\
			.family = family_value,							\
			.algorithm = #algorithm_name,						\
		},										\
	};

/* The algorithms of dynport's own */
#define VARIANT_ADD_OWN(fixture, path_name, path, family_name, family)			\
	VARIANT_ADD(fixture, path_name, path, family_name, family, bsd)			\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_start)	\
	VARIANT_ADD(fixture, path_name, path, family_name, family, random_pick)		\
	VARIANT_ADD(fixture, path_name, path, family_name, family, hash)		\
	VARIANT_ADD(fixture, path_name, path, family_name, family, doublehash)		\
	VARIANT_ADD(fixture, path_name, path, family_name, family, randinc)		\
	VARIANT_ADD(fixture, path_name, path, family_name, family, least_recent)

/* All eight */
#define VARIANT_ADD_EIGHT(fixture, path_name, path, family_name, family)		\
	VARIANT_ADD(fixture, path_name, path, family_name, family, stock)		\
	VARIANT_ADD_OWN(fixture, path_name, path, family_name, family)

/* connect, bind and udp, the module's three paths, with a set of algorithms */
#define VARIANT_ADD_PATHS(fixture, ALGORITHMS)					\
	ALGORITHMS(fixture, connect, PORT_PATH_CONNECT, v4, AF_INET)		\
	ALGORITHMS(fixture, connect, PORT_PATH_CONNECT, v6, AF_INET6)		\
	ALGORITHMS(fixture, bind, PORT_PATH_BIND, v4, AF_INET)			\
	ALGORITHMS(fixture, bind, PORT_PATH_BIND, v6, AF_INET6)			\
	ALGORITHMS(fixture, udp, PORT_PATH_UDP, v4, AF_INET)			\
	ALGORITHMS(fixture, udp, PORT_PATH_UDP, v6, AF_INET6)

/* and the other ways into them */
#define VARIANT_ADD_ALL_PATHS(fixture, ALGORITHMS)				\
	VARIANT_ADD_PATHS(fixture, ALGORITHMS)					\
	ALGORITHMS(fixture, listen, PORT_PATH_LISTEN, v4, AF_INET)		\
	ALGORITHMS(fixture, listen, PORT_PATH_LISTEN, v6, AF_INET6)		\
	ALGORITHMS(fixture, autobind, PORT_PATH_AUTOBIND, v4, AF_INET)		\
	ALGORITHMS(fixture, autobind, PORT_PATH_AUTOBIND, v6, AF_INET6)

static inline bool variant_is_stock(const struct variant *choice)
{
	return !strcmp(choice->algorithm, "stock");
}

/* Does this machine have what the variant is about? */
static inline bool variant_runs(const struct variant *choice)
{
	return variant_is_stock(choice) || sysctl_have_dynport();
}

/*
 * Puts the caller into a netns of its own where `choice->algorithm` chooses
 * from [low, high], and opens the taker. Returns 0 or -errno.
 */
static inline int variant_enter(const struct variant *choice, int low, int high,
				struct port_taker *taker)
{
	int ret;

	ret = netns_enter_new();
	if (!ret)
		ret = sysctl_set_window(low, high);
	if (!ret && sysctl_have_dynport())
		ret = sysctl_set("dynport/algorithm", choice->algorithm);
	if (!ret)
		ret = port_taker_open(taker, choice->path, choice->family);
	return ret;
}

/* The same as statements of a FIXTURE_SETUP; skips without the module. */
#define VARIANT_SETUP(choice, low, high, taker)					\
	do {									\
		if (!variant_runs(choice))					\
			SKIP(return, "dynport is not loaded");			\
		ASSERT_EQ(0, variant_enter(choice, low, high, taker));		\
	} while (0)

/* A fixture whose tests need no more than variant_enter(): `self->taker`. */
#define VARIANT_FIXTURE(fixture, low, high)					\
	FIXTURE(fixture)							\
	{									\
		struct port_taker taker;					\
	};									\
	FIXTURE_VARIANT(fixture)						\
	{									\
		struct variant choice;						\
	};									\
	FIXTURE_SETUP(fixture)							\
	{									\
		VARIANT_SETUP(&variant->choice, low, high, &self->taker);	\
	}									\
	FIXTURE_TEARDOWN(fixture)						\
	{									\
	}

#endif
