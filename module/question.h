/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * question.h - what a netlink request asks about: a path, and a tuple
 */
#ifndef DYNPORT_QUESTION_H
#define DYNPORT_QUESTION_H

#include "genl.h"
#include "netns.h"

struct dynport_question {
	struct dynport_netns *netns;
	struct dynport_request req;	/* the tuple, path, family, ... */
	bool has_peer;
	int low, high;			/* the window of a search */
	struct dynport_space *space;	/* with a reference; NULL: no map */
};

extern const struct nla_policy dynport_question_policy[DYNPORT_A_MAX + 1];

/**
 * dynport_question_ask() - make out what a request asks
 * @question: filled in
 * @info: the request
 * @needs_peer: path connect must come with _RADDR and _RPORT
 *
 * Return: 0, and then dynport_question_end() must follow; -EINVAL or -ENODEV.
 */
int dynport_question_ask(struct dynport_question *question,
			 struct genl_info *info, bool needs_peer);
void dynport_question_end(struct dynport_question *question);

#endif
