#!/bin/sh
# Runs the snippets of a Markdown file as a reader would. Every block of c, cpp or sh needs a comment on the line before it:
#
#   <!-- ci: file NAME -->    the block is saved as NAME in the working directory
#   <!-- ci: run -->          the block is run by sh -e in the working directory
#   <!-- ci: run root -->     the same at the root of the repository
#   <!-- ci: output -->       the block is what the last run printed on standard output, exactly
#   <!-- ci: skip REASON -->  the block is not run; the reason is printed
#
# Usage: check_readme.sh PREFIX FILE...; PREFIX is where the library is installed: pkg-config, CMake and the loader look there.
set -eu
[ $# -ge 2 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2; }
prefix=$(cd "$1" && pwd)
shift
root=$(cd "$(dirname "$0")/.." && pwd)

pc=$(find "$prefix" -name dwcp_wasm.pc | head -n 1)
[ -n "$pc" ] || { echo "check_readme: no dwcp_wasm.pc below $prefix" >&2; exit 1; }
PKG_CONFIG_PATH=$(dirname "$pc")
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
CMAKE_PREFIX_PATH=$prefix
PATH=$prefix/bin:$PATH
export PKG_CONFIG_PATH LD_LIBRARY_PATH CMAKE_PREFIX_PATH PATH

failed=0 ran=0
for document in "$@"; do
    work=$root/target/readme/$(basename "$document" .md)
    rm -rf "$work"
    mkdir -p "$work/blocks" "$work/here"
    # One file a block, and a list of: number, line, language, order.
    awk -v out="$work/blocks/" '
        /^<!-- ci: .* -->$/ { order = $0; sub(/^<!-- ci: /, "", order); sub(/ -->$/, "", order); next }
        /^```/ && !inside { inside = 1; n++; language = substr($0, 4); print n "\t" NR "\t" language "\t" order > (out "list"); printf "" > (out n); next }
        /^```/ { inside = 0; order = ""; close(out n); next }
        inside { print > (out n); next }
        NF { order = "" }
    ' "$document"
    [ -s "$work/blocks/list" ] || { echo "$document: no snippets"; continue; }
    tab=$(printf '\t')
    while IFS="$tab" read -r n line language order <&3; do
        where="$document:$line"
        block=$work/blocks/$n
        case $order in
        "file "*)
            name=${order#file }
            mkdir -p "$(dirname "$work/here/$name")"
            cp "$block" "$work/here/$name"
            ;;
        run | "run root")
            directory=$work/here
            [ "$order" = run ] || directory=$root
            ran=$((ran + 1))
            if (cd "$directory" && sh -e "$block" >"$work/printed" 2>"$work/said" </dev/null); then
                echo "$where: ran"
            else
                echo "$where: FAILED" && cat "$work/printed" "$work/said" && failed=$((failed + 1))
            fi
            ;;
        output)
            if diff -u "$block" "$work/printed"; then
                echo "$where: printed as shown"
            else
                echo "$where: FAILED, the output differs" && failed=$((failed + 1))
            fi
            ;;
        "skip "*) echo "$where: skipped: ${order#skip }" ;;
        "")
            case $language in
            c | cpp | c++ | sh | bash | shell | console | cmake)
                echo "$where: FAILED, a block of $language without a ci comment" && failed=$((failed + 1))
                ;;
            esac
            ;;
        *) echo "$where: FAILED, unknown order '$order'" && failed=$((failed + 1)) ;;
        esac
    done 3<"$work/blocks/list"
done
echo "check_readme: $ran run, $failed failed"
[ "$failed" -eq 0 ]
