// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_tcp.c - TCP connect(), bind(0), and listen() without bind()
 *
 * Replacements run in process context with the socket locked, for plain
 * sockets as for subflows of MPTCP and the sockets inside SMC. DCCP uses the
 * same functions and is left alone, and so are sockets that have a port, or bind
 * one by number; but that is noted (guard.h).
 */
#include <linux/in.h>
#include <net/inet6_hashtables.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>

#include "event.h"
#include "hook.h"
#include "hook_request.h"
#include "hook_window.h"
#include "late_bind.h"
#include "lease.h"
#include "search.h"

DEFINE_STATIC_CALL(original_inet_hash_connect, inet_hash_connect);
DEFINE_STATIC_CALL(original_inet6_hash_connect, inet6_hash_connect);
DEFINE_STATIC_CALL(original_inet_csk_get_port, inet_csk_get_port);

/* The family of a hook chooses its original. */
static __always_inline int
connect_original(struct inet_timewait_death_row *death_row, struct sock *sk,
		 u8 family)
{
	if (family == AF_INET6)
		return static_call(original_inet6_hash_connect)(death_row, sk);
	return static_call(original_inet_hash_connect)(death_row, sk);
}

static __always_inline void connect_tuple(struct dynport_request *req,
					  const struct sock *sk, u8 family)
{
	const struct inet_sock *inet = inet_sk(sk);

	req->family = family;
	req->protocol = IPPROTO_TCP;
	req->device = READ_ONCE(sk->sk_bound_dev_if);
	req->rport = inet->inet_dport;
#if IS_ENABLED(CONFIG_IPV6)
	if (family == AF_INET6) {
		req->laddr.ip6 = sk->sk_v6_rcv_saddr;
		req->raddr.ip6 = sk->sk_v6_daddr;
		return;
	}
#endif
	req->laddr.ip = inet->inet_rcv_saddr;
	req->raddr.ip = inet->inet_daddr;
}

/*
 * The family is the hook's, not the socket's: an IPv6 socket that connects to
 * an IPv4-mapped address comes to the IPv4 function.
 */
static __always_inline int
hooked_connect(struct inet_timewait_death_row *death_row, struct sock *sk,
	       u8 family)
{
	struct dynport_netns *netns = dynport_netns_enter(sock_net(sk));
	struct dynport_search search DYNPORT_UNINITIALIZED;
	struct hook_window window DYNPORT_UNINITIALIZED;
	u16 port;
	int err;

	if (unlikely(!netns)) {
		hook_enter();
		err = connect_original(death_row, sk, family);
		hook_leave();
		return err;
	}

	hook_window_begin(&window, sk);
	dynport_search_begin(&search, netns, DYNPORT_PATH_CONNECT, window.low,
			     window.high, window.user);
	connect_tuple(&search.req, sk, family);

	if (likely(!dynport_space_exist(netns, DYNPORT_PATH_CONNECT)))
		port = dynport_search_draw_first(&search);
	else
		port = dynport_search_first_mapped(&search, false);
	while (port) {
		hook_window_narrow(&window, port, port);
		err = connect_original(death_row, sk, family);
		if (err != -EADDRNOTAVAIL)
			break;
		dynport_search_refused(&search, false);
		port = dynport_search_next(&search);
	}
	if (!port) {
		err = -EADDRNOTAVAIL;
		if (dynport_search_may_fall_back(&search)) {
			hook_window_fall_back(&window, search.low,
					      dynport_search_fall_back_high(&search));
			err = connect_original(death_row, sk, family);
		}
	}
	hook_window_end(&window);
	dynport_search_end(&search, err, inet_sk(sk)->inet_num);
	dynport_netns_leave(netns);
	return err;
}

static int hooked_inet_hash_connect(struct inet_timewait_death_row *death_row,
				    struct sock *sk)
{
	return hooked_connect(death_row, sk, AF_INET);
}

static int hooked_inet6_hash_connect(struct inet_timewait_death_row *death_row,
				     struct sock *sk)
{
	return hooked_connect(death_row, sk, AF_INET6);
}

/* With ip_autobind_reuse, SO_REUSEADDR sockets share ports once none is free. */
static bool bind_may_relax(const struct sock *sk)
{
	return READ_ONCE(sock_net(sk)->ipv4.sysctl_ip_autobind_reuse) &&
	       sk->sk_reuse;
}

