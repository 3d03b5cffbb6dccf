#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Random operations on sockets have the same results with dynport as without,
# whatever the algorithm: see ../differential. 3,600 of them for each one, on both
# kernels, are 50,000 in make test; more with DIFFERENTIAL_STEPS.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../kselftest/ktap_helpers.sh"

steps=${DIFFERENTIAL_STEPS:-3600}
seed=${DIFFERENTIAL_SEED:-$RANDOM}
algorithms=(bsd random_start random_pick hash doublehash randinc least_recent)
[ -z "${DIFFERENTIAL_ALGORITHMS:-}" ] || read -ra algorithms <<<"$DIFFERENTIAL_ALGORITHMS"

ktap_print_header
if ! [ -e /proc/sys/net/dynport/algorithm ]; then
	ktap_skip_all "dynport is not loaded"
	exit "$KSFT_SKIP"
fi
modprobe vrf 2>/dev/null
ktap_set_plan $((${#algorithms[@]} + 1))

for algorithm in "${algorithms[@]}"; do
	if "$here/differential" -s "$seed" -n "$steps" "$algorithm"; then
		ktap_test_pass "$algorithm behaves as the kernel does"
	else
		ktap_test_fail "$algorithm behaves as the kernel does"
	fi
done

# A dynport that doesn't must be found out.
"$here/differential" -s "$seed" -n 7000 -x late_bind=1 random_pick >/dev/null
if [ $? -eq 1 ]; then
	ktap_test_pass "what behaves differently is told"
else
	ktap_test_fail "what behaves differently is told"
fi

ktap_finished
