#!/bin/sh
# Configures, builds and tests a project as a person would. Arguments: source, build directory, then options of cmake.
#
# Three processes, not `ctest --build-and-test`: that one hands the CC that CMake chose to the build, and cargo, which watches
# CC, would build the engine anew.
set -eu
source=$1 build=$2
shift 2
rm -rf "$build"
cmake=${CMAKE:-cmake}
"$cmake" -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release "$@"
"$cmake" --build "$build"
cd "$build"
"${CTEST:-ctest}" --output-on-failure --no-tests=error
