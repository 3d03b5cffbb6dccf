// SPDX-License-Identifier: GPL-2.0-only
/*
 * variants.c - what portcost compares at each step, from a file
 *
 * Read once, at start. A variant's command runs in portcost's namespace, with
 * the ports still occupied: it loads or unloads the module, say, or writes a
 * sysctl. One that fails ends the program.
 */
#include "portcost.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum client client_find(const char *name)
{
	static const char *const names[] = {
		[CLIENT_PLAIN] = "plain", [CLIENT_RANGE] = "range", [CLIENT_PICKS] = "picks",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return (enum client)i;
	die("no such client in a list of variants: %s", name);
}

static char *copy(const char *text)
{
	char *result = strdup(text);

	if (!result)
		die("no memory for a list of variants");
	return result;
}

/* Lines: NAME CLIENT [COMMAND...] */
void variants_read(struct options *opt, const char *path)
{
	char line[1024], name[64], client[16];
	FILE *file = fopen(path, "r");
	struct variant *variant;
	int command;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%63s %15s %n", name, client, &command) != 2)
			die("%s: no variant: %s", path, line);
		if (opt->nvariants == VARIANTS_MAX)
			die("%s has more than %d variants", path, VARIANTS_MAX);
		variant = &opt->variants[opt->nvariants++];
		variant->name = copy(name);
		variant->client = client_find(client);
		variant->command = line[command] ? copy(line + command) : NULL;
	}
	fclose(file);
	if (!opt->nvariants)
		die("%s has no variants", path);
}

void variants_enter(const struct variant *variant)
{
	fflush(stdout);
	if (variant->command && system(variant->command))
		die("%s: failed: %s", variant->name, variant->command);
}
