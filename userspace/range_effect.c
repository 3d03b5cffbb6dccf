// SPDX-License-Identifier: GPL-2.0-only
/* Compares what was asked for with what searches choose from. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "assignment.h"
#include "ports.h"
#include "range_effect.h"
#include "settings.h"

static bool range_read(const struct setting *setting, struct port_range *range)
{
	char *value;
	int ret = assignment_read(setting, &value);
	bool ok;

	if (ret) {
		warnx("%s: %s", setting->key, strerror(-ret));
		return false;
	}
	ok = port_range_parse(value, range);
	if (!ok)
		warnx("%s: '%s' is not a range of ports", setting->key, value);
	free(value);
	return ok;
}

void range_effect_explain(void)
{
	struct port_range local, own, left;
	const struct setting *s;

	if (!range_read(&setting_local_range, &local))
		return;
	for (s = settings; s->key; s++) {
		if (s->kind != SETTING_RANGE || !range_read(s, &own) ||
		    port_range_none(own))
			continue;
		left = port_range_narrow(local, own);
		if (left.low < own.low || left.high > own.high)
			warnx("%s %u-%u has no port of ip_local_port_range %u-%u, and so it is ignored",
			      s->key, own.low, own.high, local.low, local.high);
		else if (left.low > own.low || left.high < own.high)
			warnx("%s %u-%u is cut to %u-%u: it only narrows ip_local_port_range, which is %u-%u",
			      s->key, own.low, own.high, left.low, left.high,
			      local.low, local.high);
	}
}
