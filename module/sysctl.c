// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysctl.c - net.dynport.*
 *
 * Text in, text out: each entry parses its line into a local value, validates
 * it whole, and publishes it once; on any error nothing has changed. -EINVAL is
 * the answer to every malformed or out-of-range value, -ENOENT to the name of
 * an algorithm that isn't there. Runs in process context, serialized with
 * other configuration by the namespace's config_lock.
 *
 * Every namespace has a table of its own, also the initial one, whose exit
 * runs, too, when the module goes. Entries may be written by those with
 * CAP_NET_ADMIN in the namespace's user namespace (net_ctl_permissions()).
 */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "compat.h"
#include "guard.h"
#include "netns.h"
#include "quarantine.h"
#include "reclaim.h"
#include "root_reserve.h"
#include "sysctl.h"

#define SYSCTL_PATH	"net/dynport"
#define LINE_MAX	64	/* longest valid line written: 20 characters */
#define NAMES_MAX	1024

enum sysctl_entry {
	SYSCTL_ALGORITHM,
	SYSCTL_ALGORITHM_CONNECT,
	SYSCTL_ALGORITHM_BIND,
	SYSCTL_ALGORITHM_UDP,
	SYSCTL_AVAILABLE_ALGORITHMS,
	SYSCTL_TCP_PORT_RANGE,
	SYSCTL_UDP_PORT_RANGE,
	SYSCTL_BIND_STRIDE,
	SYSCTL_SEARCH_LIMIT,
	SYSCTL_MAP_THRESHOLD,
	SYSCTL_MAP_LIMIT,
	SYSCTL_RANDOM_INCREMENT_MAX,
	SYSCTL_REKEY_SECONDS,
	SYSCTL_LATE_BIND,
	SYSCTL_ROOT_RESERVE_PERCENT,
	SYSCTL_PRESSURE_PERCENT,
	SYSCTL_GUARD_SECONDS,
	SYSCTL_QUARANTINE_MS,
	SYSCTL_ENTRIES
};

/* What an entry of a table refers to: extra1 of its ctl_table. */
struct sysctl_kind {
	const char *name;
	umode_t mode;
	int (*show)(struct dynport_netns *netns, const struct sysctl_kind *kind,
		    char *line, size_t size);
	int (*store)(struct dynport_netns *netns,
		     const struct sysctl_kind *kind, char *line);
	unsigned int choice;	/* algorithms: a path, DYNPORT_CHOICE_DEFAULT */
	size_t offset;		/* numbers: in struct dynport_tunables */
	u32 min, max;		/* numbers */
	u32 also;		/* numbers: allowed besides min .. max */
};

static u32 *sysctl_tunable(struct dynport_netns *netns,
			   const struct sysctl_kind *kind)
{
	return (void *)&netns->tunables + kind->offset;
}

static int sysctl_show_algorithm(struct dynport_netns *netns,
				 const struct sysctl_kind *kind, char *line,
				 size_t size)
{
	const struct dynport_algorithm *algorithm;

	mutex_lock(&netns->config_lock);
	algorithm = netns->choice[kind->choice];
	strscpy(line, algorithm ? algorithm->name : "default", size);
	mutex_unlock(&netns->config_lock);
	return 0;
}

static int sysctl_store_algorithm(struct dynport_netns *netns,
				  const struct sysctl_kind *kind, char *line)
{
	const struct dynport_algorithm *algorithm;

	if (!dynport_algorithm_name_ok(line))
		return -EINVAL;
	if (!strcmp(line, "default")) {
		if (kind->choice == DYNPORT_CHOICE_DEFAULT)
			return -EINVAL;
		algorithm = NULL;
	} else {
		algorithm = dynport_algorithm_get(line);
		if (IS_ERR(algorithm))
			return PTR_ERR(algorithm);
	}
	return dynport_netns_choose(netns, kind->choice, algorithm);
}

static int sysctl_show_available(struct dynport_netns *netns,
				 const struct sysctl_kind *kind, char *line,
				 size_t size)
{
	dynport_algorithm_names(line, size);
	return 0;
}

static int sysctl_show_number(struct dynport_netns *netns,
			      const struct sysctl_kind *kind, char *line,
			      size_t size)
{
	scnprintf(line, size, "%u", READ_ONCE(*sysctl_tunable(netns, kind)));
	return 0;
}

