// SPDX-License-Identifier: GPL-2.0-only
/*
 * step.c - one operation in both worlds, and what must then be the same
 *
 * Three things can make the worlds differ for which dynport isn't to blame. An
 * episode is left where they come up, and counted as cut short:
 *   - tcp_tw_reuse goes by the second in which a connection ended. Where it is
 *     on, a step begins early enough in a second to end in the same one, but
 *     may take too long;
 *   - two sockets may have the same addresses and ports, if one is bound to a
 *     device and the other isn't. They get each other's packets, so that it's
 *     chance which of them learns what: see is_crossed();
 *   - in a window of odd size the kernel's TCP pickers pass by the first port
 *     or the last, as chance has it. dynport makes up for that, but for what it
 *     leaves to them: SO_REUSEADDR sockets with ip_autobind_reuse.
 */
#include <stdio.h>
#include <time.h>

#include "differential.h"

#define NSEC_PER_SEC	1000000000L
#define STEP_NSEC	50000000L	/* most steps take less than 1 ms */
#define AGAIN_MS	2
#define AGAIN_TIMES	1000
#define EXPIRE_MS	2000	/* orphans in FIN_WAIT2: linger2's second */
#define SETTLE_MS	2000	/* some retransmissions */

/*
 * Of the last tick: ktime_get_seconds(), which tcp_tw_reuse goes by, reads this
 * one, and is late by up to a tick where a second begins.
 */
static int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static void clock_wait(int64_t nsec)
{
	struct timespec time = {
		.tv_sec = nsec / NSEC_PER_SEC, .tv_nsec = nsec % NSEC_PER_SEC
	};

	nanosleep(&time, NULL);
}

/* Does the operation make the kernel choose a port, where it has to? */
static bool may_choose(const struct operation *op)
{
	switch (op->kind) {
	case OPERATION_BIND:
		return !op->address.v4.sin_port;
	case OPERATION_LISTEN:
	case OPERATION_CONNECT:
	case OPERATION_SEND:
	case OPERATION_SEND_TO:
		return true;
	default:
		return false;
	}
}

/* The errors of the paths for want of a port, or of an address. */
static bool is_exhausted(int error)
{
	return error == EADDRINUSE || error == EADDRNOTAVAIL ||
	       error == EAGAIN;
}

static int port_shown(const struct outcome *outcome)
{
	return ntohs(outcome->local.v4.sin_port);
}

static bool is_reserved(const struct episode *episode, int port)
{
	int first, last;

	if (sscanf(episode->reserved, "%d-%d", &first, &last) != 2)
		return false;
	return port >= first && port <= last;
}

/* As inet_sk_get_local_port_range() intersects them. */
static bool is_in_window(const struct episode *episode,
			 const struct slot *slot, int port)
{
	int low = episode->low, high = episode->high;

	if (slot->low >= episode->low && slot->low <= episode->high)
		low = slot->low;
	if (slot->high >= episode->low && slot->high <= episode->high)
		high = slot->high;
	return port >= low && port <= high;
}

/* What is wrong with a port that dynport chose by itself; NULL: nothing. */
static const char *judge_choice(struct episode *episode,
				const struct operation *op, int port)
{
	const struct slot *slot = &episode->slots[op->slot];

	if (!may_choose(op) || slot->named || !port || port == slot->port)
		return NULL;
	episode->chosen++;
	if (!is_in_window(episode, slot, port))
		return "the port chosen is outside of the window";
	if (is_reserved(episode, port))
		return "the port chosen is reserved";
	return NULL;
}

/* What the call itself has brought about. */
static const char *compare_call(const struct outcome *ours,
				const struct outcome *theirs)
{
	if (ours->error != theirs->error)
		return "the errors differ";
	if (memcmp(&ours->local, &theirs->local, sizeof(ours->local)))
		return "the local addresses differ";
	return NULL;
}

/* That, and what the peer's packets have. */
static const char *compare(const struct outcome *ours,
			   const struct outcome *theirs)
{
	const char *difference = compare_call(ours, theirs);

	if (difference)
		return difference;
	if (ours->state != theirs->state)
		return "the states differ";
	if (ours->pending != theirs->pending)
		return "the pending errors differ";
	return NULL;
}

/* Both worlds agree: note what later steps go by. */
static void note(struct episode *episode, const struct operation *op,
		 const struct outcome *outcome)
{
	struct slot *slot = &episode->slots[op->slot];
	int port = port_shown(outcome);

	if (op->kind == OPERATION_CLOSE || op->kind == OPERATION_EXPIRE) {
		memset(slot, 0, sizeof(*slot));
		return;
	}
	if (outcome->error) {
		episode->failures++;
		episode->exhausted += may_choose(op) &&
				      is_exhausted(outcome->error);
	} else {
		switch (op->kind) {
		case OPERATION_SOCKET:
			slot->open = true;
			slot->family = op->family;
			slot->type = op->type;
			break;
		case OPERATION_ACCEPT:
			*slot = episode->slots[op->from];
			slot->listens = false;
			slot->named = true;
			break;
		case OPERATION_OPTION:
			if (op->level == SOL_SOCKET &&
			    op->option == SO_REUSEADDR)
				slot->reuse = op->value.number;
			if (op->level == IPPROTO_IP &&
			    op->option == IP_LOCAL_PORT_RANGE) {
				slot->low = op->value.range & 0xffff;
				slot->high = op->value.range >> 16;
			}
			break;
		case OPERATION_BIND:
			slot->named |= op->address.v4.sin_port != 0;
			break;
		case OPERATION_WINDOW:
			episode->low = op->low;
			episode->high = op->high;
			break;
		case OPERATION_SYSCTL:
			if (strstr(op->name, "reserved"))
				memcpy(episode->reserved, op->text,
				       sizeof(episode->reserved));
			else
				episode->autobind_reuse = op->text[0] == '1';
			break;
		default:
			break;
		}
	}
	slot->listens = outcome->state == 10;	/* TCP_LISTEN */
	slot->port = port;
}

