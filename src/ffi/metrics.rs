//! The metrics of a runtime as structs and as JSON.

use super::boundary::{Elements, Sized_, Zeroable, clear_out, give_string, handle, require_out, status, write_struct};
use super::error::dwcp_error;
use super::runtime::dwcp_runtime;
use super::status::dwcp_status_t;
use crate::error::Result;
use crate::observe::snapshot::{CacheSnapshot, PoolSnapshot, RuntimeSnapshot, Snapshot};
use std::ffi::c_char;

/// What a runtime counts and times. A cold start is a load or an execute that compiled, from entry until a VM could run; one that
/// waited for a compilation that another began is neither. A warm start is a call on compiled code, from entry to the guest's first
/// instruction; execution is from there to the end of the guest. Percentiles are over the runtime's life and within 1 %. Begin with
/// DWCP_RUNTIME_METRICS_INIT.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_runtime_metrics_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// Loads and executes that compiled.
    pub cold_starts: u64,
    /// Calls on compiled code.
    pub warm_starts: u64,
    /// Mean cold start in milliseconds; 0 if there was none.
    pub avg_cold_start_ms: f64,
    /// Mean warm start in milliseconds; 0 if there was none.
    pub avg_warm_start_ms: f64,
    /// Median cold start in milliseconds.
    pub p50_cold_start_ms: f64,
    /// Cold start that 95 % do not exceed, in milliseconds.
    pub p95_cold_start_ms: f64,
    /// Cold start that 99 % do not exceed, in milliseconds.
    pub p99_cold_start_ms: f64,
    /// Median warm start in milliseconds.
    pub p50_warm_start_ms: f64,
    /// Warm start that 95 % do not exceed, in milliseconds.
    pub p95_warm_start_ms: f64,
    /// Warm start that 99 % do not exceed, in milliseconds.
    pub p99_warm_start_ms: f64,
    /// VMs that serve a call now.
    pub active_vms: u64,
    /// Calls that ended, in whatever way. One that was refused, for its arguments, its options, a disabled module or a runtime
    /// that closes, did not begin and is not among them.
    pub total_executions: u64,
    /// Calls that ended with another status than DWCP_OK.
    pub failed_executions: u64,
    /// Share of loads that found their code in the cache, in percent, 0 to 100; 0 without loads.
    pub cache_hit_rate: f64,
    /// Guest memory of the live VMs, in bytes.
    pub memory_usage_bytes: u64,
    /// When the runtime was made, in nanoseconds since 1970-01-01 UTC.
    pub start_time_unix_ns: i64,
    /// Calls that ended with DWCP_ERR_TIMEOUT; they are among failed_executions.
    pub timeouts: u64,
    /// Median execution in milliseconds.
    pub p50_execution_ms: f64,
    /// Execution that 95 % do not exceed, in milliseconds.
    pub p95_execution_ms: f64,
    /// Execution that 99 % do not exceed, in milliseconds.
    pub p99_execution_ms: f64,
    /// Mean execution in milliseconds; 0 if there was none.
    pub avg_execution_ms: f64,
    /// Panics of the library that were caught, over all runtimes of the process. Each is a defect worth a report.
    pub panics: u64,
    /// WASI calls that the policy denied, counted when the call that made them ends; dwcp_runtime_syscall_metrics has them by name.
    pub denials: u64,
    /// Whether enable_metrics is on; if not, every other field is 0.
    pub enabled: bool,
    /// Zero.
    pub reserved: [u8; 7],
}

/// The VMs of a runtime. Begin with DWCP_POOL_METRICS_INIT. All 0 if enable_metrics is off.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_pool_metrics_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// The configured pool_size.
    pub pool_size: u32,
    /// VMs that can live at once: max_live_vms, or fewer where the machine has no room for as many.
    pub slots: u32,
    /// VMs that serve a call now.
    pub active_vms: u64,
    /// Ready VMs that wait for a call.
    pub idle_vms: u64,
    /// Calls that took a ready VM.
    pub pool_hits: u64,
    /// Calls that made their VM on the spot.
    pub pool_misses: u64,
    /// Mean time that a call waited for a slot, in milliseconds; 0 if there was no call.
    pub avg_wait_time_ms: f64,
    /// Whether address space is reserved for the slots. Where the machine has too little of it, each VM maps its memories when it is
    /// made, and its code checks bounds, which is slower.
    pub reserved_slots: bool,
    /// Zero.
    pub reserved: [u8; 7],
}

/// The cache of compiled modules. Begin with DWCP_CACHE_METRICS_INIT. All 0 if enable_metrics is off.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_cache_metrics_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// Modules in the cache now.
    pub modules: u64,
    /// The configured cache_size.
    pub max_modules: u64,
    /// Compiled code in the cache now, in bytes.
    pub bytes: u64,
    /// The configured cache_bytes.
    pub max_bytes: u64,
    /// Loads that found their code.
    pub hits: u64,
    /// Loads that did not find it, and compiled it or were refused.
    pub misses: u64,
    /// Modules that left the cache for others, by eviction or by clearing.
    pub evictions: u64,
    /// Loads that waited for another thread that was compiling the same bytes.
    pub single_flight_waits: u64,
    /// Modules that were refused, by the compiler or before it; they are among the misses.
    pub compile_failures: u64,
    /// hits over hits and misses, in percent, 0 to 100; 0 without loads.
    pub hit_rate: f64,
    /// Mean time of a load that found its code, in milliseconds; 0 if there was none.
    pub avg_hit_ms: f64,
    /// Mean time of a load that compiled, in milliseconds; 0 if there was none.
    pub avg_miss_ms: f64,
}

