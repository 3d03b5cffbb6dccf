#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dynport is loaded and unloaded STORM_ROUNDS (50) times while STORM_THREADS (8)
# threads connect, bind and send, and others make namespaces, write settings and ask
# for dumps: no operation fails, and the counters are those of what went on.

# shellcheck source-path=SCRIPTDIR source=module.sh
. "$(dirname "$0")/module.sh"

rounds=${STORM_ROUNDS:-50}

ktap_print_header
ktap_set_plan 4

output=$(mktemp)
"$here/storm" "${STORM_THREADS:-8}" >"$output" 2>&1 &
storm=$!
for ((i = 0; i < 100; i++)); do
	grep -q ready "$output" && break
	sleep 0.1
done
grep -q ready "$output" || {
	echo "Bail out! the storm doesn't start: $(cat "$output")"
	exit 1
}

# Released ports cool while the module goes; that others are guarded is a default.
quarantine() {
	nsenter --net="/proc/$storm/ns/net" tee /proc/sys/net/dynport/quarantine_ms \
		>/dev/null <<<"$1"
}

# A dump that is going on holds the module for a moment, and rmmod says so.
take_away() {
	local i state
	for ((i = 0; i < 200; i++)); do
		state=$("$here/loader" remove dynport)
		[ "$state" = EAGAIN ] || break
		sleep 0.02
	done
	[ "$state" = ok ] || echo "# remove dynport: $state"
	[ "$state" = ok ]
}

algorithms=(stock bsd random_start random_pick hash doublehash randinc least_recent)
reload() {
	local i
	for ((i = 0; i < rounds; i++)); do
		[ $((i % 10)) -ne 0 ] || echo "# $i rounds after $SECONDS s"
		is ok load "algorithm=${algorithms[i % 8]}" || return 1
		kill -0 "$storm" || return 1
		[ $((i % 4)) -ne 1 ] || quarantine 100 || return 1
		take_away || return 1
	done
}

check "dynport can be loaded and unloaded $rounds times under load" reload
is ok load || exit 1

# The storm's namespace is older than this load: its counters count from here.
# shellcheck disable=SC2016 # awk's
searches() {
	nsenter --net="/proc/$storm/ns/net" awk '/_searches\t/ { n += $2 } END { print n + 0 }' \
		/proc/net/dynport/stats
}
# shellcheck disable=SC2016 # awk's
proposed() {
	nsenter --net="/proc/$storm/ns/net" awk -F'\t' '
		/^connect_|^bind_|^udp_/ { split($1, part, "_"); v[part[1], substr($1, length(part[1]) + 2)] = $2 }
		END {
			for (i = split("connect bind udp", path, " "); i; i--) {
				p = path[i]
				if (v[p, "searches"] <= 0 || v[p, "exhausted"] != 0 ||
				    v[p, "candidates"] < v[p, "searches"] - v[p, "stock_fallbacks"] ||
				    v[p, "candidates"] - v[p, "refused_kernel"] > v[p, "searches"])
					bad = 1
			}
			exit bad
		}' /proc/net/dynport/stats
}
grows() {
	local before i
	before=$(searches)
	for ((i = 0; i < 100; i++)); do
		[ "$(searches)" -gt $((before + 1000)) ] && return 0
		sleep 0.1
	done
	return 1
}
check "the searches of the storm are counted" grows
kill -STOP "$storm"
for ((i = 0; i < 100; i++)); do
	grep -qE '^[0-9]+ \(storm\) [^T]' /proc/"$storm"/task/*/stat || break
	sleep 0.1
done
check "its counters agree with each other" proposed
kill -CONT "$storm"

kill -TERM "$storm"
status=0
wait "$storm" || status=$?
sed 's/^/# /' "$output"
rm -f "$output"
check "no operation failed that the stock kernel would have served" test "$status" -eq 0

ktap_finished
