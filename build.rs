//! Linker settings of the shared library, and facts of this build for `dwcp_build_info`. The header is not made here: a host that
//! builds the crate needs neither cbindgen nor its time; `cargo run -p xtask -- header` writes it and CI compares it.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target_os = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if target_os == "linux" {
        // rustc sets no SONAME; without one a program records the path at which its linker found the library.
        let major = env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libdwcp_wasm.so.{major}");
        // Destructors of thread-local values run when a thread ends, which may be after dlclose: the code must stay mapped.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    println!("cargo:rustc-env=DWCP_TARGET={}", env::var("TARGET").unwrap_or_default());
}
