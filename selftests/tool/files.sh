#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# files.sh - metrics, save and restore: what they write and read, and what they
# say when they can't. See judge.sh; run it with host-run.
#
# shellcheck disable=SC2016 # the dollars of awk

needs=''
# shellcheck source=judge.sh
. "$(dirname "$0")/judge.sh"

begin 19

# nothing_beside FILE - the folder of FILE has nothing else, not even hidden.
nothing_beside() {
	want_same "$(ls -A "$(dirname "$1")")" "$(basename "$1")"
}
# lean FILE - a copy for comparison.
lean() {
	grep -v '^#' "$1"
}

mkdir "$work/d"
file=$work/d/file

# Without the module.

for command in save "save $file" "restore $file"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command
	want_rc 1
	want_err "not loaded"
	want_silent out
done
want [ ! -e "$file" ]
ok "without the module, save and restore exit 1 and write nothing"

run dynportctl metrics
want_rc 1
want_err "not loaded"
want_out '^dynport_up 0$'
want_same "$(grep -vc '^#' "$work/out")" 1
run dynportctl metrics --output "$file"
want_rc 1
want_silent out
want_same "$(lean "$file")" "dynport_up 0"
nothing_beside "$file"
ok "metrics exits 1, too, but tells dynport_up 0, also in the file"

load_module
make_namespaces
in_ns $ns bash -c 'for i in {1..20}; do : </dev/tcp/127.0.0.1/9; done' 2>/dev/null

# metrics.

run dynportctl -n $ns metrics
want_rc 0
want_silent err
for path in connect bind udp; do
	for what in searches candidates stock_fallbacks exhausted map_hits; do
		value=$(in_ns $ns awk -v n=${path}_$what '$1 == n { print $2 }' \
			/proc/net/dynport/stats)
		want_out "^dynport_${what}_total\\{netns=\"$ns\",path=\"$path\"\\} $value\$"
	done
done
for file_of in /proc/sys/net/dynport/*; do
	key=${file_of##*/}
	value=$(sysctl_of $ns "$key")
	[[ ! $value =~ ^[0-9]+$ ]] ||
		want_out "^dynport_setting\\{netns=\"$ns\",key=\"$key\"\\} $value\$"
done
want_out "^dynport_algorithm_info\\{netns=\"$ns\",path=\"connect\",algorithm=\"random_pick\"\\} 1\$"
want_out "^dynport_up\\{netns=\"$ns\"\\} 1\$"
ok "metrics has the counters and settings of the namespace"

want_same "$(in_ns $ns awk 'NR > 1 { n += $2 } END { print n }' /proc/net/dynport/histogram)" \
	"$(sed -nE 's/^dynport_search_candidates_count\{.*path="connect"\} //p' "$work/out")"
want_same "$(sed -nE 's/^dynport_search_candidates_bucket\{.*path="connect",le="\+Inf"\} //p' "$work/out")" \
	"$(sed -nE 's/^dynport_search_candidates_count\{.*path="connect"\} //p' "$work/out")"
ok "and the histogram, whose sums are right"

# A map for one destination, so that there is a space.
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 40019" net.dynport.map_threshold=1 \
	net.dynport.bind_stride=0
hold full connect 127.0.0.1:80 18
run dynportctl -n $ns metrics
want_rc 0
want_out "^dynport_space_busy_ports\\{netns=\"$ns\",.*raddr=\"127.0.0.1\",rport=\"80\".*\\} 18\$"
release full
ok "and the fullest port spaces"
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="32768 60999" net.dynport.map_threshold=8 \
	net.dynport.bind_stride=2

run dynportctl -n $ns metrics --output "$file"
want_rc 0
want_silent out
want_silent err
want grep -q "^dynport_up{netns=\"$ns\"} 1" "$file"
want_same "$(stat -c %a "$file")" 644
chmod 640 "$file"
run dynportctl -n $ns metrics --output "$file"
want_rc 0
want_same "$(stat -c %a "$file")" 640
nothing_beside "$file"
ln -s d/file "$work/link"
run dynportctl metrics --output "$work/link"
want_rc 0
want [ -L "$work/link" ]
want grep -q '^dynport_up 1' "$file"
ok "metrics replaces a file, keeps its mode, follows a link, and leaves nothing beside it"

