//! What every call shares: its options on the way in, its stats on the way out.

use super::boundary::{Sized_, Zeroable, handle, optional_string, read_struct, status, write_struct};
use super::cancel::dwcp_cancel;
use super::error::dwcp_error;
use super::status::dwcp_status_t;
use super::wasi::dwcp_wasi;
use crate::error::{Error, Result};
use crate::interface::Interface;
use crate::isolate::limits::Asked;
use crate::run::call::{CallOptions, CallStats};
use crate::run::cancel::Tokens;
use crate::run::state::UserData;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// What one call may use. Begin with DWCP_CALL_OPTIONS_INIT: 0 in a limit inherits the runtime's default, the greatest value of
/// the field's type asks for the runtime's ceiling, and more than the ceiling is DWCP_ERR_INVALID_ARGUMENT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_call_options_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// Time from entry to return, in nanoseconds. Default and ceiling: max_execution_time_ms, in milliseconds.
    pub timeout_ns: u64,
    /// Fuel, about one unit per WebAssembly instruction. Default and ceiling: fuel_limit. dwcp_module_run with 0: no limit.
    pub fuel: u64,
    /// Bytes of all memories of the VM. Default and ceiling: max_memory_bytes.
    pub max_memory_bytes: u64,
    /// Elements of all tables of the VM. Default and ceiling: max_table_elements.
    pub max_table_elements: u32,
    /// Instances in the VM. Default and ceiling: max_instances.
    pub max_instances: u32,
    /// For host functions: dwcp_caller_user_data gives it back. Never looked at.
    pub user_data: *mut c_void,
    /// WASI settings. Borrowed for the call; NULL: no arguments, no environment, empty stdin, output discarded, the runtime's
    /// directories.
    pub wasi: *const dwcp_wasi,
    /// A token that ends the call when it is fired. Borrowed for the call, or by dwcp_vm_acquire for the session; NULL for none.
    pub cancel: *const dwcp_cancel,
    /// For dwcp_runtime_execute only, NULL elsewhere: the signature of the function, as for dwcp_module_get_function.
    pub signature: *const c_char,
}
// SAFETY: integers and raw pointers.
unsafe impl Zeroable for dwcp_call_options_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_call_options_t {}

/// What one call took. Begin with DWCP_CALL_STATS_INIT. Written when the call succeeds and when it fails; all 0 where it failed
/// before it began.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_call_stats_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// The call's number in its runtime, from 1.
    pub call_id: u64,
    /// Fuel used, making the VM included, and not more than the call had. 0 where fuel is not metered.
    pub fuel_used: u64,
    /// From entry to return, in nanoseconds.
    pub wall_ns: u64,
    /// Waiting for a slot, or for room under max_total_memory_bytes, in nanoseconds.
    pub wait_ns: u64,
    /// From entry to the first instruction of the called function, in nanoseconds; 0 if it was not reached.
    pub start_ns: u64,
    /// In the called function, in nanoseconds.
    pub execution_ns: u64,
    /// How long past its deadline the call returned, in nanoseconds.
    pub overrun_ns: u64,
    /// Most bytes that the VM's memories had.
    pub peak_memory_bytes: u64,
    /// The limit that ended the call, or one that refused the guest something, also where the guest coped: a static string such as
    /// "max_memory_bytes", or NULL. Where several refused something it is one of them, not always the last.
    pub limit_hit: *const c_char,
    /// The code that a WASI command passed to proc_exit; 0 otherwise.
    pub exit_code: i32,
    /// Whether the VM was ready before the call. Always false in this version, which makes every VM on the spot.
    pub pool_hit: bool,
    /// Whether the module was compiled for this call, by it or by another that it waited for.
    pub cold: bool,
    /// Whether `fuel_used` is exact; after a trap or a timeout, also of a call from inside a host function that then went on, it is a
    /// lower bound, and without metering it says nothing.
    pub fuel_exact: bool,
    /// Zero.
    pub reserved: u8,
    /// WASI calls that the policy denied, also where deny_action is errno and the guest went on.
    pub denials: u64,
    /// The first of them, a static string such as "path_open", or NULL.
    pub first_denied: *const c_char,
}
// SAFETY: integers, bools and raw pointers.
unsafe impl Zeroable for dwcp_call_stats_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_call_stats_t {}

/// The options of a call; NULL inherits everything.
pub(super) fn options(options: *const dwcp_call_options_t) -> Result<CallOptions> {
    match options_with_signature(options)? {
        (_, Some(_)) => Err(Error::argument("options.signature", "is for dwcp_runtime_execute; elsewhere the function is bound")),
        (options, None) => Ok(options),
    }
}

/// The options of a call that binds its function too.
pub(super) fn options_with_signature(options: *const dwcp_call_options_t) -> Result<(CallOptions, Option<Interface>)> {
    let Some(given) = read_struct(options, "options")? else { return Ok((CallOptions::default(), None)) };
    let wasi = match given.wasi.is_null() {
        true => None,
        false => Some(handle(given.wasi, "options.wasi")?.settings()),
    };
    let mut tokens = Tokens::new();
    if !given.cancel.is_null() {
        tokens.push(Arc::clone(handle(given.cancel, "options.cancel")?));
    }
    let asked = Asked {
        timeout_ns: given.timeout_ns,
        fuel: given.fuel,
        max_memory_bytes: given.max_memory_bytes,
        max_table_elements: given.max_table_elements,
        max_instances: given.max_instances,
    };
    let signature = optional_string(given.signature, "options.signature")?.map(Interface::parse).transpose()?;
    Ok((CallOptions { asked, user_data: UserData(given.user_data), wasi, tokens }, signature))
}

/// [`status`] for a function with stats, which are written whatever the end.
pub(super) fn with_stats(
    stats: *mut dwcp_call_stats_t,
    error: *mut *mut dwcp_error,
    f: impl FnOnce(&mut CallStats) -> Result<()>,
) -> dwcp_status_t {
    status(error, || {
        let mut taken = CallStats::default();
        // Before the guest runs: a wrong struct_size is refused, and stats of a failure before the call are zero.
        write_stats(stats, &taken)?;
        let result = f(&mut taken);
        write_stats(stats, &taken)?;
        result
    })
}

fn write_stats(stats: *mut dwcp_call_stats_t, taken: &CallStats) -> Result<()> {
    if stats.is_null() { Ok(()) } else { write_struct(stats, &stats_to_c(taken), "stats") }
}

pub(super) fn stats_to_c(taken: &CallStats) -> dwcp_call_stats_t {
    dwcp_call_stats_t {
        struct_size: 0,
        call_id: taken.call_id,
        fuel_used: taken.fuel_used,
        wall_ns: taken.wall_ns,
        wait_ns: taken.wait_ns,
        start_ns: taken.start_ns,
        execution_ns: taken.execution_ns,
        overrun_ns: taken.overrun_ns,
        peak_memory_bytes: taken.peak_memory_bytes,
        limit_hit: taken.limit_hit.map_or(std::ptr::null(), |name| name.as_ptr()),
        exit_code: taken.exit_code,
        pool_hit: taken.pool_hit,
        cold: taken.cold,
        fuel_exact: taken.fuel_exact,
        reserved: 0,
        denials: taken.denials,
        first_denied: taken.first_denied.map_or(std::ptr::null(), |name| name.as_ptr()),
    }
}
