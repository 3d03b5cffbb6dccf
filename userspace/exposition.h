/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes Prometheus's text exposition format, version 0.0.4: what is escaped,
 * and how numbers are written. The callers keep a metric's samples together.
 */
#ifndef DYNPORTCTL_EXPOSITION_H
#define DYNPORTCTL_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

/* A label without a value is left out: to Prometheus that is the same as "". */
struct exposition_label {
	const char *name, *value;
};

#define EXPOSITION_LABELS_MAX 8

/* Labels of a sample, ended by .name NULL. */
struct exposition_labels {
	struct exposition_label at[EXPOSITION_LABELS_MAX + 1];
};

/* @type: "counter", "gauge" or "histogram"; @help: a sentence, no newline. */
void exposition_metric(FILE *out, const char *name, const char *type,
		       const char *help);

/* A sample of @name followed by @suffix ("" or "_bucket", "_sum", "_count"). */
void exposition_integer(FILE *out, const char *name, const char *suffix,
			const struct exposition_labels *labels, uint64_t value);
void exposition_number(FILE *out, const char *name, const char *suffix,
		       const struct exposition_labels *labels, double value);

#endif
