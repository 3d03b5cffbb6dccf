/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook_window.h - narrowing the window that the kernel's pickers choose from
 *
 * inet_sk_get_local_port_range() intersects ip_local_port_range with the
 * socket's IP_LOCAL_PORT_RANGE. A hook puts its candidate there, calls the
 * kernel, and puts the user's value back. Another thread may call setsockopt()
 * meanwhile: its value is kept, both against the next candidate and against
 * what is put back. Between hook_window_begin() and hook_window_end() the
 * socket's lock is held, as connect() and bind() do.
 */
#ifndef DYNPORT_HOOK_WINDOW_H
#define DYNPORT_HOOK_WINDOW_H

#include <net/ip.h>

#include "compat.h"

struct hook_window {
	struct sock *sk;
	int low, high;	/* what the kernel would choose from */
	u32 user;	/* IP_LOCAL_PORT_RANGE, lo | hi << 16; 0: unset */
	u32 current_;	/* what is in the socket as far as we know */
};

static __always_inline void hook_window_begin(struct hook_window *window,
					      struct sock *sk)
{
	window->sk = sk;
	window->user = dynport_sk_port_range(sk);
	window->current_ = window->user;
	/* The same, where the socket has none: in line since 6.8. */
	if (likely(!window->user))
		inet_get_local_port_range(sock_net(sk), &window->low,
					  &window->high);
	else
		inet_sk_get_local_port_range(sk, &window->low, &window->high);
}

/* Replace what is there. What the user put there meanwhile is remembered. */
static __always_inline void hook_window_put(struct hook_window *window, u32 new)
{
	u32 seen;

	while ((seen = dynport_sk_port_range_cmpxchg(window->sk,
						     window->current_,
						     new)) !=
	       window->current_) {
		window->user = seen;
		window->current_ = seen;
	}
	window->current_ = new;
}

static __always_inline void hook_window_narrow(struct hook_window *window,
					       u32 low, u32 high)
{
	hook_window_put(window, low | high << 16);
}

/* Narrow to [@low, @high], unless that is what the kernel has anyway. */
static __always_inline void hook_window_fall_back(struct hook_window *window,
						  u32 low, u32 high)
{
	if (low == window->low && high == window->high)
		hook_window_put(window, window->user);
	else
		hook_window_narrow(window, low, high);
}

static __always_inline void hook_window_end(struct hook_window *window)
{
	/* If it has changed, the user's newer value stays. */
	dynport_sk_port_range_cmpxchg(window->sk, window->current_,
				      window->user);
}

#endif
