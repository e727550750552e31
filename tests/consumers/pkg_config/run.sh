#!/bin/sh
# A host without CMake: a C compiler and pkg-config. Arguments: prefix, compiler, working directory.
set -eu
prefix=$1 cc=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
command -v pkg-config >/dev/null || { echo "skipped: no pkg-config"; exit 77; }
mkdir -p "$work"
cd "$work"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name dwcp_wasm.pc)")
export PKG_CONFIG_PATH
libdir=$(pkg-config --variable=libdir dwcp_wasm)

# shellcheck disable=SC2046 # flags are words
$cc "$here/../main.c" $(pkg-config --cflags --libs dwcp_wasm) -o with-shared
LD_LIBRARY_PATH=$libdir ./with-shared

# The name that the program asks the loader for is the SONAME, not a path of the machine that built it.
needed=$(readelf -d with-shared | grep -c 'NEEDED.*\[libdwcp_wasm\.so\.0\]')
test "$needed" -eq 1

static=$(pkg-config --static --cflags --libs dwcp_wasm | sed 's/-ldwcp_wasm/-l:libdwcp_wasm.a/')
# shellcheck disable=SC2086
$cc "$here/../main.c" $static -o with-static
./with-static
! readelf -d with-static | grep 'NEEDED.*dwcp_wasm'
