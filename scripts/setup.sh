#!/bin/sh
# Makes sure that the tools named are there: installs them where this is Debian or Ubuntu and we are root, else says what to get.
# Usage: setup.sh [cmake] [c++] [pkg-config] [nm]. Rust and a C compiler are always looked for.
set -eu

missing= packages=
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
    *) echo "setup: unknown tool $tool" >&2 && exit 2 ;;
    esac
done

if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "setup: installing$packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # package names are words
    apt-get install -y -qq --no-install-recommends $packages libc6-dev >/dev/null
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
