// SPDX-License-Identifier: GPL-2.0-only
/*
 * explain.c - which ports a search would come to, and why it skips others
 *
 * It is searched indeed, by the code that always does, but on copies: of the
 * algorithm's state, of the port map, and of what a search finds in its
 * namespace. Nobody is asked about a candidate; each is taken as refused, so
 * that the next one comes.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/ip.h>

#include "explain.h"
#include "guard.h"
#include "quarantine.h"
#include "question.h"
#include "report.h"
#include "search.h"

struct explain_candidate {
	u16 port;
	u8 verdict;
};

struct explain {
	struct dynport_search search;
	struct dynport_netns netns;	/* only what a search looks at */
	u32 wanted, count;
	struct explain_candidate candidates[DYNPORT_EXPLAIN_MAX];
};

/* Room for the answer. */
#define EXPLAIN_SIZE							\
	(DYNPORT_REPORT_SIZE + nla_total_size(DYNPORT_NAME_LEN) +	\
	 DYNPORT_EXPLAIN_MAX * nla_total_size(nla_total_size(sizeof(u16)) + \
					      nla_total_size(sizeof(u8))))

static void explain_note(struct explain *explain, u16 port, u8 verdict)
{
	struct explain_candidate *candidate;

	if (explain->count == explain->wanted)
		return;
	candidate = &explain->candidates[explain->count++];
	candidate->port = port;
	candidate->verdict = verdict;
}

static void explain_skipped(const struct dynport_search *search, u16 port,
			    u8 verdict)
{
	struct explain *explain = container_of(search, struct explain, search);

	/* The map has them as busy. */
	if (inet_is_local_reserved_port(search->netns->net, port))
		verdict = DYNPORT_VERDICT_RESERVED;
	explain_note(explain, port, verdict);
}

