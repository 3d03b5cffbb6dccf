#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# firewall.sh - what dynportctl firewall promises, tried in the guest, with real
# servers behind it, from the folder SERVERS. See judge.sh; run it with host-run,
# which fetches those: it loads and unloads the module. OPENINGS: how often the opening of the firewall
# is measured, for each protocol.
#
# shellcheck disable=SC2016,SC2317 # jq's and awk's dollars; functions that until_true calls

needs="nft busybox ss"
# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

servers=${SERVERS-}
[ -d "$servers" ] || skip_all "SERVERS names no folder with servers"
libraries=$servers/lib/x86_64-linux-gnu:$servers/usr/lib/x86_64-linux-gnu
begin 17

here=10.99.0.1

# in_set SET [NAMESPACE] - its ports, sorted.
in_set() {
	in_ns "${2-$ns}" nft list set inet "${table-dynport}" "$1" 2>/dev/null | nft_ports
}
# leased tcp|udp - the ports of the range that ss sees bound, sorted.
leased() {
	local only=-u
	[ "$1" = udp ] || only=-tl
	in_ns "$ns" ss -Han "$only" | awk '{ sub(/.*:/, "", $(NF - 1)); if ($(NF - 1) + 0 >= 40000) print $(NF - 1) }' |
		sort -nu
}
sets_right() {
	[ "$(in_set tcp_leases)" = "$(leased tcp)" ] &&
		[ "$(in_set udp_leases)" = "$(leased udp)" ]
}
want_sets() {
	want_same "tcp $(in_set tcp_leases | paste -sd,)" "tcp $(leased tcp | paste -sd,)"
	want_same "udp $(in_set udp_leases | paste -sd,)" "udp $(leased udp | paste -sd,)"
}
set_count() {
	[ "$(in_set "$1_leases" | wc -l)" -eq "$2" ]
}
# firewall_start [ARGUMENT...] - in $ns; its words go to $work/words.
firewall_start() {
	rm -f "$work/words"
	timeout 900 env --default-signal=INT,QUIT dynportctl -n $ns firewall "$@" \
		>"$work/silence" 2>"$work/words" &
	job=$!
	until_true grep -qs 'ports are in the sets' "$work/words"
}
# firewall_end SIGNAL CODE
firewall_end() {
	want kill "-$1" $job
	wait $job
	rc=$?
	job=
	want [ $rc -eq "$2" ]
	want [ ! -s "$work/silence" ]
}
ruleset_has() {
	in_ns "$ns" nft list ruleset | grep -qE -- "$1"
}

# Without the module.

make_namespaces
run dynportctl -n $ns firewall
want_rc 1
want_silent out
want_err "not loaded"
run dynportctl -n nonesuch firewall
want_rc 1
want_err nonesuch
for command in "firewall x" "firewall --table" "firewall --table=1" "firewall --table=a;b" \
	"firewall --print --remove" "firewall --leases --print" "firewall --json" "firewall --print --json"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns $command
	want_rc 2
	want_silent out
done
ok "no module and no namespace exit 1, wrong arguments 2"

in_ns "$ns" sysctl -q net.ipv4.ip_local_port_range="40000 49999" \
	net.ipv4.ip_local_reserved_ports=41000-41009
run dynportctl -n $ns firewall --print
want_rc 0
want_silent err
cp "$work/out" "$work/ruleset"
want_out 'tcp dport \{ 40000-40999,41010-49999 \} counter drop'
for _ in 1 2; do
	run in_ns "$ns" nft -f "$work/ruleset"
	want_rc 0
done
in_ns "$ns" nft list ruleset >"$work/out"
want_same "$(grep -c 'counter' "$work/out") $(grep -c '@tcp_leases accept' "$work/out")" "2 1"
want_out 'ct state established,related accept'
timeout 20 dynportctl firewall --print >/dev/full 2>"$work/err"
rc=$?
want_rc 1
want_err stdout
in_ns "$ns" nft flush ruleset
ok "--print shows a ruleset that nft takes, also a second time, without reserved ports"

# With it.

load_module
ip link add veth0 netns $ns type veth peer name veth0 netns $other
ip -n $ns addr add $here/24 dev veth0
ip -n $other addr add 10.99.0.2/24 dev veth0
ip -n $ns link set veth0 up
ip -n $other link set veth0 up
ip -n $other link set lo up

run in_ns "$ns" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	"$(command -v dynportctl)" firewall
want_rc 1
want_silent out
want_err "needs CAP_NET_ADMIN"
ok "without privileges it says what it needs"

hold before any 5 udp 4
firewall_start --remove
want_sets
want set_count tcp 5
want set_count udp 4
run dynportctl -n $ns firewall --leases --json
want_rc 0
want_silent err
for protocol in tcp udp; do
	want_same "$(jq -r ".leases[] | select(.protocol == \"$protocol\") | .port" "$work/out")" \
		"$(leased $protocol)"
