#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# explain.sh - what dynportctl explain promises, tried in the guest. See judge.sh;
# run it with host-run: it loads and unloads the module.
#
# shellcheck disable=SC2016 # jq's dollars

needs=script
# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

begin 9
make_namespaces

run dynportctl -n $ns explain 127.0.0.1:80
want_rc 1
want_silent out
want_err "not loaded"
run dynportctl -n nonesuch explain 127.0.0.1:80
want_rc 1
for command in explain "explain 127.0.0.1" "explain 127.0.0.1:0" "explain ::1:80" \
	"explain 127.0.0.1:80 127.0.0.1:81" "explain --bind 127.0.0.1:80" \
	"explain --udp --bind" "explain --bind --from x" "explain 127.0.0.1:80 --from ::1" \
	"explain 127.0.0.1:80 --count 0" "explain 127.0.0.1:80 --count 257" \
	"explain 127.0.0.1:80 --count x"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns $command
	want_rc 2
	want_silent out
done
ok "no module and no namespace exit 1, wrong arguments 2"

load_module
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 40999" net.dynport.bind_stride=0
run in_ns $ns setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	"$(command -v dynportctl)" explain 127.0.0.1:80
want_rc 1
want_silent out
want_err "needs CAP_NET_ADMIN"
run dynportctl -n $ns explain 127.0.0.1:80 --device nonesuch
want_rc 1
want_err "no network device 'nonesuch'"
run dynportctl -n $ns explain 203.0.113.1:80
want_rc 1
want_err "--from gives one"
ok "no privileges, no such device and no route exit 1 and are told"

# verdicts - "PORT VERDICT" of each candidate in $work/out.
verdicts() {
	jq -r '.explain[] | "\(.port) \(.verdict)"' "$work/out"
}
count() {
	jq "[.explain[] | select(.verdict == \"$1\")] | length" "$work/out"
}

run dynportctl -n $ns explain 127.0.0.1:80 --json
want_rc 0
want_silent err
want_same "$(jq -c '.explain | length' "$work/out")" 16
want_same "$(jq -c '[.explain[] | [.path, .protocol, .destination, .destination_port, .from,
	.ifindex, .algorithm, .low, .high, .mapped]] | unique' "$work/out")" \
	'[["connect","tcp","127.0.0.1",80,"127.0.0.1",0,"random_pick",40000,40999,false]]'
want_same "$(jq -c '[.explain[].number]' "$work/out")" '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]'
want_same "$(count propose)" 16
# After search_limit refusals the kernel itself is asked.
run dynportctl -n $ns explain --count 256 '[::1]:443' --json
want_same "$(jq -c '.explain | length' "$work/out")" 64
in_ns $ns sysctl -q net.dynport.search_limit=512
run dynportctl -n $ns explain --count 256 '[::1]:443' --json
want_same "$(jq -c '[(.explain | length), .explain[0].from]' "$work/out")" '[256,"::1"]'
ok "--json has a candidate in each object, and where they would be used"

# The next port of these is known: what explain says must come true.
hold peer listen 127.0.0.8:81
taken() {
	in_ns $ns bash -c 'exec 3<>/dev/tcp/127.0.0.8/81 &&
		ss -Htn state established dst 127.0.0.8:81' | awk '{ sub(/.*:/, "", $3); print $3 }'
}
for algorithm in bsd hash; do
	in_ns $ns sysctl -q net.dynport.algorithm=$algorithm
	for _ in 1 2 3; do
		run dynportctl -n $ns explain 127.0.0.8:81 --count 4 --json
		port=$(jq '[.explain[] | select(.verdict == "propose")][0].port' "$work/out")
		want_same "$algorithm $(taken)" "$algorithm $port"
	done
done
release peer
ok "the port that it says comes first is the one that connect() then gets"

in_ns $ns sysctl -q net.dynport.algorithm=random_pick net.dynport.bind_stride=2 \
	net.ipv4.ip_local_reserved_ports=40000-40499
