// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind_stride: every n-th port is kept for bind(0), the rest for connect(),
 * while there are others; UDP has no classes, and 0 switches them off.
 */
#include "kselftest_harness.h"
#include "port.h"
#include "stats.h"
#include "variant.h"

#define LOW 40000
#define PORTS 16
#define HALF_LOW 41000
#define HALF_PORTS 1000
#define HALF_SAMPLES 500

VARIANT_FIXTURE(bind_stride, LOW, LOW + PORTS - 1)
VARIANT_ADD_PATHS(bind_stride, VARIANT_ADD_OWN)

/* Takes all ports; the first `own` of them are of the path's own class. */
static void expect_classes(struct __test_metadata *_metadata,
			   const struct port_taker *taker, int stride)
{
	const char *path = port_path_name(taker->path);
	bool binds = taker->path == PORT_PATH_BIND;
	int fd[PORTS], own = PORTS / stride, i;
	bool in_bind_class;
	long long before;

	if (!binds)
		own = PORTS - own;
	before = stats_get_path(path, "class_overflows");
	for (i = 0; i < PORTS; i++) {
		fd[i] = port_take(taker);
		ASSERT_GE(fd[i], 0);
		in_bind_class = (port_of(fd[i]) - LOW) % stride == stride - 1;
		EXPECT_EQ(in_bind_class, (i < own) == binds) {
			TH_LOG("stride %d: port %d was number %d", stride,
			       port_of(fd[i]), i);
		}
	}
	/* One that gets no port took none of the other class. */
	EXPECT_EQ(-1, port_take(taker));
	EXPECT_EQ(PORTS - own, stats_get_path(path, "class_overflows") - before);
	for (i = 0; i < PORTS; i++)
		port_release(fd[i]);
	if (taker->listener >= 0)
		port_listener_drain(taker->listener);
}

TEST_F(bind_stride, keeps_each_path_to_its_class_while_it_has_ports)
{
	static const char * const strides[] = { "2", "3", "4", "8", "16" };
	unsigned int i;

	if (variant->choice.path == PORT_PATH_UDP)
		return;	/* see the next test */
	/* P(350 draws miss the last free one of 15 ports) < 1e-10 */
	ASSERT_EQ(0, sysctl_set("dynport/search_limit", "700"));
	for (i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
		ASSERT_EQ(0, sysctl_set("dynport/bind_stride", strides[i]));
		expect_classes(_metadata, &self->taker, atoi(strides[i]));
	}
}

/* Deterministic ones alternate, drawn ones spread: 250 +- 5.6 standard deviations. */
TEST_F(bind_stride, of_0_uses_even_and_odd_ports_alike)
{
	int i, port, even = 0;

	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
	ASSERT_EQ(0, sysctl_set_window(HALF_LOW, HALF_LOW + HALF_PORTS - 1));
	for (i = 0; i < HALF_SAMPLES; i++) {
		port = port_sample(&self->taker);
		ASSERT_GE(port, HALF_LOW);
		even += port % 2 == 0;
	}
	EXPECT_GT(even, HALF_SAMPLES / 2 - 63);
	EXPECT_LT(even, HALF_SAMPLES / 2 + 63);
	EXPECT_EQ(0, stats_get_path(port_path_name(variant->choice.path),
				    "class_overflows"));
}

TEST_F(bind_stride, of_0_serves_all_ports_without_overflow)
{
	int fd[PORTS], i;

	ASSERT_EQ(0, sysctl_set("dynport/bind_stride", "0"));
	for (i = 0; i < PORTS; i++) {
		fd[i] = port_take(&self->taker);
		ASSERT_GE(fd[i], 0);
	}
	EXPECT_EQ(0, stats_get_path(port_path_name(variant->choice.path),
				    "class_overflows"));
}

TEST_HARNESS_MAIN
