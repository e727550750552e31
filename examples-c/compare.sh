#!/bin/sh
# Runs a program and compares its standard output with STEM.txt exactly, or with STEM.shape.txt after each number became N.
# Usage: compare.sh STEM PROGRAM [ARGUMENT...]
set -u
stem=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

"$@" >"$work/given" </dev/null
code=$?
[ "$code" -eq 0 ] || { cat "$work/given"; echo "$1 ended with $code"; exit 1; }
if [ -f "$stem.txt" ]; then
    diff -u "$stem.txt" "$work/given"
elif [ -f "$stem.shape.txt" ]; then
    sed -E 's/[0-9]+(\.[0-9]+)?/N/g' "$work/given" | diff -u "$stem.shape.txt" -
else
    cat "$work/given"
fi
