#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# map.sh - what dynportctl map promises, tried in the guest. See judge.sh; run it
# with host-run: it loads and unloads the module.
#
# shellcheck disable=SC2016,SC2317 # awk's dollars; functions that until_true calls

needs="tmux script"
# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

begin 11
make_namespaces
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 41023" \
	net.ipv4.ip_local_reserved_ports=40000-40063,40100

# sum KEY - over all cells in $work/out.
sum() {
	jq "[.map[].$1] | add" "$work/out"
}
# ports [STATE...] FILTER... - local ports in the range that ss sees, sorted.
ports() {
	in_ns $ns ss -Htan "$@" |
		awk '{ sub(/.*:/, "", $(NF - 1)); if ($(NF - 1) + 0 >= 40000) print $(NF - 1) }' | sort -u
}

hold holder listen 127.0.0.1:40500 connect 127.0.0.9:80 200 part 50 connect '[::1]:443' 40 udp 18

run dynportctl -n $ns map --json --block 1
want_rc 0
want_silent err
want_same "$(jq -c '[(.map | length), .map[0].low, .map[-1].high]' "$work/out")" '[1024,40000,41023]'
want_same "$(jq -r '.map[] | select(.busy == 1) | .low' "$work/out" | sort)" "$(ports)"
want_same "$(jq -r '.map[] | select(.listening == 1) | .low' "$work/out")" 40500
want_same "$(sum reserved)" 65
want_same "$(sum time_wait)" "$(comm -23 <(ports state time-wait) \
	<(ports state established state listening) | wc -l)"
ok "of the namespace map --json has the ports that ss sees, each with its states"

run dynportctl -n $ns map 127.0.0.9:80 --json
want_rc 0
want_same "$(sum busy) $(sum time_wait) $(sum ports)" "200 50 1024"
run dynportctl -n $ns map '[::1]:443' --json --block 1
want_same "$(jq -r '.map[] | select(.busy == 1) | .low' "$work/out" | sort)" "$(ports dst '[::1]:443')"
run dynportctl -n $ns map 127.0.0.9:80 --from 127.0.0.2 --json
want_same "$(sum busy)" 0
run dynportctl -n $ns map 127.0.0.9:80 --from 127.0.0.1 --json
want_same "$(sum busy)" 200
run dynportctl -n $ns map --udp --json
want_same "$(sum busy) $(sum listening)" "18 0"
ok "of a destination it has that one's ports, and of UDP those of UDP"

export LC_ALL=C.UTF-8
run dynportctl -n $ns map --block 64
want_rc 0
want_silent err
want_out '^TCP ports 40000-41023$'
want_out '^1024 ports: [0-9]+ busy \([0-9.]+ %\), [0-9]+ of them in TIME_WAIT$'
want_out '^1 listened on, 65 reserved$'
# 16 cells: the first is all reserved, the second has 40100, the eighth 40500.
want_out '^40000 rr[░▒▓█]{5}L[░▒▓█]{8} .*%$'
run dynportctl -n $ns map --block 64 127.0.0.7:80
want_out '^40000 rr·····L·{8} .* 0%$'
run env LC_ALL=C dynportctl -n $ns map --block 64 127.0.0.7:80
want_out '^40000 rr\.\.\.\.\.L\.{8} .* 0%$'
ok "the picture shows shades and marks, and a legend, in ASCII where need be"

for columns in 40 80 150; do
	run on_terminal $columns "export NO_COLOR=1; dynportctl -n $ns map"
	widest=$(wc -L <"$work/out")
	# Title and legend don't get narrower.
	[ "$widest" -le $columns ] || [ $columns -eq 40 ] || doubt "a line of $widest on $columns columns"
	in_picture=$(grep -E '^4[0-9]{4} ' "$work/out" | wc -L)
	[ "$in_picture" -le $columns ] || doubt "a row of $in_picture on $columns columns"
	[ "$in_picture" -ge $((columns - 24)) ] || doubt "a row of only $in_picture on $columns columns"
done
ok "the picture adapts to the terminal's width"