# A reader that never sees half of it.
touch "$work/go"
(
	while [ -e "$work/go" ]; do
		[ "$(grep -c '^dynport_up' "$file")" -eq 1 ] &&
			[ "$(tail -c 1 "$file" | wc -l)" -eq 1 ] || echo torn
		echo read >&2
	done
) >"$work/torn" 2>"$work/reads" &
job=$!
for i in {1..100}; do
	run dynportctl metrics --output "$file"
	want_rc 0
	[ "$i" -lt 5 ] || [ "$(wc -l <"$work/reads")" -lt 5 ] || break
done
rm "$work/go"
wait $job
job=
want [ ! -s "$work/torn" ]
want [ "$(wc -l <"$work/reads")" -ge 5 ]
ok "whoever reads it meanwhile sees a whole file"

# save and restore.

run dynportctl -n $ns set search_limit 7 algorithm hash tcp_port_range 40000 50000 bind_stride 0
run dynportctl -n $ns save "$file"
want_rc 0
want_silent out
want_silent err
want_same "$(lean "$file" | sort)" "net.dynport.algorithm = hash
net.dynport.bind_stride = 0
net.dynport.search_limit = 7
net.dynport.tcp_port_range = 40000 50000"
run dynportctl -n $ns save -
want_same "$(lean "$work/out" | sort)" "$(lean "$file" | sort)"
run dynportctl -n $ns save --all "$work/all"
want_same "$(lean "$work/all" | wc -l)" \
	"$(find /proc/sys/net/dynport -type f ! -name available_algorithms | wc -l)"
ok "save writes what differs from the defaults, --all everything"

# systemd-sysctl would set it again at the next boot.
mkdir -p /etc/sysctl.d
echo '-net/dynport/rekey_* = 5' >/etc/sysctl.d/dynport-test.conf
run dynportctl -n $ns save -
want_same "$(lean "$work/out" | grep -c .)" 5
want_out '^net.dynport.rekey_seconds = 10$'
rm /etc/sysctl.d/dynport-test.conf
run dynportctl -n $ns save
want_rc 2
want_err "takes a file"
want [ ! -e /etc/dynport.conf ]
ok "and a default that sysctl.d says otherwise about; with -n it wants a file"

saved=$(in_ns $ns sysctl net.dynport)
run dynportctl -n $other restore "$file"
want_rc 0
want_silent out
want_silent err
want_same "$(in_ns $other sysctl net.dynport)" "$saved"
run dynportctl -n $other set search_limit 9 rekey_seconds 5
run dynportctl -n $other restore --reset "$file"
want_rc 0
want_same "$(in_ns $other sysctl net.dynport)" "$saved"
want in_ns $other sysctl -q -p "$work/all"
want_same "$(in_ns $other sysctl net.dynport)" "$saved"
ok "restore brings it to another namespace, and so does sysctl"

before=$(in_ns $other sysctl net.dynport)
printf '%s\n' '# two mistakes' 'net.dynport.search_limit = 11' 'net.dynport.search_limt = 3' \
	'net.dynport.bind_stride = 1' >"$work/wrong"
run dynportctl -n $other restore "$work/wrong"
want_rc 1
want_err "$work/wrong:3: no setting 'net.dynport.search_limt'; did you mean"
want_err "$work/wrong:4:"
want_err "nothing was changed"
want_same "$(in_ns $other sysctl net.dynport)" "$before"
printf '%s\n' 'net.dynport.search_limit = 11' 'net.dynport.algorithm = nosuch' >"$work/wrong"
run dynportctl -n $other restore "$work/wrong"
want_rc 1
want_err "no algorithm 'nosuch'"
want_same "$(in_ns $other sysctl net.dynport)" "$before"
head -c 4096 /dev/zero >"$work/wrong"
run dynportctl -n $other restore "$work/wrong"
want_rc 1
want_err "not a text"
run dynportctl -n $other restore "$work/d"
want_rc 1
want_err "$work/d"
ok "a file with a mistake is refused, line by line, and nothing changes"

