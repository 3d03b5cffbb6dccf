#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# prometheus.sh - in the guest: are the metrics, alerts and the dashboard what a
# real Prometheus and a real node_exporter can use? See ../tool/judge.sh; run it
# with host-run, which leaves the programs in $DYNPORT_UNPACKED.
#
# shellcheck disable=SC2016,SC2317 # the dollars of awk and jq; functions that
# until_true calls

PATH=$PATH:${DYNPORT_UNPACKED:-/nonexistent}/usr/bin
needs="promtool prometheus prometheus-node-exporter"
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/judge.sh
. "$here/../tool/judge.sh"
config=$here/../../userspace/prometheus

begin 8

run promtool check rules "$config/dynport.rules.yml"
want_rc 0
want_out 'SUCCESS: 8 rules found'
run promtool test rules "$config/dynport.test.yml"
want_rc 0
ok "the rules are well-formed, and alert when and only when they should"

# Before traffic: it makes the kernel patch its code.
load_module
make_namespaces
in_ns $ns sysctl -q net.ipv4.ip_local_port_range="40000 40099" net.dynport.map_threshold=2 \
	net.dynport.bind_stride=0

run dynportctl metrics
want promtool check metrics <"$work/out" >"$work/promtool" 2>&1
want_same "$(cat "$work/promtool")" ""
hold full connect 127.0.0.1:80 95
run dynportctl -n $ns metrics
want_out "^dynport_space_busy_ports"
want promtool check metrics <"$work/out" >"$work/promtool" 2>&1
want_same "$(cat "$work/promtool")" ""
ok "promtool has nothing to say about the metrics, with spaces or without"

# What a user would set up: node_exporter reads the folder, Prometheus scrapes.
mkdir "$work/textfile"
cat >"$work/prometheus.yml" <<END
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: ["$config/dynport.rules.yml"]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["127.0.0.1:9100"]}]
END
write_metrics() {
	dynportctl -n $ns metrics --output "$work/textfile/dynport.prom"
}
write_metrics || doubt "no metrics: $(cat "$work/err")"
prometheus-node-exporter --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$work/textfile" --web.listen-address=127.0.0.1:9100 \
	--log.level=warn >"$work/exporter.log" 2>&1 &
holder[exporter]=$!
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
	--web.listen-address=127.0.0.1:9090 --log.level=warn >"$work/prometheus.log" 2>&1 &
holder[prometheus]=$!

# query EXPRESSION - its series, in $work/out.
query() {
	run promtool query instant http://127.0.0.1:9090 "$1"
	[ "$rc" -eq 0 ]
}
# value EXPRESSION - of its only series.
value() {
	query "$1" && sed -nE 's/^.* => ([^ ]+) @.*/\1/p' "$work/out"
}
has_value() {
	[ "$(value "$1" 2>/dev/null)" = "$2" ]
}
# Both take their time where the machine is emulated.
patience=$((SECONDS + 180))
until has_value "dynport_up{netns=\"$ns\"}" 1 || [ $SECONDS -gt $patience ]; do
	sleep 1
done
want has_value "dynport_up{netns=\"$ns\"}" 1
[ -z "$doubts" ] || tail -n 5 "$work"/*.log | sed 's/^/# /'
ok "Prometheus has dynport_up from node_exporter's textfile collector"

until_true has_value "node_textfile_scrape_error" 0
for path in connect bind udp; do
	expected=$(in_ns $ns awk -v n=${path}_searches '$1 == n { print $2 }' \
		/proc/net/dynport/stats)
	until_true has_value "dynport_searches_total{path=\"$path\"}" "$expected"
done
until_true has_value 'dynport_space_busy_ports{path="connect"}' 95
ok "it has the counters, and the fullest space, as the kernel tells them"

# The last ports, and then one more.
until_true has_value 'sum(dynport_exhausted_total)' 0
want_same "$(value 'count(ALERTS{alertname="DynportPortsExhausted"}) or vector(0)')" 0
hold more connect 127.0.0.1:81 100
in_ns $ns bash -c 'for i in {1..10}; do : </dev/tcp/127.0.0.1/81; done' 2>/dev/null
write_metrics
exhausted=$(in_ns $ns awk '$1 == "connect_exhausted" { print $2 }' /proc/net/dynport/stats)
want [ "$exhausted" -ge 1 ]
until_true has_value 'dynport_exhausted_total{path="connect"}' "$exhausted"
until_true has_value 'count(ALERTS{alertname="DynportPortsExhausted",alertstate="firing"})' 1
until_true has_value 'count(ALERTS{alertname="DynportNearlyFull",alertstate="pending"})' 1
ok "an exhausted destination makes Prometheus alert"

# What the dashboard asks; a rate over a time that has passed here.
write_metrics
jq -r '.panels[] | select(.targets) | .title as $t | .targets[] | "\($t)\t\(.expr)"' \
	"$config/dynport-dashboard.json" >"$work/asked"
want [ "$(wc -l <"$work/asked")" -ge 10 ]
empty=
while IFS=$'\t' read -r title expression; do
	expression=${expression//'$__rate_interval'/1m}
	expression=${expression//'$__interval'/1m}
	expression=${expression//'$__range'/1m}
	expression=${expression//'$instance'/.*}
	expression=${expression//'$netns'/.*}
	query "$expression" || doubt "$title: $expression: $(cat "$work/err")"
	[ -s "$work/out" ] || empty+=" '$title'"
done <"$work/asked"
ok "each question of the dashboard is one that Prometheus understands"
want_same "$empty" ""
ok "and answers"

release full
release more
want rmmod dynport
run dynportctl -n $ns metrics --output "$work/textfile/dynport.prom"
want_rc 1
until_true has_value "dynport_up{netns=\"$ns\"}" 0
until_true has_value 'count(ALERTS{alertname="DynportNotLoaded"})' 1
ok "when the module goes, dynport_up is 0, and that is an alert in the making"

finish
