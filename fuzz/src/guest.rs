//! A module that exports each WASI call under its own name, driven through the library's C functions.

use super::calls::{Argument, CALLS, PAGES, shape};
use dwcp_wasm::ffi::call::{dwcp_call_options_t, dwcp_call_stats_t};
use dwcp_wasm::ffi::config::{dwcp_config_apply_json, dwcp_config_free, dwcp_config_new};
use dwcp_wasm::ffi::error::{dwcp_error, dwcp_error_free, dwcp_error_message};
use dwcp_wasm::ffi::function::{dwcp_function, dwcp_function_free, dwcp_module_get_function};
use dwcp_wasm::ffi::module::{dwcp_module, dwcp_module_free, dwcp_module_load};
use dwcp_wasm::ffi::runtime::{dwcp_runtime, dwcp_runtime_free, dwcp_runtime_new};
use dwcp_wasm::ffi::session::{dwcp_vm, dwcp_vm_acquire, dwcp_vm_call, dwcp_vm_release};
use dwcp_wasm::ffi::session_data::{dwcp_vm_read, dwcp_vm_write};
use dwcp_wasm::ffi::status::{DWCP_OK, dwcp_status_t};
use dwcp_wasm::ffi::value::{DWCP_KIND_I32, DWCP_KIND_I64, dwcp_payload_t, dwcp_value_t};
use dwcp_wasm::ffi::wasi::{
    DWCP_OUTPUT_CAPTURE, dwcp_wasi, dwcp_wasi_add_env, dwcp_wasi_free, dwcp_wasi_new, dwcp_wasi_set_args, dwcp_wasi_set_output,
    dwcp_wasi_set_stdin,
};
use std::ffi::{CStr, CString};
use std::ptr::{null, null_mut};

/// How long one call may take.
pub const TIMEOUT_NS: u64 = 50_000_000;

/// A runtime with the module.
pub struct Guest {
    runtime: *mut dwcp_runtime,
    module: *mut dwcp_module,
    functions: Vec<*mut dwcp_function>,
}

/// A VM of the module, for a sequence of calls.
pub struct Session<'g> {
    guest: &'g Guest,
    vm: *mut dwcp_vm,
    wasi: *mut dwcp_wasi,
}

/// The message of an error, which is freed.
fn message(error: *mut dwcp_error) -> String {
    // SAFETY: the error is one that the library gave, or NULL; its text lives until it is freed.
    unsafe {
        let text = CStr::from_ptr(dwcp_error_message(error)).to_string_lossy().into_owned();
        dwcp_error_free(error);
        text
    }
}

/// Makes a call that must succeed.
fn must(what: &str, call: impl FnOnce(*mut *mut dwcp_error) -> dwcp_status_t) {
    let mut error = null_mut();
    let status = call(&raw mut error);
    assert!(status == DWCP_OK, "{what}: status {status}, {}", message(error));
}

/// The module's text.
fn text() -> String {
    let (mut imports, mut functions) = (String::new(), String::new());
    for (name, letters) in CALLS {
        let types: Vec<&str> = letters
            .chars()
            .flat_map(|letter| {
                let (wide, count) = shape(letter);
                std::iter::repeat_n(if wide { "i64" } else { "i32" }, count)
            })
            .collect();
        let result = if name == "proc_exit" { "" } else { "(result i32)" };
        let signature = format!("(param {}) {result}", types.join(" "));
        let arguments: String = (0..types.len()).map(|i| format!("local.get {i} ")).collect();
        imports += &format!("(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} {signature}))\n");
        functions += &format!("(func (export \"{name}\") {signature} {arguments} call ${name})\n");
    }
    format!("(module {imports} (memory (export \"memory\") {PAGES}) {functions})")
}

impl Guest {
    /// A guest of a runtime with these settings, an object of JSON.
    pub fn new(settings: &str) -> Guest {
        let (mut runtime, mut module) = (null_mut(), null_mut());
        let text = text();
        // SAFETY: every pointer is to a live value of ours, or to a handle that the library gave.
        unsafe {
            let config = dwcp_config_new(0);
            must("settings", |e| dwcp_config_apply_json(config, settings.as_ptr().cast(), settings.len(), e));
            must("runtime", |e| dwcp_runtime_new(config, &raw mut runtime, e));
            dwcp_config_free(config);
            must("module", |e| dwcp_module_load(runtime, text.as_ptr(), text.len(), null(), null(), &raw mut module, e));
        }
        let function = |(name, _): (&str, &str)| {
            let (mut function, name) = (null_mut(), CString::new(name).expect("no NUL"));
            // SAFETY: as above.
            must("function", |e| unsafe { dwcp_module_get_function(module, name.as_ptr(), null(), &raw mut function, e) });
            function
        };
        Guest { runtime, module, functions: CALLS.into_iter().map(function).collect() }
    }

