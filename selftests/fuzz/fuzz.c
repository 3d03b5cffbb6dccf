// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of targets, for libFuzzer. FUZZ_TARGET names the one to run:
 *	FUZZ_TARGET=stats fuzz [OPTION...] [CORPUS...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const struct target {
	const char *name;
	void (*run)(const uint8_t *data, size_t len);
} targets[] = {
	{ "stats", fuzz_stats },
	{ "histogram", fuzz_histogram },
	{ "spaces", fuzz_spaces },
	{ "settings", fuzz_settings },
	{ "range", fuzz_range },
	{ "ports", fuzz_ports },
	{ "endpoint", fuzz_endpoint },
	{ "attributes", fuzz_attributes },
	{ "dump", fuzz_dump },
	{ "family", fuzz_family },
	{ "sockets", fuzz_sockets },
	{ "messages", fuzz_messages },
	{ "watch", fuzz_watch },
	{ "sysctl", fuzz_sysctl },
	{ .name = NULL }
};

static const struct target *target;

void fuzz_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

char *fuzz_bytes(const uint8_t *data, size_t len)
{
	char *copy = malloc(len ? len : 1);

	must(copy);
	if (len)
		memcpy(copy, data, len);
	return copy;
}

char *fuzz_text(const uint8_t *data, size_t len)
{
	char *copy = malloc(len + 1);

	must(copy);
	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");

	(void)argc;
	(void)argv;
	for (target = targets; target->name; target++)
		if (name && strcmp(target->name, name) == 0)
			return 0;
	fprintf(stderr, "FUZZ_TARGET is one of:");
	for (target = targets; target->name; target++)
		fprintf(stderr, " %s", target->name);
	fputc('\n', stderr);
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	target->run(data, len);
	return 0;
}
