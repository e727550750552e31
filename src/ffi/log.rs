//! The log callback: what a runtime tells its host as it happens.

use super::boundary::{Sized_, Zeroable, handle_mut, status};
use super::config::dwcp_config;
use super::error::dwcp_error;
use super::imports::{Owned, dwcp_finalizer_fn};
use super::status::dwcp_status_t;
use crate::observe::log::{Record, Sink};
use crate::run::state::UserData;
use smallvec::SmallVec;
use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

/// How much a log record matters: one of DWCP_LOG_...; a greater number matters more.
#[allow(non_camel_case_types)]
pub type dwcp_log_level_t = i32;
/// Each step of a call.
pub const DWCP_LOG_TRACE: dwcp_log_level_t = 0;
/// For who looks for a fault.
pub const DWCP_LOG_DEBUG: dwcp_log_level_t = 1;
/// What happens when all is well.
pub const DWCP_LOG_INFO: dwcp_log_level_t = 2;
/// Somebody should look at it when there is time.
pub const DWCP_LOG_WARN: dwcp_log_level_t = 3;
/// Something failed.
pub const DWCP_LOG_ERROR: dwcp_log_level_t = 4;
/// The runtime cannot go on.
pub const DWCP_LOG_FATAL: dwcp_log_level_t = 5;

/// A fact of a log record. Both strings are UTF-8, NUL-terminated, and have no NUL before.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_log_field_t {
    /// The fact's name, a static string.
    pub key: *const c_char,
    /// Its length in bytes.
    pub key_len: usize,
    /// The fact; numbers in decimal digits.
    pub value: *const c_char,
    /// Its length in bytes, at most 4096.
    pub value_len: usize,
}
// SAFETY: integers and raw pointers.
unsafe impl Zeroable for dwcp_log_field_t {}

/// One thing that happened, as the log callback is given it. All strings are UTF-8 without control characters, NUL-terminated,
/// and have no NUL before. The events of this version, with their target, level and fields:
///
/// `syscall.denied`, target `dwcp.wasi`, DWCP_LOG_WARN: the policy denied a WASI call of a guest. For each function of WASI at most
/// one record a second is made, while the metrics count all. Fields: `call`, the function; `action`, "errno" or "trap"; `module`, the
/// name that the module of the call was loaded with, if it has one; `module_hash`; `suppressed`, how many denials of this function
/// there were since its last record that have none.
///
/// `config.warning`, target `dwcp.config`, DWCP_LOG_WARN: settings that are possible together but hardly meant, or a machine that has
/// too little room. dwcp_runtime_new makes one for each line of `warnings` in dwcp_runtime_metrics_json, dwcp_runtime_reconfigure for
/// those that were not there before.
///
/// `guest.output`, target `dwcp.guest`, DWCP_LOG_INFO: a line that a guest wrote to a stream that is discarded (or the first 4 KiB of
/// it), where enable_tracing is set; the line is the message. Fields: `fd`, 1 or 2; `module` and `module_hash` as above.
///
/// Later versions add events, and fields to these; they take none away.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_log_record_t {
    /// Bytes of this struct that the library has written: of an older library it may be less than the header's.
    pub struct_size: usize,
    /// When it happened, in nanoseconds since 1970-01-01 UTC.
    pub time_unix_ns: i64,
    /// The call that it happened in, as in dwcp_call_stats_t; 0 outside of calls.
    pub call_id: u64,
    /// One of DWCP_LOG_....
    pub level: dwcp_log_level_t,
    /// Zero.
    pub reserved: u32,
    /// The part of the library that speaks, a static string.
    pub target: *const c_char,
    /// Its length in bytes.
    pub target_len: usize,
    /// What happened, a static string: its name stays the same from version to version.
    pub event: *const c_char,
    /// Its length in bytes.
    pub event_len: usize,
    /// A sentence for people, whose wording may change.
    pub message: *const c_char,
    /// Its length in bytes, at most 4096.
    pub message_len: usize,
    /// The facts, `field_count` of them; NULL where there are none.
    pub fields: *const dwcp_log_field_t,
    /// Their number.
    pub field_count: usize,
}
const _: () = assert!(size_of::<dwcp_log_record_t>() == 96);
const _: () = assert!(size_of::<dwcp_log_field_t>() == 32);
// SAFETY: integers and raw pointers.
unsafe impl Zeroable for dwcp_log_record_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_log_record_t {}

