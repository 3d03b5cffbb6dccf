#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An algorithm from another module: it registers, is selected, chooses, and can't
# be unloaded while any namespace has it selected.

# shellcheck source-path=SCRIPTDIR source=module.sh
. "$(dirname "$0")/module.sh"

sysctls=/proc/sys/net/dynport
remove() { "$here/loader" remove dynport_descend; }
# shellcheck disable=SC2120,SC2119 # "is ok insert" passes parameters, too
insert() { "$here/loader" insert "$descend" "$@"; }

ktap_print_header
ktap_set_plan 26

check "the algorithm needs dynport" refused insert
is ok load || exit 1
check "a name that dynport has is refused" is EEXIST insert name=hash
check "default is no name for an algorithm" is EINVAL insert name=default
check "a malformed name is refused" is EINVAL insert name=De-scend
check "an overlong name is refused" is EINVAL insert name=abcdefghijklmnop
check "the algorithm registers" is ok insert
check "it is listed" grep -qw descend $sysctls/available_algorithms
check "it registers once only" is EEXIST insert
check "dynport can't be unloaded meanwhile" is EAGAIN "$here/loader" remove dynport
check "it can be unloaded while nobody has it selected" is ok remove
check "it isn't listed any more" refused grep -qw descend $sysctls/available_algorithms
check "and can't be selected" refused_write descend $sysctls/algorithm
is ok insert || exit 1

# In a netns of its own: selects the algorithm, chooses, waits to be told to end.
check "ports descend, each path for itself" "$here/descending"
check "and it can be unloaded when that namespace has gone" gone remove
is ok insert || exit 1

ip netns add dynport-descend
select_in() { ip netns exec dynport-descend bash -c "echo $1 >$sysctls/$2"; }
for name in algorithm algorithm_connect algorithm_bind algorithm_udp; do
	check "it can be selected as $name of another namespace" select_in descend $name
	check "and can't be unloaded then ($name)" is EAGAIN remove
	if [ $name = algorithm ]; then
		select_in random_pick $name
	else
		select_in default $name
	fi
done
check "it can be unloaded once it is deselected" is ok remove
is ok insert || exit 1
select_in descend algorithm
ip netns del dynport-descend
check "the end of a namespace deselects it" gone remove

is ok insert || exit 1
echo descend >$sysctls/algorithm
ip netns add dynport-descend
check "a new namespace inherits it" is descend \
	ip netns exec dynport-descend cat $sysctls/algorithm
echo random_pick >$sysctls/algorithm
check "and holds it" is EAGAIN remove
ip netns del dynport-descend

ktap_finished
