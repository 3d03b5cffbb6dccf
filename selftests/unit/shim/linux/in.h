/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of protocols. */
#ifndef DYNPORT_SHIM_LINUX_IN_H
#define DYNPORT_SHIM_LINUX_IN_H

#include <netinet/in.h>

#endif
