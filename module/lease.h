/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lease.h - ports that were chosen for a socket which others may send to
 *
 * What a firewall must know: it can't have a rule for a port that nobody named.
 * Nothing is kept about leases. A socket holds one while it is bound to a port
 * that it didn't name (it lacks SOCK_BINDPORT_LOCK), of TCP while it isn't
 * connected; so the kernel's own tables tell of all of them, and what begins
 * or ends one is seen by the hooks.
 */
#ifndef DYNPORT_LEASE_H
#define DYNPORT_LEASE_H

#include <linux/netlink.h>
#include <net/sock.h>
#include <net/tcp_states.h>

/* For a socket in TIME_WAIT it is false, and no more of it is looked at. */
static __always_inline bool dynport_lease_of_tcp(const struct sock *sk)
{
	return (1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN) &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

static __always_inline bool dynport_lease_of_udp(const struct sock *sk)
{
	return !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/*
 * Tell that a lease begins, once its port was chosen. Only if
 * dynport_event_wanted(). The socket is locked. Context: process, inside
 * dynport_netns_enter().
 */
void dynport_lease_begins(struct sock *sk);

/*
 * Tell whoever listens that a lease ends: before the port is released, or once
 * a TCP socket that is connecting has left the states above. The socket is
 * locked, or, of UDP, being closed. Context: process or softirq.
 */
void dynport_lease_ends(struct sock *sk);

/* DYNPORT_CMD_GET_LEASE. */
int dynport_lease_dump_start(struct netlink_callback *cb);
int dynport_lease_dump(struct sk_buff *skb, struct netlink_callback *cb);
int dynport_lease_dump_done(struct netlink_callback *cb);

#endif