/// Called with each log record, which is valid until it returns. It runs where the event is: in the middle of the call or of the
/// function of the library that brought it about, on the same thread as a host function of that call would, on a native stack and
/// with no lock of the library held; on several threads at once, where several make calls. The time that it takes is the call's.
///
/// It may call the library, as a host function may, and like one it cannot close or drain the runtime that the record is of: that
/// is DWCP_ERR_BUSY; dwcp_runtime_free is allowed. While dwcp_runtime_new or dwcp_runtime_reconfigure runs it, it must not use the
/// config that these were given. What comes about inside the callback, by its own calls of the same runtime, is counted and not
/// logged. It must not unwind or longjmp out.
pub type dwcp_log_fn = Option<unsafe extern "C" fn(user: *mut c_void, record: *const dwcp_log_record_t)>;

/// The callback with its user pointer, whose finalizer runs when the last config and the last runtime let go of it.
struct CallbackSink {
    function: unsafe extern "C" fn(*mut c_void, *const dwcp_log_record_t),
    owned: Owned,
}

impl Sink for CallbackSink {
    fn write(&self, record: &Record) {
        // A record's texts have no control characters, so none becomes empty here.
        let c = |text: &str| CString::new(text).unwrap_or_default();
        let message = c(&record.message);
        let values: SmallVec<[CString; 8]> = record.fields.iter().map(|(_, value)| c(value)).collect();
        let field = |((key, _), value): (&(&'static std::ffi::CStr, String), &CString)| dwcp_log_field_t {
            key: key.as_ptr(),
            key_len: key.count_bytes(),
            value: value.as_ptr(),
            value_len: value.count_bytes(),
        };
        let fields: SmallVec<[dwcp_log_field_t; 8]> = record.fields.iter().zip(&values).map(field).collect();
        let given = dwcp_log_record_t {
            struct_size: size_of::<dwcp_log_record_t>(),
            time_unix_ns: record.time_unix_ns,
            call_id: record.call_id,
            level: record.level as dwcp_log_level_t,
            reserved: 0,
            target: record.target.as_ptr(),
            target_len: record.target.count_bytes(),
            event: record.event.as_ptr(),
            event_len: record.event.count_bytes(),
            message: message.as_ptr(),
            message_len: message.count_bytes(),
            fields: if fields.is_empty() { std::ptr::null() } else { fields.as_ptr() },
            field_count: fields.len(),
        };
        // SAFETY: a function of the header's type; the record and all that it points at live across the call.
        unsafe { (self.function)(self.owned.user.0, &raw const given) }
    }
}

/// Sets the log: what the runtimes that are made from this config tell their host as it happens. Without one nothing is logged:
/// the library never writes to the standard streams by itself. The callback and `user` may serve several runtimes at once; a host
/// that wants to tell them apart gives each a config with a `user` of its own. A runtime keeps the log that it was made with: the
/// log is no field, dwcp_runtime_reconfigure does not change it, and neither JSON nor the config that dwcp_runtime_config gives has it.
/// dwcp_config_clone copies it. With `callback` NULL there is none from now on, and `user` is given back at once.
///
/// No callback begins when dwcp_runtime_close has returned.
///
/// Returns: DWCP_OK, or the status of the error; the log is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `user` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL, is called with it
/// exactly once, when no config has the log any more and each runtime made with it is closed. `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_log(
    config: *mut dwcp_config,
    callback: dwcp_log_fn,
    user: *mut c_void,
    finalizer: dwcp_finalizer_fn,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let owned = Owned { user: UserData(user), finalizer };
        let sink = callback.map(|function| Arc::new(CallbackSink { function, owned }) as Arc<dyn Sink>);
        let replaced = handle_mut(config, "config")?.set_log(sink);
        // Last: its finalizer may use this very config.
        drop(replaced);
        Ok(())
    })
}
