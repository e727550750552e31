#!/bin/sh
# What dwcp-run promises, option by option: dwcp-run-test.sh DWCP_RUN WORDCOUNT.wasm
run=$1
wordcount=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
checks=0
failed=0

# expect STATUS STDOUT STDERR COMMAND...: the exit status; standard output in full; standard error begins so ("" is empty).
expect() {
    status=$1 out=$2 err=$3
    shift 3
    "$@" >"$work/out" 2>"$work/err" </dev/null
    given=$?
    checks=$((checks + 1))
    wrong=
    [ "$given" = "$status" ] || wrong="exit status $given, expected $status"
    [ "$(cat "$work/out")" = "$out" ] || wrong="$wrong; stdout is not \"$out\""
    first=$(head -n 1 "$work/err")
    case $first in
    "$err"*) [ -n "$err" ] || [ -z "$first" ] || wrong="$wrong; stderr is not empty" ;;
    *) wrong="$wrong; stderr does not begin with \"$err\"" ;;
    esac
    if [ -n "$wrong" ]; then
        failed=$((failed + 1))
        echo "FAILED: $*: $wrong"
        sed 's/^/    stdout: /' "$work/out"
        sed 's/^/    stderr: /' "$work/err"
    fi
}

cat >"$work/numbers.wat" <<'WAT'
(module (import "bench" "start" (func $start)) (import "bench" "anything" (func))
 (memory 1) (table 10 funcref)
 (func (export "add") (param i32 i32) (result i32) (call $start) (i32.add (local.get 0) (local.get 1)))
 (func (export "i64") (param i64) (result i64) (local.get 0))
 (func (export "floats") (param f32 f64) (result f64 f32) (local.get 1) (local.get 0))
 (func (export "v128") (param v128) (result v128) (local.get 0))
 (func (export "trap") unreachable) (func (export "spin") (loop (br 0)))
 (func (export "grow") (param i32) (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then unreachable)))
 (func (export "table") (param i32)
  (if (i32.eq (table.grow (ref.null func) (local.get 0)) (i32.const -1)) (then unreachable))))
WAT
numbers=$work/numbers.wat
for code in 0 1 7 255 256; do
    echo "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func \$e (param i32)))" \
        "(memory (export \"memory\") 1) (func (export \"_start\") (call \$e (i32.const $code))))" >"$work/exit$code.wat"
done
echo 'one two two' >"$work/text"
printf '{"fuel_limit": 2000, "allowed_directories": []}' >"$work/config.json"

# ---- the command line
caller='dwcp-run: INVALID_ARGUMENT: '
expect 129 '' "$caller" "$run"
expect 129 '' "${caller}unknown option \"--nothing\"" "$run" --nothing x
expect 129 '' "${caller}unknown option \"-x\"" "$run" -x
for option in dir env invoke signature timeout fuel max-memory allow deny profile config repeat; do
    expect 129 '' "$caller--$option: a value is missing" "$run" --$option
done
expect 129 '' "$caller--dir: expected" "$run" --dir /tmp x
expect 129 '' "$caller--dir: expected" "$run" --dir ::/tmp x
expect 129 '' "$caller--dir: expected" "$run" --dir /tmp:: x
expect 129 '' "$caller--dir: /nonexistent" "$run" --dir /nonexistent::/x x
expect 129 '' "$caller--env: expected" "$run" --env K x
expect 129 '' "$caller--timeout: expected" "$run" --timeout 0 x
expect 129 '' "$caller--timeout: expected" "$run" --timeout -5 x
expect 129 '' "$caller--fuel: expected" "$run" --fuel much x
expect 129 '' "$caller--max-memory: expected" "$run" --max-memory 1G x
expect 129 '' "$caller--profile: expected" "$run" --profile fast x
expect 129 '' "$caller--repeat: expected" "$run" --repeat 0 x
expect 129 '' 'dwcp-run: INVALID_CONFIG: max_memory_bytes' "$run" --max-memory 1 x
expect 129 '' 'dwcp-run: INVALID_CONFIG: allowed_syscalls' "$run" --allow nothing "$numbers"
expect 137 '' 'dwcp-run: IO: --config: /nonexistent' "$run" --config /nonexistent x
expect 129 '' 'dwcp-run: INVALID_CONFIG: json' "$run" --config "$numbers" x
expect 129 '' "$caller--signature: is for the function of --invoke" "$run" --signature s:s "$numbers"
version=$("$run" --version)
expect 0 "$version" '' "$run" --version
case $version in "dwcp-run "[0-9]*.[0-9]*.[0-9]*) ;; *) failed=$((failed + 1)) ;; esac
"$run" --help | grep -q -- '--invoke FUNCTION' || failed=$((failed + 1))

