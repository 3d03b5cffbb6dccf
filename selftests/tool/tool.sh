#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tool.sh - what dynportctl promises, tried in the guest: status, set, algorithms,
# stats, and what all verbs have in common. See judge.sh; run it with host-run: it
# loads and unloads the module. Optionally uses DYNPORT_KO_DESCEND.
#
# shellcheck disable=SC2016,SC2317 # the dollars of awk and the guest shells; functions
# that until_true calls

needs=script
# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

begin 47

# Without the module.

run dynportctl
want_rc 1
want_err "not loaded"
want_silent out
ok "without the module, status says so on stderr and exits 1"

run dynportctl --json
want_rc 1
want_same "$(jq -c '.status[0].loaded' "$work/out")" false
ok "without the module, status --json is JSON that says so"

for command in "set search_limit 5" set algorithms stats "stats --watch"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command
	want_rc 1
	want_err "not loaded"
	want_silent out
done
ok "without the module, every other verb exits 1, too"

run dynportctl --version
want_rc 0
want_out '^dynportctl [0-9]'
run dynportctl --help
want_rc 0
want_silent err
for verb in status set algorithms stats; do
	want_out "^  $verb "
done
ok "--help lists the verbs, and needs no module"

for verb in status set algorithms stats; do
	run dynportctl $verb --help
	want_rc 0
	want_silent err
	want_out "^Usage: dynportctl $verb"
	want_out '--json'
	want_out '--netns NETNS'
done
ok "every verb has a --help of its own"

# With it.

load_module
make_namespaces

# Connections that are refused, and datagrams: each takes a port.
traffic() {
	in_ns $ns bash -c '
		for ((i = 0; i < $1; i++)); do
			: </dev/tcp/127.0.0.1/9
			echo >/dev/udp/127.0.0.1/9
		done' - "$1" 2>/dev/null
}
traffic 20

run dynportctl -n $ns stats --json
want_rc 0
want_silent err
want_same "$(jq -r '.stats[0] | to_entries[] | "\(.key)\t\(.value)"' "$work/out")" \
	"$(in_ns $ns tail -n +2 /proc/net/dynport/stats)"
want [ "$(jq '.stats[0].connect_searches' "$work/out")" -ge 20 ]
want [ "$(jq '.stats[0].udp_searches' "$work/out")" -ge 20 ]
ok "stats --json has the names and values of /proc/net/dynport/stats"

run dynportctl -n $ns stats
want_rc 0
want_out '^COUNTER +CONNECT +BIND +UDP'
for counter in $(in_ns $ns awk -F '\t' 'sub("^connect_", "", $1) { print $1 }' \
		/proc/net/dynport/stats); do
	values=$(in_ns $ns awk -F '\t' -v c="$counter" \
		'$1 ~ "^(connect|bind|udp)_" c "$" { printf " +%s", $2 }' \
		/proc/net/dynport/stats)
	want_out "^$counter$values "
done
want_out '^rekeys +[0-9]+'
ok "stats shows each counter's paths side by side"

run dynportctl -n $ns stats --histogram --json
want_rc 0
want_same "$(jq -r '.histogram[] | "\(.candidates)\t\(.connect)\t\(.bind)\t\(.udp)"' "$work/out")" \
	"$(in_ns $ns tail -n +2 /proc/net/dynport/histogram)"
want_same "$(jq -c '.histogram[2] | [.from, .to]' "$work/out")" "[3,4]"
ok "stats --histogram --json has the rows of /proc/net/dynport/histogram"

run dynportctl -n $ns stats --histogram
want_rc 0
want_out "^ +1 +$(in_ns $ns awk '$1 == "1" { print $2 }' /proc/net/dynport/histogram) "
ok "stats --histogram shows its counts"

run dynportctl -n $ns algorithms --json
want_rc 0
want_same "$(jq -r '[.algorithms[].name] | join(" ")' "$work/out")" \
	"$(sysctl_of $ns available_algorithms)"
want_same "$(jq -r '.algorithms[] | select(.connect and .bind and .udp) | .name' "$work/out")" \
	"$(sysctl_of $ns algorithm)"
want_same "$(jq -r '.algorithms[] | select(.name == "hash") | .rfc6056' "$work/out")" 3.3.3
ok "algorithms --json lists what the kernel has, and who uses it"

run dynportctl -n $ns set algorithm_bind bsd
run dynportctl -n $ns algorithms
want_out '^bsd +2.2 +bind '
want_out '^random_pick +3.3.2 +connect udp '
run dynportctl -n $ns algorithms --json
want_same "$(jq -c '.algorithms[] | select(.bind) | [.name, .connect]' "$work/out")" \
	'["bsd",false]'