done
want_same "$(jq -c '[.leases[] | [.from, .ifindex, .uid]] | unique' "$work/out")" '[["0.0.0.0",0,0]]'
run dynportctl -n $ns firewall --leases
want_out '^PROTOCOL +ADDRESS +PORT +DEVICE +UID$'
want_out '^udp +any +4[0-9]{4} +- +0$'
want grep -qF '5 TCP and 4 UDP ports are in the sets of table inet dynport' "$work/words"
ok "what was leased before it came is in the sets once it says so"

hold later any 20 udp 15 at 127.0.0.1 any 1
until_true set_count tcp 26
until_true set_count udp 19
want_sets
release before
until_true set_count tcp 21
until_true set_count udp 15
want_sets
ok "it follows: new leases come in, those that end go"

hold client connect 127.0.0.9:80 30
want set_count tcp 21
release client
release later
until_true set_count tcp 0
until_true set_count udp 0
ok "a port that connect() chose is none of a lease's"

in_ns "$ns" sysctl -q net.dynport.tcp_port_range="40100 40100"
hold one at 127.0.0.1 any 1
hold two at 127.0.0.2 any 1
until_true set_count tcp 1
release one
hold three udp 3
until_true set_count udp 3
want_same "$(in_set tcp_leases)" 40100
release two
until_true set_count tcp 0
in_ns "$ns" sysctl -q net.dynport.tcp_port_range="0 0"
release three
ok "a port that two sockets have stays until the last of them is gone"

hold holder any 12 udp 7
until_true set_count tcp 12
in_ns "$ns" nft flush ruleset
until_true set_count tcp 12
until_true sets_right
want grep -qF 'built anew' "$work/words"
in_ns "$ns" nft flush set inet dynport tcp_leases
until_true sets_right
in_ns "$ns" nft add element inet dynport "udp_leases { 40999 }"
until_true sets_right
in_ns "$ns" nft delete element inet dynport tcp_leases "{ $(in_set tcp_leases | head -n 1) }"
until_true sets_right
in_ns "$ns" nft delete set inet dynport udp_leases
until_true set_count udp 7
want_sets
ok "what others do to the sets, or to the whole ruleset, is mended"

firewall_end TERM 0
want [ -z "$(in_ns "$ns" nft list ruleset)" ]
firewall_start
want_sets
firewall_end INT 0
want_sets
firewall_start --remove
firewall_end TERM 0
# They were there before, and so was the table.
want_same "$(in_ns $ns nft list ruleset | tr -d '\n')" "table inet dynport {}"
in_ns "$ns" nft flush ruleset
in_ns "$ns" nft -f "$work/ruleset"
firewall_start --remove
want_sets
firewall_end TERM 0
want set_count tcp 0
want ruleset_has '@tcp_leases accept'
want grep -qF 'rules use the sets' "$work/words"
in_ns "$ns" nft delete table inet dynport
in_ns "$ns" nft add table inet mine
table=mine
firewall_start --table mine --remove
want_sets
firewall_end TERM 0
want_same "$(in_ns "$ns" nft list ruleset | tr -d '\n')" "table inet mine {}"
in_ns "$ns" nft delete table inet mine
unset table
ok "at the end the sets stay, or with --remove go, but nothing that is others'"

# Where a table of that name has something else as a set.
in_ns "$ns" nft 'add table inet dynport; add set inet dynport tcp_leases { type ipv4_addr; }'
run timeout 20 dynportctl -n $ns firewall
want_rc 1
want_err "nftables refuses"
in_ns "$ns" nft delete table inet dynport
ok "a set of that name that can't hold ports ends it, with nftables' words"
release holder

# Servers.

in_ns "$ns" nft -f "$work/ruleset"
firewall_start

mkdir -p "$work/home" /run/rpcbind /run/sendsigs.omit.d /var/lib/nfs/sm /var/lib/nfs/sm.bak
echo "it came through" >"$work/home/file"
chmod 755 "$work" "$work/home"
getent passwd ftp >/dev/null || echo "ftp:x:65533:65534::$work/home:/bin/sh" >>/etc/passwd
getent passwd _rpc >/dev/null || echo "_rpc:x:65532:65534::/:/bin/false" >>/etc/passwd
[ -e /etc/netconfig ] || cp "$servers/etc/netconfig" /etc
# serve NAME COMMAND... - in $ns, until serve_end NAME.
serve() {
	local name=$1
	shift
	ip netns exec $ns env LD_LIBRARY_PATH="$libraries" "$@" \
		</dev/null >"$work/$name.out" 2>&1 &
	holder[$name]=$!
}
serve_end() {
	kill "${holder[$1]}" 2>/dev/null
	wait "${holder[$1]}" 2>/dev/null
	unset "holder[$1]"
}
listens() {
	[ -n "$(in_ns "$ns" ss -Htln "sport = $1")" ]
}
fetch() {
	rm -f "$work/fetched"
	in_ns "$other" timeout 20 busybox ftpget -u anonymous -p nobody "$here" "$work/fetched" file \
		2>"$work/ftp.err"
}

