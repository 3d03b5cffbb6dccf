/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of dynport in one namespace, and what looks wrong in it. Reading
 * (status.c) is apart from judging (findings.c), which is pure.
 */
#ifndef DYNPORTCTL_STATUS_H
#define DYNPORTCTL_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finding.h"
#include "paths.h"
#include "ports.h"

struct status_path {
	char *algorithm;		/* in effect */
	bool own;			/* by this path's own setting */
	struct port_range own_range;	/* tcp_ or udp_port_range */
	bool range_ignored;		/* it has no port of the local range */
	struct port_range range;	/* what searches choose from */
	struct port_count count;

	/* valid with status.counted */
	uint64_t searches, candidates, stock_fallbacks, exhausted;
};

struct status {
	char *version, *srcversion;	/* of the module; NULL: not known */
	struct port_range local;	/* ip_local_port_range */
	unsigned int bind_stride, rekey_seconds;
	struct status_path path[PATHS];
	bool counted;			/* the counters could be read */
};

/*
 * Reads all of it. Without the right to read the counters it says so and goes
 * on. False after having said what could not be read.
 */
bool status_read(struct status *status);
void status_free(struct status *status);

/* The ports that the path tries first. */
unsigned int status_class_ports(const struct status *status, enum path path);

/* Adds what looks wrong in it. */
void findings_make(const struct status *status, struct findings *findings);

/* Adds that the range's ends are both even or both odd; @who: "... wants". */
void finding_parity(struct findings *findings, struct port_range local,
		    const char *who);

struct invocation;

/* Prints both as JSON; @status NULL: dynport is not loaded. */
void status_json(const struct invocation *inv, const struct status *status,
		 const struct findings *findings);

#endif
