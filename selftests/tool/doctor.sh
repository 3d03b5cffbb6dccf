#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# doctor.sh - what dynportctl doctor promises, tried in the guest. See judge.sh;
# run it with host-run: it loads and unloads the module.

needs=nft
# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

begin 10
make_namespaces

# found LEVEL - the ids of what doctor --json found, as it stands in $work/out.
found() {
	jq -r "[.doctor[] | select(.level == \"$1\") | .id] | join(\" \")" "$work/out"
}
# of ID KEY - what it says of the finding.
of() {
	jq -r ".doctor[] | select(.id == \"$1\") | .$2" "$work/out"
}
# mend ID - does what the finding says.
mend() {
	want bash -c "$(of "$1" mend)" >/dev/null
}

in_ns $ns sysctl -q net.ipv4.ip_local_port_range="50000 51000" net.ipv4.tcp_tw_reuse=0 \
	net.ipv4.ip_local_reserved_ports=50001

run dynportctl -n $other doctor --json
want_rc 0
want_silent err
want_same "$(found problem)" ""
want grep -qw not_loaded <<<"$(found note)"
want_same "$(jq '[.doctor[] | select(.what == null or .why == null or .mend == null)] | length' \
	"$work/out")" 0
ok "where nothing is wrong but that the module isn't there, doctor exits 0"

hold holder listen 127.0.0.1:50500 connect 127.0.0.9:80 600 part 400
run dynportctl -n $ns doctor --json
want_rc 1
want_silent err
want_same "$(found problem)" "listeners parity half time_wait"
want grep -qF "127.0.0.1:50500 of sockets (${holder[holder]})" <<<"$(of listeners what)"
want_same "$(of listeners mend)" \
	"ip netns exec $ns sysctl net.ipv4.ip_local_reserved_ports=50001,50500"
want grep -qF "127.0.0.9:80 from 127.0.0.1: 400 of" <<<"$(of time_wait what)"
ok "listeners, the range's ends and a destination half full, of TIME_WAIT, are found"

run dynportctl -n $ns doctor
want_rc 1
want_silent err
want_out '^problem +1 TCP listener inside the range'
want_out '^ +why +[a-z]'
want_out '^ +mend  ip netns exec '
want_out '^4 problems\.$'
run on_terminal 80 "export NO_COLOR=1; dynportctl -n $ns doctor"
widest=$(grep -v '^ *mend' "$work/out" | LC_ALL=C.UTF-8 wc -L)
[ "$widest" -le 80 ] || doubt "a line of $widest on 80 columns"
ok "each finding says what is wrong, why it matters, and the command that mends it"

run dynportctl -n $ns doctor --json
cp "$work/out" "$work/all"
mend listeners
cp "$work/all" "$work/out"
mend parity
cp "$work/all" "$work/out"
mend time_wait
run dynportctl -n $ns doctor --json
# In a slow guest TIME_WAIT may be over by now, and half of the ports free.
want_same "$(found problem | tr ' ' '\n' | grep -vx half)" ""
ok "the commands mend what they are for"

hold first connect 127.0.0.8:80 0 first 40
run dynportctl -n $ns doctor --json
want_rc 1
want grep -qF "127.0.0.8:80 from 127.0.0.8: sockets (${holder[first]}) binds port 0" \
	<<<"$(of bind_first what)"
release first
ok "a program that binds port 0 before it connects is found, by its name"

load_module
run dynportctl -n $ns doctor --json
want_rc 0
want_silent err
want_same "$(found problem)" ""
want [ -z "$(of not_loaded what)" ]
want [ -z "$(jq -r '.doctor[] | select(.id == "hooks" and .level == "problem")' "$work/out")" ]
ok "with the module the last problem is gone, and its hooks are there"
release holder

in_ns $other nft 'add table inet t; add chain inet t in { type filter hook input priority 0; policy drop; }'
run dynportctl -n $other doctor --json
want_rc 1
want_same "$(found problem)" nft_drop
want grep -qF 'table inet t, chain in, policy drop' <<<"$(of nft_drop what)"
in_ns $other nft add rule inet t in ct state established accept
run dynportctl -n $other doctor --json
want_rc 0
in_ns $other nft flush ruleset
ok "rules of nftables that keep answers out are found"

in_ns $ns sysctl -q net.dynport.algorithm=random_start net.ipv4.ip_local_reserved_ports=50001-50100
run dynportctl -n $ns doctor --json
want_rc 1
want_same "$(found problem | tr ' ' '\n' | sort -u)" reserved_bias
want_same "$(of reserved_bias mend | sort -u)" "dynportctl -n $ns set algorithm random_pick"
in_ns $ns sysctl -q net.dynport.algorithm=random_pick
ok "an algorithm that doesn't suit a long list of reserved ports is found"

in_ns $ns sysctl -q net.ipv4.ip_local_port_range="32000 60999"
run dynportctl -n $ns doctor --json
want_rc 0
want_same "$(of nodeports level)" note
want_same "$(of nodeports mend)" \
	"ip netns exec $ns sysctl net.ipv4.ip_local_reserved_ports=32000-32767,50001-50100"
in_ns $ns sysctl -q net.dynport.tcp_port_range="40000 40004"
hold full connect 127.0.0.7:81 5
run dynportctl -n $ns doctor --json
want_rc 1
want_same "$(found problem)" full
release full
ok "node ports, and a destination without a free port, are found"

run dynportctl -n nonesuch doctor
want_rc 1
want_silent out
run dynportctl doctor x
want_rc 2
timeout 20 dynportctl -n $other doctor >/dev/full 2>"$work/err"
rc=$?
want_rc 1
want_err stdout
cp "$(command -v dynportctl)" "$work/dynportctl"
chmod 755 "$work" "$work/dynportctl"
run in_ns $other setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	"$work/dynportctl" doctor --json
want_rc 0
want jq -e .doctor "$work/out" >/dev/null
ok "wrong arguments exit 2; without privileges it finds what it can see"
want rmmod dynport

finish