serve ftpd "$servers/usr/sbin/ftpd" -4 -D -A --pidfile="$work/ftpd.pid"
until_true listens 21
for _ in 1 2 3; do
	want fetch
	want_same "$(cat "$work/fetched" 2>/dev/null)" "it came through"
done
until_true set_count tcp 0
ok "an FTP server in passive mode is reached through the firewall"

firewall_end TERM 0
run fetch
want [ $rc -ne 0 ]
firewall_start
want fetch
serve_end ftpd
ok "and not without what keeps the sets"

registered() {
	in_ns "$ns" env LD_LIBRARY_PATH="$libraries" "$servers/usr/bin/rpcinfo" -p 127.0.0.1 2>/dev/null |
		grep -q 'tcp .*status'
}
ask_status() {
	in_ns "$other" env LD_LIBRARY_PATH="$libraries" timeout 20 "$servers/usr/bin/rpcinfo" \
		-T "$1" "$here" 100024 1 >"$work/rpc.out" 2>&1
}
serve rpcbind "$servers/sbin/rpcbind" -f
until_true listens 111
serve statd "$servers/sbin/rpc.statd" -F -L
until_true registered
until_true sets_right
want ask_status tcp
want ask_status udp
serve_end statd
serve_end rpcbind
until_true sets_right
ok "an RPC service with rpcbind (NFS's statd) is reached, over TCP and UDP"

dropped() {
	in_ns "$ns" nft -j list chain inet dynport input |
		jq '[.nftables[].rule.expr? // empty | .[] | .counter?.packets // 0] | add'
}
knock() {
	in_ns "$other" timeout 3 bash -c ": </dev/tcp/$here/$1" 2>/dev/null
}
before=$(dropped)
hold number listen $here:45000
run knock 45000
want [ $rc -ne 0 ]
want [ "$(dropped)" -gt "$before" ]
run knock 41005
want [ $rc -eq 1 ]	# refused at once: a reserved port is no dynamic one
release number
hold number listen $here:39999
want knock 39999
release number
ok "a dynamic port that isn't leased is not reached, and counted; others are"

# How long it takes.

for protocol in tcp udp; do
	run in_ns "$ns" "$DYNPORT_BUILD/tool/opening" /run/netns/$other "$here" \
		"${OPENINGS:-100}" $protocol
	want_rc 0
	want_silent err
	echo "# $protocol, from bind() to the first $([ $protocol = tcp ] && echo connection || echo datagram), ${OPENINGS:-100} times, us: $(tr '\n' ' ' <"$work/out")"
	# Without the firewall that waits for nothing but the switch to it.
	want [ "$(awk '$1 == "worst" { print $2 }' "$work/out")" -lt 5000000 ]
done
until_true set_count tcp 0
ok "the firewall opens soon after bind(), each of ${OPENINGS:-100} times"

# In a namespace of an unprivileged user's, whose buffers are small.

cat >"$work/flood" <<'END'
sockets=
ip link set lo up
sysctl -q net.ipv4.ip_local_port_range="40000 49999"
dynportctl firewall >/dev/null 2>"$1/words" &
job=$!
for ((i = 0; i < 300; i++)); do
	grep -qs 'ports are in the sets' "$1/words" && break
	sleep 0.1
done
kill -STOP $job
# No more than a process may have open; two after each other.
for _ in 1 2; do
	[ -z "$sockets" ] || kill $sockets
	"$DYNPORT_BUILD/tool/sockets" udp 700 any 20 >"$1/flood.out" &
	sockets=$!
	for ((i = 0; i < 300; i++)); do
		grep -qs ready "$1/flood.out" && break
		sleep 0.1
	done
	: >"$1/flood.out"
done
kill -CONT $job
for ((i = 0; i < 300; i++)); do
	udp=$(nft -j list set inet dynport udp_leases | jq '[.nftables[].set?.elem // [] | length] | add')
	tcp=$(nft -j list set inet dynport tcp_leases | jq '[.nftables[].set?.elem // [] | length] | add')
	[ "$udp $tcp" = "700 20" ] && break
	sleep 0.1
done
echo "$udp $tcp"
kill $sockets
kill $job
wait $job
echo $?
END
run unshare --user --map-root-user --net timeout 120 bash "$work/flood" "$work"
want_same "$(tr '\n' ' ' <"$work/out")" "700 20 0 "
want grep -qF 'events were lost' "$work/words"
ok "lost events are noticed, and the sets are right again"

unload_under_job
ok "it ends when the module goes, and says so"

finish
