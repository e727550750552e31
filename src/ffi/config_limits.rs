//! Settings that bound a call: memory, tables, instances, time, stack and fuel, each with the most that a call may ask for.

use super::config::{dwcp_config, get, set};
use super::error::dwcp_error;
use super::status::dwcp_status_t;
use crate::config::field;

/// Sets max_memory_bytes. Linear memory of a VM, summed over its memories.
/// Range: 64 KiB to 4 GiB. Unit: bytes. Default: 128 MiB; 64 MiB in the secure profile. Per call: `max_memory_bytes` in the
/// options of a call asks for another value, up to max_memory_bytes_ceiling.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_memory_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_memory_bytes, value)
}

/// The value of max_memory_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_memory_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_memory_bytes)
}

/// Sets max_memory_bytes_ceiling. Most memory that a call may ask for; 0 is the same as max_memory_bytes.
/// Range: 0 to 4 GiB. Unit: bytes. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask for.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_memory_bytes_ceiling(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_memory_bytes_ceiling, value)
}

/// The value of max_memory_bytes_ceiling, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_memory_bytes_ceiling(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_memory_bytes_ceiling)
}

/// Sets max_table_elements. Elements of a VM's tables, summed over its tables.
/// Range: 0 to 10 000 000 elements. Default: 1000 in every profile. Per call: `max_table_elements` in the options of a call
/// asks for another value, up to max_table_elements_ceiling.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_table_elements(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_table_elements, value)
}

/// The value of max_table_elements.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_table_elements(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_table_elements)
}

/// Sets max_table_elements_ceiling. Most table elements that a call may ask for; 0 is the same as max_table_elements.
/// Range: 0 to 10 000 000 elements. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask for.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_table_elements_ceiling(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_table_elements_ceiling, value)
}

/// The value of max_table_elements_ceiling.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_table_elements_ceiling(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_table_elements_ceiling)
}

/// Sets max_instances. Instances that one VM may hold.
/// Range: 1 to 10 000 instances. Default: 100 in every profile. Per call: `max_instances` in the options of a call asks for
/// another value, up to max_instances_ceiling.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_instances(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_instances, value)
}

/// The value of max_instances.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_instances(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_instances)
}

/// Sets max_instances_ceiling. Most instances that a call may ask for; 0 is the same as max_instances.
/// Range: 0 to 10 000 instances. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask for.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_instances_ceiling(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_instances_ceiling, value)
}

/// The value of max_instances_ceiling.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_instances_ceiling(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_instances_ceiling)
}

/// Sets max_execution_time_ms. Time of a call from entry to return, waiting for a slot included; 0 is no deadline.
/// Where max_execution_time_ms_ceiling is 0 too, no call can have a deadline and code is compiled without looking for one: then
/// only its fuel ends a guest that computes, and no cancel, no dwcp_module_disable and no dwcp_runtime_close does.
/// Range: 0 to 31 536 000 000 ms. Default: 30 000; 300 000 in the development profile, 10 000 in the secure profile. Per call:
/// `timeout_ns` in the options of a call asks for another value, up to max_execution_time_ms_ceiling.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_execution_time_ms(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_execution_time_ms, value)
}

/// The value of max_execution_time_ms, in ms.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_execution_time_ms(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_execution_time_ms)
}

/// Sets max_execution_time_ms_ceiling. Most time that a call may ask for; 0 is the same as max_execution_time_ms, UINT64_MAX is
/// any time.
/// Range: 0 to 31 536 000 000, or UINT64_MAX. Unit: ms. Default: 0 in every profile. Per runtime: it bounds what the options of
/// a call ask for.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_execution_time_ms_ceiling(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_execution_time_ms_ceiling, value)
}

/// The value of max_execution_time_ms_ceiling, in ms.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_execution_time_ms_ceiling(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_execution_time_ms_ceiling)
}

/// Sets max_stack_size_bytes. Native stack that a guest may use.
/// Range: 64 KiB to 256 MiB. Unit: bytes. Default: 1 MiB in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_stack_size_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_stack_size_bytes, value)
}

/// The value of max_stack_size_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_stack_size_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_stack_size_bytes)
}

/// Sets enable_fuel_metering. Whether guest instructions are counted and fuel_limit is enforced.
/// Without it, and without a deadline (max_execution_time_ms and its ceiling 0), nothing ends a guest that computes for ever.
/// Default: true in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_enable_fuel_metering(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::enable_fuel_metering, value)
}

/// The value of enable_fuel_metering.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_enable_fuel_metering(config: *const dwcp_config) -> bool {
    get(config, false, &field::enable_fuel_metering)
}

/// Sets fuel_limit. Fuel of a call, about one unit for each instruction; 1 000 000 is about a millisecond of guest.
/// Range: 1 to UINT64_MAX - 1. Unit: fuel. Default: 1 000 000 in every profile. Per call: `fuel` in the options of a call asks
/// for another value, up to fuel_limit_ceiling.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_fuel_limit(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::fuel_limit, value)
}

/// The value of fuel_limit.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_fuel_limit(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::fuel_limit)
}

/// Sets fuel_limit_ceiling. Most fuel that a call may ask for; 0 is the same as fuel_limit.
/// Range: 0 to UINT64_MAX - 1. Unit: fuel. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask
/// for.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_fuel_limit_ceiling(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::fuel_limit_ceiling, value)
}

/// The value of fuel_limit_ceiling.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_fuel_limit_ceiling(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::fuel_limit_ceiling)
}

/// Sets max_result_bytes. Strings and bytes that one call may give back, or that a host function may be given at once.
/// Range: 0 to 4 GiB. Unit: bytes. Default: 16 MiB; secure 1 MiB. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_result_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_result_bytes, value)
}

/// The value of max_result_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_result_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_result_bytes)
}

/// Sets session_idle_timeout_ms. Time without a call after which a session loses its VM; 0 is never.
/// Range: 0 to a year. Unit: milliseconds. Default: 300 000; development 0, secure 60 000. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_session_idle_timeout_ms(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::session_idle_timeout_ms, value)
}

/// The value of session_idle_timeout_ms, in milliseconds.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_session_idle_timeout_ms(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::session_idle_timeout_ms)
}

/// Sets max_total_memory_bytes. Linear memory of all VMs of the runtime together; 0 is no bound but the machine's.
/// Range: 0 to 64 TiB. Unit: bytes. Default: 16 GiB; 64 GiB in the high traffic profile, 4 GiB in the development profile, 8
/// GiB in the secure profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_total_memory_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_total_memory_bytes, value)
}

/// The value of max_total_memory_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_total_memory_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_total_memory_bytes)
}
