// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_release.c - watching ports being released
 *
 * For the port maps, the guard of services' ports, the quarantine, and leases.
 *
 * These hooks only observe, but for one case, see handle_put_port(). They run in
 * process context or softirq, before the kernel's function does its work, and
 * look nothing up unless the namespace has maps, there is something to note, or
 * somebody listens.
 */
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "census.h"
#include "guard.h"
#include "hook.h"
#include "lease.h"
#include "quarantine.h"
#include "space.h"

/* Has the namespace maps of @path? */
static __always_inline bool release_concerns(const struct dynport_netns *netns,
					     enum dynport_path path)
{
	/* Pairs with space_account(). */
	return smp_load_acquire(&netns->spaces.count[path]);
}

/*
 * The namespace of a socket. It stays until the socket is gone; its spaces stay
 * under rcu_read_lock(), unless it is dead.
 */
static __always_inline struct dynport_netns *release_netns(const struct net *net)
{
	struct dynport_netns *netns;

	preempt_disable_notrace();
	netns = dynport_netns_nopreempt(net);
	preempt_enable_notrace();
	return netns;
}

/* Could a map of it cover @port, or do ports cool? That is the exception. */
static __always_inline bool release_matters(const struct dynport_netns *netns,
					    u16 port)
{
	return unlikely(test_bit(DYNPORT_AVOID_COOLING, &netns->avoid)) ||
	       (unlikely(READ_ONCE(netns->spaces.total)) &&
		port >= READ_ONCE(netns->spaces.low) &&
		port <= READ_ONCE(netns->spaces.high));
}

/* For searches without a map; those with one are told by release_*(). */
static __always_inline void release_note(struct dynport_netns *netns,
					 u8 protocol, u16 port)
{
	if (unlikely(test_bit(DYNPORT_AVOID_COOLING, &netns->avoid)))
		dynport_quarantine_note(netns, protocol, port);
}

/* Was the port one of a service: bound by number, or listened on? */
static __always_inline bool release_is_of_service(const struct sock *sk)
{
	return unlikely(sk->sk_userlocks & SOCK_BINDPORT_LOCK ||
			sk->sk_state == TCP_LISTEN);
}

/*
 * A socket's local address belongs to three spaces for bind(0): its own and the
 * wildcards that include it.
 */
static void release_addresses(struct dynport_netns *netns,
			      struct dynport_space_key *key, u16 port)
{
	const u32 *wildcards = netns->spaces.wildcards;
	bool ipv6 = key->family == AF_INET6;
	bool any = ipv6_addr_any(&key->laddr.ip6);

	dynport_space_release(netns, key, port, PORTMAP_FREE);
	memset(&key->laddr, 0, sizeof(key->laddr));
	if (READ_ONCE(wildcards[ipv6]) && !any)
		dynport_space_release(netns, key, port, PORTMAP_FREE);
	if (READ_ONCE(wildcards[!ipv6])) {
		key->family = ipv6 ? AF_INET : AF_INET6;
		dynport_space_release(netns, key, port, PORTMAP_FREE);
	}
}

/* One bound to a device stands in the way of those bound to none, too. */
static void release_local(struct dynport_netns *netns,
			  struct dynport_space_key *key, u16 port)
{
	if (unlikely(key->device)) {
		struct dynport_space_key unbound = *key;

		unbound.device = 0;
		release_addresses(netns, &unbound, port);
	}
	release_addresses(netns, key, port);
}

/*
 * Spaces that aren't told: those of a device, of sockets bound to none; those of an
 * address, of sockets bound to any; those of a destination, of sockets that have
 * none, or whose port was bound before they connected. Which are exhausted, and how
 * many there are, doesn't matter: all ask the kernel once more.
 */
static __always_inline void release_elsewhere(struct dynport_netns *netns,
					      bool wide)
{
	if (wide || unlikely(READ_ONCE(netns->spaces.devices)))
		atomic_inc(&netns->spaces.releases);
}

/* The key of a socket's space; @sk may be in TIME_WAIT: its common part only. */
static __always_inline void release_key(struct dynport_space_key *key,
					const struct sock *sk,
					enum dynport_path path, u32 protocol)
{
	bool connects = path == DYNPORT_PATH_CONNECT;