/// One of the 46 calls of WASI preview 1 in dwcp_runtime_syscall_metrics. Begin with DWCP_SYSCALL_METRICS_INIT.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_syscall_metrics_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// The call's name, such as "fd_write": a static string.
    pub name: *const c_char,
    /// How often guests made the call, in calls of theirs that have ended. A host function of this name in
    /// "wasi_snapshot_preview1" counts too. 0 if enable_metrics is off.
    pub calls: u64,
    /// Those of them that the policy denied. They are among the denials of dwcp_runtime_metrics.
    pub denied: u64,
    /// Whether the policy allows the call, whatever enable_metrics says. poll_oneoff may be allowed for clocks only, and then have denials.
    pub allowed: bool,
    /// Zero.
    pub reserved: [u8; 7],
}

const _: () = assert!(size_of::<dwcp_syscall_metrics_t>() == 40);
// SAFETY: integers, a bool and a raw pointer: all zeroes is a value.
unsafe impl Zeroable for dwcp_syscall_metrics_t {}
// SAFETY: repr(C) and struct_size comes first.
unsafe impl Sized_ for dwcp_syscall_metrics_t {}

const _: () = assert!(size_of::<dwcp_runtime_metrics_t>() == 200);
const _: () = assert!(size_of::<dwcp_pool_metrics_t>() == 64);
const _: () = assert!(size_of::<dwcp_cache_metrics_t>() == 104);

// SAFETY: integers, floats and a bool: all zeroes is a value.
unsafe impl Zeroable for dwcp_runtime_metrics_t {}
// SAFETY: as above.
unsafe impl Zeroable for dwcp_pool_metrics_t {}
// SAFETY: as above.
unsafe impl Zeroable for dwcp_cache_metrics_t {}
// SAFETY: repr(C) and struct_size comes first.
unsafe impl Sized_ for dwcp_runtime_metrics_t {}
// SAFETY: as above.
unsafe impl Sized_ for dwcp_pool_metrics_t {}
// SAFETY: as above.
unsafe impl Sized_ for dwcp_cache_metrics_t {}

impl From<RuntimeSnapshot> for dwcp_runtime_metrics_t {
    fn from(s: RuntimeSnapshot) -> Self {
        dwcp_runtime_metrics_t {
            struct_size: size_of::<Self>(),
            cold_starts: s.cold_starts,
            warm_starts: s.warm_starts,
            avg_cold_start_ms: s.avg_cold_start_ms,
            avg_warm_start_ms: s.avg_warm_start_ms,
            p50_cold_start_ms: s.p50_cold_start_ms,
            p95_cold_start_ms: s.p95_cold_start_ms,
            p99_cold_start_ms: s.p99_cold_start_ms,
            p50_warm_start_ms: s.p50_warm_start_ms,
            p95_warm_start_ms: s.p95_warm_start_ms,
            p99_warm_start_ms: s.p99_warm_start_ms,
            active_vms: s.active_vms,
            total_executions: s.total_executions,
            failed_executions: s.failed_executions,
            cache_hit_rate: s.cache_hit_rate,
            memory_usage_bytes: s.memory_usage_bytes,
            start_time_unix_ns: s.start_time_unix_ns,
            timeouts: s.timeouts,
            p50_execution_ms: s.p50_execution_ms,
            p95_execution_ms: s.p95_execution_ms,
            p99_execution_ms: s.p99_execution_ms,
            avg_execution_ms: s.avg_execution_ms,
            panics: s.panics,
            denials: s.denials,
            enabled: s.enabled,
            reserved: [0; 7],
        }
    }
}

impl From<PoolSnapshot> for dwcp_pool_metrics_t {
    fn from(s: PoolSnapshot) -> Self {
        dwcp_pool_metrics_t {
            struct_size: size_of::<Self>(),
            pool_size: s.pool_size,
            slots: s.slots,
            active_vms: s.active_vms,
            idle_vms: s.idle_vms,
            pool_hits: s.pool_hits,
            pool_misses: s.pool_misses,
            avg_wait_time_ms: s.avg_wait_time_ms,
            reserved_slots: s.reserved_slots,
            reserved: [0; 7],
        }
    }
}

impl From<CacheSnapshot> for dwcp_cache_metrics_t {
    fn from(s: CacheSnapshot) -> Self {
        dwcp_cache_metrics_t {
            struct_size: size_of::<Self>(),
            modules: s.modules,
            max_modules: s.max_modules,
            bytes: s.bytes,
            max_bytes: s.max_bytes,
            hits: s.hits,
            misses: s.misses,
            evictions: s.evictions,
            single_flight_waits: s.single_flight_waits,
            compile_failures: s.compile_failures,
            hit_rate: s.hit_rate,
            avg_hit_ms: s.avg_hit_ms,
            avg_miss_ms: s.avg_miss_ms,
        }
    }
}

