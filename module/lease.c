// SPDX-License-Identifier: GPL-2.0-only
/*
 * lease.c - events about leases, and reading them from the kernel's tables
 *
 * See lease.h for what a lease is. Together, a dump and the events queued since
 * before it began are to be the truth. So a dump looks at each socket while
 * nobody is at work on it: bind() enters the port into the table before it
 * notes that the port was named, and the end of a lease is told just before
 * the port leaves the table.
 */
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/udp.h>

#include "compat.h"
#include "event.h"
#include "lease.h"
#include "netns.h"

/* Sockets that others are at work on are waited for, so long per message. */
#define LEASE_PATIENCE	(HZ / 10)
#define LEASE_ROOM	64	/* leases in a bucket, at first */

struct lease {
	struct sock *sk;	/* with a reference, while it is looked at */
	u8 family;
	u8 protocol;
	u16 port;
	int device;
	kuid_t uid;
	u64 cookie;
	union dynport_address laddr;
};

/* The tables, in the order of a dump. */
enum lease_table {
	LEASE_TABLE_TCP,
	LEASE_TABLE_UDP,
	LEASE_TABLE_UDPLITE,
	LEASE_TABLES
};

struct lease_dump {
	unsigned int table;
	u32 bucket;		/* the next one to be looked at */
	/* The leases found in the one before; those before @sent are sent. */
	struct lease *leases;
	u32 room, count, sent;
};

/* An argument of dynport_any_bound(), which has it constant. */
struct lease_collector {
	const struct net *net;
	struct lease_dump *dump;
};

#define LEASE_SIZE					\
	(2 * nla_total_size(sizeof(u8)) +		\
	 nla_total_size(sizeof(struct in6_addr)) +	\
	 nla_total_size(sizeof(u16)) +			\
	 2 * nla_total_size(sizeof(u32)) +		\
	 nla_total_size_64bit(sizeof(u64)))

static u64 lease_cookie(struct sock *sk)
{
	u32 halves[2];

	/* That which SO_COOKIE tells. */
	sock_diag_save_cookie(sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}

/*
 * A socket's lease. With @bound its address is the one that it was bound to,
 * whatever connect() made of it since; in the midst of bind() that isn't known.
 */
static void lease_read(struct lease *lease, struct sock *sk, bool bound)
{
	bool any = bound && !(sk->sk_userlocks & SOCK_BINDADDR_LOCK);

	lease->family = sk->sk_family;
	lease->protocol = sk->sk_protocol;
	lease->port = inet_sk(sk)->inet_num;
	lease->device = READ_ONCE(sk->sk_bound_dev_if);
	lease->uid = sk->sk_uid;
	lease->cookie = lease_cookie(sk);
	memset(&lease->laddr, 0, sizeof(lease->laddr));
	if (any)
		return;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		lease->laddr.ip6 = sk->sk_v6_rcv_saddr;
		return;
	}
#endif
	lease->laddr.ip = sk->sk_rcv_saddr;
}

