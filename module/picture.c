// SPDX-License-Identifier: GPL-2.0-only
/*
 * picture.c - the window of a path as bitmaps
 *
 * One for each thing that can be said of a port; who asks draws them.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <net/ip.h>

#include "guard.h"
#include "picture.h"
#include "quarantine.h"
#include "question.h"
#include "report.h"

/* Ports looked at while connections wait for the lock, and softirqs. */
#define PICTURE_STEP	1024U

static bool picture_is_busy(const struct dynport_question *question, u16 port)
{
	return portmap_get(&question->space->map,
			   port - question->space->low) == PORTMAP_BUSY;
}

static bool picture_is_lingering(const struct dynport_question *question,
				 u16 port)
{
	return portmap_get(&question->space->map,
			   port - question->space->low) == PORTMAP_LINGERING;
}

static bool picture_is_reserved(const struct dynport_question *question,
				u16 port)
{
	return inet_is_local_reserved_port(question->netns->net, port);
}

static bool picture_is_guarded(const struct dynport_question *question,
			       u16 port)
{
	return dynport_guard_is_guarded(question->netns,
					question->req.protocol, port);
}

static bool picture_is_cooling(const struct dynport_question *question,
			       u16 port)
{
	return dynport_quarantine_is_cooling(question->netns, question->space,
					     question->req.protocol, port);
}

static const struct picture_layer {
	int attribute;
	bool of_map;		/* only if there is one; with its lock held */
	bool (*is)(const struct dynport_question *question, u16 port);
} picture_layers[] = {
	{ DYNPORT_A_BUSY_BITMAP, true, picture_is_busy },
	{ DYNPORT_A_LINGERING_BITMAP, true, picture_is_lingering },
	{ DYNPORT_A_COOLING_BITMAP, false, picture_is_cooling },
	{ DYNPORT_A_GUARDED_BITMAP, false, picture_is_guarded },
	{ DYNPORT_A_RESERVED_BITMAP, false, picture_is_reserved },
};

static void picture_draw_some(u8 *bits, const struct dynport_question *question,
			      const struct picture_layer *layer, u32 from,
			      u32 end)
{
	u32 i;

	for (i = from; i < end; i++)
		if (layer->is(question, question->low + i))
			bits[i / 8] |= 1 << i % 8;
}

static void picture_draw(u8 *bits, const struct dynport_question *question,
			 const struct picture_layer *layer)
{
	u32 count = question->high - question->low + 1, from, end;

	for (from = 0; from < count; from = end) {
		end = min(from + PICTURE_STEP, count);
		if (layer->of_map) {
			spin_lock_bh(&question->space->lock);
			picture_draw_some(bits, question, layer, from, end);
			spin_unlock_bh(&question->space->lock);
		} else {
			picture_draw_some(bits, question, layer, from, end);
		}
		cond_resched();
	}
}

static int picture_put(struct sk_buff *skb,
		       const struct dynport_question *question, size_t size)
{
	const struct picture_layer *layer;
	struct nlattr *attr;
	unsigned int i;

	if (dynport_report_window(skb, question->low, question->high))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(picture_layers); i++) {
		layer = &picture_layers[i];
		if (layer->of_map && !question->space)
			continue;
		attr = nla_reserve(skb, layer->attribute, size);
		if (!attr)
			return -EMSGSIZE;
		memset(nla_data(attr), 0, size);
		picture_draw(nla_data(attr), question, layer);
	}
	return 0;
}

static int picture_answer(const struct dynport_question *question,
			  struct genl_info *info)
{
	size_t size = DIV_ROUND_UP(question->high - question->low + 1, 8);
	struct sk_buff *skb;
	void *header;
	int err;

	skb = genlmsg_new(DYNPORT_REPORT_SIZE +
			  ARRAY_SIZE(picture_layers) * nla_total_size(size),
			  GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &dynport_genl_family, 0,
				   DYNPORT_CMD_GET_PORTS);
	err = picture_put(skb, question, size);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

int dynport_picture(struct sk_buff *skb, struct genl_info *info)
{
	struct dynport_question question;
	int err;

	err = dynport_question_ask(&question, info, false);
	if (err)
		return err;
	err = picture_answer(&question, info);
	dynport_question_end(&question);
	return err;
}
