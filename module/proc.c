// SPDX-License-Identifier: GPL-2.0-only
/*
 * proc.c - /proc/net/dynport: what a namespace's searches did
 *
 * For eyes and awk: a header line, tab-separated columns; columns and lines
 * are only ever appended. Readable by the namespace's root only: how many
 * searches there were is what predicts the next port of bsd or hash.
 */
#include <linux/in.h>
#include <linux/math64.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>

#include "netns.h"
#include "proc.h"
#include "quarantine.h"

#define PROC_DIRECTORY	"dynport"
#define PROC_MODE	0400

static void proc_print_path_stats(struct seq_file *seq,
				  const struct dynport_netns *netns,
				  unsigned int first, unsigned int end)
{
	unsigned int path, i;

	for (path = 0; path < DYNPORT_PATHS; path++)
		for (i = first; i < end; i++)
			seq_printf(seq, "%s_%s\t%lu\n",
				   dynport_path_names[path],
				   dynport_path_stat_names[i],
				   dynport_stats_path(netns->stats, path, i));
}

static int proc_show_stats(struct seq_file *seq, void *unused)
{
	struct dynport_netns *netns = dynport_netns(seq_file_single_net(seq));
	unsigned int i;

	seq_puts(seq, "name\tvalue\n");
	proc_print_path_stats(seq, netns, 0, DYNPORT_STAT_MAP_HITS);
	for (i = 0; i < DYNPORT_STATS; i++) {
		/* In the order in which they came into being. */
		if (i == DYNPORT_STAT_MAPS_CREATED)
			proc_print_path_stats(seq, netns, DYNPORT_STAT_MAP_HITS,
					      DYNPORT_PATH_STATS);
		seq_printf(seq, "%s\t%lu\n", dynport_stat_names[i],
			   dynport_stats_netns(netns->stats, i));
	}
	return 0;
}

static int proc_show_histogram(struct seq_file *seq, void *unused)
{
	struct dynport_netns *netns = dynport_netns(seq_file_single_net(seq));
	unsigned int path, i;

	seq_puts(seq, "candidates");
	for (path = 0; path < DYNPORT_PATHS; path++)
		seq_printf(seq, "\t%s", dynport_path_names[path]);
	seq_putc(seq, '\n');

	for (i = 0; i < DYNPORT_HISTOGRAM_BUCKETS; i++) {
		if (i < 2)
			seq_printf(seq, "%u", i + 1);
		else
			seq_printf(seq, "%u-%u", (1U << (i - 1)) + 1, 1U << i);
		for (path = 0; path < DYNPORT_PATHS; path++)
			seq_printf(seq, "\t%lu",
				   dynport_stats_histogram(netns->stats, path, i));
		seq_putc(seq, '\n');
	}
	return 0;
}

static void proc_print_address(struct seq_file *seq, u8 family,
			       const union dynport_address *address)
{
	if (family == AF_INET6)
		seq_printf(seq, "\t%pI6c", &address->ip6);
	else
		seq_printf(seq, "\t%pI4", &address->ip);
}

static const char *proc_protocol(u32 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return "udplite";
	}
}

/*
 * The columns of spaces, one line for each space with a map. Those without a
 * peer have "-" and 0 there. "busy" has the ports in TIME_WAIT that may be
 * reused; "percent" is rounded down, to tenths; "last_used" is seconds ago.
 * "cooling" are ports that are neither busy nor free: released just now, or
 * guarded.
 */
static int proc_show_space(struct seq_file *seq, void *v)
{
	u32 ports, free, busy, lingering, cooling, tenths;
	struct dynport_netns *netns = dynport_netns(seq_file_net(seq));
	struct dynport_space *space;
	u64 searches, exhausted;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "proto\tfamily\tladdr\traddr\trport\tports\tbusy\tfree\tpercent\tsearches\texhausted\tlast_used\tpath\tdevice\tlow\tlingering\tcooling\n");
		return 0;
	}

	space = list_entry(v, struct dynport_space, list);
	spin_lock_bh(&space->lock);
	dynport_quarantine_age(netns, space);
	ports = space->map.count;
	free = space->map.free[0] + space->map.free[1];
	lingering = space->map.lingering;
	cooling = space->map.cooling;
	searches = space->searches;
	exhausted = space->exhausted;
	spin_unlock_bh(&space->lock);
	busy = ports - free - cooling;
	tenths = div_u64((u64)busy * 1000, ports);

	seq_printf(seq, "%s\t%s", proc_protocol(space->key.protocol),
		   space->key.family == AF_INET6 ? "ipv6" : "ipv4");
	proc_print_address(seq, space->key.family, &space->key.laddr);
	if (space->key.path == DYNPORT_PATH_CONNECT)
		proc_print_address(seq, space->key.family, &space->key.raddr);
	else
		seq_puts(seq, "\t-");
	seq_printf(seq, "\t%u\t%u\t%u\t%u\t%u.%u\t%llu\t%llu\t%lu\t%s\t%d\t%u\t%u\t%u\n",
		   ntohs(space->key.rport), ports, busy, free, tenths / 10,
		   tenths % 10, searches, exhausted,
		   (jiffies - READ_ONCE(space->last_used)) / HZ,
		   dynport_path_names[space->key.path], space->key.device,
		   space->low, lingering, cooling);
	return 0;
}

static void *proc_start_spaces(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	struct dynport_netns *netns = dynport_netns(seq_file_net(seq));

	rcu_read_lock();
	return *pos ? seq_list_start_rcu(&netns->spaces.list, *pos - 1) :
		      SEQ_START_TOKEN;
}

static void *proc_next_spaces(struct seq_file *seq, void *v, loff_t *pos)
{
	struct dynport_netns *netns = dynport_netns(seq_file_net(seq));

	if (v != SEQ_START_TOKEN)
		return seq_list_next_rcu(v, &netns->spaces.list, pos);
	++*pos;
	return seq_list_start_rcu(&netns->spaces.list, 0);
}

static void proc_stop_spaces(struct seq_file *seq, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static const struct seq_operations proc_spaces_ops = {
	.start	= proc_start_spaces,
	.next	= proc_next_spaces,
	.stop	= proc_stop_spaces,
	.show	= proc_show_space,
};

int __net_init dynport_proc_netns_init(struct net *net)
{
	struct proc_dir_entry *directory;

	directory = proc_net_mkdir(net, PROC_DIRECTORY, net->proc_net);
	if (!directory)
		return -ENOMEM;
	if (!proc_create_net_single("stats", PROC_MODE, directory,
				    proc_show_stats, NULL) ||
	    !proc_create_net_single("histogram", PROC_MODE, directory,
				    proc_show_histogram, NULL) ||
	    !proc_create_net("spaces", PROC_MODE, directory, &proc_spaces_ops,
			     sizeof(struct seq_net_private))) {
		dynport_proc_netns_exit(net);
		return -ENOMEM;
	}
	return 0;
}

void dynport_proc_netns_exit(struct net *net)
{
	remove_proc_subtree(PROC_DIRECTORY, net->proc_net);
}
