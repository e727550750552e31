#!/bin/sh
# Builds the harnesses against our release library and Wasmtime's C API, and runs them. See README.md.
#
#   BENCH_ROUNDS=N        rounds (9; 2 when quick)      BENCH_QUICK=1   fewer samples, for CI
#   BENCH_CPU=N|none      the core to pin to            BENCH_ONLY=TEXT only works with TEXT in their name
#   BENCH_PEER=none       without the peer            BENCH_CORPUS=DIR the programs below DIR too, for what metering and WASI cost
#   BENCH_PEER_LIB=FILE BENCH_PEER_INCLUDE=DIR          a libwasmtime.so 48 and its headers of your own
#   DWCP_LIB=FILE DWCP_INCLUDE=DIR                      another build of ours
set -eu
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
work=target/bench
cc=${CC:-cc}
flags='-std=c11 -O2 -Wall -Wextra -Werror'
dwcp_lib=${DWCP_LIB:-$target/release/libdwcp_wasm.so}
dwcp_include=${DWCP_INCLUDE:-include}

fail() { echo "bench: $*" >&2; exit 1; }
skip_peer() { echo "bench: $*: the rows of wasmtime-c-api are left out" >&2; peer=-; }

[ -f "$dwcp_lib" ] || fail "$dwcp_lib is missing: cargo build --release"
[ -f "$dwcp_include/dwcp_wasm.h" ] || fail "$dwcp_include/dwcp_wasm.h is missing"
mkdir -p "$work/bin" "$work/lib" "$work/guests" "$work/peer"
work_lib=$(cd "$work/lib" && pwd)

# ---- guests: the text with its 64 KiB filled in, and a module large enough to show what compiling costs ----------------
cp benches/guests/add.wat benches/guests/add_page.wat benches/guests/deadline.wat benches/guests/wasi.wat "$work/guests/"
awk 'function bytes(n,  i, x, s) { x = 1; s = ""
       for (i = 0; i < n; i++) { x = (x * 16807) % 2147483647; s = s sprintf("\\%02x", int(x / 256) % 256) }
       return s }
     { at = index($0, "SIXTY_FOUR_KIB")
       if (at && !/;;/) print substr($0, 1, at - 1) bytes(65536) substr($0, at + 14); else print }' \
    benches/guests/write4k.wat >"$work/guests/write4k.wat"
awk -v functions=1000 -f benches/guests/cold.awk >"$work/guests/cold.wat"

# ---- the peer: the library from its wheel, the headers from its crate, nothing of it kept in this repository -------------
peer=$work/bin/bench_wasmtime
peer_lib=${BENCH_PEER_LIB:-}
peer_include=${BENCH_PEER_INCLUDE:-}
find_lib() { find "$work/peer/wheel" -name '*libwasmtime.so' 2>/dev/null | head -n 1; }
find_include() {
    # cargo names the directory of the crate's source; the manifest below is only there to make it fetch that.
    cargo metadata --quiet --format-version 1 --manifest-path "$work/peer/headers/Cargo.toml" 2>"$work/peer/cargo.log" |
        grep -o '"manifest_path":"[^"]*/wasmtime-c-api-impl-48[^"/]*/Cargo.toml"' | head -n 1 |
        sed -e 's/^"manifest_path":"//' -e 's/Cargo.toml"$/include/'
}
if [ "${BENCH_PEER:-}" = none ]; then
    skip_peer "BENCH_PEER=none"
fi
if [ "$peer" != - ] && [ -z "$peer_lib" ]; then
    peer_lib=$(find_lib)
    if [ -z "$peer_lib" ] &&
        python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$work/peer/wheel" 'wasmtime==48.*' \
            >"$work/peer/pip.log" 2>&1; then
        peer_lib=$(find_lib)
    fi
    [ -n "$peer_lib" ] || skip_peer "no wheel 'wasmtime==48.*' by python3 -m pip ($work/peer/pip.log)"
fi
if [ "$peer" != - ] && [ -z "$peer_include" ]; then
    mkdir -p "$work/peer/headers/src"
    : >"$work/peer/headers/src/lib.rs"
    cat >"$work/peer/headers/Cargo.toml" <<'MANIFEST'
[package]
name = "peer-headers"
version = "0.0.0"
edition = "2021"
publish = false
[workspace]
[dependencies]
wasmtime-c-api-impl = { version = "48", default-features = false }
MANIFEST
    peer_include=$(find_include) || peer_include=
    [ -f "$peer_include/wasmtime.h" ] || skip_peer "no headers: crate wasmtime-c-api-impl 48 by cargo ($work/peer/cargo.log)"
