//! Settings that are lists: the WASI functions a guest may and may not call, and the directories it sees.

use super::boundary::{clear_out, handle, handle_mut, slice, status, string, value, write_out};
use super::config::{ConfigHandle, Strings, dwcp_config};
use super::error::dwcp_error;
use super::status::dwcp_status_t;
use crate::config::{Directory, Setting, check_length, field};
use crate::error::Result;
use std::ffi::{CString, c_char};

/// Copies an array of C strings, once its length is known to be sane.
fn names(setting: &Setting<Vec<String>>, names: *const *const c_char, count: usize) -> Result<Vec<String>> {
    let pointers = slice(names, count, "names")?;
    check_length(setting.info(), pointers.len())?;
    pointers.iter().enumerate().map(|(i, p)| Ok(string(*p, &format!("names[{i}]"))?.to_string())).collect()
}

fn set_names(
    config: *mut dwcp_config,
    pointers: *const *const c_char,
    count: usize,
    setting: &Setting<Vec<String>>,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let handle: &mut ConfigHandle = handle_mut(config, "config")?;
        let list = names(setting, pointers, count)?;
        handle.change(|c| setting.set(c, list))
    })
}

fn count<T>(config: *const dwcp_config, list: impl FnOnce(&Strings) -> &Vec<T>) -> usize {
    value(0, || Some(list(handle(config, "config").ok()?.strings()).len()))
}

fn name_at(config: *const dwcp_config, index: usize, list: impl FnOnce(&Strings) -> &Vec<CString>) -> *const c_char {
    value(std::ptr::null(), || Some(list(handle(config, "config").ok()?.strings()).get(index)?.as_ptr()))
}

/// Replaces allowed_syscalls, the WASI functions that a guest may call, by an array of `count` NUL-terminated UTF-8 strings.
/// Each is a name ("fd_read"), a glob ("fd_*", where * stands for any characters and ? for one) or a group; whether it names a WASI
/// function is checked when a runtime is made. NULL with 0 is the empty list, which allows all that is not denied. At most 1024
/// entries. The groups are:
///
/// @startup: args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get random_get fd_fdstat_get
/// fd_filestat_get fd_prestat_get fd_prestat_dir_name fd_close fd_seek fd_tell poll_oneoff sched_yield. It is in every list that is
/// not empty: what C libraries call before main. denied_syscalls takes it away, or part of it.
///
/// @clock: clock_res_get clock_time_get poll_oneoff. Where only @startup and @clock allow it, poll_oneoff waits for clocks.
///
/// @stdio: fd_read fd_write fd_fdstat_get fd_fdstat_set_flags poll_oneoff. fd_read and fd_write are for files too.
///
/// @fs_read: fd_advise fd_close fd_fdstat_get fd_filestat_get fd_pread fd_prestat_dir_name fd_prestat_get fd_readdir fd_renumber
/// fd_seek fd_tell path_filestat_get path_open path_readlink.
///
/// @fs_write: fd_allocate fd_datasync fd_fdstat_set_rights fd_filestat_set_size fd_filestat_set_times fd_pwrite fd_sync
/// path_create_directory path_filestat_set_times path_link path_remove_directory path_rename path_symlink path_unlink_file.
///
/// @net: sock_accept sock_recv sock_send sock_shutdown.
///
/// In no group: proc_exit, by which most programs end, and proc_raise.
/// Default: fd_read, fd_write, proc_exit in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the list is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL, `names` is NULL with a count, or a string is NULL or not UTF-8; DWCP_ERR_INVALID_CONFIG if there are more than 1024.
/// Ownership: the strings are copied. `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_allowed_syscalls(
    config: *mut dwcp_config,
    names: *const *const c_char,
    count: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set_names(config, names, count, &field::allowed_syscalls, error)
}

/// The number of entries of allowed_syscalls.
/// Returns: the number; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_allowed_syscall_count(config: *const dwcp_config) -> usize {
    count(config, |s| &s.allowed_syscalls)
}

/// One entry of allowed_syscalls.
/// Returns: NUL-terminated UTF-8; NULL past the end, or if `config` is NULL or no config.
/// Errors: none
/// Ownership: the string is the config's, valid until the config changes or is freed.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_allowed_syscall(config: *const dwcp_config, index: usize) -> *const c_char {
    name_at(config, index, |s| &s.allowed_syscalls)
}

