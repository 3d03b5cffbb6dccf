// SPDX-License-Identifier: GPL-2.0-only
/*
 * proc.c - /proc/net/dynport: what a namespace's searches did
 *
 * For eyes and awk: a header line, tab-separated columns; columns and lines
 * are only ever appended. Readable by the namespace's root only: how many
 * searches there were is what predicts the next port of bsd or hash.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>

#include "netns.h"
#include "proc.h"

#define PROC_DIRECTORY	"dynport"
#define PROC_MODE	0400

static int proc_show_stats(struct seq_file *seq, void *unused)
{
	struct dynport_netns *netns = dynport_netns(seq_file_single_net(seq));
	unsigned int path, i;

	seq_puts(seq, "name\tvalue\n");
	for (path = 0; path < DYNPORT_PATHS; path++)
		for (i = 0; i < DYNPORT_PATH_STATS; i++)
			seq_printf(seq, "%s_%s\t%lu\n",
				   dynport_path_names[path],
				   dynport_path_stat_names[i],
				   dynport_stats_path(netns->stats, path, i));
	for (i = 0; i < DYNPORT_STATS; i++)
		seq_printf(seq, "%s\t%lu\n", dynport_stat_names[i],
			   dynport_stats_netns(netns->stats, i));
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

int __net_init dynport_proc_netns_init(struct net *net)
{
	struct proc_dir_entry *directory;

	directory = proc_net_mkdir(net, PROC_DIRECTORY, net->proc_net);
	if (!directory)
		return -ENOMEM;
	if (!proc_create_net_single("stats", PROC_MODE, directory,
				    proc_show_stats, NULL) ||
	    !proc_create_net_single("histogram", PROC_MODE, directory,
				    proc_show_histogram, NULL)) {
		dynport_proc_netns_exit(net);
		return -ENOMEM;
	}
	return 0;
}

void dynport_proc_netns_exit(struct net *net)
{
	remove_proc_subtree(PROC_DIRECTORY, net->proc_net);
}
