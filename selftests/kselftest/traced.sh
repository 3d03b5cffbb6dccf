#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Somebody else traces the functions that dynport hooks, as perf, bpftrace and
# trace-cmd do: ftrace then calls all handlers from one place, with preemption off.
# dynport works on, and comes and goes.

# shellcheck source-path=SCRIPTDIR source=module.sh
. "$(dirname "$0")/module.sh"

tracing=/sys/kernel/tracing
functions=(inet_hash_connect inet6_hash_connect inet_csk_get_port udp_lib_get_port
	inet_put_port udp_lib_unhash inet_twsk_kill)

trace_off() {
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
}
trap 'trace_off; restore' EXIT
trace_on() {
	printf '%s\n' "${functions[@]}" >$tracing/set_ftrace_filter &&
		echo function >$tracing/current_tracer
}
both_attached() {
	local function
	for function in "${functions[@]}"; do
		grep -q "^$function (2)" $tracing/enabled_functions && continue
		echo "# $function: $(grep "^$function " $tracing/enabled_functions)"
		return 1
	done
}
passes() {
	local status=0
	"$here/$1" >"$work" 2>&1 || status=$?
	[ $status -eq 0 ] || grep -E 'not ok|xpected' "$work" | sed 's/^/# /'
	return $status
}
again() {
	local i
	for ((i = 0; i < 5; i++)); do
		unload dynport && is ok load || return 1
	done
}

ktap_print_header
if ! [ -e $tracing/set_ftrace_filter ] || ! grep -qw function $tracing/available_tracers; then
	ktap_skip_all "this kernel has no function tracer"
	exit "$KSFT_SKIP"
fi
ktap_set_plan 6
# On PREEMPT_RT nothing is noted of what is released meanwhile: it is found, but by
# the kernel.
case $(uname -v) in
*PREEMPT_RT*) ports=exhaustion ;;
*) ports=maps ;;
esac
work=$(mktemp)

is ok load
check "the functions that dynport hooks can be traced" trace_on
check "each has two users then" both_attached
check "ports are chosen, and released ones found" passes $ports
# It has a second to use up the ports, which is little with all of this.
if [ -z "${KSFT_MACHINE_SLOW:-}" ]; then
	check "TIME_WAITs end as before" passes time_wait
else
	ktap_test_skip "TIME_WAITs end as before"
fi
check "dynport comes and goes meanwhile" again
trace_off
check "and works on when they aren't traced any more" passes isolation
rm -f "$work"

ktap_finished