fn snapshot(runtime: *const dwcp_runtime) -> Result<Snapshot> {
    handle(runtime, "runtime")?.snapshot()
}

/// Reads the metrics of a runtime: starts, executions, failures, memory.
/// Returns: DWCP_OK with `*io` written up to its struct_size; else the status of the error, with `*io` unchanged.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `io` is NULL or its struct_size is impossible; DWCP_ERR_CLOSED after dwcp_runtime_close.
/// Ownership: `*io` is yours throughout. `*error` is yours to free on failure.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_metrics(
    runtime: *const dwcp_runtime,
    io: *mut dwcp_runtime_metrics_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || write_struct(io, &snapshot(runtime)?.runtime.into(), "io"))
}

/// Reads the metrics of a runtime's VMs: ready, active, hits and misses, waiting.
/// Returns: DWCP_OK with `*io` written up to its struct_size; else the status of the error, with `*io` unchanged.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `io` is NULL or its struct_size is impossible; DWCP_ERR_CLOSED after dwcp_runtime_close.
/// Ownership: `*io` is yours throughout. `*error` is yours to free on failure.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_pool_metrics(
    runtime: *const dwcp_runtime,
    io: *mut dwcp_pool_metrics_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || write_struct(io, &snapshot(runtime)?.pool.into(), "io"))
}

/// Reads the metrics of a runtime's code cache: modules, bytes, hits and misses, evictions.
/// Returns: DWCP_OK with `*io` written up to its struct_size; else the status of the error, with `*io` unchanged.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `io` is NULL or its struct_size is impossible; DWCP_ERR_CLOSED after dwcp_runtime_close.
/// Ownership: `*io` is yours throughout. `*error` is yours to free on failure.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_cache_metrics(
    runtime: *const dwcp_runtime,
    io: *mut dwcp_cache_metrics_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || write_struct(io, &snapshot(runtime)?.cache.into(), "io"))
}

/// Lists the 46 calls of WASI preview 1: how often guests made each, how often the policy denied it, and whether it allows it. The order
/// is always the same. Each element of `out` up to `capacity` must have its struct_size set (DWCP_SYSCALL_METRICS_INIT). With `out` NULL
/// and `capacity` 0 only the count is written.
/// Returns: DWCP_OK, the elements in `out` and their number in `count`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `count` is NULL, `out` is NULL with a capacity, or a struct_size is not set; DWCP_ERR_BUFFER_TOO_SMALL with the needed number in `count` and nothing else written; DWCP_ERR_CLOSED after dwcp_runtime_close.
/// Ownership: the array is yours throughout. `*error` is yours to free on failure.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_syscall_metrics(
    runtime: *const dwcp_runtime,
    out: *mut dwcp_syscall_metrics_t,
    capacity: usize,
    count: *mut usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(count);
    status(error, || {
        let runtime = handle(runtime, "runtime")?;
        require_out(count, "count")?;
        let list = Elements::new(out, capacity)?;
        let calls = runtime.list_syscalls()?;
        list.write(count, calls.len(), "calls", |i| {
            let (call, counted, allowed) = calls.get(i)?;
            Some(dwcp_syscall_metrics_t {
                struct_size: size_of::<dwcp_syscall_metrics_t>(),
                name: call.c_name().as_ptr(),
                calls: counted.calls,
                denied: counted.denied,
                allowed: *allowed,
                reserved: [0; 7],
            })
        })
    })
}

/// Writes all metrics of a runtime as JSON, `{"runtime":{...},"pool":{...},"cache":{...},"syscalls":{"fd_write":{"calls":1,
/// "denied":0},...},"metering":"...","warnings":[...]}`, with the field names of the structs. The syscalls are the WASI calls that were
/// made at all. The metering says what the runtime's code counts or looks at as it runs: "deadline+fuel",
/// "deadline", "fuel", or "none", where nothing ends a guest that computes, not even a cancel. The warnings say what is odd about
/// the settings in force, or was about the machine when the runtime was made: settings that take each other away, fewer slots than
/// max_live_vms. They also name each signal by which guests' faults come and whose handler is another one now than the runtime's.
/// Returns: DWCP_OK with `*out` set to NUL-terminated UTF-8 and, if `len` is not NULL, `*len` to its length in bytes; else the status of the error, with NULL and 0.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `out` is NULL; DWCP_ERR_CLOSED after dwcp_runtime_close.
/// Ownership: `*out` is yours, until dwcp_string_free. `*error` is yours to free on failure.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_metrics_json(
    runtime: *const dwcp_runtime,
    out: *mut *mut c_char,
    len: *mut usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    clear_out(len);
    status(error, || {
        let snapshot = snapshot(runtime)?;
        require_out(out, "out")?;
        give_string(snapshot.to_json(), out, len);
        Ok(())
    })
}
