// SPDX-License-Identifier: GPL-2.0-only
/*
 * census.c - reading the kernel's tables of ports and connections
 *
 * For the upkeep of port maps only. Nothing is decided here: see census.h.
 */
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "census.h"
#include "compat.h"

static struct sock *census_lookup(struct net *net,
				  const struct dynport_space_key *key, u16 port)
{
	struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	int l3mdev = l3mdev_master_ifindex_by_index(net, key->device);

#if IS_ENABLED(CONFIG_IPV6)
	if (key->family == AF_INET6)
		return __inet6_lookup_established(net, hashinfo,
						  &key->raddr.ip6, key->rport,
						  &key->laddr.ip6, port,
						  key->device, l3mdev);
#endif
	return __inet_lookup_established(net, hashinfo, key->raddr.ip,
					 key->rport, key->laddr.ip, port,
					 key->device, l3mdev);
}

bool dynport_census_in_time_wait(struct net *net,
				 const struct dynport_space_key *key, u16 port)
{
	struct sock *sk = census_lookup(net, key, port);
	bool time_wait;

	if (!sk)
		return false;
	time_wait = sk->sk_state == TCP_TIME_WAIT;
	sock_gen_put(sk);
	return time_wait;
}

/* Is the address of a bound socket the key's, or one that includes the other? */
static bool census_address_conflicts(const struct dynport_space_key *key,
				     int family, __be32 v4,
				     const struct in6_addr *v6)
{
#if IS_ENABLED(CONFIG_IPV6)
	/* The IPv6 wildcard includes IPv4, on either side. */
	if (family == AF_INET6 && ipv6_addr_any(v6))
		return true;
	if (key->family == AF_INET6 && ipv6_addr_any(&key->laddr.ip6))
		return true;
	if (family == AF_INET6 && ipv6_addr_v4mapped(v6)) {
		family = AF_INET;
		v4 = v6->s6_addr32[3];
	}
	if (key->family == AF_INET6) {
		if (!ipv6_addr_v4mapped(&key->laddr.ip6))
			return family == AF_INET6 &&
			       ipv6_addr_equal(v6, &key->laddr.ip6);
		return family == AF_INET &&
		       (!v4 || !key->laddr.ip6.s6_addr32[3] ||
			v4 == key->laddr.ip6.s6_addr32[3]);
	}
#endif
	return family == AF_INET &&
	       (!v4 || !key->laddr.ip || v4 == key->laddr.ip);
}

static bool census_device_conflicts(const struct dynport_space_key *key,
				    int device)
{
	return !key->device || !device || key->device == device;
}

/* @sk may be a TIME_WAIT socket: its common part only. */
static bool census_socket_conflicts(const void *arg, const struct sock *sk)
{
	const struct dynport_space_key *key = arg;
	const struct in6_addr *v6 = NULL;

#if IS_ENABLED(CONFIG_IPV6)
	v6 = &sk->sk_v6_rcv_saddr;
#endif
	return census_device_conflicts(key, READ_ONCE(sk->sk_bound_dev_if)) &&
	       census_address_conflicts(key, sk->sk_family, sk->sk_rcv_saddr,
					v6);
}

/*
 * TCP's bind buckets. A port that was bound, not only connected from, is taken
 * for every connect() (fastreuse is not negative then); bind(0) meets all
 * sockets on the port whose address conflicts.
 */
static bool census_bucket_in_use(struct net *net,
				 const struct dynport_space_key *key, u16 port)
{
	struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	struct inet_bind_hashbucket *head;
	struct inet_bind_bucket *tb;
	bool in_use = false;
	int l3mdev = 0;

	/* As inet_sk_bound_l3mdev() has it. */
	if (!READ_ONCE(net->ipv4.sysctl_tcp_l3mdev_accept))
		l3mdev = l3mdev_master_ifindex_by_index(net, key->device);

	head = &hashinfo->bhash[inet_bhashfn(net, port, hashinfo->bhash_size)];
	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain) {
		if (!net_eq(ib_net(tb), net) || tb->port != port ||
		    tb->l3mdev != l3mdev)
			continue;
		if (key->path == DYNPORT_PATH_CONNECT)
			in_use = tb->fastreuse >= 0 || tb->fastreuseport >= 0;
		else
			in_use = dynport_any_bound(tb, census_socket_conflicts,
						   key);
		break;
	}
	spin_unlock_bh(&head->lock);
	return in_use;
}

static bool census_udp_in_use(struct net *net,
			      const struct dynport_space_key *key, u16 port)
{
	struct udp_table *table = dynport_udp_table(net, key->protocol);
	struct udp_hslot *slot = udp_hashslot(table, net, port);
	bool in_use = false;
	struct sock *sk;

	spin_lock_bh(&slot->lock);
	sk_for_each(sk, &slot->head) {
		if (net_eq(sock_net(sk), net) &&
		    udp_sk(sk)->udp_port_hash == port &&
		    census_socket_conflicts(key, sk)) {
			in_use = true;
			break;
		}
	}
	spin_unlock_bh(&slot->lock);
	return in_use;
}

/*
 * A bucket that somebody bound, not only connected from: while it is, there is
 * a socket in it, if only a connection in TIME_WAIT that a listener has left.
 */
static bool census_tcp_is_held(struct net *net, u16 port)
{
	struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	struct inet_bind_hashbucket *head;
	struct inet_bind_bucket *tb;
	bool is_held = false;

	head = &hashinfo->bhash[inet_bhashfn(net, port, hashinfo->bhash_size)];
	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain) {
		if (net_eq(ib_net(tb), net) && tb->port == port &&
		    (tb->fastreuse >= 0 || tb->fastreuseport >= 0)) {
			is_held = true;
			break;
		}
	}
	spin_unlock_bh(&head->lock);
	return is_held;
}

static bool census_udp_is_held(struct net *net, u8 protocol, u16 port)
{
	struct udp_table *table = dynport_udp_table(net, protocol);
	struct udp_hslot *slot = udp_hashslot(table, net, port);
	bool is_held = false;
	struct sock *sk;

	spin_lock_bh(&slot->lock);
	sk_for_each(sk, &slot->head) {
		if (net_eq(sock_net(sk), net) &&
		    udp_sk(sk)->udp_port_hash == port &&
		    sk->sk_userlocks & SOCK_BINDPORT_LOCK) {
			is_held = true;
			break;
		}
	}
	spin_unlock_bh(&slot->lock);
	return is_held;
}

bool dynport_census_is_held(struct net *net, u8 protocol, u16 port)
{
	return protocol == IPPROTO_TCP ? census_tcp_is_held(net, port) :
					 census_udp_is_held(net, protocol, port);
}

bool dynport_census_in_use(struct net *net, const struct dynport_space_key *key,
			   u16 port)
{
	struct sock *sk = NULL;

	switch (key->path) {
	case DYNPORT_PATH_UDP:
		return census_udp_in_use(net, key, port);
	case DYNPORT_PATH_CONNECT:
		rcu_read_lock();
		sk = census_lookup(net, key, port);
		if (sk)
			sock_gen_put(sk);
		rcu_read_unlock();
		if (sk)
			return true;
		fallthrough;
	default:
		return census_bucket_in_use(net, key, port);
	}
}