# So many refusals later it would be the other class's turn.
run dynportctl -n $ns explain --bind --from 127.0.0.1 --count 64 --json
want_rc 0
want [ "$(count propose)" -gt 0 ]
want [ "$(count reserved)" -gt 0 ]
want_same "$(verdicts | awk '($1 <= 40499) != ($2 == "reserved")')" ""
want_same "$(verdicts | awk '$2 == "propose" && $1 % 2 == 0')" ""
want_same "$(jq -c '[.explain[] | [.path, .destination, .from]] | unique' "$work/out")" \
	'[["bind",null,"127.0.0.1"]]'
in_ns $ns sysctl -q net.dynport.udp_port_range="40600 40609"
run dynportctl -n $ns explain --udp --count 64 --json
want_same "$(jq -c '[.explain[] | [.path, .protocol, .low, .high]] | unique' "$work/out")" \
	'[["udp","udp",40600,40609]]'
ok "of bind(0) and UDP it knows classes, reserved ports and ranges"
in_ns $ns sysctl -q net.dynport.search_limit=64

in_ns $ns sysctl -q net.dynport.tcp_port_range="40500 40549" net.dynport.bind_stride=0 \
	net.dynport.map_threshold=1
hold filler connect 127.0.0.7:82 48
run dynportctl -n $ns explain 127.0.0.7:82 --from 127.0.0.7 --json
want_same "$(jq -c '[.explain[].mapped] | unique' "$work/out")" '[false]'
run dynportctl -n $ns explain 127.0.0.7:82 --json
want_rc 0
want_same "$(jq -c '[.explain[] | [.mapped, .busy, .free]] | unique' "$work/out")" '[[true,48,2]]'
free=$(comm -23 <(seq 40500 40549) <(in_ns $ns ss -Htn dst 127.0.0.7:82 |
	awk '{ sub(/.*:/, "", $4); print $4 }' | sort))
for port in $(verdicts | awk '$2 == "propose" { print $1 }'); do
	want grep -qx "$port" <<<"$free"
done
want [ "$(count propose)" -gt 0 ]
run dynportctl -n $ns explain 127.0.0.7:82
want_out 'port map: 48 busy, 2 free'
release filler
ok "with a port map only free ports are proposed"

in_ns $ns sysctl -q net.dynport.tcp_port_range="0 0" net.dynport.map_threshold=8
run dynportctl -n $ns explain 127.0.0.9:80
want_rc 0
want_silent err
want_out '^TCP connect\(\) to 127\.0\.0\.9:80 from 127\.0\.0\.1$'
want_out '^algorithm random_pick, ports 40000-40999, no port map$'
want_out '^(The kernel would be asked for port [0-9]+ first|None of the first)'
want_out '^ *# +PORT +VERDICT +WHY'
want_out '^ *1 +40[0-9]{3} +'
ok "for people there is a sentence, and a table"

run on_terminal 80 "export NO_COLOR=1; dynportctl -n $ns explain 127.0.0.9:80 --count 100"
want [ "$(grep -E '^ *[0-9]+ ' "$work/out" | wc -L)" -le 80 ]
want [ -z "$(grep -F $'\033[' "$work/out")" ]
run on_terminal 80 "dynportctl -n $ns explain 127.0.0.9:80"
want grep -qF $'\033[' "$work/out"
timeout 20 dynportctl -n $ns explain 127.0.0.9:80 --json >/dev/full 2>"$work/err"
rc=$?
want_rc 1
want_err stdout
ok "it fits the terminal, has colours only there, and a full stdout exits 1"

# With the guard, the map of the namespace has marks.
in_ns $ns sysctl -q net.ipv4.ip_local_reserved_ports=
if [ -e /proc/sys/net/dynport/guard_seconds ]; then
	hold listener listen 127.0.0.1:40700
	run dynportctl -n $ns map --json --block 1
	want_same "$(jq -r '.map[] | select(.guarded == 1) | .low' "$work/out")" 40700
	release listener
	run dynportctl -n $ns map
	want_out ' 1 guarded, '
	ok "map marks the ports that are guarded"
else
	skip "map marks the ports that are guarded" "the module has no guard"
fi
want rmmod dynport

finish
