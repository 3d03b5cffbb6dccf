#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# algorithm=stock is the kernel without dynport: the same ports by path, the same
# distribution, the same errors; only the searches are counted.

# shellcheck source-path=SCRIPTDIR source=module.sh
. "$(dirname "$0")/module.sh"

ktap_print_header
ktap_set_plan 5

without=$("$here/picker")
check "the kernel's picker can be described" test -n "$without"
check "dynport loads with algorithm=stock" is ok load algorithm=stock
check "with stock it picks as without dynport" is "$without" "$here/picker"

# The same again by path, with another algorithm for the others.
echo bsd >/proc/sys/net/dynport/algorithm
for path in connect bind udp; do
	echo stock >/proc/sys/net/dynport/algorithm_$path
done
check "with stock for each path it does, too" is "$without" "$here/picker"
unload dynport
check "and after unloading" is "$without" "$here/picker"

ktap_finished