/* Searches read tunables with READ_ONCE() and without the lock. */
static void sysctl_publish(struct dynport_netns *netns,
			   const struct sysctl_kind *kind, u32 value)
{
	mutex_lock(&netns->config_lock);
	WRITE_ONCE(*sysctl_tunable(netns, kind), value);
	dynport_netns_update(netns);
	mutex_unlock(&netns->config_lock);
	dynport_reclaim_trim(netns);
}

static int sysctl_store_number(struct dynport_netns *netns,
			       const struct sysctl_kind *kind, char *line)
{
	u32 value;

	if (!isdigit(line[0]) || kstrtou32(line, 10, &value))
		return -EINVAL;
	if ((value < kind->min || value > kind->max) && value != kind->also)
		return -EINVAL;
	sysctl_publish(netns, kind, value);
	return 0;
}

static int sysctl_show_range(struct dynport_netns *netns,
			     const struct sysctl_kind *kind, char *line,
			     size_t size)
{
	u32 range = READ_ONCE(*sysctl_tunable(netns, kind));

	scnprintf(line, size, "%u\t%u", range & 0xffff, range >> 16);
	return 0;
}

/* Two port numbers, the first not above the second; or both 0, for none. */
static int sysctl_store_range(struct dynport_netns *netns,
			      const struct sysctl_kind *kind, char *line)
{
	char *rest = line;
	char *first = strsep(&rest, " \t");
	u16 low, high;

	if (!rest)
		return -EINVAL;
	rest = skip_spaces(rest);
	if (!isdigit(first[0]) || kstrtou16(first, 10, &low) ||
	    !isdigit(rest[0]) || kstrtou16(rest, 10, &high))
		return -EINVAL;
	if (low > high || (!low && high))
		return -EINVAL;
	sysctl_publish(netns, kind, low | (u32)high << 16);
	return 0;
}

#define SYSCTL_KIND_ALGORITHM(name_, choice_) {			\
	.name = name_, .mode = 0644, .choice = choice_,			\
	.show = sysctl_show_algorithm, .store = sysctl_store_algorithm }

#define SYSCTL_KIND_RANGE(member) {				\
	.name = #member, .mode = 0644,					\
	.offset = offsetof(struct dynport_tunables, member),		\
	.show = sysctl_show_range, .store = sysctl_store_range }

/* also_: a value allowed outside of min_ .. max_, or min_ for none */
#define SYSCTL_KIND_NUMBER(member, min_, max_, also_) {		\
	.name = #member, .mode = 0644,					\
	.offset = offsetof(struct dynport_tunables, member),		\
	.min = min_, .max = max_, .also = also_,			\
	.show = sysctl_show_number, .store = sysctl_store_number }

static const struct sysctl_kind sysctl_kinds[SYSCTL_ENTRIES] = {
	[SYSCTL_ALGORITHM] =
		SYSCTL_KIND_ALGORITHM("algorithm", DYNPORT_CHOICE_DEFAULT),
	[SYSCTL_ALGORITHM_CONNECT] =
		SYSCTL_KIND_ALGORITHM("algorithm_connect", DYNPORT_PATH_CONNECT),
	[SYSCTL_ALGORITHM_BIND] =
		SYSCTL_KIND_ALGORITHM("algorithm_bind", DYNPORT_PATH_BIND),
	[SYSCTL_ALGORITHM_UDP] =
		SYSCTL_KIND_ALGORITHM("algorithm_udp", DYNPORT_PATH_UDP),
	[SYSCTL_AVAILABLE_ALGORITHMS] = {
		.name = "available_algorithms", .mode = 0444,
		.show = sysctl_show_available,
	},
	[SYSCTL_TCP_PORT_RANGE] = SYSCTL_KIND_RANGE(tcp_port_range),
	[SYSCTL_UDP_PORT_RANGE] = SYSCTL_KIND_RANGE(udp_port_range),
	[SYSCTL_BIND_STRIDE] = SYSCTL_KIND_NUMBER(bind_stride, 2, 16, 0),
	[SYSCTL_SEARCH_LIMIT] = SYSCTL_KIND_NUMBER(search_limit, 1, 65535, 1),
	[SYSCTL_MAP_THRESHOLD] = SYSCTL_KIND_NUMBER(map_threshold, 0, 65535, 0),
	[SYSCTL_MAP_LIMIT] = SYSCTL_KIND_NUMBER(map_limit, 0, 65536, 0),
	[SYSCTL_RANDOM_INCREMENT_MAX] =
		SYSCTL_KIND_NUMBER(random_increment_max, 1, 65535, 1),
	[SYSCTL_REKEY_SECONDS] = SYSCTL_KIND_NUMBER(rekey_seconds, 0, 86400, 0),
	[SYSCTL_LATE_BIND] = SYSCTL_KIND_NUMBER(late_bind, 0, 1, 0),
	[SYSCTL_ROOT_RESERVE_PERCENT] =
		SYSCTL_KIND_NUMBER(root_reserve_percent, 0,
				   DYNPORT_ROOT_RESERVE_MAX, 0),
	[SYSCTL_PRESSURE_PERCENT] =
		SYSCTL_KIND_NUMBER(pressure_percent, 0, 100, 0),
	[SYSCTL_GUARD_SECONDS] =
		SYSCTL_KIND_NUMBER(guard_seconds, 0, DYNPORT_GUARD_SECONDS_MAX,
				   0),
	[SYSCTL_QUARANTINE_MS] =
		SYSCTL_KIND_NUMBER(quarantine_ms, 0, DYNPORT_QUARANTINE_MS_MAX,
				   0),
};

