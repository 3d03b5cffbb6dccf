/* SPDX-License-Identifier: GPL-2.0-only */
/* What --help prints, for the program and for a verb. */
#ifndef DYNPORTCTL_HELP_H
#define DYNPORTCTL_HELP_H

#include <stdio.h>

struct verb;

void help_program(FILE *out);
void help_verb(FILE *out, const struct verb *verb);

#endif
