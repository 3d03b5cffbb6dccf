// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_ports.c - the arithmetic of windows and classes, and of the histogram
 */
#include <linux/minmax.h>
#include <linux/random.h>

#include "check.h"

#define MAX_STRIDE	16
#define MAX_SIZE	70

static bool same_shape(const struct dynport_ports *a,
		       const struct dynport_ports *b)
{
	return a->low == b->low && a->block == b->block &&
	       a->stride == b->stride && a->skew == b->skew;
}

/*
 * Every window by induction over its size: one port more at its end is one
 * member more, the last, in exactly one of the two classes, and leaves the
 * other as it was. Since nth() doesn't depend on the count, the classes
 * partition every window in ascending order.
 */
static void test_every_window(void)
{
	struct dynport_ports connect, bind, all, was_connect, was_bind;
	u32 low, stride, size, high;

	for (stride = 2; stride <= MAX_STRIDE; stride++) {
		for (low = 1; low <= 65535; low++) {
			was_connect.count = 0;
			was_bind.count = 0;
			for (size = 1; size <= MAX_SIZE; size++) {
				high = low + size - 1;
				if (high > 65535)
					break;
				dynport_ports_init(&connect, low, high, stride,
						   DYNPORT_CLASS_CONNECT);
				dynport_ports_init(&bind, low, high, stride,
						   DYNPORT_CLASS_BIND);
				EXPECT(connect.count + bind.count == size,
				       "%u-%u/%u", low, high, stride);
				if (connect.count == was_connect.count) {
					EXPECT(bind.count ==
					       was_bind.count + 1);
					EXPECT(dynport_ports_nth(&bind,
						bind.count - 1) == high,
					       "%u-%u/%u", low, high, stride);
				} else {
					EXPECT(connect.count ==
					       was_connect.count + 1);
					EXPECT(dynport_ports_nth(&connect,
						connect.count - 1) == high,
					       "%u-%u/%u", low, high, stride);
				}
				EXPECT(size == 1 ||
				       (same_shape(&connect, &was_connect) &&
					same_shape(&bind, &was_bind)));
				was_connect = connect;
				was_bind = bind;
			}
		}
	}

	for (stride = 0; stride <= 1; stride++)
		for (low = 1; low <= 65535; low++)
			for (high = low; high < min(low + MAX_SIZE, 65536U);
			     high++) {
				dynport_ports_init(&all, low, high, stride,
						   DYNPORT_CLASS_CONNECT);
				dynport_ports_init(&bind, low, high, stride,
						   DYNPORT_CLASS_BIND);
				EXPECT(all.count == high - low + 1);
				EXPECT(bind.count == all.count);
				EXPECT(dynport_ports_nth(&all, 0) == low);
				EXPECT(dynport_ports_nth(&bind, all.count - 1)
				       == high);
			}
}

/* Member by member, against the definition. */
static void check_window(u32 low, u32 high, u32 stride)
{
	static const enum dynport_class classes[] = {
		DYNPORT_CLASS_ALL, DYNPORT_CLASS_CONNECT, DYNPORT_CLASS_BIND,
	};
	struct dynport_ports ports;
	u32 i, port, index;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		dynport_ports_init(&ports, low, high, stride, classes[i]);
		for (port = low, index = 0; port <= high; port++) {
			bool is_bind = (port - low) % max(stride, 1U) ==
				       stride - 1;

			if (stride >= 2 && classes[i] != DYNPORT_CLASS_ALL &&
			    is_bind != (classes[i] == DYNPORT_CLASS_BIND))
				continue;
			EXPECT(index < ports.count, "%u-%u/%u class %u", low,
			       high, stride, i);
			EXPECT(dynport_ports_nth(&ports, index) == port,
			       "%u-%u/%u class %u number %u", low, high, stride,
			       i, index);
			EXPECT(dynport_ports_index(&ports, port) == index,
			       "%u-%u/%u class %u port %u", low, high, stride,
			       i, port);
			index++;
		}
		EXPECT(index == ports.count, "%u-%u/%u class %u", low, high,
		       stride, i);
	}
}

static void test_random_windows(void)
{
	u32 i, low, high, stride;

	for (i = 0; i < 400 && !check_failed; i++) {
		low = get_random_u32_below(65536);
		high = low + get_random_u32_below(65536 - low);
		stride = get_random_u32_below(MAX_STRIDE + 1);
		check_window(low, high, stride);
	}
}

static void test_whole_range(void)
{
	struct dynport_ports ports;
	u32 stride;

	for (stride = 0; stride <= MAX_STRIDE && !check_failed; stride++) {
		check_window(0, 65535, stride);
		check_window(1, 65535, stride);
		check_window(65535, 65535, stride);
	}
	dynport_ports_init(&ports, 0, 65535, 0, DYNPORT_CLASS_ALL);
	EXPECT(ports.count == 65536);
	EXPECT(dynport_ports_wrap(&ports, 65534) == 65535);
	EXPECT(dynport_ports_wrap(&ports, 65535) == 0);
}

static void test_wrap(void)
{
	struct dynport_ports ports;
	u32 stride, size, index, i;

	for (stride = 0; stride <= MAX_STRIDE; stride++) {
		for (size = 1; size <= MAX_SIZE; size++) {
			dynport_ports_init(&ports, 100, 100 + size - 1, stride,
					   DYNPORT_CLASS_CONNECT);
			if (!ports.count)
				continue;
			index = 0;
			for (i = 1; i < ports.count; i++) {
				index = dynport_ports_wrap(&ports, index);
				EXPECT(index == i);
			}
			EXPECT(dynport_ports_wrap(&ports, index) == 0);
		}
	}
}

static void test_histogram(void)
{
	u32 candidates, bucket, last = 0;

	EXPECT(dynport_histogram_bucket(1) == 0);
	EXPECT(dynport_histogram_bucket(2) == 1);
	for (candidates = 3; candidates <= 65536; candidates++) {
		bucket = dynport_histogram_bucket(candidates);
		/* 2^(bucket-1) < candidates <= 2^bucket */
		EXPECT(candidates <= 1U << bucket &&
		       candidates > 1U << (bucket - 1), "%u", candidates);
		last = bucket;
	}
	EXPECT(last == DYNPORT_HISTOGRAM_BUCKETS - 1);
}

const struct test ports_tests[] = {
	{ "for strides 0-16, window ends 1-65535, sizes 1-70 classes partition the window",
	  test_every_window },
	{ "random windows have exactly the members, and numbers, by the definition",
	  test_random_windows },
	{ "65536 ports don't overflow anything", test_whole_range },
	{ "wrap() goes once around", test_wrap },
	{ "every number of candidates has the right histogram bucket",
	  test_histogram },
	{ }
};
