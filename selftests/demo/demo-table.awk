# SPDX-License-Identifier: GPL-2.0-only
#
# demo-table.awk - stock.tsv and dynport.tsv of demo-guest side by side, and what
# follows from them. Exit 1 where a step is missing or a connect() failed.

BEGIN { FS = "\t" }

FNR == 1 {
	which = ++files == 1 ? "stock" : "dynport"
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

{
	step = $column["percent"]
	if (which == "stock")
		steps[++nsteps] = step
	else
		nother++
	ports = $column["ports"]
	ns[which, step] = $column["median"]
	# The stock search has looked at the ports found in use, and at the one it took.
	if (which == "stock" && $column["in_use"] != "-")
		tried[which, step] = $column["in_use"] + 1
	if (which == "dynport" && $column["candidates"] != "-")
		tried[which, step] = $column["candidates"] + 0
	if ($column["failed"] + 0)
		failure = sprintf("%d of %d calls of connect() failed at %s %%", $column["failed"], $column["count"], step)
}

# 12345.6 as 12,345.6
function grouped(value, decimals,    text, head) {
	text = sprintf("%.*f", decimals, value)
	head = decimals ? substr(text, 1, length(text) - decimals - 1) : text
	text = substr(text, length(head) + 1)
	while (length(head) > 3) {
		text = "," substr(head, length(head) - 2) text
		head = substr(head, 1, length(head) - 3)
	}
	return head text
}

# Below a factor of two the clock of an emulated machine proves nothing.
function times(ratio) {
	if (ratio >= 2)
		return sprintf(ratio < 10 ? "%.1f times faster" : "%.0f times faster", ratio)
	if (ratio <= 1 / 2)
		return sprintf("%.1f times slower", 1 / ratio)
	return "about the same"
}

END {
	if (nother != nsteps || !nsteps)
		failure = "steps are missing"
	print "                     stock kernel              dynport, " algorithm
	print "  ports in use    connect()  ports tried    connect()  ports tried"
	for (i = 1; i <= nsteps; i++) {
		s = steps[i]
		if (!ns["stock", s] || !ns["dynport", s] || !((("stock", s) in tried) && (("dynport", s) in tried))) {
			failure = "not everything was measured at " s " %"
			continue
		}
		printf "  %3d %% = %6s  %9s us %11s  %9s us %11s   %s\n", s, grouped(ports * s / 100, 0), \
			grouped(ns["stock", s] / 1000, 0), grouped(tried["stock", s], 1), \
			grouped(ns["dynport", s] / 1000, 0), grouped(tried["dynport", s], 1), \
			times(ns["stock", s] / ns["dynport", s])
	}
	if (failure) {
		print "\nFAILED: " failure
		exit 1
	}
	f = steps[1]
	l = steps[nsteps]
	summary = sprintf("With %s %% of one destination's ports in use, connect() takes %s times what it took at %s %% with the stock kernel,", l, grouped(ns["stock", l] / ns["stock", f], 1), f)
	conclusion = sprintf("%s and %s times with dynport: %s.", summary, grouped(ns["dynport", l] / ns["dynport", f], 1), times(ns["stock", l] / ns["dynport", l]))
	print conclusion >conclusion_file
}
