#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A function has one owner: where another one (a livepatch, say) holds a function
# that dynport must hook, dynport refuses to load, names the function, and leaves
# nothing behind; where dynport holds it, the other one is refused.

# shellcheck source-path=SCRIPTDIR source=module.sh
. "$(dirname "$0")/module.sh"

functions=(inet_hash_connect inet6_hash_connect inet_csk_get_port udp_lib_get_port)

ktap_print_header
ktap_set_plan $((${#functions[@]} * 8 + 2))

# The kernel's log since the mark names the function.
log_names() {
	dmesg | sed "0,/$1/d" | grep 'dynport' | grep -qw "$2"
}

# Nothing but the holder is attached to any of the functions.
only_holder() {
	local count
	count=$(grep -cE '^(inet6?_hash_connect|inet_csk_get_port|udp_lib_get_port) ' \
		/sys/kernel/tracing/enabled_functions)
	[ "$count" -eq 1 ] &&
		grep -qE "^$1 \\(1\\)" /sys/kernel/tracing/enabled_functions
}

# Ports are chosen by an algorithm, not by the kernel's search behind it.
chooses() {
	local test=algorithm_reaches_both_ends_without_the_stock_search
	window_passes "dynport_window.connect_v4_bsd.$test" &&
		window_passes "dynport_window.udp_v6_hash.$test"
}

for function in "${functions[@]}"; do
	check "$function can be held by another module" \
		is ok "$here/loader" insert "$holder" "function=$function"
	mark="dynport_kselftest holder $function $$"
	echo "$mark" >/dev/kmsg
	check "dynport doesn't load over the holder of $function" is EBUSY load
	check "dynport's message names $function" log_names "$mark" "$function"
	check "dynport is attached to nothing but for $function's holder" \
		only_holder "$function"
	check "dynport has left no sysctl with $function held" \
		is_absent /proc/sys/net/dynport
	unload dynport_holder
	check "dynport loads when the holder of $function has gone" is ok load
	check "the holder of $function doesn't load over dynport" \
		is EBUSY "$here/loader" insert "$holder" "function=$function"
	check "dynport still chooses after the attempt on $function" \
		chooses
	unload dynport
done
check "nothing is attached at the end" no_hooks
check "the holder loads once dynport has gone" \
	is ok "$here/loader" insert "$holder"

ktap_finished
