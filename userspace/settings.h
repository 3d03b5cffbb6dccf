/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The settings net.dynport.*: names, meaning, values, defaults. This table is
 * the only place of the tool that knows them; help, checks, messages and
 * completion are made from it. Beside it, the one of the kernel's settings that
 * they narrow.
 */
#ifndef DYNPORTCTL_SETTINGS_H
#define DYNPORTCTL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

enum setting_kind {
	SETTING_ALGORITHM,	/* a name of available_algorithms */
	SETTING_PATH_ALGORITHM,	/* the same, or "default" */
	SETTING_RANGE,		/* two ports, or the name of a preset */
	SETTING_NUMBER,
	SETTING_READ_ONLY,
};

struct setting {
	const char *key;
	const char *sysctl;	/* its name; NULL: net.dynport.KEY */
	enum setting_kind kind;
	unsigned int min, max;	/* of a number */
	bool or_zero;		/* a number may be 0 though that is below min;
				 * a range 0 0, for none
				 */
	const char *standard;	/* the default of a fresh module, NULL: none */
	const char *meaning;
};

extern const struct setting settings[];	/* ended by .key NULL */
extern const struct setting setting_local_range; /* ip_local_port_range */

const struct setting *setting_find(const char *key);
/* The key that @key is probably meant to be, or NULL. */
const char *setting_nearest(const char *key);

/* What it takes, for people: "1..65535", "LOW HIGH or 0 0". */
#define SETTING_VALUES_MAX 64
const char *setting_values(const struct setting *setting,
			   char text[SETTING_VALUES_MAX]);

/* How many words a value has. */
size_t setting_words(const struct setting *setting);

/*
 * Could the kernel take @value? Of a name only the form is judged: which
 * algorithms there are is the kernel's knowledge.
 */
bool setting_accepts(const struct setting *setting, const char *value);

#endif
