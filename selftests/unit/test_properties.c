// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_properties.c - T1 to T11: claims are kept, known weaknesses show
 *
 * With fewer samples than simulate takes, but the same measures and bounds. A
 * measure that no longer sees a weakness would not see one elsewhere either.
 */
#include <math.h>

#include <linux/random.h>

#include "check.h"
#include "measure.h"

static struct measured take(const struct measure *measure, u32 algorithm)
{
	random_seed(1 + algorithm);
	return measure->take(measure_algorithms[algorithm], measure->argument,
			     true);
}

static void check_claims(const char *test)
{
	const struct measure *measure;
	u32 table, i, checked = 0;

	for (table = 0; table < MEASURE_TABLES; table++)
		for (measure = measure_tables[table]; measure->take; measure++)
			for (i = 0; i < MEASURE_ALGORITHMS; i++) {
				double value;

				if (strcmp(measure->test, test) ||
				    !(OF(i) & (measure->claims |
					       measure->other_claims)))
					continue;
				value = take(measure, i).value;
				checked++;
				EXPECT(measure_judge(measure, i, value) == KEPT,
				       "%s, %s: %g", measure->figure,
				       measure_algorithms[i]->name, value);
			}
	EXPECT(checked);
}

/* The measure of this table with this figure. */
static double take_figure(const struct measure *table, const char *figure,
			  u32 algorithm)
{
	for (; table->take; table++)
		if (strstr(table->figure, figure))
			return take(table, algorithm).value;
	check_fail(__FILE__, __LINE__, "no figure '%s'", figure);
	return NAN;
}

static void test_t2(void)
{
	check_claims("T2");
}

static void test_t3(void)
{
	check_claims("T3");
}

static void test_t4(void)
{
	check_claims("T4");
}

static void test_t6(void)
{
	check_claims("T6");
}

static void test_t7(void)
{
	check_claims("T7");
}

static void test_t8(void)
{
	check_claims("T8");
}

static void test_t9(void)
{
	check_claims("T9");
}

static void test_t10(void)
{
	check_claims("T10");
}

static void test_t11(void)
{
	check_claims("T11");
}

static void test_counters_tell(void)
{
	double bsd = take_figure(correlation_measures, "to others", BSD);
	double hash = take_figure(correlation_measures, "to others", HASH);
	double bits = take_figure(entropy_measures, "to the same", HASH);

	EXPECT(bsd > 0.99, "%g", bsd);
	EXPECT(hash > 0.99, "%g", hash);
	EXPECT(bits < 0.01, "%g", bits);
}

static void test_runs_bias(void)
{
	double one = take_figure(evenness_measures, "1 reserved", RANDOM_START);
	double hundred = take_figure(evenness_measures, "100 reserved",
				     RANDOM_START);

	/* The port behind 50 reserved ones of its class has their weight. */
	EXPECT(one > 1.8, "%g", one);
	EXPECT(hundred > 45 && hundred < 60, "%g", hundred);
}

static void test_small_table(void)
{
	double small = take_figure(collision_measures, "to a fingerprint",
				   DOUBLEHASH_256);
	double kept = take_figure(collision_measures, "keys kept", HASH);

	EXPECT(small < 20000, "%g", small);
	EXPECT(isinf(kept), "%g", kept);
}

static void test_stock_parity(void)
{
	double connect = take_figure(evenness_measures, "0, connect", STOCK);
	double bind = take_figure(evenness_measures, "0, bind", STOCK);

	EXPECT(connect == 100, "%g", connect);
	EXPECT(bind == 0, "%g", bind);
}

static void test_stock_reuse(void)
{
	double shortest = take_figure(reuse_measures, "1 % open", STOCK);

	/* 7 extra steps at most, 3.5 on average: 1764 and 3137 of 14116. */
	EXPECT(shortest > 1764 / MEASURE_CLASS && shortest < 0.23, "%g",
	       shortest);
}

const struct test property_tests[] = {
	{ "T2: off-path, no bit more than claimed is lost", test_t2 },
	{ "T3: a peer doesn't see connections to others", test_t3 },
	{ "T4: no fingerprint without cells, none that outlives the keys",
	  test_t4 },
	{ "T6: random_pick is even behind reserved ports and listeners",
	  test_t6 },
	{ "T7: half of the ports are even with bind_stride 0", test_t7 },
	{ "T8: least_recent reuses no port before half a window", test_t8 },
	{ "T9: UDP ports are unpredictable and uncorrelated", test_t9 },
	{ "T10: two namespaces are independent", test_t10 },
	{ "T11: same tuple, same keys, same offset; new keys, another",
	  test_t11 },
	{ "weakness: bsd and hash tell a peer of all connections",
	  test_counters_tell },
	{ "weakness: random_start favours the port behind reserved ones",
	  test_runs_bias },
	{ "weakness: 256 cells are a fingerprint", test_small_table },
	{ "weakness: the kernel's ports show the path by their parity",
	  test_stock_parity },
	{ "weakness: the kernel's connect() wraps after a ninth of the window",
	  test_stock_reuse },
	{ }
};
