#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# units.sh - in the guest: do the systemd units do what they say, under a real
# systemd? See ../tool/judge.sh; run it with host-run.
#
# systemd is process 1 of a PID namespace here, and knows these units and empty
# stand-ins for those that they name, of which a distribution has its own.
#
# shellcheck disable=SC2016,SC2317 # awk's dollars; functions that until_true calls

needs="nft depmod unshare nsenter systemctl"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=../tool/judge.sh
. "$here/../tool/judge.sh"
systemd=/lib/systemd/systemd
[ -x $systemd ] || skip_all "systemd is missing"

begin 10

units=$work/units
metrics=/var/lib/prometheus/node-exporter
settings=/proc/sys/net/dynport

# Nobody else sees this root, nor its modules.
install_all() {
	local modules=/lib/modules/$KVER
	make -s -C "$top/userspace" BUILD="$DYNPORT_BUILD" PREFIX=/usr install &&
		mkdir -p "$units" "$work/layer" "$metrics" &&
		mount -t tmpfs layer "$work/layer" && mkdir "$work"/layer/{upper,work} &&
		mount -t overlay -o "lowerdir=$modules,upperdir=$work/layer/upper,workdir=$work/layer/work" \
			modules "$modules" &&
		mkdir "$modules/updates" && cp "$DYNPORT_KO" "$modules/updates" &&
		depmod "$KVER" && cp /lib/systemd/system/dynport* "$units"
}
stand_ins() {
	local unit
	for unit in sysinit basic multi-user timers local-fs network-pre shutdown; do
		printf '[Unit]\nDefaultDependencies=no\n' >"$units/$unit.target"
	done
}

# Its own /run, where those who speak to it find it; and no container, whatever the
# root that it shares with the machine of the tests looks like.
start_systemd() {
	unshare --pid --fork --kill-child --mount --cgroup --mount-proc --propagation private \
		bash -c 'mount -n -t tmpfs -o mode=755 run /run &&
			exec env -i container= PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			SYSTEMD_UNIT_PATH="$1" "$2" --system --unit=multi-user.target' \
		- "$units" $systemd >"$work/systemd" 2>&1 &
	job=$!
	until_true pgrep -P $job >"$work/pid"
	until_true is_up
}
# inside COMMAND... - where systemd is process 1.
inside() {
	nsenter -t "$(cat "$work/pid")" -m -p -C -- "$@"
}
is_up() {
	[ "$(inside systemctl is-system-running 2>/dev/null)" = running ]
}
unit() { # VERB UNIT...
	run inside timeout 120 systemctl "$@"
	want_rc 0
}
is_active() {
	inside systemctl is-active --quiet "$1"
}
main_pid() {
	inside systemctl show -P MainPID dynport-firewall.service
}
# The set has the ports that dynport has chosen.
set_has() {
	[ "$(nft list set inet dynport tcp_leases 2>/dev/null | nft_ports | wc -l)" -eq "$1" ]
}

want install_all
want stand_ins
start_systemd
[ -z "$doubts" ] || {
	sed 's/^/# /' "$work/systemd"
	echo "Bail out! systemd doesn't run"
	exit 1
}
ok "systemd runs with the units of dynport"

echo "net.dynport.search_limit = 7" >/etc/dynport.conf
echo "net.dynport.bind_stride = 3" >/etc/sysctl.d/dynport.conf
unit start dynport.service
want is_active dynport.service
want [ -d /sys/module/dynport ]
want_same "$(cat $settings/search_limit) $(cat $settings/bind_stride)" "7 3"
ok "dynport.service loads the module, and sets what sysctl.d and dynport.conf say"

echo "net.dynport.search_limit = 9" >/etc/dynport.conf
echo "net.dynport.bind_stride = 4" >/etc/sysctl.d/dynport.conf
unit reload dynport.service
want_same "$(cat $settings/search_limit) $(cat $settings/bind_stride)" "9 4"
ok "a reload sets what has changed there"

echo "net.dynport.search_limit = -1" >/etc/dynport.conf
run inside systemctl reload dynport.service
want [ "$rc" -ne 0 ]
want_same "$(cat $settings/search_limit)" 9
want is_active dynport.service
ok "a reload with a setting that is none fails, and leaves the service as it was"
echo "net.dynport.search_limit = 9" >/etc/dynport.conf

unit start dynport-firewall.service
until_true set_has 0
"$DYNPORT_BUILD/tool/sockets" any 12 </dev/null >"$work/sockets.out" 2>&1 &
holder[sockets]=$!
until_true set_has 12
want is_active dynport-firewall.service
ok "dynport-firewall.service keeps nftables' sets, with what it is allowed"

before=$(main_pid)
want kill -9 "$(pgrep -f 'dynportctl firewall')"
restarted() {
	[ "$(main_pid)" != "$before" ] && [ "$(main_pid)" != 0 ] && set_has 12
}
until_true restarted
ok "and is started again where it dies"

# Longer than systemd would try with its defaults.
before=$(main_pid)
want rmmod dynport
sleep 7
want inside modprobe dynport
until_true restarted
ok "and where the module was taken away by hand, once that is back"

unit start dynport-metrics.service
want grep -q '^dynport_up 1$' "$metrics/dynport.prom"
want grep -q '^dynport_searches_total{.*path="bind".*} [1-9]' "$metrics/dynport.prom"
ok "dynport-metrics.service writes the metrics, with what it is allowed"

rm -f "$metrics/dynport.prom"
unit start dynport-metrics.timer
until_true test -s "$metrics/dynport.prom"
unit stop dynport-metrics.timer
ok "its timer has it do so by itself"

run inside systemctl --failed --no-legend --plain
want_silent out
unit stop dynport.service
is_inactive() {
	! is_active dynport-firewall.service
}
until_true is_inactive
want [ ! -d /sys/module/dynport ]
kill -9 $job
wait $job 2>/dev/null
job=
want umount -l "/lib/modules/$KVER" "$work/layer"
ok "nothing has failed; dynport.service ends what needs it, and unloads the module"

finish