static int sysctl_read(struct dynport_netns *netns,
		       const struct sysctl_kind *kind, void *buffer,
		       size_t *lenp, loff_t *ppos)
{
	struct ctl_table text = { .maxlen = NAMES_MAX };
	int err;

	text.data = kzalloc(NAMES_MAX, GFP_KERNEL);
	if (!text.data)
		return -ENOMEM;
	err = kind->show(netns, kind, text.data, text.maxlen);
	if (!err)
		err = proc_dostring(&text, 0, buffer, lenp, ppos);
	kfree(text.data);
	return err;
}

static int sysctl_write(struct dynport_netns *netns,
			const struct sysctl_kind *kind, const char *buffer,
			size_t *lenp, loff_t *ppos)
{
	char line[LINE_MAX];
	int err;

	/* The mode lets uid 0 write without it. */
	if (!ns_capable(netns->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	/* One value is one write: no pieces, no NUL inside. */
	if (*ppos || *lenp >= sizeof(line) || memchr(buffer, '\0', *lenp))
		return -EINVAL;
	memcpy(line, buffer, *lenp);
	line[*lenp] = '\0';
	if (strchr(strim(line), '\n'))
		return -EINVAL;

	err = kind->store(netns, kind, strim(line));
	if (!err)
		*ppos += *lenp;
	return err;
}

static int sysctl_handler(dynport_const_ctl_table *table, int write,
			  void *buffer, size_t *lenp, loff_t *ppos)
{
	struct dynport_netns *netns = table->data;
	const struct sysctl_kind *kind = table->extra1;

	if (write)
		return sysctl_write(netns, kind, buffer, lenp, ppos);
	return sysctl_read(netns, kind, buffer, lenp, ppos);
}

int dynport_sysctl_netns_init(struct dynport_netns *netns)
{
	struct ctl_table *table;
	unsigned int i;

	/* One more than needed: see dynport_register_net_sysctl(). */
	table = kcalloc(SYSCTL_ENTRIES + 1, sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	for (i = 0; i < SYSCTL_ENTRIES; i++) {
		table[i].procname = sysctl_kinds[i].name;
		table[i].mode = sysctl_kinds[i].mode;
		table[i].data = netns;
		table[i].extra1 = (void *)&sysctl_kinds[i];
		table[i].proc_handler = sysctl_handler;
	}
	netns->sysctl_header =
		dynport_register_net_sysctl(netns->net, SYSCTL_PATH, table,
					    SYSCTL_ENTRIES);
	if (!netns->sysctl_header) {
		kfree(table);
		return -ENOMEM;
	}
	netns->sysctl_table = table;
	return 0;
}

void dynport_sysctl_netns_exit(struct dynport_netns *netns)
{
	unregister_net_sysctl_table(netns->sysctl_header);
	kfree(netns->sysctl_table);
}