	key->path = path;
	key->protocol = protocol;
	key->device = READ_ONCE(sk->sk_bound_dev_if);
	key->family = sk->sk_family;
	key->rport = connects ? sk->sk_dport : 0;
	memset(&key->laddr, 0, sizeof(key->laddr));
	memset(&key->raddr, 0, sizeof(key->raddr));
#if IS_ENABLED(CONFIG_IPV6)
	/* As space_key_init(): what is IPv4-mapped is IPv4's. */
	if (key->family == AF_INET6 &&
	    ipv6_addr_v4mapped(connects ? &sk->sk_v6_daddr :
					  &sk->sk_v6_rcv_saddr))
		key->family = AF_INET;
	if (key->family == AF_INET6) {
		key->laddr.ip6 = sk->sk_v6_rcv_saddr;
		if (connects)
			key->raddr.ip6 = sk->sk_v6_daddr;
		return;
	}
#endif
	key->laddr.ip = sk->sk_rcv_saddr;
	if (connects)
		key->raddr.ip = sk->sk_daddr;
}

/*
 * May the kernel give this connection's port to another one while it is in
 * TIME_WAIT? The conditions of tcp_twsk_unique() that are known by now.
 */
static bool release_may_be_reused(const struct sock *sk,
				  const struct dynport_space_key *key)
{
	int reuse = READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_tw_reuse);

	if (!reuse || !tcp_sk(sk)->rx_opt.ts_recent_stamp)
		return false;
	if (reuse != 2 || key->device == LOOPBACK_IFINDEX)
		return true;
	if (key->family == AF_INET)
		return ipv4_is_loopback(key->laddr.ip) ||
		       ipv4_is_loopback(key->raddr.ip);
	return ipv6_addr_loopback(&key->laddr.ip6) ||
	       ipv6_addr_loopback(&key->raddr.ip6);
}

/*
 * A connection that ends here may leave a TIME_WAIT behind, which by now is in
 * the table: then the port stays busy until that ends, or lingers if the
 * kernel may let it go earlier.
 */
static void release_connection(struct dynport_netns *netns,
			       const struct sock *sk, u16 port)
{
	struct dynport_space_key key DYNPORT_UNINITIALIZED;
	enum portmap_state state = PORTMAP_FREE;

	release_key(&key, sk, DYNPORT_PATH_CONNECT, IPPROTO_TCP);
	if ((1 << sk->sk_state) & (TCPF_FIN_WAIT2 | TCPF_CLOSING) &&
	    dynport_census_in_time_wait(sock_net(sk), &key, port)) {
		if (!release_may_be_reused(sk, &key))
			return;
		state = PORTMAP_LINGERING;
	}
	dynport_space_release(netns, &key, port, state);
}

/*
 * Has somebody bound the port, by number or not, to listen or to connect later? Then
 * no destination can have it, until the last one of the bucket's ends: also if that is
 * a connection that a listener accepted. (The kernel clears SOCK_BINDPORT_LOCK in
 * those.)
 */
static bool release_was_bound(const struct sock *sk)
{
	const struct inet_bind_bucket *bucket = inet_csk(sk)->icsk_bind_hash;

	if (sk->sk_userlocks & SOCK_BINDPORT_LOCK)
		return true;
	/* Without the bucket's lock: an old value is one of a moment ago. */
	return data_race(bucket->fastreuse) >= 0;
}

static void release_put_port(struct sock *sk)
{
	struct dynport_space_key key DYNPORT_UNINITIALIZED;
	struct dynport_netns *netns;
	u16 port = inet_sk(sk)->inet_num;
	bool service, matters, connected;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	if (unlikely(dynport_lease_of_tcp(sk)))
		dynport_lease_ends(sk);
	netns = release_netns(sock_net(sk));
	service = release_is_of_service(sk);
	matters = release_matters(netns, port);
	if (likely(!service && !matters))
		return;

	rcu_read_lock();
	if (!READ_ONCE(netns->dead)) {
		connected = inet_sk(sk)->inet_dport;
		if (service)
			dynport_guard_note(netns, IPPROTO_TCP, port);
		release_note(netns, IPPROTO_TCP, port);
		if (matters)
			release_elsewhere(netns, !connected ||
					  release_was_bound(sk));
		if (release_concerns(netns, DYNPORT_PATH_CONNECT) && connected)
			release_connection(netns, sk, port);
		if (release_concerns(netns, DYNPORT_PATH_BIND)) {
			release_key(&key, sk, DYNPORT_PATH_BIND, IPPROTO_TCP);
			release_local(netns, &key, port);
		}
	}
	rcu_read_unlock();
}

/*
 * Nothing can be looked up here (hook_lock_begin()). Maps are left to sweeps; who
 * finds no port asks the kernel.
 */
static void release_untold(const struct net *net)
{
	struct dynport_netns *netns = release_netns(net);

	/* There is none yet while a namespace is being made. */
	if (netns)
		WRITE_ONCE(netns->spaces.untold, jiffies ?: 1);
}

static bool release_is_wildcard(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_any(&sk->sk_v6_rcv_saddr);
#endif
	return !sk->sk_rcv_saddr;
}