escape=$'\033['
run on_terminal 80 "dynportctl -n $ns map"
want grep -qF "$escape" "$work/out"
run on_terminal 80 "export NO_COLOR=1; dynportctl -n $ns map"
want [ -z "$(grep -F "$escape" "$work/out")" ]
run dynportctl -n $ns map
want [ -z "$(grep -F "$escape" "$work/out")" ]
ok "it has colours on a terminal only, and not with NO_COLOR"

terminal_open 100 30
terminal_type "dynportctl -n $ns map --watch 0.2"
until_true screen_has '^dynport map: every 0.2 s'
until_true screen_has '^TCP ports 40000-41023'
want screen_has '^1 listened on, 65 reserved'
want screen_has '^has one that is: L listened on'
hold more connect 127.0.0.6:80 300
until_true screen_has '^1024 ports: [3-9][0-9]{2} busy'
tmux_do send-keys -t tool C-c
terminal_ended 0
want screen_lacks '^TCP ports'
terminal_type "dynportctl -n $ns map"
terminal_ended 0
want screen_has '^TCP ports 40000-41023'
want screen_has '%$'
terminal_close
release more
ok "live on a terminal it follows, and Ctrl-C gives the terminal back"

if dynportctl map --help | grep -q -- --svg; then
	run dynportctl -n $ns map --svg "$work/map.svg" --png "$work/map.png"
	want_rc 0
	want_silent out
	want_silent err
	want grep -q '<svg ' "$work/map.svg"
	want grep -q '</svg>' "$work/map.svg"
	want_same "$(head -c 8 "$work/map.png" | od -An -tx1 | tr -d ' ')" 89504e470d0a1a0a
	want_same "$(tail -c 8 "$work/map.png" | od -An -tx1 | tr -d ' ')" 49454e44ae426082
	before=$(cksum <"$work/map.png")
	run dynportctl -n $ns map --udp --png "$work/map.png"
	want_rc 0
	want [ "$(cksum <"$work/map.png")" != "$before" ]
	mkdir "$work/small"
	want mount -t tmpfs -o size=4k none "$work/small"
	run dynportctl -n $ns map --svg "$work/small/map.svg"
	want_rc 1
	want_err "No space left"
	want_same "$(ls "$work/small")" ""
	want umount "$work/small"
	run dynportctl -n $ns map --png "$work/nonesuch/map.png"
	want_rc 1
	ok "--svg and --png write files, or say why not and leave none"
else
	skip "--svg and --png write files, or say why not and leave none" \
		"dynportctl was built without cairo"
fi

for command in "map 127.0.0.1" "map 127.0.0.1:0" "map ::1:80" "map localhost:80" \
	"map 127.0.0.1:80 127.0.0.1:81" "map --from x" "map 127.0.0.1:80 --from ::1" "map --udp 127.0.0.1:80" \
	"map --block 0" "map --block 65537" "map --block x" "map --watch 0" "map --svg"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns $command
	want_rc 2
	want_silent out
done
run dynportctl -n nonesuch map
want_rc 1
for command in map "map --json"; do
	# shellcheck disable=SC2086 # split into words
	timeout 20 dynportctl $command >/dev/full 2>"$work/err"
	rc=$?
	want_rc 1
	want_err stdout
done
ok "wrong arguments exit 2, no namespace and a full stdout 1"

cp "$(command -v dynportctl)" "$work/dynportctl"
chmod 755 "$work" "$work/dynportctl"
run in_ns $ns setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
	"$work/dynportctl" map --json
want_rc 0
want [ "$(sum busy)" -gt 100 ]
ok "map needs no privileges"
release holder

load_module
in_ns $ns sysctl -q net.dynport.tcp_port_range="40100 40299" net.dynport.udp_port_range="41000 41010"
run dynportctl -n $ns map --json --block 1
want_same "$(jq -c '[.map[0].low, .map[-1].high]' "$work/out")" '[40100,40299]'
run dynportctl -n $ns map --udp --json --block 1
want_same "$(jq -c '[.map[0].low, .map[-1].high]' "$work/out")" '[41000,41010]'
ok "with the module the range is that of the protocol"

hold filler connect 127.0.0.7:82 199
run dynportctl -n $ns map 127.0.0.7:82
want_rc 0
want_out '^200 ports: 199 busy \(100.0 %\)'
release filler
ok "and a destination that is full looks it"
want rmmod dynport

finish
