/* SPDX-License-Identifier: GPL-2.0-only */
/* See sysctl_host.h. */
