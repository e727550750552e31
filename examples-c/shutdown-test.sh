#!/bin/sh
# What shutdown says and its exit status, for each of the ways in which it ends: shutdown-test.sh SHUTDOWN EXPECTED.txt
#
# A signal is sent when the program has said the line before it, which it reads from a pipe: nothing waits for time to pass.
program=$1
expected=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# run SIGNALS ARGUMENT...: sends SIGTERM after each of the first lines, as many as SIGNALS; the rest follows.
run() {
    signals=$1
    shift
    mkfifo "$work/pipe"
    "$program" "$@" >"$work/pipe" &
    pid=$!
    exec 3<"$work/pipe"
    echo '$ shutdown' "$@"
    while [ "$signals" -gt 0 ] && read -r line <&3; do
        echo "$line"
        kill -TERM "$pid"
        signals=$((signals - 1))
    done
    cat <&3
    exec 3<&-
    wait "$pid"
    echo "exit status $?"
    rm "$work/pipe"
}

{
    run 1
    run 1 100 stuck
    run 2 3600000 stuck
} >"$work/out"
diff -u "$expected" "$work/out"
