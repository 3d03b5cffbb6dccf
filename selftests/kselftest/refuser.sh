#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading dynport takes many calls of the kernel's functions that can fail, and
# so does each network namespace. Each of those calls is made to fail in its turn
# (dynport_refuser): either dynport can do without, or it doesn't load, says why
# by the errno, and leaves nothing behind; and the same for a namespace.

# shellcheck source-path=SCRIPTDIR source=module.sh
. "$(dirname "$0")/module.sh"

refuser=$modules/dynport_refuser.ko
namespace=dynport-refuser

# Function (of several, the one that this kernel has), what its call returns
# instead, what loading then answers. NULL is 0, and what returns a number says 0
# for a call that isn't made, but succeeds: so a hook is never come by.
loading=(
	"_proc_mkdir 0 ENOMEM"
	"register_pernet_subsys -12 ENOMEM"
	"register_shrinker -12 ENOMEM"
	"shrinker_alloc 0 ENOMEM"
	"genl_register_family -12 ENOMEM"
	"ftrace_set_filter_ip -22 EINVAL"
	# of inet_twsk_kill, which it can do without
	"ftrace_set_filter -22 ok"
	"register_ftrace_function -16 EBUSY"
	"sock_create_kern -23 ENFILE"
	"kernel_bind -13 EACCES"
	# every port is taken
	"kernel_bind -98 ok"
	"kernel_listen -13 EACCES"
	"kernel_getsockname -105 ENOBUFS"
	"kernel_connect -105 ENOBUFS"
	"kernel_connect 0 EOPNOTSUPP"
)
# Those that each namespace calls, the initial one included.
namespaces=(
	"__alloc_percpu_gfp|pcpu_alloc_noprof 0 ENOMEM"
	"kvmalloc_node|__kvmalloc_node_noprof 0 ENOMEM"
	"rhashtable_init|rhashtable_init_noprof -12 ENOMEM"
	"proc_create_net_single 0 ENOMEM"
	"proc_create_net_data 0 ENOMEM"
	# a table of sysctls; a page of times, which are hints
	"kmalloc_trace|__kmalloc_cache_noprof 0 ENOMEM|ok"
	"register_net_sysctl|register_net_sysctl_sz 0 ENOMEM"
)

# present FUNCTIONS - the one of a|b that this kernel has; nothing: none
present() {
	grep -E "^[0-9a-f]+ [tT] ($1)$" /proc/kallsyms | head -n 1 | cut -d ' ' -f 3
}

# refuse FUNCTION RESULT NTH - let that call fail from here on
refuse() {
	"$here/loader" insert "$refuser" "function=$1" "result=$2" "nth=$3"
}

parameters=/sys/module/dynport_refuser/parameters
calls() { cat $parameters/calls; }
# aim NTH - count anew, and let that call fail; 0: none
aim() { echo 0 >$parameters/calls && echo "$1" >$parameters/nth; }

nothing_is_left() {
	is_unloaded dynport && is_absent /proc/sys/net/dynport &&
		is_absent /proc/net/dynport && no_hooks &&
		ip netns exec $namespace test ! -e /proc/sys/net/dynport
}

chooses() {
	window_passes dynport_window.connect_v4_hash.algorithm_reaches_both_ends_without_the_stock_search
}

# Without each of the calls that loading makes; says how many there are.
loads_or_not() {
	local function=$1 result=$2 expected=$3 n got
	for ((n = 1; ; n++)); do
		is ok refuse "$function" "$result" "$n" || return 1
		got=$(load)
		if [ "$(calls)" -lt "$n" ]; then
			break
		fi
		if ! [[ $got =~ ^($expected)$ ]]; then
			echo "# call $n of $function: $got instead of $expected"
			return 1
		fi
		[ "$got" != ok ] || unload dynport || return 1
		unload dynport_refuser || return 1
		nothing_is_left || return 1
	done
	echo "# $function: $((n - 1)) calls"
	[ "$got" = ok ] && [ "$n" -gt 1 ] && aim 0 && chooses &&
		unload dynport_refuser && unload dynport
}

# Without each of the calls that a namespace makes. The refuser is there before
# dynport, which it else wouldn't know.
namespace_or_not() {
	local function=$1 result=$2 n got
	is ok refuse "$function" "$result" 0 && is ok load || return 1
	for ((n = 1; ; n++)); do
		aim "$n" || return 1
		if got=$(LC_ALL=C unshare -n true 2>&1); then
			break
		fi
		[ "$(calls)" -eq "$n" ] && [[ $got = *"Cannot allocate memory" ]] ||
			return 1
	done
	echo "# $function: $((n - 1)) calls"
	[ "$(calls)" -lt "$n" ] && [ "$n" -gt 1 ] && aim 0 && chooses &&
		unload dynport && unload dynport_refuser
}

# each VERB LIST... - a result for each line of a list; a function that this
# kernel hasn't is no step of it
each() {
	local verb=$1 line functions function result expected
	shift
	for line; do
		read -r functions result expected <<<"$line"
		function=$(present "$functions")
		if [ -z "$function" ]; then
			ktap_test_skip "$verb ${functions%%|*}: not in this kernel"
		elif [ "$verb" = load ]; then
			check "dynport loads ($expected) or leaves nothing if $function returns $result" \
				loads_or_not "$function" "$result" "$expected"
		else
			check "a namespace is made or not if $function returns $result" \
				namespace_or_not "$function" "$result"
		fi
		unload dynport_refuser
		unload dynport
	done
}

# shellcheck disable=SC2317 # called by the trap
leave() {
	unload dynport_refuser
	ip netns del $namespace 2>/dev/null
	restore
}
trap leave EXIT

ktap_print_header
ktap_set_plan $((${#loading[@]} + 2 * ${#namespaces[@]}))
# More than one namespace is there when dynport is loaded.
ip netns add $namespace
each load "${loading[@]}" "${namespaces[@]}"
each namespace "${namespaces[@]}"
ktap_finished
