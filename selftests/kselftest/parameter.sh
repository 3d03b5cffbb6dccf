#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module parameter algorithm= sets the default; a name that isn't there or
# is malformed keeps dynport from loading.

# shellcheck source-path=SCRIPTDIR source=module.sh
. "$(dirname "$0")/module.sh"

ktap_print_header
ktap_set_plan 13

check "without a parameter dynport loads" is ok load
check "and random_pick is the default" sysctl_is algorithm random_pick
check "a second load is refused" is EEXIST load
check "it can be unloaded" is ok "$here/loader" remove dynport
check "and leaves no sysctl behind" is_absent /proc/sys/net/dynport
check "nor a folder in /proc" is_absent /proc/net/dynport

check "it loads with algorithm=hash" is ok load algorithm=hash
check "and hash is the default" sysctl_is algorithm hash
unload dynport

check "an unknown algorithm is ENOENT" is ENOENT load algorithm=nosuch
check "and dynport isn't there" is_unloaded dynport
check "nor is a hook" no_hooks
for name in '' abcdefghijklmnopqrstuvwxyz; do
	check "algorithm=\"$name\" is refused" refused load "algorithm=$name"
done

ktap_finished
