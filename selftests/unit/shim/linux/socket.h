/* SPDX-License-Identifier: GPL-2.0-only */
/* AF_INET and AF_INET6. */
#ifndef DYNPORT_SHIM_LINUX_SOCKET_H
#define DYNPORT_SHIM_LINUX_SOCKET_H

#include <sys/socket.h>

#endif
