// SPDX-License-Identifier: GPL-2.0-only
/*
 * late_bind.c - which bind(0) leaves the choice of a port to later
 *
 * With late_bind a socket that binds an address and port 0 goes on as if it
 * had IP_BIND_ADDRESS_NO_PORT: it holds the address and no port, until
 * connect() chooses one for that destination, or listen() one for itself. What
 * __inet_bind() does after get_port() suits a socket with inet_num 0: with the
 * option it does the same. Only its BPF program, and put_port() where that says
 * no, are skipped then; for these see below, and handle_put_port().
 *
 * get_port(sk, 0) of a TCP socket comes from bind() in TCP_CLOSE, or from
 * listen() in TCP_LISTEN, and from nowhere else: TCP is never bound
 * automatically (proto.no_autobind), and a BPF program's bind() to port 0
 * asks for none. Not postponed are
 *   - listen(): it is what others were postponed to;
 *   - the kernel's own sockets: their owners (NFS, the wake-up pattern of
 *     nl80211) read the port that they have bound. That includes those inside
 *     MPTCP and SMC, which are copied into the socket that a program sees;
 *   - sockets in a cgroup with a BPF program for CGROUP_INET4_POST_BIND or
 *     its twin: it is there to judge ports, and would be shown none.
 */
#include <linux/bpf-cgroup.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "late_bind.h"

static bool late_bind_is_policed(const struct sock *sk)
{
#ifdef CONFIG_CGROUP_BPF
	struct sock *socket = (struct sock *)sk;

	/* An IPv6 socket may be bound to an IPv4-mapped address: ask for both. */
	return cgroup_bpf_sock_enabled(socket, CGROUP_INET4_POST_BIND) ||
	       cgroup_bpf_sock_enabled(socket, CGROUP_INET6_POST_BIND);
#else
	return false;
#endif
}

bool dynport_late_bind_may(const struct sock *sk)
{
	return sk->sk_state == TCP_CLOSE && !sk->sk_kern_sock &&
	       !late_bind_is_policed(sk);
}
