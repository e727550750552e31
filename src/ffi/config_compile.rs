//! Settings that bound what the compiler is given: one cap for each part of a module, and how many modules are compiled at once.

use super::config::{dwcp_config, get, set};
use super::error::dwcp_error;
use super::status::dwcp_status_t;
use crate::config::field;

/// Sets max_types. Types of a module. They are compared with each other when it is compiled.
/// Range: 1 to 1 000 000 types. Default: 20 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_types(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_types, value)
}

/// The value of max_types.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_types(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_types)
}

/// Sets max_imports. Imports of a module, of every kind.
/// Range: 0 to 1 000 000 imports. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_imports(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_imports, value)
}

/// The value of max_imports.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_imports(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_imports)
}

/// Sets max_exports. Exports of a module, of every kind.
/// Range: 0 to 1 000 000 exports. Default: 20 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_exports(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_exports, value)
}

/// The value of max_exports.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_exports(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_exports)
}

/// Sets max_globals. Globals that a module defines.
/// Range: 0 to 1 000 000 globals. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_globals(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_globals, value)
}

/// The value of max_globals.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_globals(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_globals)
}

/// Sets max_data_segments. Data segments of a module.
/// Range: 0 to 100 000 segments. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_data_segments(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_data_segments, value)
}

/// The value of max_data_segments.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_data_segments(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_data_segments)
}

/// Sets max_element_segments. Element segments of a module, each of which costs compiled code.
/// Range: 0 to 100 000 segments. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_element_segments(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_element_segments, value)
}

/// The value of max_element_segments.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_element_segments(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_element_segments)
}

/// Sets max_function_bytes. Body of one function of a module.
/// Range: 16 to 7 654 321. Unit: bytes. Default: 1 MiB in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_function_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_function_bytes, value)
}

/// The value of max_function_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_function_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_function_bytes)
}

/// Sets max_locals. Locals of one function of a module, its parameters not counted.
/// Range: 0 to 50 000 locals. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_locals(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_locals, value)
}

/// The value of max_locals.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_locals(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_locals)
}

/// Sets max_nesting_depth. Blocks within blocks of one function. The compiler's time grows with the square of the depth.
/// Range: 1 to 100 000 blocks. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_nesting_depth(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_nesting_depth, value)
}

/// The value of max_nesting_depth.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_nesting_depth(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_nesting_depth)
}

/// Sets max_name_bytes. Names of a module's imports and exports, summed.
/// Range: 0 to 64 MiB. Unit: bytes. Default: 4 MiB in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_name_bytes(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_name_bytes, value)
}

/// The value of max_name_bytes, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_name_bytes(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_name_bytes)
}

/// Sets max_concurrent_compiles. Modules that are compiled at once; more wait their turn. 0 is as many as the compiler has
/// threads.
/// Range: 0 to 256 modules. Default: 0 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_concurrent_compiles(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_concurrent_compiles, value)
}

/// The value of max_concurrent_compiles.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_concurrent_compiles(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_concurrent_compiles)
}
