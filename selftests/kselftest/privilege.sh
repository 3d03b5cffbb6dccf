#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may see and set what: nothing of a namespace's dynport is for those without
# privilege over it, and root of a user namespace has no say outside of it.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../kselftest/ktap_helpers.sh"

sysctls=/proc/sys/net/dynport
files=/proc/net/dynport

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@"; then ktap_test_pass "$name"; else ktap_test_fail "$name"; fi
}

# Exit 0 if bash, as the command before it says, can do none of it.
# shellcheck disable=SC2016 # for that bash
writes='for f in '$sysctls'/*; do echo "$(cat "$f")" 2>/dev/null >"$f" && echo "# wrote $f"; done; true'
# shellcheck disable=SC2016
reads='for f in '$files'/*; do cat "$f" >/dev/null 2>&1 && echo "# read $f"; done; true'
none() { # COMMAND...
	local out
	out=$("$@" 2>/dev/null) || return 1
	[ -z "$out" ] || { echo "$out"; return 1; }
}
settings() { grep -s . $sysctls/*; }

ktap_print_header
if ! [ -e $sysctls/algorithm ]; then
	ktap_skip_all "dynport is not loaded"
	exit "$KSFT_SKIP"
fi
ktap_set_plan 11

nobody=(setpriv --reuid 1000 --regid 1000 --clear-groups)
stranger=("${nobody[@]}" unshare -Ur)	# root of a user namespace, this netns
# ... and of a netns of its own; one after the other: the files in /proc belong to
# whoever is root in the user namespace when the other one is made.
settler=("${nobody[@]}" unshare -Ur unshare -n)

# What the checks rely on: that those who may, can.
as_root() { ! none bash -c "$reads" >/dev/null; }
check "root can read counters, histogram and spaces" as_root
check "a user can read none of them" none "${nobody[@]}" bash -c "$reads"
check "root without CAP_NET_ADMIN can write no setting" none setpriv \
	--bounding-set -net_admin --inh-caps -net_admin bash -c "$writes"
check "a user can write no setting" none "${nobody[@]}" bash -c "$writes"
check "root of a user namespace can read none of this namespace" \
	none "${stranger[@]}" bash -c "$reads"
check "root of a user namespace can write no setting of this namespace" \
	none "${stranger[@]}" bash -c "$writes"

before=$(settings)
own() {
	[ "$("${settler[@]}" bash -c "echo bsd >$sysctls/algorithm && cat $sysctls/algorithm")" = bsd ]
}
check "root of a user namespace can set its own network namespace" own
check "which changes nothing in this one" test "$before" = "$(settings)"

# Its settings begin as the initial namespace's, its counters at 0.
fresh() {
	"${settler[@]}" bash -c "grep -qP '^connect_searches\t0\$' $files/stats"
}
check "a new network namespace shows nothing of another's counters" fresh
# A name that isn't there may make the kernel look for a module: who asks it to?
helper=$(mktemp -d)
usual=$(cat /proc/sys/kernel/modprobe)
# shellcheck disable=SC2317 # called by the trap
restore() {
	echo "$usual" >/proc/sys/kernel/modprobe
	rm -rf "$helper"
}
trap restore EXIT
printf '#!/bin/sh\ntouch %s/asked\n' "$helper" >"$helper/modprobe"
chmod 755 "$helper/modprobe"
echo "$helper/modprobe" >/proc/sys/kernel/modprobe
name_it() { ! "$@" bash -c "echo nothing >$sysctls/algorithm" 2>/dev/null; }
by_user() { name_it "${settler[@]}" && ! [ -e "$helper/asked" ]; }
by_root() { name_it env && [ -e "$helper/asked" ]; }
check "an unknown algorithm's name makes the kernel look for no module" by_user
check "but where root writes it" by_root

ktap_finished
