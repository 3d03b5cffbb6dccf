// SPDX-License-Identifier: GPL-2.0-only
/*
 * descending - selects the algorithm `descend` in a netns of its own, and
 * checks that ports come from the top of the window downwards. Exit: 0 they do.
 * Called by descend.sh, which has loaded the algorithm.
 */
#include <stdio.h>

#include "port.h"

#define LOW 40000
#define HIGH 40099

static int descending_check(enum port_path path, int family)
{
	struct port_taker taker;
	int i, ret, port;

	ret = netns_enter_new();
	if (!ret)
		ret = sysctl_set_window(LOW, HIGH);
	if (!ret)
		ret = sysctl_set("dynport/bind_stride", "0");
	if (!ret)
		ret = sysctl_set("dynport/algorithm", "descend");
	if (!ret)
		ret = port_taker_open(&taker, path, family);
	if (ret) {
		printf("# %s\n", strerror(-ret));
		return 1;
	}
	for (i = 0; i <= 2 * (HIGH - LOW); i++) {
		port = port_sample(&taker);
		if (port != HIGH - i % (HIGH - LOW + 1)) {
			printf("# %s: choice %d is port %d\n",
			       port_path_name(path), i, port);
			return 1;
		}
	}
	return 0;
}

int main(void)
{
	return descending_check(PORT_PATH_CONNECT, AF_INET) ||
	       descending_check(PORT_PATH_CONNECT, AF_INET6) ||
	       descending_check(PORT_PATH_BIND, AF_INET) ||
	       descending_check(PORT_PATH_UDP, AF_INET6);
}
