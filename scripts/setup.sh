#!/bin/sh
# Makes sure that the tools named are there: installs them where this is Debian or Ubuntu and we are root, else says what to get.
# Usage: setup.sh [cmake] [c++] [pkg-config] [nm] [wasm-cc] [wasm-rust]. Rust and a C compiler are always looked for.
# wasm-cc: a C and C++ compiler for WebAssembly with wasi-libc and libc++, from Debian or else PyPI's Zig in target/tools.
# wasm-rust: Rust's standard library for wasm32-unknown-unknown and wasm32-wasip1; where rustup cannot get one, that is said and is
# no failure.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
missing= packages= wasm_cc= wasm_rust=
need() { # tool, package
    command -v "$1" >/dev/null 2>&1 || { missing="$missing $1" packages="$packages $2"; }
}

command -v "${CARGO:-cargo}" >/dev/null 2>&1 || { echo "setup: Rust is missing: install it with rustup" >&2; exit 1; }
need "${CC:-cc}" gcc
for tool in "$@"; do
    case $tool in
    cmake)
        need cmake cmake
        need make make
        ;;
    c++) need c++ g++ ;;
    pkg-config) need pkg-config pkg-config ;;
    nm) need nm binutils ;;
    wasm-cc) wasm_cc=1 ;;
    wasm-rust) wasm_rust=1 ;;
    *) echo "setup: unknown tool $tool" >&2 && exit 2 ;;
    esac
done

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }
install_packages() { # package...
    echo "setup: installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if [ -n "$missing" ] && may_install; then
    # shellcheck disable=SC2086 # package names are words
    install_packages $packages libc6-dev
    missing=
fi
[ -z "$missing" ] || { echo "setup: please install:$missing (Debian packages:$packages)" >&2; exit 1; }

for tool in "$@"; do
    [ "$tool" = cmake ] || continue
    version=$(cmake --version | sed -n 's/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    # shellcheck disable=SC2086
    set -- $version
    [ "$1" -gt 3 ] || [ "$2" -ge 21 ] || { echo "setup: CMake $1.$2 is too old: 3.21 or newer is needed" >&2; exit 1; }
    break
done

have_wasm_cc() { "$root/scripts/wasm-cc.sh" --program --which >/dev/null; }
zig_version=0.17.1
if [ -n "$wasm_cc" ] && ! have_wasm_cc; then
    if may_install; then
        install_packages clang lld wasi-libc libclang-rt-dev-wasm32 libc++-dev-wasm32 || echo "setup: Debian's clang for WebAssembly cannot be installed" >&2
    fi
    if ! have_wasm_cc && command -v python3 >/dev/null 2>&1; then
        echo "setup: installing Zig $zig_version into target/tools"
        python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$root/target/tools" "ziglang==$zig_version" || true
    fi
    have_wasm_cc || {
        echo "setup: please install a C compiler for WebAssembly (Debian packages: clang lld wasi-libc libclang-rt-dev-wasm32 libc++-dev-wasm32; or pip install ziglang)" >&2
        exit 1
    }
fi

if [ -n "$wasm_rust" ]; then
    for target in wasm32-unknown-unknown wasm32-wasip1; do
        [ -d "$("${RUSTC:-rustc}" --print target-libdir --target $target 2>/dev/null)" ] || rustup target add $target >/dev/null 2>&1 ||
            echo "setup: Rust cannot compile for $target: its guests in Rust are not built anew (rustup target add $target)"
    done
fi