static void release_udp(struct sock *sk)
{
	struct dynport_space_key key DYNPORT_UNINITIALIZED;
	struct dynport_netns *netns;
	u16 port = inet_sk(sk)->inet_num;
	bool service, matters;

	/* Not while a namespace is being made: its own sockets aren't hashed. */
	if (!sk_hashed(sk))
		return;
	if (dynport_lease_of_udp(sk))
		dynport_lease_ends(sk);
	netns = release_netns(sock_net(sk));
	service = release_is_of_service(sk);
	matters = release_matters(netns, port);
	if (likely(!service && !matters))
		return;

	rcu_read_lock();
	if (!READ_ONCE(netns->dead)) {
		if (service)
			dynport_guard_note(netns, sk->sk_protocol, port);
		release_note(netns, sk->sk_protocol, port);
		if (matters)
			release_elsewhere(netns, release_is_wildcard(sk));
		if (release_concerns(netns, DYNPORT_PATH_UDP)) {
			release_key(&key, sk, DYNPORT_PATH_UDP,
				    sk->sk_protocol);
			release_local(netns, &key, port);
		}
	}
	rcu_read_unlock();
}

static void release_time_wait(const struct inet_timewait_sock *tw)
{
	/* release_key() looks at what a sock and a tw have in common. */
	const struct sock *sk = (const struct sock *)tw;
	struct dynport_space_key key DYNPORT_UNINITIALIZED;
	struct dynport_netns *netns;
	u16 port = tw->tw_num;

	netns = release_netns(twsk_net(tw));
	if (likely(!release_matters(netns, port)))
		return;

	rcu_read_lock();
	if (!READ_ONCE(netns->dead)) {
		release_note(netns, IPPROTO_TCP, port);
		/* A service's, perhaps, of which there is nothing else left. */
		release_elsewhere(netns, tw->tw_tb && tw->tw_tb->fastreuse >= 0);
		if (release_concerns(netns, DYNPORT_PATH_CONNECT)) {
			release_key(&key, sk, DYNPORT_PATH_CONNECT, IPPROTO_TCP);
			dynport_space_release(netns, &key, port, PORTMAP_FREE);
		}
		if (release_concerns(netns, DYNPORT_PATH_BIND)) {
			release_key(&key, sk, DYNPORT_PATH_BIND, IPPROTO_TCP);
			release_local(netns, &key, port);
		}
	}
	rcu_read_unlock();
}

/* For a socket that has no port to put. */
static void hooked_inet_put_port(struct sock *sk)
{
}

static struct dynport_function put_port_functions[] = {
	{
		.name		= "inet_put_port",
		.address	= inet_put_port,
		.replacement	= hooked_inet_put_port,
	},
};

/*
 * The kernel calls inet_put_port() only for sockets in a bind bucket, and would
 * stumble over any other. One without comes from a bind() that has been
 * postponed and then refused by a BPF program that was attached just then:
 * after late_bind.c had looked for one.
 */
static void notrace handle_put_port(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)dynport_ftrace_argument(fregs, 0);

	hook_fired(put_port_functions, ip);
	if (unlikely(!inet_csk(sk)->icsk_bind_hash)) {
		dynport_ftrace_set_ip(fregs,
				      (unsigned long)hooked_inet_put_port);
	} else if (likely(hook_lock_begin())) {
		release_put_port(sk);
		hook_lock_end();
	} else {
		release_untold(sock_net(sk));
	}
}

static struct dynport_function release_functions[] = {
	{
		.name		= "udp_lib_unhash",
		.address	= udp_lib_unhash,
	}, {
		/* Static. Without it, sweeps find the ends of TIME_WAITs. */
		.name		= "inet_twsk_kill",
		.optional	= true,
	},
};

static void notrace handle_release(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops,
				   struct ftrace_regs *fregs)
{
	void *released = (void *)dynport_ftrace_argument(fregs, 0);

	if (hook_is_in(ip, udp_lib_unhash)) {
		hook_fired(&release_functions[0], ip);
		if (likely(hook_lock_begin())) {
			release_udp(released);
			hook_lock_end();
		} else {
			release_untold(sock_net(released));
		}
	} else if (likely(hook_lock_begin())) {
		release_time_wait(released);
		hook_lock_end();
	} else {
		release_untold(twsk_net(released));
	}
}

struct dynport_hook dynport_hook_put_port = {
	.functions	= put_port_functions,
	.count		= ARRAY_SIZE(put_port_functions),
	.redirects	= true,
	.ops.func	= handle_put_port,
};

struct dynport_hook dynport_hook_release = {
	.functions	= release_functions,
	.count		= ARRAY_SIZE(release_functions),
	.ops.func	= handle_release,
};