static int hooked_inet_csk_get_port(struct sock *sk, unsigned short snum)
{
	struct dynport_netns *netns = dynport_netns_enter(sock_net(sk));
	struct dynport_search search DYNPORT_UNINITIALIZED;
	struct hook_window window DYNPORT_UNINITIALIZED;
	u16 port;
	int err;

	if (unlikely(!netns)) {
		hook_enter();
		err = static_call(original_inet_csk_get_port)(sk, 0);
		hook_leave();
		return err;
	}

	if (unlikely(READ_ONCE(netns->tunables.late_bind)) &&
	    dynport_late_bind_may(sk)) {
		dynport_count(netns->stats, DYNPORT_STAT_BINDS_POSTPONED);
		dynport_netns_leave(netns);
		return 0;
	}

	hook_window_begin(&window, sk);
	dynport_search_begin(&search, netns, DYNPORT_PATH_BIND, window.low,
			     window.high, window.user);
	hook_local_request(&search.req, sk);

	/*
	 * Each candidate would be tried strictly and then relaxed, and so be
	 * shared while others are free: such a search is the kernel's.
	 */
	if (unlikely(bind_may_relax(sk)))
		port = dynport_search_none(&search);
	else if (likely(!dynport_space_exist(netns, DYNPORT_PATH_BIND)))
		port = dynport_search_draw_first(&search);
	else
		port = dynport_search_first_mapped(&search,
						   hook_is_ipv6_only(sk));
	while (port) {
		hook_window_narrow(&window, port, port);
		/* Not snum port: a named port has other rules of conflict. */
		err = static_call(original_inet_csk_get_port)(sk, 0);
		if (err != -EADDRINUSE)
			break;
		dynport_search_refused(&search, hook_is_ipv6_only(sk));
		port = dynport_search_next(&search);
	}
	if (!port) {
		err = -EADDRINUSE;
		if (dynport_search_may_fall_back(&search)) {
			hook_window_fall_back(&window, search.low,
					      dynport_search_fall_back_high(&search));
			err = static_call(original_inet_csk_get_port)(sk, 0);
		}
	}
	hook_window_end(&window);
	dynport_search_end(&search, err, inet_sk(sk)->inet_num);
	if (unlikely(dynport_event_wanted(netns->net)) && !err)
		dynport_lease_begins(sk);
	dynport_netns_leave(netns);
	return err;
}

static struct dynport_function connect_functions[] = {
	{
		.name		= "inet_hash_connect",
		.address	= inet_hash_connect,
		.replacement	= hooked_inet_hash_connect,
		.original	= &STATIC_CALL_KEY(original_inet_hash_connect),
		.original_trampoline =
			STATIC_CALL_TRAMP_ADDR(original_inet_hash_connect),
	}, {
		.name		= "inet6_hash_connect",
		.address	= inet6_hash_connect,
		.replacement	= hooked_inet6_hash_connect,
		.original	= &STATIC_CALL_KEY(original_inet6_hash_connect),
		.original_trampoline =
			STATIC_CALL_TRAMP_ADDR(original_inet6_hash_connect),
	},
};

static void notrace handle_connect(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops,
				   struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)dynport_ftrace_argument(fregs, 1);

	if (hook_is_own_call(parent_ip) || sk->sk_protocol != IPPROTO_TCP)
		return;
	if (unlikely(inet_sk(sk)->inet_num)) {
		if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK) &&
		    likely(hook_lock_begin())) {
			dynport_lease_ends(sk);
			hook_lock_end();
		}
		return;
	}
	hook_redirect(&connect_functions[hook_is_in(ip, inet6_hash_connect)],
		      fregs, ip, sk, DYNPORT_PATH_CONNECT);
}

static struct dynport_function bind_functions[] = {
	{
		.name		= "inet_csk_get_port",
		.address	= inet_csk_get_port,
		.replacement	= hooked_inet_csk_get_port,
		.original	= &STATIC_CALL_KEY(original_inet_csk_get_port),
		.original_trampoline =
			STATIC_CALL_TRAMP_ADDR(original_inet_csk_get_port),
	},
};

static void notrace handle_bind(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	const struct sock *sk = (void *)dynport_ftrace_argument(fregs, 0);
	unsigned short snum = dynport_ftrace_argument(fregs, 1);

	if (hook_is_own_call(parent_ip) || sk->sk_protocol != IPPROTO_TCP)
		return;
	if (snum)
		hook_named_port(sk, snum);
	else
		hook_redirect(bind_functions, fregs, ip, sk, DYNPORT_PATH_BIND);
}

struct dynport_hook dynport_hook_connect = {
	.functions	= connect_functions,
	.count		= ARRAY_SIZE(connect_functions),
	.redirects	= true,
	.ops.func	= handle_connect,
};

struct dynport_hook dynport_hook_bind = {
	.functions	= bind_functions,
	.count		= ARRAY_SIZE(bind_functions),
	.redirects	= true,
	.ops.func	= handle_bind,
};
