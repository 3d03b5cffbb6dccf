/* SPDX-License-Identifier: GPL-2.0-only */
/* The type alone: nothing is put off. */
#ifndef DYNPORT_SHIM_LINUX_WORKQUEUE_H
#define DYNPORT_SHIM_LINUX_WORKQUEUE_H

struct delayed_work {
	char unused;
};

#endif
