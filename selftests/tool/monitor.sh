#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# monitor.sh - what dynportctl monitor promises, tried in the guest. See judge.sh;
# run it with host-run: it loads and unloads the module.
#
# shellcheck disable=SC2016,SC2317 # jq's dollars; functions that until_true calls

# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

begin 9
make_namespaces

run dynportctl -n $ns monitor
want_rc 1
want_silent out
want_err "not loaded"
run dynportctl -n nonesuch monitor
want_rc 1
for command in "monitor x" "monitor lease_new pressur" "monitor --count" "monitor --count=0" \
	"monitor --count=x" "monitor --count=-1"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns $command
	want_rc 2
	want_silent out
done
ok "no module and no namespace exit 1, wrong arguments 2"

load_module
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 40999"
run in_ns $ns setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	"$(command -v dynportctl)" monitor
want_rc 1
want_silent out
want_err "needs CAP_NET_ADMIN"
ok "without privileges it says what it needs"

# monitor_start ARGUMENT... - in the background; what it prints is in $work/events.
# It is heard once a lease of the first socket's has come out.
monitor_start() {
	: >"$work/events"
	interruptible dynportctl -n $ns monitor "$@" >"$work/events" 2>"$work/words" &
	job=$!
}
monitor_end() {
	want kill "-$1" $job
	wait $job
	rc=$?
	job=
}
# hears NAME FILTER - until an event matches, new sockets are made.
hears() {
	local until=$((SECONDS + 30))
	while [ $SECONDS -lt $until ]; do
		hold probe udp 1
		release probe
		grep -q lease_del "$work/events" && return
	done
	doubt "no event was heard"
}
events() {
	jq -c "select(.monitor[0] | $1) | .monitor[0] | $2" "$work/events"
}

monitor_start --json
hears
hold holder any 3 udp 2
ports=$(in_ns $ns ss -Htuln | awk '{ sub(/.*:/, "", $5); print $5 }' | sort)
new_ports() {
	[ "$(events '.event == "lease_new"' '.port' | tail -n 5 | sort)" = "$ports" ]
}
until_true new_ports
want_same "$(events '.event == "lease_new"' '[.protocol, .from, .ifindex, .uid]' | tail -n 5 | sort -u | tr '\n' ' ')" \
	'["tcp","0.0.0.0",0,0] ["udp","0.0.0.0",0,0] '
release holder
gone_ports() {
	[ "$(events '.event == "lease_del"' '.port' | tail -n 5 | sort)" = "$ports" ]
}
until_true gone_ports
# The cookie is the lease's name.
want_same "$(events '.event == "lease_del"' '.cookie' | tail -n 5 | sort)" \
	"$(events '.event == "lease_new"' '.cookie' | tail -n 5 | sort)"
want_same "$(jq -c '.monitor | length' "$work/events" | sort -u)" 1
want_same "$(wc -l <"$work/events")" "$(jq -s length "$work/events")"
monitor_end INT
want_rc 0
want [ ! -s "$work/words" ]
ok "leases come and go, a document in each line with --json, and Ctrl-C ends it"

in_ns $ns sysctl -q net.dynport.map_threshold=1 net.dynport.tcp_port_range="40100 40199"
monitor_start --json pressure exhausted relieved
# It has joined when an event comes out: this one is exhausted once more each time.
hold filler connect 127.0.0.7:82 100
came() {
	in_ns "$ns" bash -c ': </dev/tcp/127.0.0.7/82' 2>/dev/null
	[ -n "$(events ".event == \"$1\"" .event)" ]
}
until_true came exhausted
want_same "$(events '.event == "exhausted"' '[.path, .protocol, .destination, .destination_port, .from, .ports]' | sort -u)" \
	'["connect","tcp","127.0.0.7",82,"127.0.0.1",100]'
release filler
until_true came relieved
hold filler connect 127.0.0.7:83 95
until_true came pressure
want_same "$(events '.event == "pressure" and .destination_port == 83' '.busy >= 90' | sort -u)" true
want_same "$(events '.event | startswith("lease")' . | wc -l)" 0
release filler
monitor_end TERM
want_rc 0
ok "pressure, exhaustion and relief are told, with the space; other events are not"

monitor_start --count 2 lease_new
while kill -0 $job 2>/dev/null && [ "$((tries = ${tries-0} + 1))" -lt 100 ]; do
	hold probe udp 1
	release probe
done
wait $job
rc=$?
job=
want_rc 0
want_same "$(grep -cE '^[0-9:]{8}\.[0-9]{3} lease_new +udp port 40[0-9]{3} at any address, uid 0$' "$work/events")" 2
want_same "$(wc -l <"$work/events")" 2
ok "for people an event is a line, and --count ends it"

interruptible dynportctl -n $ns monitor >/dev/full 2>"$work/words" &
job=$!
tries=0
while kill -0 $job 2>/dev/null && [ "$((tries += 1))" -lt 100 ]; do
	hold probe udp 1
	release probe
done
wait $job
rc=$?
job=
want_rc 1
want grep -q stdout "$work/words"
ok "a full stdout ends it with 1"

# In a namespace of an unprivileged user's, whose buffers are small.
cat >"$work/flood" <<'END'
ip link set lo up
sysctl -q net.ipv4.ip_local_port_range="40000 49999"
dynportctl monitor --json >"$1/events" 2>&1 &
job=$!
for ((i = 0; i < 100; i++)); do
	: >/dev/udp/127.0.0.1/9
	[ -s "$1/events" ] && break
	sleep 0.1
done
kill -STOP $job
"$DYNPORT_BUILD/tool/sockets" udp 900 >"$1/flood.out" &
for ((i = 0; i < 300; i++)); do
	grep -qs ready "$1/flood.out" && break
	sleep 0.1
done
kill $!
wait $!
kill -CONT $job
for ((i = 0; i < 100; i++)); do
	grep -q '"lost"' "$1/events" && break
	sleep 0.1
done
kill $job
wait $job
END
rm -f "$work/events"
run unshare --user --map-root-user --net timeout 120 bash "$work/flood" "$work"
want_rc 0
want_same "$(events '.event == "lost"' .event)" '"lost"'
ok "where events are lost it says so, and goes on"

# It is told of the module's end among what it loses.
drops() {
	in_ns $ns awk -v pid="$child" '$3 == pid { n += $9 } END { exit !n }' /proc/net/netlink
}
monitor_start
hears
child=$(pgrep -P $job)
want kill -STOP "$child"
for ((i = 0; i < 30; i++)); do
	hold flood udp 500
	release flood
	! drops || break
done
want drops
rmmod dynport || doubt "the module can't be unloaded"
load_module
want kill -CONT "$child"
wait $job
rc=$?
job=
want_rc 1
want grep -qF 'dynport was unloaded' "$work/words"
ok "it notices that even where events were lost, and dynport is back"

in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 40999"
monitor_start
hears
unload_under_job
ok "it ends when the module goes, and says so"

finish