/// Replaces denied_syscalls, the WASI functions that a guest may not call, by an array of `count` NUL-terminated UTF-8 strings:
/// names, globs and groups as in dwcp_config_set_allowed_syscalls, over which they win. A denied function is denied before anything
/// else is looked at, its arguments and the guest's memory too; a host function of its name (dwcp_imports_define) is not called.
/// What is denied is the errno `notcapable` (76) for the guest, or the end of its call (deny_action); proc_exit, which has no result,
/// ends the call in any case. NULL with 0 is the empty list. At most 1024 entries.
/// Default: sock_*, path_open in every profile. Per runtime: a call cannot change it.
/// Returns: DWCP_OK, or the status of the error; the list is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL, `names` is NULL with a count, or a string is NULL or not UTF-8; DWCP_ERR_INVALID_CONFIG if there are more than 1024.
/// Ownership: the strings are copied. `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_set_denied_syscalls(
    config: *mut dwcp_config,
    names: *const *const c_char,
    count: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    set_names(config, names, count, &field::denied_syscalls, error)
}

/// The number of entries of denied_syscalls.
/// Returns: the number; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_denied_syscall_count(config: *const dwcp_config) -> usize {
    count(config, |s| &s.denied_syscalls)
}

/// One entry of denied_syscalls.
/// Returns: NUL-terminated UTF-8; NULL past the end, or if `config` is NULL or no config.
/// Errors: none
/// Ownership: the string is the config's, valid until the config changes or is freed.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_denied_syscall(config: *const dwcp_config, index: usize) -> *const c_char {
    name_at(config, index, |s| &s.denied_syscalls)
}

/// Adds a directory to allowed_directories: guests see the directory `host` of this machine as `guest`, if filesystem_access is
/// on. `host` is an absolute path; that it exists is checked by the call that uses it. `guest` is not empty, and each guest path
/// stands once ("/data" and "/data/" are the same). At most 1024 entries.
/// Where symbolic links in `host` lead is settled once, by dwcp_runtime_new, and no later change of them is followed. It refuses a
/// read-only directory that is, or lies in, a writable one, through which guests would write it. Directories are read-only
/// whatever is said here where the syscall policy lets a guest make no call of @fs_write that changes files.
/// A directory is best given to one runtime alone: it keeps its guests from slipping a FIFO or device under a name that another
/// is about to open, but not other runtimes and processes, and who opens a FIFO may wait past its deadline.
/// Default: /tmp as /tmp, writable, in every profile; dwcp_config_clear_allowed_directories takes it away. Per runtime: a call can
/// use fewer directories and fewer rights.
/// Returns: DWCP_OK, or the status of the error; the list is unchanged then.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config`, `host` or `guest` is NULL or a path is not UTF-8; DWCP_ERR_INVALID_CONFIG if `host` is not absolute, `guest` is empty or taken, or the list is full.
/// Ownership: the paths are copied. `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_add_allowed_directory(
    config: *mut dwcp_config,
    host: *const c_char,
    guest: *const c_char,
    read_only: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let handle: &mut ConfigHandle = handle_mut(config, "config")?;
        let directory = Directory { host: string(host, "host")?.into(), guest: string(guest, "guest")?.into(), read_only };
        handle.change(|c| {
            let mut list = c.allowed_directories.clone();
            list.push(directory);
            field::allowed_directories.set(c, list)
        })
    })
}

/// Empties allowed_directories: guests see no directory until one is added.
/// Returns: DWCP_OK, or the status of the error.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
/// Ownership: `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_clear_allowed_directories(
    config: *mut dwcp_config,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let handle: &mut ConfigHandle = handle_mut(config, "config")?;
        handle.change(|c| field::allowed_directories.set(c, Vec::new()))
    })
}

/// The number of entries of allowed_directories.
/// Returns: the number; 0 if `config` is NULL or no config.
/// Errors: none
/// Ownership: nothing changes hands.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_allowed_directory_count(config: *const dwcp_config) -> usize {
    count(config, |s| &s.allowed_directories)
}

/// One entry of allowed_directories. Any out-parameter may be NULL.
/// Returns: true with the entry written; false past the end, or if `config` is NULL or no config, with NULL and false written.
/// Errors: none
/// Ownership: the paths are the config's, NUL-terminated UTF-8, valid until the config changes or is freed.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_get_allowed_directory(
    config: *const dwcp_config,
    index: usize,
    host: *mut *const c_char,
    guest: *mut *const c_char,
    read_only: *mut bool,
) -> bool {
    clear_out(host);
    clear_out(guest);
    clear_out(read_only);
    value(false, || {
        let handle: &ConfigHandle = handle(config, "config").ok()?;
        let directory = handle.config().allowed_directories.get(index)?;
        let (host_path, guest_path) = handle.strings().allowed_directories.get(index)?;
        write_out(host, || host_path.as_ptr());
        write_out(guest, || guest_path.as_ptr());
        write_out(read_only, || directory.read_only);
        Some(true)
    })
}
