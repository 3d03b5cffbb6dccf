# SPDX-License-Identifier: GPL-2.0-only
#
# must-reach.awk - what dynport must reach, and whether it does, as a table in
# Markdown, from the rows of bench. Arguments: SERIES/PART.tsv; -v kernels= names
# the columns. Exit 1 where a figure isn't reached; what wasn't measured is a "-".
#
# Judged is the default, random_pick; in brackets the worst of the algorithms with
# maps, where it is another one. Costs are medians, in instructions.

BEGIN {
	FS = "\t"
	nkernels = split(kernels, kernel, " ")
	nsteps = split("25 49 51 75 90 99 99.9", step, " ")
}

FNR == 1 {
	nparts = split(FILENAME, path, "/")
	k = path[nparts - 1]
	part = path[nparts]
	sub(/\.tsv$/, "", part)
	delete column
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

part == "memory" {
	bytes[k] = $column["bytes_per_map"]
	idle[k] = $column["maps_after_idle"]
	next
}

part ~ /^threads/ {
	id = part SUBSEP k SUBSEP $column["kind"] SUBSEP $column["variant"] SUBSEP $column["percent"] SUBSEP \
	     $column["threads"]
	rate[id, $column["round"]] = $column["rate"]
	rounds[id] = $column["round"]
	if ($column["kind"] == "churn")
		churned[part, $column["percent"]] = 1
	next
}

"variant" in column && "median" in column && "mapped" in column {
	id = k SUBSEP part SUBSEP $column["variant"] SUBSEP $column["percent"]
	cost[id] = $column["median"]
	closing[id] = $column["close"]
	mapped[id] = $column["mapped"]
	if ($column["variant"] !~ /\// && $column["variant"] !~ /^(none|stock)$/)
		algorithms[$column["variant"]] = 1
}

function of(what, k, part, variant, percent) {
	if (what == "close")
		return closing[k, part, variant, percent]
	return cost[k, part, variant, percent]
}

# a / b, or "" if one of them is missing.
function ratio(a, b) { return a != "" && b != "" && b > 0 ? a / b : "" }

function worse(a, b, limit) {
	if (a == "" || b == "")
		return a == "" ? b : a
	return (limit < 0) == (a < b) ? a : b
}

# A figure of one algorithm; the worst over the occupancies where it has several.
function figure(name, k, part, a,    i, f, worst) {
	if (name == "full/empty")
		return ratio(of("cost", k, part, a, 99.9), of("cost", k, part, a, 1))
	if (name == "failing")
		return ratio(of("cost", k, part, a, 100), of("cost", k, part, a, 1))
	if (name == "failing, stock")
		return ratio(of("cost", k, part, "none", 100), of("cost", k, part, a, 100))
	if (name == "full, stock")
		return ratio(of("cost", k, part, "none", 99.9), of("cost", k, part, a, 99.9))
	worst = ""
	for (i = 1; i <= nsteps; i++) {
		f = ""
		if (name == "at most stock")
			f = ratio(of("cost", k, part, a, step[i]), of("cost", k, part, "none", step[i]))
		else if (name == "stock from 51" && step[i] >= 51)
			f = ratio(of("cost", k, part, "none", step[i]), of("cost", k, part, a, step[i]))
		else if (name == "close" && mapped[k, part, a, step[i]] > 0.99)
			f = ratio(of("close", k, part, a, step[i]), of("close", k, part, "none", step[i]))
		if (f != "" && (worst == "" || worse(f, worst, name == "stock from 51" ? -1 : 1) == f)) {
			worst = f
			where = step[i] " %"
		}
	}
	return worst
}

function shown(value) { return sprintf(value >= 10 ? "%.0f" : value >= 2 ? "%.1f" : "%.3f", value) }

# @limit is the most, or, if negative, the least.
function missed(value, limit) { return limit < 0 ? value < -limit : value > limit }

function cell(value, limit, comment) {
	if (value == "")
		return " - |"
	if (missed(value, limit))
		failures++
	return " " (missed(value, limit) ? "**" shown(value) "**" : shown(value)) comment " |"
}

function line(title, limit, name, part,    i, a, value, worst, which, comment, text) {
	text = "| " title " | " (limit < 0 ? "at least " (-limit) : "at most " limit) " |"
	for (i = 1; i <= nkernels; i++) {
		where = ""
		value = figure(name, kernel[i], part, "random_pick")
		comment = value != "" && where != "" ? " at " where : ""
		worst = value
		which = ""
		for (a in algorithms) {
			v = figure(name, kernel[i], part, a)
			if (v != "" && v != worst && worse(v, worst, limit) == v) {
				worst = v
				which = a
			}
		}
		if (which != "")
			comment = comment " (" which " " shown(worst) ")"
		text = text cell(value, limit, comment)
	}
	print text
}

# Of the rates, or, if @base is given, of what they are in each round times its.
function median(id, base,    i, j, n, v, swap) {
	n = rounds[id]
	if (!n || (base != "" && rounds[base] != n))
		return ""
	for (i = 1; i <= n; i++) {
		v[i] = base == "" ? rate[id, i] : rate[id, i] / rate[base, i]
		for (j = i; j > 1 && v[j - 1] > v[j]; j--) {
			swap = v[j]; v[j] = v[j - 1]; v[j - 1] = swap
		}
	}
	return (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2
}

function filling(k, variant, percent, threads) {
	return median("threads" SUBSEP k SUBSEP "fill" SUBSEP variant SUBSEP percent SUBSEP threads, "")
}

# The rate of 64 threads of the module's, times the kernel's.
function churning(part, k, percent,    begin, end) {
	begin = part SUBSEP k SUBSEP "churn" SUBSEP
	end = SUBSEP percent SUBSEP 64
	return median(begin "random_pick" end, begin "none" end)
}

# Two threads as against one: the module to 99 %, where maps are in use, must
# reach 1.5 or what the kernel alone does to 40 %.
function scaling(    i, k, ours, stock, text) {
	text = "| filling, two threads on two CPUs, times one | at least 1.5, or stock's |"
	for (i = 1; i <= nkernels; i++) {
		k = kernel[i]
		ours = ratio(filling(k, "random_pick", 99, 2), filling(k, "random_pick", 99, 1))
		stock = ratio(filling(k, "none", 40, 2), filling(k, "none", 40, 1))
		text = text cell(ours, stock != "" && stock < 1.5 ? -stock : -1.5, \
				 stock == "" ? "" : " (stock " shown(stock) ")")
	}
	print text
}

# 64 threads as against the kernel alone, by the clock or by instructions. The least
# that counts as a loss is what rates differ by from round to round.
function crowd(part, by,    i, k, p, key, value, worst, text) {
	text = "| 64 threads by " by ", rate against stock's, worst occupancy | at least " (-crowd_limit) " |"
	for (i = 1; i <= nkernels; i++) {
		k = kernel[i]
		worst = ""
		where = ""
		for (p in churned) {
			split(p, key, SUBSEP)
			if (key[1] != part)
				continue
			value = churning(part, k, key[2])
			if (value != "" && (worst == "" || value < worst)) {
				worst = value
				where = " at " key[2] " %"
			}
		}
		text = text cell(worst, crowd_limit, where)
	}
	print text
}

function memory(    i, text) {
	text = "| bytes of a map of the default range | at most 12288 |"
	for (i = 1; i <= nkernels; i++)
		text = text cell(bytes[kernel[i]], 12288, "")
	print text
	text = "| maps left of 100, unused for a minute | at most 0 |"
	for (i = 1; i <= nkernels; i++)
		text = text cell(idle[kernel[i]], 0, "")
	print text
}

END {
	crowd_limit = -0.97
	text = "| figure | limit |"
	rule = "|---|---|"
	for (i = 1; i <= nkernels; i++) {
		text = text " " kernel[i] " |"
		rule = rule "---|"
	}
	print text
	print rule
	split("connect connect6", parts, " ")
	split("connect() IPv4,connect() IPv6", titles, ",")
	for (p = 1; p <= 2; p++) {
		line(titles[p] ": 99.9 % / 1 %", 1.03, "full/empty", parts[p])
		line(titles[p] ": dynport / stock, from 25 % on", 1, "at most stock", parts[p])
		line(titles[p] ": stock / dynport, from 51 % on", -80, "stock from 51", parts[p])
		line(titles[p] ": failing / successful at 1 %", 0.5, "failing", parts[p])
		line(titles[p] ": failing, stock / dynport", -100, "failing, stock", parts[p])
	}
	line("TCP bind(0): 99.9 % / 1 %", 1.15, "full/empty", "bind")
	line("TCP bind(0) at 99.9 %: stock / dynport", -300, "full, stock", "bind")
	line("TCP bind(0), failing: stock / dynport", -300, "failing, stock", "bind")
	line("UDP bind(0): 99.9 % / 1 %", 1.15, "full/empty", "udp")
	line("UDP bind(0) at 99.9 %: stock / dynport", -100, "full, stock", "udp")
	line("UDP bind(0), failing: stock / dynport", -100, "failing, stock", "udp")
	line("close() of a connection (reset), maps in use: dynport / stock", 1.02, "close", "connect")
	line("close() of a TCP socket bound to port 0, likewise", 1.02, "close", "bind")
	line("close() of a UDP socket, likewise", 1.02, "close", "udp")
	scaling()
	crowd("threads", "the clock")
	crowd("threads-counted", "instructions")
	memory()
	exit failures > 0
}