/* Was that the kernel's picker, which didn't look at one of the ports? */
static bool is_chance(const struct episode *episode, const struct step *step)
{
	const struct slot *slot = &episode->slots[step->operation.slot];

	return slot->type == SOCK_STREAM && slot->reuse &&
	       episode->autobind_reuse && step->ours.error == EADDRINUSE &&
	       !step->theirs.error;
}

/* Did packets go to the twin of whom they were for, in one of the worlds? */
static bool is_crossed(const struct episode *episode, const struct step *step)
{
	return episode->twins && !compare_call(&step->ours, &step->theirs) &&
	       compare(&step->ours, &step->theirs);
}

/* What the network does in softirqs is done, or soon will be; what is sent again, too. */
static const char *settle(struct episode *episode, struct step *step)
{
	const struct operation *op = &step->operation;
	const char *difference;
	int i;

	difference = compare(&step->ours, &step->theirs);
	for (i = 0; difference && i < SETTLE_MS; i++) {
		clock_wait(NSEC_PER_SEC / 1000);
		if (op->kind == OPERATION_ACCEPT ||
		    op->kind == OPERATION_RECEIVE) {
			if (step->ours.error == EAGAIN)
				perform(&episode->ours, op, &step->ours);
			if (step->theirs.error == EAGAIN)
				perform(&episode->theirs, op, &step->theirs);
		}
		if (step->ours.error != step->theirs.error)
			break;
		/* a pending error is told once: don't ask again who has told */
		if (!step->ours.pending)
			observe(&episode->ours, op->slot, &step->ours);
		if (!step->theirs.pending)
			observe(&episode->theirs, op->slot, &step->theirs);
		difference = compare(&step->ours, &step->theirs);
	}
	return difference;
}

/* Begin in a part of a second that suffices for a step. */
static int64_t second_begin(const struct episode *episode)
{
	int64_t now = clock_now(), rest = NSEC_PER_SEC - now % NSEC_PER_SEC;
	int64_t second = now / NSEC_PER_SEC;

	if (!episode->by_second || rest >= STEP_NSEC)
		return second;
	while (clock_now() / NSEC_PER_SEC == second)
		clock_wait(rest / 4);
	return second + 1;
}

/*
 * Once dynport and the kernel have found no port, dynport remembers that for 16
 * times the duration of the search, or until a port of that space is released.
 * It may become free in other ways, by another socket option, or a socket of
 * another space: so what fails from memory is asked again, and must end.
 */
static void perform_ours(struct episode *episode, struct step *step)
{
	const struct operation *op = &step->operation;
	struct world *world = &episode->ours;
	long before;
	int i;

	perform(world, op, &step->ours);
	for (i = 0; i < AGAIN_TIMES; i++) {
		if (!is_exhausted(step->ours.error))
			return;
		/* Nothing but such a failure adds to it. */
		before = episode->from_memory;
		episode->from_memory = world_remembered(world);
		if (episode->from_memory == before)
			return;
		episode->remembered += !i;
		clock_wait(AGAIN_MS * (NSEC_PER_SEC / 1000));
		perform(world, op, &step->ours);
	}
}

int step_perform(struct episode *episode, const struct operation *op)
{
	struct step *step = &episode->history[episode->steps++ % HISTORY];
	int64_t second = second_begin(episode);
	const char *difference, *judgement;
	bool follow;
	int port, ret = 0;

	step->operation = *op;
	if (may_choose(op))
		perform_ours(episode, step);
	else
		perform(&episode->ours, op, &step->ours);
	port = port_shown(&step->ours);
	judgement = step->ours.error ? NULL : judge_choice(episode, op, port);

	follow = may_choose(op) && port && !is_exhausted(step->ours.error);
	if (follow)
		ret = world_set_window(&episode->theirs, port, port);
	perform(&episode->theirs, op, &step->theirs);
	if (follow && !ret)
		ret = world_set_window(&episode->theirs, episode->low,
				       episode->high);
	if (ret)
		return ret;

	difference = settle(episode, step);
	if (op->kind == OPERATION_CONNECT)
		episode->twins |= world_has_twin(&episode->ours, op->slot);
	if (op->kind == OPERATION_EXPIRE)
		clock_wait(EXPIRE_MS * (NSEC_PER_SEC / 1000));
	else
		episode->cut_short = (episode->by_second &&
				      clock_now() / NSEC_PER_SEC != second) ||
				     is_chance(episode, step) ||
				     is_crossed(episode, step);
	/* A port that mustn't be chosen is no chance. */
	if (judgement)
		episode->cut_short = false;
	episode->difference = judgement ?: difference;
	if (episode->difference)
		return 0;
	note(episode, op, &step->theirs);
	return 0;
}
