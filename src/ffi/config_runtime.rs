//! Settings of the runtime as a whole: VMs, code cache, compiler, observation.

use super::config::{dwcp_config, dwcp_opt_level_t, get, get_with, set, set_with};
use super::error::dwcp_error;
use super::status::dwcp_status_t;
use crate::config::{OptLevel, field};

/// Sets pool_size. Ready VMs over all modules. Takes effect when ready VMs arrive; 0.1 makes every VM on the spot, so the value
/// is only carried and reported.
/// Range: 0 to 20 000 VMs. Default: 100; 500 in the high traffic profile, 10 in the development profile. Per runtime: a call
/// cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_pool_size(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::pool_size, value)
}

/// The value of pool_size.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_pool_size(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::pool_size)
}

/// Sets max_live_vms. VMs that may exist at once: the bound on calls that run at the same time.
/// Range: 1 to 20 000 VMs. Default: 1000; 2000 in the high traffic profile, 100 in the development profile. Per runtime: a call
/// cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_live_vms(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_live_vms, value)
}

/// The value of max_live_vms.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_live_vms(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_live_vms)
}

/// Sets acquire_timeout_ms. How long a call waits for a slot when all are in use, or for room under max_total_memory_bytes; 0 does
/// not wait.
/// Range: 0 to 3 600 000 ms. Default: 1000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_acquire_timeout_ms(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::acquire_timeout_ms, value)
}

/// The value of acquire_timeout_ms, in ms.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_acquire_timeout_ms(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::acquire_timeout_ms)
}

/// Sets cache_size. Compiled modules that the cache keeps; the least recently used goes first.
/// Range: 1 to 1 000 000 modules. Default: 1000; 5000 in the high traffic profile, 100 in the development profile. Per runtime:
/// a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_cache_size(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::cache_size, value)
}

/// The value of cache_size.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_cache_size(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::cache_size)
}

/// Sets cache_bytes. Compiled code that the cache keeps, in bytes.
/// Range: 1 MiB to UINT64_MAX. Unit: bytes. Default: 1 GiB in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_cache_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::cache_bytes, value)
}

/// The value of cache_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_cache_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::cache_bytes)
}

/// Sets max_module_bytes. Largest module that is accepted, checked before it is compiled.
/// Range: 8 to 1 GiB. Unit: bytes. Default: 64 MiB in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_module_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_module_bytes, value)
}

/// The value of max_module_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_module_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_module_bytes)
}

/// Sets max_functions. Most functions in a module, checked before it is compiled.
/// Range: 1 to 1 000 000 functions. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_functions(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_functions, value)
}

/// The value of max_functions.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_functions(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_functions)
}

/// Sets max_debug_info_bytes. Line tables (DWARF) kept of a module, for file and line in the frames of its errors; of a module
/// with more, none are kept.
/// Range: 0 to 256 MiB; 0 keeps none. Unit: bytes. Default: 16 MiB; 0 in the secure profile. Per runtime: a call cannot change
/// it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_debug_info_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_debug_info_bytes, value)
}

/// The value of max_debug_info_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_debug_info_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_debug_info_bytes)
}

/// Sets opt_level. How hard the compiler works: none compiles fastest, speed runs fastest, speed_and_size also makes code
/// smaller.
/// One of DWCP_OPT_NONE, DWCP_OPT_SPEED, DWCP_OPT_SPEED_AND_SIZE. Default: DWCP_OPT_SPEED in every profile. Per runtime: a call
/// cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is none of these.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_opt_level(
    config: *mut dwcp_config,
    value: dwcp_opt_level_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set_with(config, error, &field::opt_level, |info| OptLevel::from_code(info, value))
}

/// The value of opt_level.
/// Returns: the value; DWCP_OPT_NONE (0) if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_opt_level(config: *const dwcp_config) -> dwcp_opt_level_t {
    get_with(config, 0, &field::opt_level, |v| v as i32)
}

/// Sets parallel_compilation. Whether the functions of one module are compiled on several threads.
/// Default: true in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_parallel_compilation(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::parallel_compilation, value)
}

/// The value of parallel_compilation.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_parallel_compilation(config: *const dwcp_config) -> bool {
    get(config, false, &field::parallel_compilation)
}

/// Sets compile_threads. Threads of the compiler; 0 is one for each core.
/// Range: 0 to 256 threads. Default: 0 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_compile_threads(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::compile_threads, value)
}

/// The value of compile_threads.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_compile_threads(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::compile_threads)
}

/// Sets enable_metrics. Whether the runtime counts and times what it does; without, every metric is 0.
/// Default: true in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_enable_metrics(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::enable_metrics, value)
}

/// The value of enable_metrics.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_enable_metrics(config: *const dwcp_config) -> bool {
    get(config, false, &field::enable_metrics)
}

/// Sets enable_tracing. Whether the log gets the detail of calls: what guests write to streams that are discarded, line by line. It
/// has no trace events yet.
/// Default: false; true in the development profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_enable_tracing(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::enable_tracing, value)
}

/// The value of enable_tracing.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_enable_tracing(config: *const dwcp_config) -> bool {
    get(config, false, &field::enable_tracing)
}

/// Sets strict_capacity. Whether a runtime is refused where the machine has no room for max_live_vms; without, it is made
/// with fewer slots and a warning.
/// Default: false in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_strict_capacity(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::strict_capacity, value)
}

/// The value of strict_capacity.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_strict_capacity(config: *const dwcp_config) -> bool {
    get(config, false, &field::strict_capacity)
}

/// Sets signals_based_traps. Whether guests' faults are caught by signal handlers. Without, compiled code checks every access
/// itself, which is slower and not protected against speculation past the bounds, and the process keeps its own handlers.
/// An engine that cannot do what is asked for makes dwcp_runtime_new refuse it with DWCP_ERR_INVALID_CONFIG; those of the platforms
/// that this library is built for can do both.
/// Default: true in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_signals_based_traps(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::signals_based_traps, value)
}

/// The value of signals_based_traps.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_signals_based_traps(config: *const dwcp_config) -> bool {
    get(config, false, &field::signals_based_traps)
}
