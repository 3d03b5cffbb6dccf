/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook.h - redirecting kernel functions to ours
 *
 * Each hook has a handler, which ftrace calls at the function's entry, and a
 * replacement, which runs in its place when the handler says so. The
 * replacement calls the kernel's function by a static call, which on x86 goes
 * past the place where the handler is called; elsewhere, and until that place
 * is known, the handler leaves calls from this module alone.
 *
 * Handlers run with the arguments still in registers, in the caller's context.
 * Replacements may sleep; what keeps the module there meanwhile is
 * dynport_netns_enter(), or, where that fails because the namespace is going
 * away, hook_enter() and hook_leave() around the call of the original.
 */
#ifndef DYNPORT_HOOK_H
#define DYNPORT_HOOK_H

#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/static_call.h>

#include "compat.h"
#include "event.h"
#include "guard.h"
#include "netns.h"

/* A function of the kernel's. */
struct dynport_function {
	const char *name;
	void *address;		/* NULL: found by name */
	void *replacement;	/* NULL: it is only observed */
	/*
	 * The replacement's way to the function: a static call, which is
	 * patched, once the entry is known, to go behind the function's own
	 * call of ftrace. A direct call, since an indirect one must find ENDBR
	 * where it lands (IBT).
	 */
	struct static_call_key *original;
	void *original_trampoline;
	bool optional;		/* dynport works without it */
	bool fired;		/* for the task in dynport_hook_prober */
	unsigned long entry;	/* where the handler is called from; then */
};

/* Functions that share a handler are placed, and removed, at once. */
struct dynport_hook {
	struct ftrace_ops ops;
	struct dynport_function *functions;
	unsigned int count;
	bool redirects;		/* handler sets where the call goes */
	bool attached;
};

extern struct dynport_hook dynport_hook_connect;
extern struct dynport_hook dynport_hook_bind;
extern struct dynport_hook dynport_hook_udp;
extern struct dynport_hook dynport_hook_put_port;
extern struct dynport_hook dynport_hook_release;

/* Places all hooks and proves that they fire, or leaves none behind. */
int dynport_hook_init(void);
/*
 * On return nobody enters a replacement any more; who is inside one, is inside
 * a namespace, too (dynport_netns_enter()). May sleep for long.
 */
void dynport_hook_exit(void);
/* After the namespaces' exit: on return nobody is inside any more. Sleeps. */
void dynport_hook_settle(void);

/* Makes the kernel call each hooked function once, in the initial namespace. */
int dynport_hook_probe(void);

/* The task whose calls are noted in dynport_function.fired; else NULL. */
extern struct task_struct *dynport_hook_prober;

/* This module's text; constant while hooks are in place. */
extern unsigned long dynport_hook_text_start;
extern unsigned long dynport_hook_text_size;

/* Callers inside none but a dying namespace; only the sum over all CPUs counts. */
DECLARE_PER_CPU(unsigned long, dynport_hook_inside);

static __always_inline void hook_enter(void)
{
	this_cpu_inc(dynport_hook_inside);
}

static __always_inline void hook_leave(void)
{
	this_cpu_dec(dynport_hook_inside);
}

/* Is the call one of a replacement's own? */
static __always_inline bool hook_is_own_call(unsigned long parent_ip)
{
	return parent_ip - dynport_hook_text_start < dynport_hook_text_size;
}

/* Is @ip, where a handler was called from, the entry of @address? */
static __always_inline bool hook_is_in(unsigned long ip, void *address)
{
	/* Behind an ENDBR, or whatever an architecture begins with. */
	return ip - (unsigned long)address < 16;
}

/* Note that the kernel calls the function, for the test at load. */
static __always_inline void hook_fired(struct dynport_function *function,
				       unsigned long ip)
{
	struct task_struct *prober = READ_ONCE(dynport_hook_prober);

	if (unlikely(prober) && prober == current) {
		function->entry = ip;
		function->fired = true;
	}
}

/* PREEMPT_RT: the hooks are about to go, and handlers take no locks any more. */
extern bool dynport_hook_leaving;

/*
 * May a handler take locks until hook_lock_end()? They sleep on PREEMPT_RT. Not
 * where somebody else traces the same function: ftrace then calls all from one
 * place, with preemption off. Nor when hooks are being removed: a task asleep on
 * such a lock isn't one that ftrace waits for before it frees the trampoline.
 */
static __always_inline bool hook_lock_begin(void)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		return true;
	if (!preemptible())
		return false;
	rcu_read_lock();
	if (likely(!READ_ONCE(dynport_hook_leaving))) {
		/* For sparse, which can't follow: hook_lock_end() has it. */
		__release(RCU);
		return true;
	}
	rcu_read_unlock();
	return false;
}

static __always_inline void hook_lock_end(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		__acquire(RCU);
		rcu_read_unlock();
	}
}

/* A socket is about to be bound to @port by number, or to listen on it. */
static __always_inline void hook_named_port(const struct sock *sk, u16 port)
{
	struct dynport_netns *netns;

	if (unlikely(!hook_lock_begin()))
		return;
	rcu_read_lock();
	netns = dynport_netns(sock_net(sk));
	if (!READ_ONCE(netns->dead))
		dynport_guard_note(netns, sk->sk_protocol, port);
	rcu_read_unlock();
	hook_lock_end();
}

/**
 * hook_redirect() - send a request for a dynamic port to the replacement
 * @function: which one was called
 * @fregs: as the handler got it
 * @ip: likewise
 * @sk: the socket that wants a port
 * @path: the path it comes by
 *
 * Unless the namespace leaves this path to the kernel, and nobody listens to
 * what comes of it: then it is only counted.
 */
static __always_inline void hook_redirect(struct dynport_function *function,
					  struct ftrace_regs *fregs,
					  unsigned long ip,
					  const struct sock *sk,
					  enum dynport_path path)
{
	struct dynport_netns *netns;

	hook_fired(function, ip);

	/* As in dynport_netns_enter(): counters may be freed once dead. */
	preempt_disable_notrace();
	netns = dynport_netns_nopreempt(sock_net(sk));
	if (likely(!READ_ONCE(netns->bypass[path])) ||
	    (!READ_ONCE(netns->dead) && dynport_event_wanted(netns->net)))
		dynport_ftrace_set_ip(fregs,
				      (unsigned long)function->replacement);
	else if (!READ_ONCE(netns->dead))
		dynport_count_path(netns->stats, path, DYNPORT_STAT_SEARCHES,
				   1);
	preempt_enable_notrace();
}

#endif
