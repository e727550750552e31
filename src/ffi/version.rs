//! Which library this is.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

/// The version of the ABI that this library speaks. A host compares it with DWCP_ABI_VERSION of the header it was built with.
const ABI_VERSION: u32 = 1;
const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// Gives the version of the loaded library, "0.1.0".
///
/// Returns: a static string. Never NULL.
/// Errors: none
/// Ownership: the string is static.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_version() -> *const c_char {
    VERSION.as_ptr()
}

/// Gives the version of the ABI of the loaded library. It works with a host whose DWCP_ABI_VERSION is the same number.
///
/// Returns: the number, 1 in this version.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_abi_version() -> u32 {
    ABI_VERSION
}

/// Describes how the library was built, as a JSON object: its version, the engine and its version, target, compiler strategies,
/// and the WebAssembly proposals that are on.
///
/// Returns: a static JSON string. Never NULL. In a child forked after a runtime was made, `{}` unless it was asked for before.
/// Errors: none
/// Ownership: the string is static.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_build_info() -> *const c_char {
    static INFO: OnceLock<std::ffi::CString> = OnceLock::new();
    let text = || {
        let json = serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "abi_version": ABI_VERSION,
            "engine": "wasmtime",
            "engine_version": crate::compile::engine::WASMTIME_VERSION,
            "arch": std::env::consts::ARCH,
            "os": std::env::consts::OS,
            "debug_assertions": cfg!(debug_assertions),
            "strategies": ["cranelift"],
            "wasi": "wasi_snapshot_preview1",
            "proposals": crate::compile::engine::PROPOSALS,
        });
        std::ffi::CString::new(json.to_string()).unwrap_or_default()
    };
    super::boundary::plain_value(c"{}".as_ptr(), || {
        // In a child, another thread of the parent may be making the text for ever.
        let info = if crate::fork::in_child() { INFO.get()? } else { INFO.get_or_init(text) };
        Some(info.as_ptr())
    })
}