# ---- exports
expect 0 3 '' "$run" --invoke add "$numbers" 1 2
expect 0 -2 '' "$run" --invoke=add -- "$numbers" 0xffffffff 4294967295
expect 0 -9223372036854775808 '' "$run" --invoke i64 "$numbers" 0x8000000000000000
expect 0 "$(printf '0.1\n0.1')" '' "$run" --invoke floats "$numbers" 0.1 0.1
expect 0 "$(printf -- '-inf\nnan')" '' "$run" --invoke floats "$numbers" nan -inf
expect 0 "$(printf -- '-nan:0x7\nnan:0x12345')" '' "$run" --invoke floats "$numbers" nan:0x12345 -nan:0x7
expect 0 "$(printf '1e+300\n3.4028235e+38')" '' "$run" --invoke floats "$numbers" 3.4028235e38 1e300
expect 0 0x000102030405060708090a0b0c0d0e0f '' "$run" --invoke v128 "$numbers" 0x000102030405060708090A0B0C0D0E0F
expect 129 '' "${caller}add: expected 2 ARGS, given 1" "$run" --invoke add "$numbers" 1
expect 129 '' "${caller}add: argument 2: \"4294967296\" is no i32" "$run" --invoke add "$numbers" 1 4294967296
for bad in '' ' 1' 1x 0x x -2147483649 1.5; do
    expect 129 '' "${caller}add: argument 1: \"$bad\" is no i32" "$run" --invoke add "$numbers" "$bad" 1
done
expect 129 '' "${caller}floats: argument 2: \"1e400\" is no f64" "$run" --invoke floats "$numbers" 1 1e400
expect 129 '' "${caller}v128: argument 1: \"0x12\" is no v128" "$run" --invoke v128 "$numbers" 0x12
expect 129 '' 'dwcp-run: NOT_FOUND: ' "$run" --invoke ad "$numbers"
expect 129 '' 'dwcp-run: NOT_FOUND: ' "$run" "$numbers"
expect 131 '' 'dwcp-run: TRAP: ' "$run" --invoke trap "$numbers"
expect 130 '' 'dwcp-run: INVALID_MODULE: ' "$run" "$work/text"
expect 137 '' 'dwcp-run: IO: ' "$run" "$work/missing.wasm"