# A pipe without a reader for stderr; a file that has been read in part for stdin.
mkfifo "$work/pipe"
exec 8<>"$work/pipe"
exec 9>"$work/pipe"
exec 8>&-
dynportctl -n $other set search_limit 12 algorithm nosuch 2>&9
want [ $? -eq 1 ]
exec 9>&-
want_same "$(in_ns $other sysctl net.dynport)" "$before"
printf '%s\n' 'no setting' 'net.dynport.search_limit = 13' >"$work/rest"
{
	read -r _
	dynportctl -n $other restore -
} <"$work/rest" || doubt "the rest of a file isn't taken"
want_same "$(sysctl_of $other search_limit)" 13
run dynportctl -n $other restore "$file"
ok "settings are put back though nobody reads why, and stdin is read from where it is"

run dynportctl -n $other restore "$work/nothing"
want_rc 1
want_err "$work/nothing: No such file"
run dynportctl -n $other restore --if-exists "$work/nothing"
want_rc 0
want_silent err
want_same "$(in_ns $other sysctl net.dynport)" "$before"
run dynportctl -n $other restore --if-exists --reset "$work/nothing"
want_rc 0
run dynportctl -n $other save -
want_same "$(lean "$work/out")" ""
run dynportctl -n $other restore --if-exists "$work/file/below"
want_rc 0
ok "a file that isn't there is an error, or one without settings"

# What can't be written.

mkdir "$work/full"
want mount -t tmpfs -o size=64k full "$work/full"
for command in "metrics --output" save; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n $ns $command "$work/full/file"
	want_rc 0
done
before=$(cat "$work/full/file")
head -c 1M /dev/zero >"$work/full/filler" 2>/dev/null
for command in "metrics --output" save "save --all"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command "$work/full/file"
	want_rc 1
	want_silent out
	want_err "$work/full/file: not written: No space left on device"
	want_same "$(cat "$work/full/file")" "$before"
	want_same "$(ls -A "$work/full")" "file
filler"
done
want umount "$work/full"
ok "on a full disk they exit 1, and the old file stays whole"

for command in metrics "metrics --spaces 5" "save -" "restore --help"; do
	# shellcheck disable=SC2086 # split into words
	dynportctl $command >/dev/full 2>"$work/err"
	rc=$?
	want_rc 1
	want_err "stdout"
done
for command in "metrics --output" save; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command "$work/none/file"
	want_rc 1
	want_err "its folder does not exist"
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command /dev/null
	want_rc 1
	want_err "not a regular file"
	want [ -c /dev/null ]
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command /proc/file
	want_rc 1
	want_err "/proc/file"
done
ok "a full stdout, no folder, a device and /proc are answered with 1 and a reason"

# Who may not.

chmod 755 "$work"
chmod 644 "$file"
run unprivileged dynportctl metrics
want_rc 1
want_err "for root"
want_silent out
run unprivileged dynportctl restore "$file"
want_rc 1
want_err "CAP_NET_ADMIN"
run unprivileged dynportctl save "$work/d/unprivileged"
want_rc 1
want_err "Permission denied"
run unprivileged dynportctl save -
want_rc 0
ok "without privileges save prints, and the others say what is missing"

for command in metrics "save -" "restore $file"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl -n nonesuch $command
	want_rc 1
	want_err "nonesuch"
	want_silent out
done
ok "a namespace that isn't there exits 1"

for command in "metrics x" "metrics --spaces" "metrics --spaces x" "metrics --spaces 1001" \
	"metrics --spaces=-1" "metrics --output=" "metrics --json" "save a b" "save --json" \
	"save --nonsense" "restore a b" "restore --json" "restore --watch"; do
	# shellcheck disable=SC2086 # split into words
	run dynportctl $command
	want_rc 2
	want_silent out
	want_err "Try 'dynportctl"
done
run dynportctl save ''
want_rc 2
ok "wrong arguments exit 2"

# /etc/dynport.conf, in this guest's own /etc.

run in_ns $ns dynportctl save
want_rc 0
want_same "$(lean /etc/dynport.conf | sort)" "$(lean "$file" | sort)"
run dynportctl -n $other restore
want_rc 0
want_same "$(in_ns $other sysctl net.dynport)" "$saved"
rm -f /etc/dynport.conf
ok "if no file is named it is /etc/dynport.conf"

finish