run dynportctl -n $ns set algorithm_bind default
ok "algorithms tells which path has an algorithm of its own"

sentence="an algorithm from another module is listed, with '-' for what isn't known"
if [ -f "${DYNPORT_KO_DESCEND-}" ]; then
	want insmod "$DYNPORT_KO_DESCEND"
	run dynportctl -n $ns algorithms
	want_out '^descend +- +- +-$'
	run dynportctl -n $ns algorithms --json
	want_same "$(jq -c '.algorithms[] | select(.name == "descend") | [.rfc6056, .when]' \
		"$work/out")" '[null,null]'
	want rmmod dynport_descend
	ok "$sentence"
else
	skip "$sentence" "DYNPORT_KO_DESCEND names no module"
fi

in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 49999" \
	net.ipv4.ip_local_reserved_ports=40001,40003,40100-40199 \
	net.dynport.udp_port_range="40000 40999" net.dynport.bind_stride=4
run dynportctl -n $ns --json
want_rc 0
# Odd offsets 1 and 3, and 100 in a row: 25 of those end a group of four.
want_same "$(jq -c '.status[0] | [.loaded, .netns, .connect_algorithm, .connect_algorithm_own,
		.connect_low, .connect_high, .connect_ports, .connect_reserved,
		.connect_class_ports, .bind_class_ports,
		.udp_low, .udp_high, .udp_ports, .udp_reserved, .problems]' "$work/out")" \
	"[true,\"$ns\",\"random_pick\",false,40000,49999,10000,102,7424,2474,40000,40999,1000,102,null]"
want_same "$(jq -r '.status[0].srcversion' "$work/out")" \
	"$(cat /sys/module/dynport/srcversion 2>/dev/null || echo null)"
want_same "$(jq -r '.status[0] | to_entries[] | select(.key | test("_(searches|candidates|stock_fallbacks|exhausted)$")) | "\(.key)\t\(.value)"' "$work/out")" \
	"$(in_ns $ns grep -E '_(searches|candidates|stock_fallbacks|exhausted)\b' /proc/net/dynport/stats)"
ok "status --json agrees with the sysctls, the module and the counters"

run dynportctl -n $ns status
want_rc 0
want_silent err
want_out "^dynport .*is loaded.* $ns"
want_out '^range +40000-49999 +40000-49999 +40000-40999$'
want_out 'ports +9898 +9898 +898$'
want_out 'own class +7424 +2474 +-$'
want_out '^DESTINATION +FROM +USED'
want_out '^- bind\(0\) +any '
want_out '^Nothing looks wrong'
ok "status shows ranges, ports and classes, what is fullest, and finds nothing wrong"
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="32768 60999" \
	net.ipv4.ip_local_reserved_ports= \
	net.dynport.udp_port_range="0 0" net.dynport.bind_stride=2

run dynportctl -n $ns set --json
want_rc 0
for file in /proc/sys/net/dynport/*; do
	key=${file##*/}
	[ "$key" != available_algorithms ] || continue
	want_same "$key $(jq -r ".settings[] | select(.key == \"$key\") | .value" "$work/out")" \
		"$key $(sysctl_of $ns "$key")"