# ---- strings and bytes: by --signature, or as the module declares
cat >"$work/strings.wat" <<'WAT'
(module (memory (export "memory") 1) (global $top (mut i32) (i32.const 1024))
 (@custom "dwcp.signatures" "declared s:s\nwrong s:s64\nunreadable q:\n")
 (func (export "malloc") (param i32) (result i32) (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 0))))
 (func (export "pair") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
 (func (export "declared") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
 (func (export "wrong") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
 (func (export "unreadable"))
 (func (export "packed") (param i32 i32) (result i64)
  (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))
 (func (export "at") (param i32 i32) (result i32) (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
 (func (export "same") (param i32) (result i32) (local.get 0))
 (func (export "mixed") (param i32 i32 i64 i32 f64) (result f64 i32 i64 i32 i32)
  (local.get 4) (local.get 3) (local.get 2) (local.get 0) (local.get 1))
 (func (export "lie") (result i32 i32) (i32.const 65535) (i32.const 2)) (func (export "object") (param externref)))
WAT
strings=$work/strings.wat
printf 'a\001\377' >"$work/bytes"
: >"$work/empty"
expect 0 'hello' '' "$run" --invoke pair --signature s:s "$strings" hello
expect 0 'Jürgen €' '' "$run" --invoke packed --signature=s:s64 "$strings" 'Jürgen €'
expect 0 'x' '' "$run" --invoke at --signature 's:s*' "$strings" x
expect 0 'ends with a NUL' '' "$run" --invoke same --signature z:z "$strings" 'ends with a NUL'
expect 0 '' '' "$run" --invoke pair --signature s:s "$strings" ''
expect 0 "$(printf '1024\n2')" '' "$run" --invoke pair --signature s:ii "$strings" hi
expect 0 00ff7f '' "$run" --invoke pair --signature b:b "$strings" 00fF7F
expect 0 6101ff '' "$run" --invoke packed --signature b:b64 "$strings" "@$work/bytes"
expect 0 '' '' "$run" --invoke at --signature 'b:b*' "$strings" "@$work/empty"
expect 0 '' '' "$run" --invoke pair --signature b:b "$strings" ''
expect 0 "$(printf '0.5\nzet\n-9\nab')" '' "$run" --invoke mixed --signature bIzF:FzIb "$strings" ab -9 zet 0.5
expect 0 "$(printf '0.5\n3\n-9\n1\n2')" '' "$run" --invoke mixed "$strings" 1 2 -9 3 0.5
expect 0 'said by the module' '' "$run" --invoke declared "$strings" 'said by the module'
expect 0 "$(printf '1\n2')" '' "$run" --invoke declared --signature ii:ii "$strings" 1 2
expect 0 'again' '' "$run" --repeat 3 --invoke declared "$strings" again
for bad in 0 0x00 '0 ' xx 001 é; do
    expect 129 '' "${caller}pair: argument 1: \"$bad\" is no bytes" "$run" --invoke pair --signature b:b "$strings" "$bad"
done
expect 137 '' "dwcp-run: IO: pair: argument 1: $work/missing: No such file" "$run" --invoke pair --signature b:b "$strings" "@$work/missing"
expect 129 '' "${caller}args[0]: is not UTF-8" "$run" --invoke pair --signature s:s "$strings" "$(printf '\377')"
expect 129 '' "${caller}pair: expected 1 ARGS, given 2" "$run" --invoke pair --signature s:s "$strings" a b
expect 129 '' "${caller}signature: " "$run" --invoke pair --signature s "$strings" a
expect 129 '' "${caller}signature: unknown letter 'q'" "$run" --invoke pair --signature q:s "$strings" a
expect 129 '' 'dwcp-run: WRONG_TYPE: function "pair" is ' "$run" --invoke pair --signature s:i "$strings" a
expect 129 '' 'dwcp-run: WRONG_TYPE: ' "$run" --invoke wrong "$strings" a
expect 129 '' 'dwcp-run: WRONG_TYPE: the module declares a signature for "unreadable" that cannot be read' "$run" --invoke unreadable "$strings"
expect 129 '' "${caller}object: argument 1: \"x\" is no reference" "$run" --invoke object --signature r: "$strings" x
expect 130 '' 'dwcp-run: UNSUPPORTED: ' "$run" --invoke grow --signature z: "$numbers" x
expect 131 '' 'dwcp-run: GUEST_DATA: result 0' "$run" --invoke lie --signature :s "$strings"
printf '{"max_result_bytes": 4}' >"$work/result.json"
expect 132 '' 'dwcp-run: LIMIT_RESULT: max_result_bytes' "$run" --config "$work/result.json" --invoke declared "$strings" hello

# ---- limits: none by default, each by its option
expect 132 '' 'dwcp-run: TIMEOUT: max_execution_time_ms' "$run" --timeout 30 --invoke spin "$numbers"
expect 132 '' 'dwcp-run: OUT_OF_FUEL: fuel_limit' "$run" --fuel 1000 --invoke spin "$numbers"
expect 132 '' 'dwcp-run: TIMEOUT: max_execution_time_ms' "$run" --fuel off --timeout=30 --invoke spin "$numbers"
expect 0 '' '' "$run" --invoke grow "$numbers" 65535
expect 132 '' 'dwcp-run: OUT_OF_MEMORY: max_memory_bytes' "$run" --max-memory 131072 --invoke grow "$numbers" 2
expect 0 '' '' "$run" --invoke table "$numbers" 999990
expect 132 '' 'dwcp-run: LIMIT_TABLE: max_table_elements' "$run" --invoke table "$numbers" 999991
expect 132 '' 'dwcp-run: OUT_OF_FUEL: fuel_limit' "$run" --profile default --invoke spin "$numbers"
expect 132 '' 'dwcp-run: LIMIT_TABLE: max_table_elements' "$run" --profile default --invoke table "$numbers" 991
expect 132 '' 'dwcp-run: OUT_OF_FUEL: fuel_limit: the call used all its fuel of 2000;' "$run" --config "$work/config.json" --invoke spin "$numbers"
expect 132 '' 'dwcp-run: OUT_OF_FUEL: fuel_limit: the call used all its fuel of 3000;' "$run" --fuel 3000 --config "$work/config.json" --invoke spin "$numbers"

# ---- commands
for code in 0 1 7 255; do expect $code '' '' "$run" "$work/exit$code.wat"; done
expect 0 '' '' "$run" "$work/exit256.wat" # the operating system keeps 8 bits
counted='1 lines, 3 words (2 distinct), 12 bytes'
nothing='0 lines, 0 words (0 distinct), 0 bytes'
expect 0 "$(printf '%s\n       2  two\n       1  one' "$counted")" '' "$run" --dir "$work::/w" "$wordcount" /w/text
expect 0 "$(printf '%s\n       2  two' "$counted")" '' "$run" --env TOP=1 --dir "$work::/w:ro" "$wordcount" /w/text
expect 0 "$nothing" '' "$run" "$wordcount"
expect 2 "$nothing" 'wordcount: ' "$run" "$wordcount" /w/text
expect 2 "$nothing" 'wordcount: ' "$run" --dir "$work::/w" --deny path_open "$wordcount" /w/text
expect 2 "$nothing" 'wordcount: ' "$run" --profile default --dir "$work::/w" "$wordcount" /w/text
expect 0 "$counted" '' "$run" --profile default --dir "$work::/w" --allow path_open --env TOP=0 "$wordcount" /w/text
expect 2 "$nothing" 'wordcount: ' "$run" --profile secure --dir "$work::/w" --allow path_open --deny 'path_*' "$wordcount" /w/text
expect 2 "$nothing" 'wordcount: ' "$run" "$wordcount" --dir "$work::/w" # after FILE: arguments of the guest
expect 0 "$(printf '%s\n%s\n%s' "$counted" "$counted" "$counted")" '' "$run" --repeat 3 --env TOP=0 --dir "$work::." "$wordcount" text
expect 7 '' '' "$run" --repeat 3 "$work/exit7.wat"
checks=$((checks + 2))
[ "$(printf 'a b' | "$run" --env TOP=0 "$wordcount")" = '0 lines, 2 words (2 distinct), 3 bytes' ] || failed=$((failed + 1))

# ---- metrics: after success and after failure
expect 0 4 '{"runtime":{' "$run" --metrics --repeat 3 --invoke add "$numbers" 1 3
grep -q '"total_executions":3,"failed_executions":0' "$work/err" || failed=$((failed + 1))
expect 131 '' 'dwcp-run: TRAP: ' "$run" --metrics --repeat 3 --invoke trap "$numbers"
grep -q '"total_executions":1,"failed_executions":1' "$work/err" || failed=$((failed + 1))

echo "dwcp-run: $checks checks, $failed failed"
[ "$failed" = 0 ]