fi
if [ "$peer" != - ]; then
    # conf.h says what the library was built with; the headers come without it. These are the features used here,
    # plus GC, on which the size of a value depends.
    mkdir -p "$work/peer/conf/wasmtime"
    for feature in ADDR2LINE ASYNC COMPILER COMPONENT_MODEL CRANELIFT GC PARALLEL_COMPILATION POOLING_ALLOCATOR WASI WAT; do
        echo "#define WASMTIME_FEATURE_$feature"
    done >"$work/peer/conf/wasmtime/conf.h"
    peer_dir=$(cd "$(dirname "$peer_lib")" && pwd)
    # shellcheck disable=SC2086
    $cc $flags -isystem "$peer_include" -isystem "$work/peer/conf" benches/bench_wasmtime.c \
        benches/bench_wasmtime_wasi.c benches/request.c benches/measure.c \
        -o "$peer" -L"$peer_dir" -l:"$(basename "$peer_lib")" -Wl,-rpath,"$peer_dir" -lpthread ||
        fail "the peer's harness does not build against $peer_lib"
    "$peer" wat2wasm "$work/guests/cold.wat" "$work/guests/cold.wasm"
fi
# Without the peer nothing here makes binaries: ours then loads the text, whose parsing is in its cold row.
[ "$peer" != - ] || cp "$work/guests/cold.wat" "$work/guests/cold.wasm"

# ---- ours ------------------------------------------------------------------------------------------------------------
dwcp_dir=$(cd "$(dirname "$dwcp_lib")" && pwd)
for name in libdwcp_wasm.so libdwcp_wasm.so.0; do
    ln -sf "$dwcp_dir/$(basename "$dwcp_lib")" "$work_lib/$name"
done
# shellcheck disable=SC2086
$cc $flags -I"$dwcp_include" benches/bench_dwcp.c benches/measure.c -o "$work/bin/bench_dwcp" \
    -L"$work_lib" -ldwcp_wasm -Wl,-rpath,"$work_lib" || fail "our harness does not build"
for name in deadline metering; do
    # shellcheck disable=SC2086
    $cc $flags -I"$dwcp_include" "benches/bench_$name.c" benches/measure.c -o "$work/bin/bench_$name" \
        -L"$work_lib" -ldwcp_wasm -Wl,-rpath,"$work_lib" -lpthread || fail "our harness for $name does not build"
done
# shellcheck disable=SC2086
$cc $flags -I"$dwcp_include" benches/bench_wasi.c benches/request.c benches/measure.c -o "$work/bin/bench_wasi" \
    -L"$work_lib" -ldwcp_wasm -Wl,-rpath,"$work_lib" || fail "our harness for WASI does not build"
# shellcheck disable=SC2086
$cc $flags benches/driver.c benches/report.c -o "$work/bin/driver"

echo "dwcp-wasm $("$work/bin/bench_dwcp" --version) on $(uname -srm), $(nproc) cores," \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
if [ "$peer" != - ]; then
    wheel=$(find "$work/peer/wheel" -maxdepth 1 -name 'wasmtime-48*.dist-info' 2>/dev/null | head -n 1)
    headers=$(sed -n 's/^#define WASMTIME_VERSION "\(.*\)"/\1/p' "$peer_include/wasmtime.h")
    if [ -n "${BENCH_PEER_LIB:-}" ]; then origin=$peer_lib; else origin="$(basename "$wheel" .dist-info) (wheel)"; fi
    echo "wasmtime-c-api: library $origin, headers $headers"
fi
# A program reads files beside it, so it is run where it lies.
set -- benches/guests/json.wasm benches/guests/lz.wasm benches/guests/vm.wasm examples-c/guests/wordcount.wasm
if [ -n "${BENCH_CORPUS:-}" ]; then
    [ -d "$BENCH_CORPUS" ] || fail "BENCH_CORPUS: $BENCH_CORPUS is no directory"
    find -L "$BENCH_CORPUS" -name '*.wasm' -type f | sort >"$work/corpus.list"
    while IFS= read -r program; do set -- "$@" "$program"; done <"$work/corpus.list"
fi
exec "$work/bin/driver" "$work/bin/bench_dwcp" "$peer" "$work/bin/bench_deadline" "$work/bin/bench_metering" \
    "$work/bin/bench_wasi" "$work/guests" "$work/results.json" "$@"
