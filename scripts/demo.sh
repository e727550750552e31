#!/bin/sh
# Builds the library and the programs of examples-c against it, into target/examples-c, and runs the demo.
# Needs Rust and a C compiler. `demo.sh build` only builds.
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh
target=${CARGO_TARGET_DIR:-target}
work=target/examples-c
mkdir -p "$work"

echo "demo: building the library (the first time this takes some minutes)"
"${CARGO:-cargo}" build --release --locked --lib

# Programs ask the loader for the SONAME; the installed package has this link, so has the CMake build tree.
library=$(cd "$target/release" && pwd)
ln -sf "$library/libdwcp_wasm.so" "$work/libdwcp_wasm.so"
ln -sf libdwcp_wasm.so "$work/libdwcp_wasm.so.0"
for source in examples-c/*.c; do
    name=$(basename "$source" .c)
    # shellcheck disable=SC2016 # $ORIGIN is the loader's
    "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Iinclude "$source" -o "$work/$name" \
        -L"$work" -ldwcp_wasm -Wl,-rpath,'$ORIGIN' -lpthread -lm
done
[ "${1:-}" != build ] || exit 0
exec "$work/demo" "$@"