    pub fn session(&self) -> Session<'_> {
        let (args, input) = ([c"guest".as_ptr(), c"two words".as_ptr()], b"what it reads");
        let mut vm = null_mut();
        // SAFETY: every pointer is to a live value of ours, or to a handle that the library gave; zeroed options are the defaults.
        let wasi = unsafe {
            let wasi = dwcp_wasi_new();
            must("arguments", |e| dwcp_wasi_set_args(wasi, args.as_ptr(), args.len(), e));
            must("environment", |e| dwcp_wasi_add_env(wasi, c"NAME".as_ptr(), c"value".as_ptr(), e));
            must("stdin", |e| dwcp_wasi_set_stdin(wasi, input.as_ptr(), input.len(), e));
            must("stdout", |e| dwcp_wasi_set_output(wasi, 1, DWCP_OUTPUT_CAPTURE, 1000, e));
            let mut options: dwcp_call_options_t = std::mem::zeroed();
            options.struct_size = size_of::<dwcp_call_options_t>();
            options.wasi = wasi;
            must("session", |e| dwcp_vm_acquire(self.module, &raw const options, &raw mut vm, e));
            wasi
        };
        Session { guest: self, vm, wasi }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // SAFETY: the handles are ours, and nobody uses them any more.
        unsafe {
            self.functions.iter().for_each(|function| dwcp_function_free(*function));
            dwcp_module_free(self.module);
            dwcp_runtime_free(self.runtime);
        }
    }
}

impl Session<'_> {
    /// Makes the call of that number in the list; gives its status, its message if it failed, and its errno.
    pub fn call(&self, index: usize, args: &[Argument]) -> (dwcp_status_t, String, i32) {
        let blank = |kind| dwcp_value_t { kind, reserved: [0; 7], of: dwcp_payload_t { v128: [0; 16] } };
        let value = |argument: &Argument| match *argument {
            Argument::I32(v) => dwcp_value_t { of: dwcp_payload_t { i32: v.cast_signed() }, ..blank(DWCP_KIND_I32) },
            Argument::I64(v) => dwcp_value_t { of: dwcp_payload_t { i64: v.cast_signed() }, ..blank(DWCP_KIND_I64) },
        };
        let args: Vec<dwcp_value_t> = args.iter().map(value).collect();
        let (mut result, mut count, mut error) = (blank(0), 0, null_mut());
        // SAFETY: every pointer is to a live value of ours, or to a handle that the library gave; zeroed options are the defaults.
        unsafe {
            let mut options: dwcp_call_options_t = std::mem::zeroed();
            options.struct_size = size_of::<dwcp_call_options_t>();
            options.timeout_ns = TIMEOUT_NS;
            let mut stats: dwcp_call_stats_t = std::mem::zeroed();
            stats.struct_size = size_of::<dwcp_call_stats_t>();
            let status = dwcp_vm_call(
                self.vm,
                self.guest.functions[index],
                args.as_ptr(),
                args.len(),
                &raw const options,
                &raw mut result,
                1,
                &raw mut count,
                &raw mut stats,
                &raw mut error,
            );
            (status, message(error), result.of.i32)
        }
    }

    pub fn write(&self, at: u32, bytes: &[u8]) {
        // SAFETY: the pointer and length are those of a live slice.
        must("write", |e| unsafe { dwcp_vm_write(self.vm, at.into(), bytes.as_ptr().cast(), bytes.len(), e) });
    }

    pub fn read(&self, at: u32, into: &mut [u8]) {
        // SAFETY: the pointer and length are those of a live slice.
        must("read", |e| unsafe { dwcp_vm_read(self.vm, at.into(), into.as_mut_ptr().cast(), into.len(), e) });
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // SAFETY: the handles are ours, and nobody uses them any more.
        unsafe {
            dwcp_vm_release(self.vm);
            dwcp_wasi_free(self.wasi);
        }
    }
}
