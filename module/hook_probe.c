// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_probe.c - proof, at load, that the kernel comes by the hooks
 *
 * An exported function may still have been inlined into its callers. So sockets
 * of the initial namespace ask for ports the way everybody does: over loopback
 * where it is up, so that nothing leaves the machine. Where it isn't, or there
 * is no IPv6, connect() ends before it asks for a port; then that hook is
 * taken on trust, with a message.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": hook: " fmt

#include <linux/fcntl.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>

#include "hook.h"

struct probe_address {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	int len;
};

static void __init probe_loopback(struct probe_address *address, int family)
{
	memset(address, 0, sizeof(*address));
	if (family == AF_INET) {
		address->in.sin_family = AF_INET;
		address->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address->len = sizeof(address->in);
	} else {
		address->in6.sin6_family = AF_INET6;
		address->in6.sin6_addr = in6addr_loopback;
		address->len = sizeof(address->in6);
	}
}

/* bind() to a port of the kernel's choice. */
static int __init probe_bind(int family, int type, int protocol,
			     struct socket **sock)
{
	struct probe_address address;
	int err;

	err = sock_create_kern(&init_net, family, type, protocol, sock);
	if (err)
		return err;
	probe_loopback(&address, family);
	err = kernel_bind(*sock, &address.sa, address.len);
	if (err) {
		sock_release(*sock);
		*sock = NULL;
	}
	return err;
}

/* connect() to a listener of our own, without waiting for anything. */
static int __init probe_connect(int family)
{
	struct socket *listener, *client;
	struct probe_address address;
	int err;

	err = probe_bind(family, SOCK_STREAM, IPPROTO_TCP, &listener);
	if (err)
		return err;
	err = kernel_listen(listener, 1);
	if (err)
		goto err_release_listener;
	err = kernel_getsockname(listener, &address.sa);
	if (err < 0)
		goto err_release_listener;
	address.len = err;
	err = sock_create_kern(&init_net, family, SOCK_STREAM, IPPROTO_TCP,
			       &client);
	if (err)
		goto err_release_listener;
	err = kernel_connect(client, &address.sa, address.len, O_NONBLOCK);
	if (err == -EINPROGRESS)
		err = 0;
	/* The listener first: it resets the connection, so none lingers. */
	sock_release(listener);
	sock_release(client);
	return err;

err_release_listener:
	sock_release(listener);
	return err;
}

/* What couldn't be tried for want of an address or a port isn't held against a hook. */
static int __init probe_excuse(struct dynport_function *function, int err)
{
	if (function->fired || !err)
		return 0;
	if (err != -EADDRNOTAVAIL && err != -EADDRINUSE &&
	    err != -EAFNOSUPPORT && err != -ENETUNREACH)
		return err;
	pr_notice("%s couldn't be tested, loopback is down or has no address or no port: %pe\n",
		  function->name, ERR_PTR(err));
	function->fired = true;
	return 0;
}

int __init dynport_hook_probe(void)
{
	struct socket *sock;
	int err;

	WRITE_ONCE(dynport_hook_prober, current);

	err = probe_bind(AF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock);
	if (!err)
		sock_release(sock);
	err = probe_excuse(&dynport_hook_udp.functions[0], err) ?:
	      probe_excuse(&dynport_hook_release.functions[0], err);
	if (err)
		goto out;

	err = probe_connect(AF_INET);
	err = probe_excuse(&dynport_hook_bind.functions[0], err) ?:
	      probe_excuse(&dynport_hook_connect.functions[0], err) ?:
	      probe_excuse(&dynport_hook_put_port.functions[0], err);
	if (err)
		goto out;

	err = probe_excuse(&dynport_hook_connect.functions[1],
			   probe_connect(AF_INET6));
out:
	WRITE_ONCE(dynport_hook_prober, NULL);
	/* The listeners here were no service whose port is to be guarded. */
	clear_bit(DYNPORT_AVOID_GUARDED, &dynport_netns(&init_net)->avoid);
	return err;
}
