#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# top.sh - what dynportctl top promises, tried in the guest. See judge.sh; run it
# with host-run: it loads and unloads the module.
#
# shellcheck disable=SC2016,SC2317 # awk's dollars; functions that until_true calls

needs=tmux
# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

begin 12
make_namespaces
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 40999" \
	net.ipv4.ip_local_reserved_ports=40000-40099

# row FILTER - of the JSON in $work/out, what FILTER picks from the row of the
# destination $1:$2.
row() {
	jq -c ".top[] | select(.destination == \"$1\" and .port == $2) | $3" "$work/out"
}
other_row() {
	jq -c ".top[] | select(.path == \"$1\") | $2" "$work/out"
}
# How many sockets ss sees with that peer, in all and in TIME_WAIT.
seen() {
	in_ns $ns ss -Htan "dst = $1" | wc -l
}
seen_waiting() {
	in_ns $ns ss -Htan state time-wait "dst = $1" | wc -l
}

hold holder listen 127.0.0.1:40500 connect 127.0.0.9:80 90 part 30 connect '[::1]:443' 45 udp 18

# Without the module.

run dynportctl -n $ns top --json
want_rc 0
want_silent err
want_same "$(row 127.0.0.9 80 '[.path, .protocol, .from, .ports, .used, .free, .percent]')" \
	'["connect","tcp","127.0.0.1",900,90,810,10]'
want_same "$(row 127.0.0.9 80 .used) $(row 127.0.0.9 80 .time_wait)" \
	"$(seen 127.0.0.9:80) $(seen_waiting 127.0.0.9:80)"
want_same "$(row ::1 443 '[.from, .used, .time_wait]')" '["::1",45,0]'
want_same "$(jq -c '[.top[].mapped] | unique' "$work/out")" '[false]'
want_same "$(jq -c '[.top[] | select(.path == "connect") | .used]' "$work/out")" '[90,45]'
ok "without the module, top --json agrees with ss, the fullest first"

want_same "$(other_row udp '[.ports, .used]')" '[900,18]'
ports=$(in_ns $ns ss -Htan | awk '{ sub(/.*:/, "", $4); if ($4 + 0 >= 40100) print $4 }' | sort -u | wc -l)
want_same "$(other_row bind .used)" "$ports"
ok "bind(0) and UDP have their own rows, with the ports that are in use"

want_same "$(row 127.0.0.9 80 .owner)" "\"sockets (${holder[holder]})\""
want_same "$(row 127.0.0.9 80 '[.trend, .seconds_left, .searches]')" '[null,null,null]'
ok "the program that has the sockets is named; what isn't known is null"

cp "$(command -v dynportctl)" "$work/dynportctl"
chmod 755 "$work" "$work/dynportctl"
run in_ns $ns setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	"$work/dynportctl" top --json
want_rc 0
want_same "$(row 127.0.0.9 80 '[.used, .owner]')" '[90,null]'
ok "without privileges top works, but for the names of others' programs"

run dynportctl -n $ns top
want_rc 0
want_silent err
want_out '^range 40000-40999: 1000 ports, 100 reserved; [0-9]+ sockets in it, 30 in TIME_WAIT$'
want_out '^dynport is not loaded$'
want_out '^127\.0\.0\.9:80 +127\.0\.0\.1 +90 +10\.0 +- +- +33 +sockets \([0-9]+\)$'
want_out '^\[::1\]:443 +::1 +45 +5\.0 '
want_out '^- UDP +any +18 +2\.0 '
run dynportctl -n $ns top --lines 2
want_same "$(grep -cE '^(127|\[|- )' "$work/out")" 2
want_out '^127\.0\.0\.9:80 '
ok "into a file, top is a table, once, of as many lines as wanted"

for command in "top x" "top --lines" "top --lines=x" "top --lines=-1" "top --watch=0" \
	"top --nonsense"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command
	want_rc 2
	want_silent out
done
run dynportctl -n nonesuch top
want_rc 1
want_silent out
timeout 20 dynportctl top >/dev/full 2>"$work/err"
rc=$?
want_rc 1
want_err stdout
ok "wrong arguments exit 2, no namespace and a full stdout 1"

hold grower grow 127.0.0.8:81 20
run dynportctl -n $ns top -1 --watch 3 --json
want_rc 0
want jq -e '.top[] | select(.port == 81) | .trend > 2 and .trend < 40 and
	.seconds_left > 10 and .seconds_left < 450' "$work/out" >/dev/null
want_same "$(row 127.0.0.9 80 '[.trend, .seconds_left]')" '[0,null]'
ok "with --once and --watch there is a trend, and when it will be full"

# Live, on a terminal.

terminal_open 100 16
terminal_type "dynportctl -n $ns top"
until_true screen_has '^127\.0\.0\.8:81 .*\+[0-9.]+/s .* sockets '
want screen_has '^dynport top: every 1 s, network namespace '
want screen_lacks 'exit code'
want_same "$(wc -l <"$work/screen")" 16
tmux_do resize-window -t tool -x 60 -y 8
until_true screen_lacks '- UDP'
tmux_do resize-window -t tool -x 100 -y 16
until_true screen_has '^- UDP'
tmux_do send-keys -t tool C-c
terminal_ended 0
want screen_lacks '^range 40000'
ok "on a terminal top is live, fits, and Ctrl-C gives the terminal back"
terminal_close
release grower

interruptible dynportctl -n $ns top --watch 0.2 --json >"$work/out" 2>"$work/err" &
job=$!
three() { [ "$(grep -c '"top"' "$work/out")" -ge 3 ]; }
until_true three
want kill -INT $job
wait $job
rc=$?
want_rc 0
job=
want jq -es 'length >= 3 and (.[2].top[] | select(.port == 80) | .trend == 0)' "$work/out" >/dev/null
ok "--watch --json is a sequence of documents"
release holder

# With it.

load_module
in_ns $ns sysctl -q net.dynport.map_threshold=1 net.dynport.tcp_port_range="40100 40299"
hold filler connect 127.0.0.7:82 200
run dynportctl -n $ns top --json
want_rc 0
want_silent err
want_same "$(row 127.0.0.7 82 '[.ports, .used, .free, .mapped, .seconds_left]')" '[200,200,0,true,0]'
want_same "$(row 127.0.0.7 82 '[.ports, .used, .searches, .failed] | join(" ")' | tr -d '"')" \
	"$(in_ns $ns awk '$5 == 82 { print $6, $7, $10, $11 }' /proc/net/dynport/spaces)"
ok "with the module, top --json agrees with its port maps"

run dynportctl -n $ns top
want_out '^dynport is loaded: 1 port map$'
want_out '^127\.0\.0\.7:82 +127\.0\.0\.1 +200 +100\.0 +- +now +0 +yes +sockets '
in_ns $ns sysctl -q net.dynport.map_threshold=0
ok "and says what has a map, and what is full"

run in_ns $ns setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	"$work/dynportctl" top
want_rc 0
want_out 'Permission denied'
want_out '^127\.0\.0\.7:82 +127\.0\.0\.1 +200 +100\.0 '
release filler
ok "without privileges it says that maps are for root, and shows the sockets"
rmmod dynport || doubt "the module can't be unloaded"

finish
