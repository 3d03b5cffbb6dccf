# SPDX-License-Identifier: GPL-2.0-only
#
# module.sh - for tests in shell that load and unload dynport. Sourced, first
# thing: reads the kernel's KTAP functions, takes dynport out, and arranges that
# it is back in its usual state at the end, however that comes.
#
# check NAME COMMAND... prints a result; NAME is what is true if it succeeds.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2120,SC2119 # for those that source this

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../kselftest/ktap_helpers.sh"

modules=$(dirname "${DYNPORT_KO:-/nonexistent/x}")/../selftests/modules
holder=$modules/dynport_holder.ko
descend=${DYNPORT_KO_DESCEND:-$modules/dynport_descend.ko}

load() {
	"$here/loader" insert "$DYNPORT_KO" "$@"
}

# Bounded: whoever holds the module for a moment lets it go.
unload() {
	local i
	for ((i = 0; i < 100; i++)); do
		[ -d "/sys/module/$1" ] || return 0
		"$here/loader" remove "$1" >/dev/null && return 0
		sleep 0.1
	done
	return 1
}

# is EXPECTED COMMAND... - does the command print just that?
is() {
	local expected=$1 got
	shift
	got=$("$@" 2>&1)
	[ "$got" = "$expected" ] && return 0
	echo "# $*: \"$got\" instead of \"$expected\""
	return 1
}

check() {
	local name=$1
	shift
	if "$@"; then
		ktap_test_pass "$name"
	else
		ktap_test_fail "$name"
	fi
}

is_loaded() { [ -d "/sys/module/$1" ]; }
is_unloaded() { ! [ -d "/sys/module/$1" ]; }
is_absent() { ! [ -e "$1" ]; }
refused_write() { ! { echo "$1" >"$2"; } 2>/dev/null; }
# One test of the window's ran, and passed: there is one of that name.
window_passes() {
	local out
	out=$("$here/window" -r "$1") && grep -q '^ok 1 ' <<<"$out" &&
		! grep -q '^ok 1 .*# SKIP' <<<"$out"
}
# A namespace ends some time after its last process: try for 10 s.
gone() {
	local i
	for ((i = 0; i < 100; i++)); do
		"$@" >/dev/null && return 0
		sleep 0.1
	done
	return 1
}
refused() { ! "$@" >/dev/null; }
# Is nothing attached to any of the functions that dynport hooks?
no_hooks() {
	! grep -E "^(inet6?_hash_connect|inet_csk_get_port|udp_lib_get_port|inet_put_port|udp_lib_unhash|inet_twsk_kill) " \
		/sys/kernel/tracing/enabled_functions
}
sysctl_is() { is "$2" cat "/proc/sys/net/dynport/$1"; }

restore() {
	local pid
	for pid in $(jobs -p); do
		kill "$pid" 2>/dev/null
	done
	wait
	unload dynport_holder
	[ ! -e /proc/sys/net/dynport/algorithm ] ||
		echo random_pick >/proc/sys/net/dynport/algorithm
	unload dynport_descend
	unload dynport
	load >/dev/null
}

if ! [ -e "${DYNPORT_KO:-}" ]; then
	ktap_print_header
	ktap_skip_all "dynport isn't built for this kernel"
	exit "$KSFT_SKIP"
fi
trap restore EXIT
trap 'exit 130' INT TERM
unload dynport
