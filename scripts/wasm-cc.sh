#!/bin/sh
# Compiles C and C++ files to one WebAssembly module whose exports a host calls (a reactor), or to a program with a main, by
# whichever compiler is there: clang with wasm-ld, or Zig, from PATH or from target/tools.
#
#     wasm-cc.sh [--libc | --program] -o OUT.wasm FILE... [FLAG...]    FLAGs go to the compiler
#     wasm-cc.sh [--libc | --program] --which                          prints the compiler, or what is missing, and ends with 1
#
# Without either: no libc, no WASI. --libc: wasi-libc. --program: a WASI command, with wasi-libc and the C++ standard library,
# which a reactor does not have. None has exceptions or RTTI.
# DWCP_WASM_CC names a clang or a zig to take instead of looking for one.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

libc=0 program=0 out= which=0 files= flags=
while [ $# -gt 0 ]; do
    case $1 in
    --libc) libc=1 ;;
    --program) libc=1 program=1 ;;
    --which) which=1 ;;
    -o) out=$2 && shift ;;
    *.c | *.cpp) files="$files
$1" ;;
    -*) flags="$flags $1" ;;
    *) echo "wasm-cc: $1 is neither a .c or .cpp file nor a flag" >&2 && exit 2 ;;
    esac
    shift
done

# Zig keeps what it compiles once, its libc among it.
: "${ZIG_GLOBAL_CACHE_DIR:=$root/target/tools/zig-cache}"
ZIG_LOCAL_CACHE_DIR=$ZIG_GLOBAL_CACHE_DIR
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR

# with COMPILER: how it is called.
with() {
    compiler=$1
    case $(basename "$1") in
    zig*)
        c=cc cpp=c++ target=wasm32-freestanding
        # Zig's debug builds call a runtime that traps; a guest without a libc has none.
        common=-fno-sanitize=undefined stack=
        ;;
    *)
        c='' cpp=--driver-mode=g++ target=wasm32-unknown-unknown common=
        # A stack that overflows traps then, and does not write into the globals. Zig does so by itself.
        stack=-Wl,--stack-first
        ;;
    esac
    if [ "$program" = 1 ]; then
        target=wasm32-wasi link=$stack
    elif [ "$libc" = 1 ]; then
        target=wasm32-wasi link="-mexec-model=reactor $stack"
    else
        common="$common -mbulk-memory -ffreestanding" link="-nostdlib -Wl,--no-entry $stack"
    fi
}

# shellcheck disable=SC2086 # flags are words
build() { # output, file...
    output=$1 objects= strip=-s linker=$c
    shift
    case " $flags " in *" -g"*) strip= ;; esac
    for file in "$@"; do
        object=$work/$(basename "$file").$#.o
        shift # counts the objects: two files may have one name
        case $file in
        *.cpp)
            mode=$cpp language='-std=c++17 -fno-exceptions -fno-rtti'
            [ "$program" = 0 ] || linker=$cpp
            ;;
        *) mode=$c language=-std=c11 ;;
        esac
        "$compiler" $mode --target=$target $language -Os -Wall -Wextra -I"$root/guest" $common $flags -c -o "$object" "$file" || return
        objects="$objects $object"
    done
    "$compiler" $linker --target=$target -Os $strip $common $link $flags -o "$output" $objects
}

# It is there when it makes a module: a clang may lack its linker, the target, or wasi-libc.
probe=$work/probe.c
if [ "$program" = 1 ]; then
    probe=$work/probe.cpp
    printf '%s\n' '#include <cstdio>' '#include <string>' 'int main(int, char **argv) { std::puts((std::string(*argv) + ".").c_str()); }' >"$probe"
else
    printf '%s\n' '#include <stdint.h>' '__attribute__((export_name("one"))) int32_t one(void) { return 1; }' >"$probe"
    [ "$libc" = 0 ] || printf '%s\n' '#include <stdio.h>' '__attribute__((export_name("two"))) void two(double d) { printf("%f", d); }' >>"$probe"
fi
found=
: >"$work/said"
for candidate in ${DWCP_WASM_CC:-clang clang-22 clang-21 clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14 zig \
    "$root/target/tools/ziglang/zig"}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    with "$candidate"
    if build "$work/probe.wasm" "$probe" >"$work/said" 2>&1; then
        found=$candidate
        break
    fi
done
if [ -z "$found" ]; then
    [ -z "${DWCP_WASM_CC:-}" ] || cat "$work/said" >&2
    need="clang with wasm-ld"
    [ "$libc" = 0 ] || need="$need and wasi-libc"
    [ "$program" = 0 ] || need="$need and libc++ for it"
    echo "no WebAssembly compiler: $need, or zig, is missing (scripts/setup.sh wasm-cc)"
    exit 1
fi
[ "$which" = 0 ] || { command -v "$found" && exit 0; }
if [ -z "$out" ] || [ -z "$files" ]; then
    echo "usage: wasm-cc.sh [--libc | --program] -o OUT.wasm FILE.c|FILE.cpp... [FLAG...]" >&2
    exit 2
fi
IFS='
'
# shellcheck disable=SC2086 # one file a line
set -- $files
unset IFS
build "$out" "$@"
