// SPDX-License-Identifier: GPL-2.0-only
/* The table of paths. */
#include "paths.h"

const struct path_info paths[PATHS] = {
	[PATH_CONNECT] = {
		.name = "connect", .heading = "CONNECT",
		.algorithm = "algorithm_connect", .range = "tcp_port_range",
		.what = "TCP connect()", .error = "EADDRNOTAVAIL",
	},
	[PATH_BIND] = {
		.name = "bind", .heading = "BIND",
		.algorithm = "algorithm_bind", .range = "tcp_port_range",
		.what = "TCP bind(0)", .error = "EADDRINUSE",
	},
	[PATH_UDP] = {
		.name = "udp", .heading = "UDP",
		.algorithm = "algorithm_udp", .range = "udp_port_range",
		.what = "UDP", .error = "EADDRINUSE or EAGAIN",
	},
};
