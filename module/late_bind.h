/* SPDX-License-Identifier: GPL-2.0-only */
/* late_bind.h - which bind(0) leaves the choice of a port to later */
#ifndef DYNPORT_LATE_BIND_H
#define DYNPORT_LATE_BIND_H

struct sock;

/**
 * dynport_late_bind_may() - may a TCP socket go on without a port?
 * @sk: locked; the kernel is asked to choose a port for it
 *
 * To be asked only where late_bind is 1. Context: process, of the caller of
 * bind() or listen().
 */
bool dynport_late_bind_may(const struct sock *sk);

#endif
