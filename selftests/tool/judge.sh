# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# judge.sh - sourced by the tests of dynportctl: how a sentence is judged, what
# is left behind (nothing), and commands that many of them need. KTAP on stdout.
#
# The script says in $needs which further programs it needs, calls
#	begin PLAN
# then, for each of its sentences, run, want_..., ok, and at the end
#	finish
# Exit: 0 all is true, 1 something is not, 4 skipped. It works in the network
# namespaces $ns and $other, makes them with make_namespaces, and finds the
# module in DYNPORT_KO.

set -u

ns=dptool$$ other=dptool$$b
work=$(mktemp -d)
job=

declare -A holder=()

clean_up() {
	[ -z "$job" ] || kill "$job" 2>/dev/null
	[ ${#holder[@]} -eq 0 ] || kill "${holder[@]}" 2>/dev/null
	[ ! -S "$work/tmux" ] || tmux_do kill-server 2>/dev/null
	ip netns del $ns 2>/dev/null
	ip netns del $other 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

skip_all() {
	echo "1..0 # SKIP $*"
	exit 4
}

plan=0 number=0 failed=0 doubts=''

begin() {
	local need
	[ -f "${DYNPORT_KO-}" ] || skip_all "DYNPORT_KO names no module"
	[ ! -e /sys/module/dynport ] || skip_all "dynport is loaded already"
	for need in dynportctl jq ip setpriv ${needs-}; do
		command -v "$need" >/dev/null || skip_all "$need is missing"
	done
	plan=$1
	echo "KTAP version 1"
	echo "1..$plan"
}

finish() {
	if [ $number -ne "$plan" ]; then
		echo "Bail out! $number tests, but planned were $plan"
		exit 1
	fi
	[ $failed -eq 0 ]
	exit
}

load_module() {
	insmod "$DYNPORT_KO" && return
	echo "Bail out! the module can't be loaded"
	exit 1
}

# The module goes; the job, which says $work/words on stderr, must say so and end.
unload_under_job() {
	rmmod dynport || doubt "the module can't be unloaded"
	wait "$job"
	rc=$?
	job=
	want_rc 1
	want grep -qF 'dynport was unloaded' "$work/words"
}

make_namespaces() {
	ip netns add $ns && ip netns add $other && in_ns $ns ip link set lo up && return
	echo "Bail out! no network namespaces"
	exit 1
}

# run COMMAND... - sets rc, and leaves its output in $work/out and $work/err.
run() {
	"$@" >"$work/out" 2>"$work/err" </dev/null
	rc=$?
}

# Each of these adds a doubt if it isn't so.
doubt() {
	doubts+="# $*"$'\n'
}
want() {
	"$@" || doubt "not so: $*"
}
want_rc() {
	[ "$rc" -eq "$1" ] || doubt "exit code $rc, not $1: $(tail -n 1 "$work/err")"
}
want_err() {
	grep -qF -- "$1" "$work/err" || doubt "stderr lacks '$1': $(cat "$work/err")"
}
want_out() {
	grep -qE -- "$1" "$work/out" || doubt "stdout has no line like '$1'"
}
want_silent() {
	[ ! -s "$work/$1" ] || doubt "std$1 is not empty: $(head -n 3 "$work/$1")"
}
want_same() {
	[ "$1" = "$2" ] || doubt "'$1' is not '$2'"
}

# ok SENTENCE - closes the test: true if there was no doubt.
ok() {
	number=$((number + 1))
	if [ -z "$doubts" ]; then
		echo "ok $number - $*"
	else
		failed=$((failed + 1))
		printf '%s' "$doubts"
		echo "not ok $number - $*"
	fi
	doubts=''
}
skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
	doubts=''
}

# until_true COMMAND... - polls, for 30 seconds at most.
until_true() {
	local until=$((SECONDS + 30))
	while [ $SECONDS -lt $until ]; do
		"$@" && return 0
		sleep 0.1
	done
	doubt "it never happened: $*"
	return 1
}

in_ns() {
	ip netns exec "$@"
}

# nft_ports - the ports in what "nft list set" says, sorted.
nft_ports() {
	awk '/elements/ { on = 1 } on { gsub(/[^0-9]+/, "\n"); print }' | sed '/^$/d' | sort -n
}

sysctl_of() {
	in_ns "$1" cat "/proc/sys/net/dynport/$2" | tr '\t' ' '
}

unprivileged() {
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"
}

# interruptible COMMAND... - for the background, where SIGINT is ignored else.
interruptible() {
	exec timeout 120 env --default-signal=INT,QUIT "$@"
}

# on_terminal COLUMNS COMMAND - its output on a terminal of that width.
on_terminal() {
	script -qec "stty cols $1; $2" /dev/null </dev/null | tr -d '\r'
}

# hold NAME ARGUMENT... - the sockets that sockets.c's arguments ask for, in $ns,
# until release NAME.
hold() {
	local name=$1 sockets=$DYNPORT_BUILD/tool/sockets
	shift
	# Not a function of the shell's: the process itself is to be $!.
	ip netns exec $ns "$sockets" "$@" </dev/null >"$work/$name.out" 2>"$work/$name.err" &
	holder[$name]=$!
	until_true grep -qs ready "$work/$name.out"
}
release() {
	want kill "${holder[$1]}"
	wait "${holder[$1]}"
	want [ ! -s "$work/$1.err" ]
	unset "holder[$1]"
}

# A terminal of tmux's: what is on it, as a user sees it.
tmux_do() {
	tmux -f /dev/null -S "$work/tmux" "$@"
}
screen_has() {
	tmux_do capture-pane -p -t tool >"$work/screen" 2>/dev/null &&
		grep -qE -- "$1" "$work/screen"
}
screen_lacks() {
	! screen_has "$1"
}
# terminal_open COLUMNS ROWS - without colours, for the eyes of grep.
terminal_open() {
	tmux_do new-session -d -s tool -x "$1" -y "$2" "NO_COLOR=1 bash --norc"
	until_true screen_has '[$#]$'
}
terminal_type() {
	rm -f "$work/before" "$work/after"
	tmux_do send-keys -t tool \
		"clear; stty -g >$work/before; $1; echo exit code \$?; stty -g >$work/after" Enter
}
# terminal_ended CODE - what was typed ended so, and left the terminal as it was.
terminal_ended() {
	until_true screen_has "^exit code $1"
	until_true test -s "$work/after"
	want_same "$(cat "$work/after")" "$(cat "$work/before")"
}
terminal_close() {
	tmux_do kill-server
}
