#!/usr/bin/env bash
# Runs real WASI programs through dwcp-run and through Wasmtime's Python package, and compares standard output, standard error,
# exit code and the files they leave, byte for byte. Then holds the default profile's limits against what each module needs.
#
#     tests/corpus.sh [DWCP_RUN]
#
# CORPUS names the directory of the programs (each directory below it: modules and the files they read); without it, and where
# the default is absent, the test is skipped. PYTHON is the Python to make the virtual environment with.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
corpus=${CORPUS:-$root/../shared/corpus/sightglass}
run=${1:-$root/target/examples-c/dwcp-run}
if [[ ! -d $corpus ]]; then
    echo "corpus: SKIP, there is no $corpus (set CORPUS)"
    exit 0
fi
if [[ ! -x $run ]]; then
    echo "corpus: there is no $run: build the examples first, or give the path of dwcp-run" >&2
    exit 1
fi
run=$(cd "$(dirname "$run")" && pwd)/$(basename "$run")

environment=$root/target/corpus-venv
python=$environment/bin/python
if ! "$python" -c 'import wasmtime' 2>/dev/null; then
    "${PYTHON:-python3}" -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check 'wasmtime==48.*'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
programs=0
equal=0
failed=0
fail() {
    echo "corpus: FAILED: $*"
    failed=$((failed + 1))
}

# same NAME FILE FILE: equal bytes, or the first lines of their difference.
same() {
    cmp -s "$2" "$3" && return
    fail "$1 differs"
    diff -u "$2" "$3" | head -20 | cut -c 1-200 || true
}

# program NAME MODULE DIRECTORY [ARGUMENT...]: runs it on both sides, each in a copy of the directory of its own, as it may write there.
program() {
    local name=$1 module=$2 directory=$3 status=0 side part failed_before=$failed
    shift 3
    programs=$((programs + 1))
    for side in ours reference; do
        rm -rf "${work:?}/$side"
        cp -r "$directory" "$work/$side"
        chmod -R u+w "$work/$side"
        cp "$module" "$work/$side/program.wasm"
    done
    (cd "$work/ours" && "$run" --dir .::. program.wasm "$@" >"$work/ours.out" 2>"$work/ours.err" </dev/null) || status=$?
    echo "$status" >"$work/ours.status"
    (cd "$work/reference" && "$python" "$here/corpus_reference.py" run program.wasm "$work/reference" "$@") || fail "$name: the reference did not run"
    for part in status out err; do same "$name: $part" "$work/reference.$part" "$work/ours.$part"; done
    diff -qr "$work/reference" "$work/ours" >"$work/files" || fail "$name: the files it left differ: $(cat "$work/files")"
    ((failed == failed_before)) && equal=$((equal + 1))
    echo "corpus: $name: exit $status, $(wc -c <"$work/ours.out") and $(wc -c <"$work/ours.err") bytes"
}

while read -r module; do
    program "${module#"$corpus"/}" "$module" "$(dirname "$module")"
done < <(find "$corpus" -name '*.wasm' | sort)
((programs > 0)) || fail "$corpus holds no module"

# Those of this repository read a file and write another; the last time they are told to do so outside the directory.
mkdir "$work/text"
printf 'the quick brown fox\njumps over the lazy dog\n' >"$work/text/in.txt"
for language in c cpp rust tinygo; do
    module=$root/examples-c/guests/files_$language.wasm
    program "files in $language" "$module" "$work/text" in.txt out.txt
    program "files in $language, without input" "$module" "$work/text" missing.txt out.txt
    program "files in $language, outside" "$module" "$work/text" in.txt ../out.txt
done
program wordcount "$root/examples-c/guests/wordcount.wasm" "$work/text" in.txt
expected=$(($(find "$corpus" -name '*.wasm' | wc -l) + 13))
((programs == expected)) || fail "$programs programs ran, there are $expected"

# over NAME MODULE STATUS LIMIT NEED MAXIMUM: over the default profile's limit the error names limit, need and setter; within it,
# that limit is not the reason for anything.
over() {
    local status=0
    "$run" --profile default "$2" >"$work/out" 2>"$work/err" </dev/null || status=$?
    if (($5 > $6)); then
        if ((status == 132)) && grep -q "^dwcp-run: $3: $4: .* $5 .* $6; raise it with dwcp_config_set_$4" "$work/err"; then
            echo "corpus: $1: $4 $5 over $6: $3"
        else
            fail "$1 needs $5 of $4, status $status: $(head -1 "$work/err")"
        fi
    elif grep -q "^dwcp-run: $3" "$work/err"; then
        fail "$1 needs $5 of $4, which is within $6: $(head -1 "$work/err")"
    fi
}

"$python" "$here/corpus_reference.py" large "$work"
while read -r module; do
    name=${module#"$corpus"/}
    read -r elements functions < <("$python" "$here/corpus_reference.py" needs "$module")
    # The functions are counted first: a module over both limits is refused for them.
    ((functions > 10000)) || over "$name" "$module" LIMIT_TABLE max_table_elements "$elements" 1000
    over "$name" "$module" LIMIT_FUNCTIONS max_functions "$functions" 10000
done < <(find "$corpus" "$work" -maxdepth 2 -name '*.wasm' | sort)

echo "corpus: $programs programs, $equal with equal results and files; $failed failures"
((failed == 0 && equal == programs))