static int lease_put(struct sk_buff *skb, const struct net *net,
		     const struct lease *lease)
{
	if (nla_put_u8(skb, DYNPORT_A_FAMILY, lease->family) ||
	    nla_put_u8(skb, DYNPORT_A_PROTOCOL, lease->protocol) ||
	    dynport_genl_put_address(skb, DYNPORT_A_LADDR, lease->family,
				     &lease->laddr) ||
	    nla_put_u16(skb, DYNPORT_A_PORT, lease->port) ||
	    nla_put_u32(skb, DYNPORT_A_IFINDEX, lease->device) ||
	    nla_put_u32(skb, DYNPORT_A_UID,
			from_kuid_munged(net->user_ns, lease->uid)) ||
	    nla_put_u64_64bit(skb, DYNPORT_A_COOKIE, lease->cookie,
			      DYNPORT_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static void lease_tell(struct sock *sk, u8 command, bool bound)
{
	struct net *net = sock_net(sk);
	struct lease lease;
	struct sk_buff *skb;
	void *header;

	skb = dynport_event_new(LEASE_SIZE, command, &header);
	if (!skb) {
		dynport_event_lost(net);
		return;
	}
	lease_read(&lease, sk, bound);
	WARN_ON_ONCE(lease_put(skb, net, &lease));
	dynport_event_send(net, skb, header);
}

void dynport_lease_begins(struct sock *sk)
{
	lease_tell(sk, DYNPORT_CMD_LEASE_NEW, false);
}

void dynport_lease_ends(struct sock *sk)
{
	struct net *net = sock_net(sk);

	rcu_read_lock();
	/* By the end of a namespace its netlink sockets go. */
	if (!READ_ONCE(dynport_netns(net)->dead) && dynport_event_wanted(net))
		lease_tell(sk, DYNPORT_CMD_LEASE_DEL, true);
	rcu_read_unlock();
}

/* Under the lock of the socket's bucket. Beyond the room it only counts. */
static void lease_collect(struct lease_dump *dump, struct sock *sk)
{
	if (dump->count < dump->room) {
		sock_hold(sk);
		dump->leases[dump->count].sk = sk;
	}
	dump->count++;
}

static bool lease_collect_bound(const void *arg, const struct sock *sk)
{
	const struct lease_collector *collector = arg;

	if (net_eq(sock_net(sk), collector->net) && dynport_lease_of_tcp(sk))
		lease_collect(collector->dump, (struct sock *)sk);
	return false;
}

static void lease_collect_tcp(struct lease_dump *dump,
			      struct inet_bind_hashbucket *head,
			      const struct net *net)
{
	struct lease_collector collector = { .net = net, .dump = dump };
	struct inet_bind_bucket *tb;

	if (hlist_empty(&head->chain))
		return;
	spin_lock_bh(&head->lock);
	/* Only connected from, as most are: nothing in it is a lease. */
	inet_bind_bucket_for_each(tb, &head->chain)
		if (net_eq(ib_net(tb), net) &&
		    (tb->fastreuse >= 0 || tb->fastreuseport >= 0))
			dynport_any_bound(tb, lease_collect_bound, &collector);
	spin_unlock_bh(&head->lock);
}

static void lease_collect_udp(struct lease_dump *dump, struct udp_hslot *slot,
			      const struct net *net)
{
	struct sock *sk;

	if (hlist_empty(&slot->head))
		return;
	spin_lock_bh(&slot->lock);
	sk_for_each(sk, &slot->head)
		if (net_eq(sock_net(sk), net) && dynport_lease_of_udp(sk))
			lease_collect(dump, sk);
	spin_unlock_bh(&slot->lock);
}

/* Collect what is in the dump's bucket. Returns false if its table has none. */
static bool lease_collect_bucket(struct lease_dump *dump, struct net *net)
{
	struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	struct udp_table *table;

	dump->count = 0;
	dump->sent = 0;
	if (dump->table == LEASE_TABLE_TCP) {
		if (dump->bucket >= hashinfo->bhash_size)
			return false;
		lease_collect_tcp(dump, &hashinfo->bhash[dump->bucket], net);
		return true;
	}
	table = dynport_udp_table(net, dump->table == LEASE_TABLE_UDPLITE ?
				       IPPROTO_UDPLITE : IPPROTO_UDP);
	if (dump->bucket > table->mask)
		return false;
	lease_collect_udp(dump, &table->hash[dump->bucket], net);
	return true;
}

static void lease_release(struct lease_dump *dump)
{
	u32 i;

	for (i = 0; i < min(dump->count, dump->room); i++)
		sock_put(dump->leases[i].sk);
	dump->count = 0;
}

static int lease_grow(struct lease_dump *dump, u32 room)
{
	struct lease *leases;

	leases = kvmalloc_array(room, sizeof(*leases), GFP_KERNEL_ACCOUNT);
	if (!leases)
		return -ENOMEM;
	kvfree(dump->leases);
	dump->leases = leases;
	dump->room = room;
	return 0;
}

/* Does a socket that nobody is at work on hold a lease? */
static bool lease_is_held(const struct sock *sk)
{
	/* What is about to be closed has told so, or is going to. */
	if (sock_flag(sk, SOCK_DEAD))
		return false;
	if (sk->sk_protocol == IPPROTO_TCP)
		return inet_csk(sk)->icsk_bind_hash && dynport_lease_of_tcp(sk);
	return sk_hashed(sk) && dynport_lease_of_udp(sk);
}

/*
 * Read a socket's lease, if it has one, while nobody is at work on it. That is
 * waited for, but not for ever: somebody may be at it for long, waiting for a
 * page, or for a lock of the one who takes this dump. He isn't in the midst of
 * bind() or close(), then.
 */
static bool lease_look(struct lease *lease, struct sock *sk,
		       unsigned long deadline)
{
	bool held;

	spin_lock_bh(&sk->sk_lock.slock);
	while (sock_owned_by_user_nocheck(sk) &&
	       time_before(jiffies, deadline)) {
		spin_unlock_bh(&sk->sk_lock.slock);
		schedule_timeout_uninterruptible(1);
		spin_lock_bh(&sk->sk_lock.slock);
	}
	held = lease_is_held(sk);
	if (held)
		lease_read(lease, sk, true);
	spin_unlock_bh(&sk->sk_lock.slock);
	return held;
}

/* Keep, of what was collected, the leases. */
static void lease_sift(struct lease_dump *dump, unsigned long deadline)
{
	struct sock *sk;
	u32 i, kept = 0;

	for (i = 0; i < dump->count; i++) {
		sk = dump->leases[i].sk;
		kept += lease_look(&dump->leases[kept], sk, deadline);
		sock_put(sk);
	}
	dump->count = kept;
}

/* Find more leases. Returns 1, 0 at the end, or -ENOMEM. */
static int lease_next_bucket(struct lease_dump *dump, struct net *net,
			     unsigned long deadline)
{
	u32 count;
	int err;

	while (dump->table < LEASE_TABLES) {
		cond_resched();
		if (!lease_collect_bucket(dump, net)) {
			dump->table++;
			dump->bucket = 0;
			continue;
		}
		if (dump->count > dump->room) {
			count = dump->count;
			lease_release(dump);
			err = lease_grow(dump, count + count / 4);
			if (err)
				return err;
			continue;
		}
		dump->bucket++;
		lease_sift(dump, deadline);
		if (dump->count)
			return 1;
	}
	return 0;
}

static int lease_fill(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct lease *lease)
{
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &dynport_genl_family,
			     NLM_F_MULTI, DYNPORT_CMD_GET_LEASE);
	if (!header)
		return -EMSGSIZE;
	if (lease_put(skb, sock_net(skb->sk), lease)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

int dynport_lease_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct lease_dump *dump = (void *)cb->args[0];
	unsigned long deadline = jiffies + LEASE_PATIENCE;
	int more;

	do {
		for (; dump->sent < dump->count; dump->sent++)
			if (lease_fill(skb, cb, &dump->leases[dump->sent]))
				return skb->len;
		more = lease_next_bucket(dump, sock_net(skb->sk), deadline);
	} while (more > 0);
	return more ?: skb->len;
}

int dynport_lease_dump_start(struct netlink_callback *cb)
{
	struct lease_dump *dump;
	int err;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL_ACCOUNT);
	if (!dump)
		return -ENOMEM;
	err = lease_grow(dump, LEASE_ROOM);
	if (err) {
		kfree(dump);
		return err;
	}
	cb->args[0] = (long)dump;
	return 0;
}

int dynport_lease_dump_done(struct netlink_callback *cb)
{
	struct lease_dump *dump = (void *)cb->args[0];

	kvfree(dump->leases);
	kfree(dump);
	return 0;
}
