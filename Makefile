# make demo      a real module's results and metrics, from C: needs Rust and a C compiler only
# make test      all tests: Rust, C, examples and packages (gets CMake where it is missing and may be installed)
# make bench     the comparison with the Wasmtime C API, deadlines, metering, WASI; writes target/bench/results.json
# make header    writes include/dwcp_wasm.h, the tables of calls and the layout file anew from src/ffi
# make check     what is committed is up to date, documented, layered
# make lint      formatting and clippy          make fmt   formats
# make install   to PREFIX (/usr/local), below DESTDIR if set
# make clean

CARGO ?= cargo
CMAKE ?= cmake
PREFIX ?= /usr/local
BUILD ?= target/cmake
SANITIZE ?=
# No crate of this workspace: they are compiled for WebAssembly.
GUESTS_IN_RUST = guest/dwcp_guest.rs guest/tests/kit.rs examples-c/guests/files.rs
# Outside the workspace.
FUZZ_TARGETS = fuzz/fuzz_targets/wasi_calls.rs
XTASK = $(CARGO) run --quiet --locked -p xtask --

# Nothing is exported from here: a CC in the environment that was not there before would make cargo build the engine anew.

.PHONY: demo test test-rust test-c bench header check lint fmt lib install clean setup

lib:
	$(CARGO) build --release --locked --lib

demo:
	scripts/demo.sh

setup:
	scripts/setup.sh cmake c++

test: test-rust test-c

test-rust:
	$(CARGO) test --locked -p xtask
	$(CARGO) test --release --locked

# The tests of C, the examples and the packages. SANITIZE=address builds the C side so, in a build tree of its own.
test-c: setup
	$(CMAKE) -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release -DDWCP_BUILD_TESTS=ON -DDWCP_SANITIZE=$(SANITIZE)
	$(CMAKE) --build $(BUILD) --parallel
	cd $(BUILD) && ctest --output-on-failure --no-tests=error

bench: lib
	benches/run.sh

header:
	$(XTASK) header
	$(XTASK) null-table
	$(XTASK) fork-table
	$(XTASK) layout

check:
	$(XTASK) layers
	$(XTASK) header --check
	$(XTASK) null-table --check
	$(XTASK) fork-table --check
	$(XTASK) layout --check
	$(XTASK) doc-check

lint:
	$(CARGO) fmt --all --check
	rustfmt --edition 2024 --check $(GUESTS_IN_RUST) $(FUZZ_TARGETS)
	$(CARGO) clippy --release --all-targets --locked -- -D warnings
	$(CARGO) clippy -p xtask --all-targets --locked -- -D warnings

fmt:
	$(CARGO) fmt --all
	rustfmt --edition 2024 $(GUESTS_IN_RUST) $(FUZZ_TARGETS)

install: setup
	$(CMAKE) -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$(PREFIX)"
	$(CMAKE) --build $(BUILD) --target dwcp_wasm_cargo dwcp-run
	DESTDIR="$(DESTDIR)" $(CMAKE) --install $(BUILD)

clean:
	$(CARGO) clean
	rm -rf $(BUILD)
