# SPDX-License-Identifier: GPL-2.0-only
#
# quick-table.awk - the table and the verdict of quick, from the rows of
# quick-guest. Figures of one state are the median over its rounds. Exit 1 where
# a limit is exceeded, a call failed, or the kernel without the module differs so much
# between rounds that the limits could not be told.

BEGIN {
	FS = "\t"
	split("connect/4 connect/6 bind/4 udp/4", kinds, " ")
	split("connect v4,connect v6,TCP bind(0),UDP bind(0)", titles, ",")
	# Ratios to the kernel without the module.
	limit_stock["connect"] = 1.005
	limit["connect"] = 1.015
	limit_stock["bind"] = limit["bind"] = 1.25
	limit_stock["udp"] = limit["udp"] = 1.25
	# bind(0) and UDP have none then: each of their ports is told to who listens.
	limit_policies["connect"] = 1.03
	# The largest spread of the baseline, of the excess that a limit allows.
	noise = 0.25
}

NR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

{
	state = $column["state"]
	kind = $column["mode"] "/" $column["family"]
	value[state, kind, ++n[state, kind]] = $column["median"]
	percent = $column["percent"]
	ports = $column["ports"]
	count = $column["count"]
	if (!(state in seen)) {
		seen[state] = 1
		order[++states] = state
	}
	if ($column["failed"] + 0)
		complain(sprintf("%s, %s: %d of %d calls failed", state, kind, $column["failed"], count))
}

function complain(text) { complaints[++ncomplaints] = text }

function median(state, kind,    i, j, m, swap, v) {
	m = n[state, kind]
	for (i = 1; i <= m; i++) {
		v[i] = value[state, kind, i]
		for (j = i; j > 1 && v[j - 1] > v[j]; j--) {
			swap = v[j]; v[j] = v[j - 1]; v[j - 1] = swap
		}
	}
	lowest = v[1]
	highest = v[m]
	return (v[int((m + 1) / 2)] + v[int(m / 2) + 1]) / 2
}

END {
	if (order[1] != "none" || states < 2) {
		print "no figures to compare"
		exit 1
	}
	printf "%s: instructions per call, %g %% of %d ports in use; median of %d calls in each of %d rounds;\n", kernel, percent, ports, count, n[order[2], kinds[1]]
	print "ratio to the kernel without the module (* limit exceeded)\n"
	printf "%-14s", ""
	for (k = 1; k <= 4; k++)
		printf "  %17s", titles[k]
	print ""
	for (s = 1; s <= states; s++) {
		state = order[s]
		printf "%-14s", state == "none" ? "without" : state
		for (k = 1; k <= 4; k++) {
			kind = kinds[k]
			if (!n[state, kind]) {
				complain(sprintf("%s, %s: not measured", state, titles[k]))
				printf "  %17s", "-"
				continue
			}
			m = median(state, kind)
			path = kind
			sub("/.*", "", path)
			if (state == "none") {
				base[kind] = m
				spread[kind] = (highest - lowest) / m
				if (spread[kind] > noise * (limit_stock[path] - 1))
					complain(sprintf("%s: without the module %d to %d instructions: too much noise to judge", titles[k], lowest, highest))
				printf "  %9.0f        ", m
				continue
			}
			ratio = m / base[kind]
			max = limit[path]
			if (state == "stock")
				max = limit_stock[path]
			if (state == "policies")
				max = limit_policies[path] + 0
			mark = " "
			if (max && ratio > max) {
				mark = "*"
				complain(sprintf("%s, %s: %.4f times the cost without the module (%+d instructions), limit %.3f", state, titles[k], ratio, m - base[kind], max))
			}
			printf "  %9.0f %6.4f%s", m, ratio, mark
		}
		print ""
	}
	printf "%-14s", "limit: stock"
	for (k = 1; k <= 4; k++)
		printf "  %16.4f ", limit_stock[substr(kinds[k], 1, index(kinds[k], "/") - 1)]
	printf "\n%-14s", "limit: policies"
	for (k = 1; k <= 4; k++)
		printf "  %16s ", limit_policies[substr(kinds[k], 1, index(kinds[k], "/") - 1)] + 0 ? limit_policies[substr(kinds[k], 1, index(kinds[k], "/") - 1)] : "-"
	printf "\n%-14s", "limit: others"
	for (k = 1; k <= 4; k++)
		printf "  %16.4f ", limit[substr(kinds[k], 1, index(kinds[k], "/") - 1)]
	printf "\n%-14s", "noise"
	for (k = 1; k <= 4; k++)
		printf "  %16.4f ", 1 + spread[kinds[k]]
	print ""
	for (i = 1; i <= ncomplaints; i++)
		print (i == 1 ? "\n" : "") "not ok: " complaints[i]
	if (!ncomplaints)
		print "\nok: within the limits"
	exit ncomplaints > 0
}