/* A copy of the path's algorithm as it stands; NULL: no memory. */
static struct dynport_instance *explain_copy_instance(struct dynport_netns *from,
						      unsigned int path)
{
	struct dynport_instance *live, *copy;
	size_t size;

	live = rcu_dereference_protected(from->instance[path],
					 lockdep_is_held(&from->config_lock));
	size = live->algorithm->state_size;
	copy = kvmalloc(struct_size(copy, state, size), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return NULL;
	copy->algorithm = live->algorithm;
	/* Searches go on meanwhile: each part of it is old or new. */
	data_race(memcpy(copy->state, live->state, size));
	return copy;
}

static struct dynport_space *explain_copy_space(struct dynport_space *live)
{
	struct dynport_space *copy;

	copy = kvmalloc(struct_size(copy, bits, 0) +
			portmap_size(live->map.count, live->map.born[0]),
			GFP_KERNEL_ACCOUNT);
	if (!copy)
		return NULL;
	spin_lock_bh(&live->lock);
	memcpy(copy, live, sizeof(*copy));
	portmap_copy(&copy->map, copy->bits, &live->map);
	spin_unlock_bh(&live->lock);
	spin_lock_init(&copy->lock);
	refcount_set(&copy->users, 1);
	/* As if there was one on the way: it doesn't ask for a sweep. */
	copy->sweep_wanted = true;
	/* What is taken of a copy is nobody's concern; see explain_alloc(). */
	copy->pressed = false;
	return copy;
}

static void explain_free(struct explain *explain, unsigned int path)
{
	free_percpu(explain->netns.stats);
	kvfree(rcu_access_pointer(explain->netns.instance[path]));
	kvfree(explain->search.space);
	kvfree(explain);
}

/* The copies, and a search that works on them. */
static struct explain *explain_alloc(struct dynport_question *question)
{
	unsigned int path = question->req.path;
	struct dynport_netns *live = question->netns, *copy;
	struct dynport_space *space = NULL;
	struct dynport_instance *instance;
	struct dynport_search *search;
	struct explain *explain;

	lockdep_assert_held(&live->config_lock);
	explain = kvzalloc(sizeof(*explain), GFP_KERNEL_ACCOUNT);
	if (!explain)
		return NULL;
	copy = &explain->netns;
	copy->net = live->net;
	/* With the times themselves: those are asked for, none is added. */
	copy->avoid = READ_ONCE(live->avoid);
	memcpy(copy->guarded, live->guarded, sizeof(copy->guarded));
	memcpy(copy->released, live->released, sizeof(copy->released));
	copy->tunables = live->tunables;
	/* No space is made, nor told of. */
	copy->tunables.map_threshold = 0;
	copy->tunables.pressure_percent = 0;
	copy->stats = alloc_percpu_gfp(struct dynport_stats,
				       GFP_KERNEL_ACCOUNT);
	instance = explain_copy_instance(live, path);
	RCU_INIT_POINTER(copy->instance[path], instance);
	if (question->space)
		space = explain_copy_space(question->space);
	explain->search.space = space;
	if (!copy->stats || !instance || (question->space && !space)) {
		explain_free(explain, path);
		return NULL;
	}

	search = &explain->search;
	dynport_search_begin(search, copy, path, question->low, question->high,
			     false);
	search->req.family = question->req.family;
	search->req.protocol = question->req.protocol;
	search->req.device = question->req.device;
	search->req.laddr = question->req.laddr;
	search->req.raddr = question->req.raddr;
	search->req.rport = question->req.rport;
	search->space = space;
	if (space)
		dynport_search_mapped_begin(search);
	search->skipped = explain_skipped;
	/* What is kept for root is told of as such. */
	search->root = DYNPORT_ROOT_YES;
	return explain;
}

static bool explain_is_kept(const struct explain *explain)
{
	const struct dynport_space *space = explain->search.space;
	const struct dynport_instance *instance =
		rcu_access_pointer(explain->netns.instance[explain->search.req.path]);

	return space && instance->algorithm->first &&
	       dynport_root_reserve_reached(&space->map,
					    explain->netns.tunables.root_reserve_percent);
}

/* The candidates, in the order of the search. */
static void explain_search(struct explain *explain)
{
	struct dynport_search *search = &explain->search;
	bool kept = explain_is_kept(explain);
	u16 port;

	port = search->space ? dynport_search_next(search) :
			       dynport_search_draw_first(search);
	while (port && explain->count < explain->wanted) {
		explain_note(explain, port, kept ? DYNPORT_VERDICT_ROOT :
						   DYNPORT_VERDICT_PROPOSE);
		dynport_search_refused(search, false);
		kept = explain_is_kept(explain);
		port = dynport_search_next(search);
		cond_resched();
	}
}

/* What a search would do with @port if it came to it in its first tier. */
static u8 explain_verdict(struct explain *explain, u16 port)
{
	const struct dynport_search *search = &explain->search;
	u32 stride = explain->netns.tunables.bind_stride;
	u8 protocol = search->req.protocol;
	enum dynport_class class;

	if (port < search->low || port > search->high)
		return DYNPORT_VERDICT_OUTSIDE;
	if (inet_is_local_reserved_port(explain->netns.net, port))
		return DYNPORT_VERDICT_RESERVED;
	if (dynport_guard_is_guarded(&explain->netns, protocol, port))
		return DYNPORT_VERDICT_GUARDED;
	if (dynport_quarantine_is_cooling(&explain->netns, search->space,
					  protocol, port))
		return DYNPORT_VERDICT_COOLING;
	if (search->space &&
	    portmap_get(&search->space->map, port - search->space->low) !=
	    PORTMAP_FREE)
		return DYNPORT_VERDICT_MAP;
	if (explain_is_kept(explain))
		return DYNPORT_VERDICT_ROOT;
	if (stride < 2 || search->req.path == DYNPORT_PATH_UDP)
		return DYNPORT_VERDICT_PROPOSE;
	class = (port - search->low) % stride == stride - 1 ?
		DYNPORT_CLASS_BIND : DYNPORT_CLASS_CONNECT;
	return class == dynport_search_own_class(search->req.path) ?
	       DYNPORT_VERDICT_PROPOSE : DYNPORT_VERDICT_CLASS;
}

static int explain_put_candidate(struct sk_buff *skb,
				 const struct explain_candidate *candidate)
{
	struct nlattr *nest = nla_nest_start(skb, DYNPORT_A_CANDIDATE);

	if (!nest || nla_put_u16(skb, DYNPORT_A_PORT, candidate->port) ||
	    nla_put_u8(skb, DYNPORT_A_VERDICT, candidate->verdict))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int explain_put(struct sk_buff *skb, struct explain *explain)
{
	struct dynport_search *search = &explain->search;
	const struct dynport_instance *instance;
	struct dynport_space_key key;
	int err;
	u32 i;

	instance = rcu_access_pointer(explain->netns.instance[search->req.path]);
	dynport_space_key_init(&key, &search->req);
	err = nla_put_string(skb, DYNPORT_A_ALGORITHM,
			     instance->algorithm->name) ?:
	      dynport_report_key(skb, &key);
	for (i = 0; !err && i < explain->count; i++)
		err = explain_put_candidate(skb, &explain->candidates[i]);
	return err;
}

/* What the map says now, not after the search; or the window alone. */
static int explain_put_map(struct sk_buff *skb,
			   const struct dynport_question *question)
{
	struct dynport_space *space = question->space;
	int err;

	if (!space)
		return dynport_report_window(skb, question->low,
					     question->high);
	spin_lock_bh(&space->lock);
	err = dynport_report_map(skb, space);
	spin_unlock_bh(&space->lock);
	return err;
}

static int explain_answer(struct dynport_question *question,
			  struct genl_info *info)
{
	const struct nlattr *count = info->attrs[DYNPORT_A_COUNT];
	const struct nlattr *port = info->attrs[DYNPORT_A_PORT];
	struct explain *explain;
	struct sk_buff *skb;
	void *header;
	int err;

	skb = genlmsg_new(EXPLAIN_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &dynport_genl_family, 0,
				   DYNPORT_CMD_EXPLAIN);
	explain = explain_alloc(question);
	if (!explain) {
		nlmsg_free(skb);
		return -ENOMEM;
	}
	explain->wanted = count ? nla_get_u32(count) : DYNPORT_EXPLAIN_DEFAULT;
	if (port)
		explain_note(explain, nla_get_u16(port),
			     explain_verdict(explain, nla_get_u16(port)));
	else
		explain_search(explain);
	err = explain_put(skb, explain) ?: explain_put_map(skb, question);
	explain_free(explain, question->req.path);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

int dynport_explain(struct sk_buff *skb, struct genl_info *info)
{
	struct dynport_question question;
	int err;

	err = dynport_question_ask(&question, info, true);
	if (err)
		return err;
	/* What is configured stays so, and with it the algorithm's module. */
	mutex_lock(&question.netns->config_lock);
	err = explain_answer(&question, info);
	mutex_unlock(&question.netns->config_lock);
	dynport_question_end(&question);
	return err;
}
