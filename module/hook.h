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
 * Handlers run with the arguments still in registers, in the caller's context,
 * and call nothing that can be traced. Replacements may sleep and must be
 * entered and left through hook_enter() and hook_leave().
 */
#ifndef DYNPORT_HOOK_H
#define DYNPORT_HOOK_H

#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/static_call.h>

#include "compat.h"
#include "netns.h"

struct dynport_hook {
	const char *name;	/* of the kernel's function */
	void *function;		/* the kernel's; NULL: found by name */
	void *replacement;	/* NULL: the handler only observes */
	struct ftrace_ops ops;
	/*
	 * The replacement's way to @function: a static call, which is patched,
	 * once the entry is known, to go behind the function's own call of
	 * ftrace. A direct call, since an indirect one must find ENDBR where it
	 * lands (IBT).
	 */
	struct static_call_key *original;
	void *original_trampoline;
	unsigned long entry;	/* where the handler is called from; once fired */
	bool optional;		/* dynport works without it */
	bool attached;
	bool fired;		/* for the task in dynport_hook_prober */
};

extern struct dynport_hook dynport_hook_inet_hash_connect;
extern struct dynport_hook dynport_hook_inet6_hash_connect;
extern struct dynport_hook dynport_hook_inet_csk_get_port;
extern struct dynport_hook dynport_hook_udp_lib_get_port;
extern struct dynport_hook dynport_hook_inet_put_port;
extern struct dynport_hook dynport_hook_udp_lib_unhash;
extern struct dynport_hook dynport_hook_inet_twsk_kill;

/* Places all hooks and proves that they fire, or leaves none behind. */
int dynport_hook_init(void);
/* On return nobody is inside a replacement. May sleep for long. */
void dynport_hook_exit(void);

/* Makes the kernel call each hooked function once, in the initial namespace. */
int dynport_hook_probe(void);

/* The task whose calls are noted in dynport_hook.fired; else NULL. */
extern struct task_struct *dynport_hook_prober;

/* This module's text; constant while hooks are in place. */
extern unsigned long dynport_hook_text_start;
extern unsigned long dynport_hook_text_size;

/* Callers inside replacements; only the sum over all CPUs means something. */
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

/* Note that the kernel calls the function, for the test at load. */
static __always_inline void hook_fired(struct dynport_hook *hook,
				       unsigned long ip)
{
	if (unlikely(READ_ONCE(dynport_hook_prober) == current)) {
		hook->entry = ip;
		hook->fired = true;
	}
}

/**
 * hook_redirect() - send a request for a dynamic port to the replacement
 * @ops: as the handler got it
 * @fregs: likewise
 * @ip: likewise
 * @sk: the socket that wants a port
 * @path: the path it comes by
 *
 * Unless the namespace leaves this path to the kernel: then it is only counted.
 */
static __always_inline void hook_redirect(struct ftrace_ops *ops,
					  struct ftrace_regs *fregs,
					  unsigned long ip,
					  const struct sock *sk,
					  enum dynport_path path)
{
	struct dynport_hook *hook = container_of(ops, struct dynport_hook, ops);
	struct dynport_netns *netns;

	hook_fired(hook, ip);

	/* As in dynport_netns_enter(): counters may be freed once dead. */
	preempt_disable_notrace();
	netns = dynport_netns_nopreempt(sock_net(sk));
	if (READ_ONCE(netns->bypass[path]) || READ_ONCE(netns->dead)) {
		if (!READ_ONCE(netns->dead))
			dynport_count_path(netns->stats, path,
					   DYNPORT_STAT_SEARCHES, 1);
	} else {
		dynport_ftrace_set_ip(fregs, (unsigned long)hook->replacement);
	}
	preempt_enable_notrace();
}

#endif
