# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# check.sh - sourced by the tests of this folder: sentences judged by commands.
# KTAP on stdout.

number=0 failed=0

plan() {
	echo "KTAP version 1"
	echo "1..$1"
}

# check SENTENCE COMMAND... - true where COMMAND succeeds without a word.
check() {
	local sentence=$1 out status=0
	shift
	number=$((number + 1))
	out=$("$@" 2>&1) || status=$?
	if [ "$status" -eq 0 ] && [ -z "$out" ]; then
		echo "ok $number - $sentence"
		return
	fi
	[ -z "$out" ] || printf '%s\n' "$out" | tail -n 60 | sed 's/^/# | /'
	[ "$status" -eq 0 ] || echo "# status $status"
	echo "not ok $number - $sentence"
	failed=1
}

# skip SENTENCE COMMAND... - not tried: only root could.
skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP only root can try"
}

finish() {
	exit $failed
}
