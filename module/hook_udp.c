// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_udp.c - bind(0) and autobind of UDP and UDP-Lite
 *
 * The replacement runs in process context with the socket locked. A candidate
 * is tried by name: narrowing the window to one port that turns out to be
 * taken would make the kernel walk its whole table. For UDP, unlike TCP, named
 * and dynamic ports have nearly the same rules of conflict.
 */
#include <linux/in.h>
#include <net/ipv6.h>
#include <net/udp.h>

#include "census.h"
#include "compat.h"
#include "event.h"
#include "hook.h"
#include "hook_request.h"
#include "hook_window.h"
#include "lease.h"
#include "search.h"

DEFINE_STATIC_CALL(original_udp_lib_get_port, udp_lib_get_port);

static __always_inline int udp_original(struct sock *sk, unsigned short snum,
					unsigned int hash2_nulladdr)
{
	return static_call(original_udp_lib_get_port)(sk, snum, hash2_nulladdr);
}

/* As in udp_lib_get_port(): more sockets than that aren't gone through. */
#define UDP_SLOT_CROWDED	10

static bool udp_is_wildcard(const struct dynport_request *req)
{
	if (req->family == AF_INET6)
		return !req->laddr.ip6.s6_addr32[3] &&
		       (ipv6_addr_any(&req->laddr.ip6) ||
			ipv6_addr_v4mapped(&req->laddr.ip6));
	return !req->laddr.ip;
}

/*
 * Named ports have the same rules as dynamic ones, with two exceptions, in which
 * the kernel would let a socket share the port of one that it doesn't look at:
 *   - one with SO_REUSEPORT may join a socket of the same user, and once the
 *     kernel has met that, it looks at no other that has the port;
 *   - where many sockets share a hash slot, the kernel compares one with those of
 *     its own address and of the wildcard, so one of the wildcard with nothing
 *     that is bound to an address.
 * Its own picker looks at all of them.
 */
static bool udp_would_be_overlooked(const struct sock *sk,
				    const struct dynport_request *req, u16 port)
{
	struct net *net = sock_net(sk);
	struct udp_table *table = dynport_udp_table(net, req->protocol);
	struct dynport_space_key key;

	if (likely(!sk->sk_reuseport &&
		   (READ_ONCE(udp_hashslot(table, net, port)->count) <=
		    UDP_SLOT_CROWDED || !udp_is_wildcard(req))))
		return false;
	dynport_space_key_init(&key, req);
	return dynport_census_in_use(net, &key, port);
}

/* With these options it may share the ports of those that have them, too. */
static __always_inline bool udp_shares(const struct sock *sk)
{
	return sk->sk_reuse || sk->sk_reuseport || hook_is_ipv6_only(sk);
}

static int hooked_udp_lib_get_port(struct sock *sk, unsigned short snum,
				   unsigned int hash2_nulladdr)
{
	struct dynport_netns *netns = dynport_netns_enter(sock_net(sk));
	struct dynport_search search DYNPORT_UNINITIALIZED;
	struct hook_window window DYNPORT_UNINITIALIZED;
	u16 port;
	int err;

	if (unlikely(!netns)) {
		hook_enter();
		err = udp_original(sk, 0, hash2_nulladdr);
		hook_leave();
		return err;
	}

	hook_window_begin(&window, sk);
	dynport_search_begin(&search, netns, DYNPORT_PATH_UDP, window.low,
			     window.high, window.user);
	hook_local_request(&search.req, sk);

	if (likely(!dynport_space_exist(netns, DYNPORT_PATH_UDP)))
		port = dynport_search_draw_first(&search);
	else
		port = dynport_search_first_mapped(&search, udp_shares(sk));
	while (port) {
		/* The port enters ipv4_portaddr_hash() and its twin last. */
		err = udp_would_be_overlooked(sk, &search.req, port) ?
		      -EADDRINUSE :
		      udp_original(sk, port, hash2_nulladdr ^ port);
		if (err != -EADDRINUSE)
			break;
		dynport_search_refused(&search, udp_shares(sk));
		port = dynport_search_next(&search);
	}
	if (!port) {
		err = -EADDRINUSE;
		if (dynport_search_may_fall_back(&search)) {
			hook_window_fall_back(&window, search.low, search.high);
			err = udp_original(sk, 0, hash2_nulladdr);
			hook_window_end(&window);
		}
	}
	dynport_search_end(&search, err, inet_sk(sk)->inet_num);
	if (unlikely(dynport_event_wanted(netns->net)) && !err)
		dynport_lease_begins(sk);
	dynport_netns_leave(netns);
	return err;
}

static struct dynport_function udp_functions[] = {
	{
		.name		= "udp_lib_get_port",
		.address	= udp_lib_get_port,
		.replacement	= hooked_udp_lib_get_port,
		.original	= &STATIC_CALL_KEY(original_udp_lib_get_port),
		.original_trampoline =
			STATIC_CALL_TRAMP_ADDR(original_udp_lib_get_port),
	},
};

static void notrace handle_udp(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	const struct sock *sk = (void *)dynport_ftrace_argument(fregs, 0);
	unsigned short snum = dynport_ftrace_argument(fregs, 1);

	if (hook_is_own_call(parent_ip))
		return;
	if (snum)
		hook_named_port(sk, snum);
	else
		hook_redirect(udp_functions, fregs, ip, sk, DYNPORT_PATH_UDP);
}

struct dynport_hook dynport_hook_udp = {
	.functions	= udp_functions,
	.count		= ARRAY_SIZE(udp_functions),
	.redirects	= true,
	.ops.func	= handle_udp,
};
