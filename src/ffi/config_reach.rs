//! Settings of what a guest can reach, where one value says it; the lists are in `config_lists`.

use super::config::{dwcp_config, dwcp_deny_action_t, get, get_with, set, set_with};
use super::error::dwcp_error;
use super::status::dwcp_status_t;
use crate::config::{DenyAction, field};

/// Sets enable_wasi. Whether modules may import WASI preview 1. Without, a module that imports a function of it is not loaded, unless
/// the host defines that function: it is then the host's alone, and no list applies to it.
/// Default: true in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_enable_wasi(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::enable_wasi, value)
}

/// The value of enable_wasi.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_enable_wasi(config: *const dwcp_config) -> bool {
    get(config, false, &field::enable_wasi)
}

/// Sets deny_action. What a denied call does: errno tells the guest that it is not capable, trap ends the call.
/// One of DWCP_DENY_ERRNO, DWCP_DENY_TRAP. Default: DWCP_DENY_ERRNO in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is none of these.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_deny_action(
    config: *mut dwcp_config,
    value: dwcp_deny_action_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set_with(config, error, &field::deny_action, |info| DenyAction::from_code(info, value))
}

/// The value of deny_action.
/// Returns: the value; DWCP_DENY_ERRNO (0) if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_deny_action(config: *const dwcp_config) -> dwcp_deny_action_t {
    get_with(config, 0, &field::deny_action, |v| v as i32)
}

/// Sets network_access. Whether a guest may call the sock_... functions; without, they are denied. WASI preview 1 has no function
/// that makes or connects a socket, and the library gives guests none: where they are allowed too, they answer that a descriptor is
/// no socket. A host that wants its guests to reach the network gives them host functions.
/// Default: false in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_network_access(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::network_access, value)
}

/// The value of network_access.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_network_access(config: *const dwcp_config) -> bool {
    get(config, false, &field::network_access)
}

/// Sets filesystem_access. Whether a guest sees allowed_directories at all; without, it has no directory, the path_... functions are
/// denied, and a call that brings directories of its own is refused.
/// Default: true; false in the secure profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_filesystem_access(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::filesystem_access, value)
}

/// The value of filesystem_access.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_filesystem_access(config: *const dwcp_config) -> bool {
    get(config, false, &field::filesystem_access)
}

/// Sets max_file_size. Size to which a guest may grow a file.
/// Range: 0 to INT64_MAX. Unit: bytes. Default: 10 MiB in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_file_size(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_file_size, value)
}

/// The value of max_file_size, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_file_size(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_file_size)
}

/// Sets max_open_files. Files and directories that a guest may hold open at once, beside stdio and the allowed directories.
/// Range: 0 to 65 536 files. Default: 10 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_open_files(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_open_files, value)
}

/// The value of max_open_files.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_open_files(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_open_files)
}

/// Sets max_bytes_written. Bytes that one call's guest may write to files, and by which it may make them larger, in all.
/// What would pass it is refused as a whole, with EDQUOT. Standard streams do not count. Each call of a session begins anew.
/// Range: 0 to INT64_MAX. Unit: bytes. Default: 100 MiB in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_bytes_written(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_bytes_written, value)
}

/// The value of max_bytes_written, in bytes.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_bytes_written(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::max_bytes_written)
}

/// Sets max_files_created. Files, directories and links that one call's guest may create, also if it removes them again.
/// One more is refused with EDQUOT. Each call of a session begins anew.
/// Range: 0 to 10 000 000 names. Default: 10 000 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_max_files_created(
    config: *mut dwcp_config,
    value: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::max_files_created, value)
}

/// The value of max_files_created.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_max_files_created(config: *const dwcp_config) -> u32 {
    get(config, 0, &field::max_files_created)
}

/// Sets deterministic. Whether the same call gives the same bytes: NaNs are canonical, random bytes come from random_seed, clocks
/// tell no real time.
/// Range: true or false. Default: false in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_deterministic(
    config: *mut dwcp_config,
    value: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::deterministic, value)
}

/// The value of deterministic.
/// Returns: the value; false if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_deterministic(config: *const dwcp_config) -> bool {
    get(config, false, &field::deterministic)
}

/// Sets random_seed. What the random bytes of a deterministic runtime's guests follow from. Each call begins with it anew.
/// Range: any. Default: 0 in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the field is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_random_seed(
    config: *mut dwcp_config,
    value: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set(config, error, &field::random_seed, value)
}

/// The value of random_seed.
/// Returns: the value; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_random_seed(config: *const dwcp_config) -> u64 {
    get(config, 0, &field::random_seed)
}