done
run dynportctl set --help
for file in /proc/sys/net/dynport/*; do
	[ "${file##*/}" = available_algorithms ] || want_out "^${file##*/} "
done
ok "set lists all settings with their values, and --help explains each"

# Wrong arguments.

for command in nonsense "status nonsense" "algorithms x" "stats 3" --nonsense \
	"status --watch" "-n" "stats --watch=abc" "stats --watch 0" "stats --watch=1e99" \
	"stats --watch=nan"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command
	want_rc 2
	want_silent out
	want_err "Try 'dynportctl"
done
ok "a verb, option or argument that doesn't exist exits 2"

run dynportctl statsu
want_err "did you mean 'status'"
run dynportctl set serach_limit 5
want_rc 2
want_err "did you mean 'search_limit'"
ok "a slip of the pen is answered with the name that was meant"

before=$(in_ns $ns sysctl net.dynport)
for command in "search_limit 0" "search_limit 65536" "search_limit x" "search_limit -1" \
	"search_limit=" "search_limit" "bind_stride 1" "bind_stride 17" "rekey_seconds 86401" \
	"tcp_port_range 2 1" "tcp_port_range 0 5" "tcp_port_range 1 65536" "tcp_port_range 5" \
	"tcp_port_range 1-2-3" "search_limit 5 bind_stride 1" "search_limit 5 x=1" \
	"search_limit 5 6" "available_algorithms hash" "= 5"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns set $command
	want_rc 2
	want_silent out
done
want_same "$(in_ns $ns sysctl net.dynport)" "$before"
ok "a value out of its bounds exits 2, and nothing changes"

run dynportctl -n $ns set search_limit 0
want_err "it takes 1..65535"
run dynportctl -n $ns set bind_stride 1
want_err "it takes 0 or 2..16"
ok "a wrong value is answered with the right ones"

# set.

run dynportctl -n $ns set search_limit 7
want_rc 0
want_silent out
want_silent err
want_same "$(sysctl_of $ns search_limit)" 7
want_same "$(cat /proc/sys/net/dynport/search_limit)" 64
ok "set changes its namespace, no other, and is silent"

for command in "20000 30000" "20001-30001" "20002,30002"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns set tcp_port_range $command
	want_rc 0
	want_same "$(sysctl_of $ns tcp_port_range)" "$(echo "$command" | tr -- ',-' '  ')"
done
run dynportctl -n $ns set tcp_port_range=20003 30003
want_rc 0
want_same "$(sysctl_of $ns tcp_port_range)" "20003 30003"
run dynportctl -n $ns set "tcp_port_range=20004 30004"
want_rc 0
want_same "$(sysctl_of $ns tcp_port_range)" "20004 30004"
ok "set takes a range in every form that it promises"

for preset in "iana 49152 65535" "linux 32768 60999" "wide 1024 65535"; do
	read -r name range <<<"$preset"
	run dynportctl -n $ns set ip_local_port_range "$name" tcp_port_range="$name" \
		udp_port_range "$name"
	want_rc 0
	want_silent out
	want_silent err
	want_same "$(sysctl_of $ns tcp_port_range)" "$range"
	want_same "$(sysctl_of $ns udp_port_range)" "$range"
	want_same "$(in_ns $ns sysctl -n net.ipv4.ip_local_port_range | tr '\t' ' ')" "$range"
	run dynportctl set --help
	want_out "^  $name +${range/ /-} "
done
run dynportctl -n $ns set --json
want_same "$(jq -r '.settings[] | select(.key == "ip_local_port_range") | .value' "$work/out")" \
	"1024 65535"
want_same "$(sysctl -n net.ipv4.ip_local_port_range | tr '\t' ' ')" "32768 60999"
ok "set knows ranges by name, and sets the kernel's own range, too"

run dynportctl -n $ns set ip_local_port_range linux tcp_port_range wide udp_port_range iana
want_rc 0
want_silent out
want_err "tcp_port_range 1024-65535 is cut to 32768-60999: it only narrows ip_local_port_range"
want_err "udp_port_range 49152-65535 is cut to 49152-60999"
run dynportctl -n $ns set udp_port_range 61000 65535 tcp_port_range linux
want_rc 0
want_err "udp_port_range 61000-65535 has no port of ip_local_port_range 32768-60999"
want [ "$(wc -l <"$work/err")" -eq 1 ]
run dynportctl -n $ns set udp_port_range=0-0 tcp_port_range 40000-40999
want_rc 0
want_silent err
# Narrowed from the other side.
run dynportctl -n $ns set ip_local_port_range=iana
want_rc 0
want_err "tcp_port_range 40000-40999 has no port of ip_local_port_range 49152-65535"
ok "set says where a range is cut by ip_local_port_range, or ignored"

before=$(in_ns $ns sysctl net.dynport net.ipv4.ip_local_port_range)
for command in "ip_local_port_range 0 0" "ip_local_port_range narrow" "tcp_port_range WIDE" \
	"udp_port_range iana linux" "search_limit linux"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns set $command
	want_rc 2
	want_silent out
done
run dynportctl -n $ns set tcp_port_range narrow
want_err "preset wide: 1024-65535"
# The kernel's verdict: it begins below ip_unprivileged_port_start.
run dynportctl -n $ns set tcp_port_range linux ip_local_port_range 1000 2000
want_rc 1
want_err "ip_unprivileged_port_start"
want_err "tcp_port_range is put back to '40000 40999'"
want_same "$(in_ns $ns sysctl net.dynport net.ipv4.ip_local_port_range)" "$before"
ok "set refuses a name that isn't a range's, and what the kernel refuses"
run dynportctl -n $ns set ip_local_port_range linux

run dynportctl -n $ns set search_limit=9 algorithm hash udp_port_range 40000 50000 bind_stride=0
want_rc 0
want_same "$(sysctl_of $ns search_limit) $(sysctl_of $ns algorithm) $(sysctl_of $ns udp_port_range) $(sysctl_of $ns bind_stride)" \
	"9 hash 40000 50000 0"
ok "set changes several at once"

before=$(in_ns $ns sysctl net.dynport)
run dynportctl -n $ns set search_limit 11 algorithm_udp bsd search_limit 12 algorithm nosuch bind_stride 2
want_rc 1
want_silent out
want_err "no algorithm 'nosuch'; there are: $(sysctl_of $ns available_algorithms)"
want_err "search_limit is put back to '9'"
want_err "algorithm_udp is put back to 'default'"
want_err "nothing was changed"
want_same "$(in_ns $ns sysctl net.dynport)" "$before"
ok "when the kernel refuses one of several, the others are put back"

run dynportctl -n $ns set search_limit 13 algorithm No/Such
want_rc 1
want_err "the kernel refuses"
want_same "$(in_ns $ns sysctl net.dynport)" "$before"
run dynportctl -n $ns set algorithm default
want_rc 1
want_same "$(in_ns $ns sysctl net.dynport)" "$before"
ok "a name that can't be an algorithm's is refused"
run dynportctl -n $ns set search_limit 64 algorithm random_pick tcp_port_range 0 0 \
	udp_port_range 0 0 bind_stride 2

# Namespaces.

run dynportctl --netns /run/netns/$other set search_limit 17
want_rc 0
want_same "$(sysctl_of $other search_limit) $(sysctl_of $ns search_limit)" "17 64"
want_same "$(dynportctl stats --netns=$other --json | jq '.stats[0].connect_searches')" 0
want [ "$(dynportctl -n $ns stats --json | jq '.stats[0].connect_searches')" -gt 0 ]
ok "a namespace is found by name and by path, and its counters are its own"

run dynportctl -n nonesuch
want_rc 1
want_err "nonesuch"
want_silent out
run dynportctl -n /nonesuch/path set search_limit 5
want_rc 1
run dynportctl -n /proc/self/ns/mnt
want_rc 1
want_err "is no network namespace"
run dynportctl -n /dev/null
want_rc 1
run dynportctl -n ''
want_rc 1
run dynportctl -n ..
want_rc 1
ok "a namespace that isn't there, or isn't one, exits 1"

for verb in $(dynportctl --help | awk '/^  [a-z]/ { print $1 }'); do
	run dynportctl "$verb" -n nonesuch
	want_rc 1
	want_err "nonesuch"
	want_silent out
	run dynportctl "$verb" --nonsense
	want_rc 2
	want_silent out
	want_err "Try 'dynportctl $verb --help'"
	run dynportctl "$verb" --help
	want_rc 0
	want_silent err
	want_out "^Usage: dynportctl $verb"
	dynportctl "$verb" --help >/dev/full 2>"$work/err"
	rc=$?
	want_rc 1
	want_err "stdout"
done
ok "so it is with every verb, and with a wrong option, and a full stdout"

# Permissions.

run unprivileged dynportctl set search_limit 5
want_rc 1
want_err "CAP_NET_ADMIN"
want_same "$(cat /proc/sys/net/dynport/search_limit)" 64
run unprivileged dynportctl -n $ns
want_rc 1
want_err "CAP_SYS_ADMIN"
ok "without privileges, set and -n exit 1 and tell which one is missing"

run unprivileged dynportctl stats
want_rc 1
want_err "for root"
want_silent out
run unprivileged dynportctl stats --watch
want_rc 1
want_err "for root"
want_silent out
ok "without privileges, stats exits 1"

run unprivileged dynportctl
want_rc 0
want_err "for root"
want_out '^algorithm +random_pick'
want [ -z "$(grep searches "$work/out")" ]
run unprivileged dynportctl --json
want_rc 0
want_same "$(jq -c '.status[0] | [.connect_ports, .connect_searches]' "$work/out")" "[28232,null]"
ok "without privileges, status shows the rest and leaves the counters out"

# Output that can't be written.

for command in status --json "status --help" --help --version set "set --json" algorithms \
	stats "stats --histogram" "stats --json" "stats --watch 0.1" "stats --watch 0.1 --json"; do
	# shellcheck disable=SC2086 # split into words
	timeout 20 dynportctl $command >/dev/full 2>"$work/err"
	rc=$?
	want_rc 1
	want_err "stdout"
done
ok "a full stdout exits 1, for every verb"

for command in status --help "stats --json" "stats --watch 0.1"; do
	# shellcheck disable=SC2086 # split into words
	timeout 20 dynportctl $command >&- 2>"$work/err"
	rc=$?
	want_rc 1
	want_err "stdout"
done
dynportctl -n $ns set search_limit 64 >&- 2>"$work/err"
rc=$?
want_rc 0
ok "a closed stdout exits 1 where something was to be printed"

# Terminals.

escape=$'\033['
run on_terminal 80 "dynportctl; dynportctl algorithms"
want grep -qF "$escape" "$work/out"
run on_terminal 80 "export NO_COLOR=1; dynportctl; dynportctl algorithms; dynportctl stats"
want_out '^algorithm '
want [ -z "$(grep -F "$escape" "$work/out")" ]
run on_terminal 80 "export TERM=dumb; dynportctl; dynportctl algorithms"
want [ -z "$(grep -F "$escape" "$work/out")" ]
run dynportctl algorithms
want [ -z "$(grep -F "$escape" "$work/out")" ]
run on_terminal 80 "dynportctl --json"
want [ -z "$(grep -F "$escape" "$work/out")" ]
ok "there is colour on a terminal only, not with NO_COLOR and not in JSON"

for columns in 80 120; do
	run on_terminal $columns "export NO_COLOR=1; dynportctl; dynportctl algorithms;
		dynportctl set; dynportctl stats; dynportctl stats -H"
	widest=$(LC_ALL=C.UTF-8 wc -L <"$work/out")
	[ "$widest" -le $columns ] || doubt "a line of $widest on $columns columns"
done
run on_terminal 60 "export NO_COLOR=1; dynportctl algorithms"
want_out '^ {30,}[a-z]'
ok "tables fit into a terminal of 80 columns, and texts are wrapped between words"

# The terminal's settings are printed before the view and after it.
settings() {
	tr -d '\r' <"$work/terminal" | grep -E '^[0-9a-f:]{40,}$'
}
settled() { [ "$(settings | wc -l)" -eq 2 ]; }

# watch_typed KEYS - a live view on a terminal, ended by typed keys; what the
# terminal showed is in $work/terminal.
watch_typed() {
	local keys=$1
	rm -f "$work/keys" "$work/terminal"
	mkfifo "$work/keys"
	interruptible script -qfec 'trap : INT; stty -g; dynportctl stats --watch 60; printf "\nexit code $?\n"; stty -g' \
		"$work/terminal" <"$work/keys" >/dev/null 2>&1 &
	job=$!
	exec 9>"$work/keys"
	until_true grep -qs '^rekeys' "$work/terminal"
	printf '%b' "$keys" >&9
	until_true grep -qs '^exit code' "$work/terminal"
	until_true settled
	exec 9>&-
	wait $job
	job=
}

for keys in '\003' q; do
	watch_typed "$keys"
	want grep -q '^exit code 0' "$work/terminal"
	want_same "$(settings | sort -u | wc -l)" 1
	# The last words to the terminal: cursor on, back to the usual screen.
	want grep -qF "${escape}?25h${escape}?1049l" "$work/terminal"
done
ok "--watch ends by Ctrl-C or q with 0 and gives the terminal back as it was"

# A shell with job control goes on when the view is stopped.
cat >"$work/session" <<'END'
bash -c 'echo $$ >"$0/pid"; exec dynportctl stats --watch 60' "$1"
printf '\nstopped %s\n' $?
stty -a
fg
printf '\ndied %s\n' $?
stty -a
echo over
END
rm -f "$work/terminal"
interruptible script -qfec "bash -m $work/session $work" "$work/terminal" </dev/null >/dev/null 2>&1 &
job=$!
# shown TIMES - has the view been drawn so often?
shown() {
	local times
	times=$(grep -cs '^rekeys' "$work/terminal")
	[ "${times:-0}" -ge "$1" ]
}
until_true shown 1
want kill -TSTP "$(cat "$work/pid")"
until_true grep -qs '^stopped' "$work/terminal"
until_true shown 2
want kill -TERM "$(cat "$work/pid")"
until_true grep -qs '^over' "$work/terminal"
wait $job
job=
want grep -q '^stopped 148' "$work/terminal"
want grep -q '^died 143' "$work/terminal"
want_same "$(grep -Ec ' icanon' "$work/terminal") $(grep -Ec ' echo ' "$work/terminal")" "2 2"
want_same "$(grep -oF "${escape}?1049l" "$work/terminal" | wc -l)" 2
ok "--watch gives the terminal back when it is stopped, and when it is killed"

interruptible dynportctl -n $ns stats --watch 0.2 >"$work/out" 2>"$work/err" &
job=$!
until_true grep -qs '^searches' "$work/out"
want grep -qE '^searches +[0-9]+ +- ' "$work/out"
traffic 20
until_true grep -qE '^searches +[0-9]+ +[1-9]' "$work/out"
want [ -z "$(grep -F "$escape" "$work/out")" ]
want kill -INT $job
wait $job
rc=$?
want_rc 0
job=
ok "--watch into a file shows rates, and SIGINT ends it with 0"

interruptible dynportctl -n $ns stats --watch 0.2 --json >"$work/out" 2>"$work/err" &
job=$!
three() { [ "$(grep -c '"time"' "$work/out")" -ge 3 ]; }
until_true three
want kill -TERM $job
wait $job
rc=$?
want_rc 143
job=
want jq -es 'length >= 3 and .[1].stats[0].time > .[0].stats[0].time' "$work/out" >/dev/null
ok "--watch --json is a sequence of documents with their time"

# What looks wrong.

problems() {
	dynportctl -n $ns --json | jq -r '.status[0].problems[]?'
}
want_same "$(problems)" ""
in_ns $ns sysctl -q net.dynport.udp_port_range="1000 2000"
want_same "$(problems)" "udp_port_range 1000-2000 has no port of ip_local_port_range 32768-60999, and so it is ignored"
in_ns $ns sysctl -q net.dynport.udp_port_range="40000 40001" \
	net.ipv4.ip_local_reserved_ports=40000-40010
want_same "$(problems | grep -c '^UDP: every port of 40000-40001 is reserved')" 1
run dynportctl -n $ns
want_out 'Looks wrong'
want_out 'UDP: every port of 40000-40001'
ok "status finds a range that is ignored, and one that is all reserved"
in_ns $ns sysctl -q net.dynport.udp_port_range="0 0" net.ipv4.ip_local_reserved_ports=

in_ns $ns sysctl -q net.dynport.udp_port_range="40000 40000"
# Two sockets, one port.
in_ns $ns bash -c 'exec 3<>/dev/udp/127.0.0.1/9; : <>/dev/udp/127.0.0.1/9' 2>/dev/null
exhausted=$(in_ns $ns awk '$1 == "udp_exhausted" { print $2 }' /proc/net/dynport/stats)
want [ "$exhausted" -ge 1 ]
want_same "$(problems | grep -c "^UDP: $exhausted of [0-9]* searches found no port")" 1
ok "status finds that a search was exhausted"
in_ns $ns sysctl -q net.dynport.udp_port_range="0 0"

seq -s , 32769 2 60999 >"$work/odd"
in_ns $ns sh -c "cat $work/odd >/proc/sys/net/ipv4/ip_local_reserved_ports"
run dynportctl -n $ns --json
want_rc 0
want_same "$(jq -c '.status[0] | [.connect_reserved, .connect_class_ports, .bind_class_ports]' "$work/out")" \
	"[14116,14116,0]"
ok "a list of 14116 reserved ports is counted right"
in_ns $ns sysctl -q net.ipv4.ip_local_reserved_ports=

# Completion.

complete() {
	bash -c '
		source <(dynportctl completion)
		COMP_WORDS=(dynportctl "$@"); COMP_CWORD=$#
		_dynportctl
		echo "${COMPREPLY[@]}"' - "$@"
}
want_same "$(complete sta)" "status stats"
want_same "$(complete set search)" "search_limit"
want_same "$(complete set algorithm random_p)" "random_pick"
want_same "$(complete -n $other stats --w)" "--watch"
want_same "$(complete -n "${other%b}")" "$(cd /run/netns && echo ${ns}*)"
ok "completion knows verbs, settings, algorithms, options and namespaces"

# The module goes.

interruptible dynportctl stats --watch 0.2 >"$work/out" 2>"$work/err" &
job=$!
until_true grep -qs '^searches' "$work/out"
want rmmod dynport
wait $job
rc=$?
want_rc 1
job=
want_err "/proc/thread-self/net/dynport/stats"
ok "--watch ends with 1 and a reason when the module goes"

run dynportctl -n $ns status
want_rc 1
want_err "not loaded"
ok "afterwards status exits 1 again"

finish
