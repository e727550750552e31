//! `dwcp_runtime_t`: made, closed, freed; and its code cache.

use super::boundary::{
    Elements, Handle, clear_out, free, handle, into_handle, pin, require_out, status, string, value, write_out,
};
use super::config::{ConfigHandle, dwcp_config};
use super::error::dwcp_error;
use super::module::{dwcp_module, dwcp_module_info_t, info_of};
use super::status::dwcp_status_t;
use crate::config::{Config, Profile};
use crate::run::runtime::Runtime;
use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

/// A runtime: one engine, its code cache, its VMs and its metrics. Safe from any number of threads.
pub struct dwcp_runtime {
    _private: [u8; 0],
}

impl Handle for dwcp_runtime {
    type Value = Arc<Runtime>;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPrunt");
    const NAME: &'static str = "dwcp_runtime_t";
}

/// Makes a runtime. `config` is copied and may be freed or changed afterwards; NULL stands for DWCP_PROFILE_DEFAULT. Address
/// space for the VMs' memories is reserved; no thread starts before there is work for it. Where the machine has no room for
/// max_live_vms, beside what the process's other runtimes were granted, the runtime has fewer slots, or none that are reserved:
/// dwcp_runtime_pool_metrics has their number, and the warnings of dwcp_runtime_metrics_json say what did not allow more. With
/// strict_capacity such a runtime is refused instead.
///
/// Returns: DWCP_OK and a runtime in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`out` is NULL), DWCP_ERR_INVALID_CONFIG (settings that contradict each other, an unknown
/// name in a list of WASI calls), DWCP_ERR_OS (the machine has room for none, or with strict_capacity for fewer than max_live_vms:
/// dwcp_error_limit names that field, what there is room for and what was asked).
/// Ownership: the runtime is the caller's, to be given back by dwcp_runtime_free.
/// Threads: any; nobody may be changing `config`.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_new(
    config: *const dwcp_config,
    out: *mut *mut dwcp_runtime,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    status(error, || {
        require_out(out, "out")?;
        let runtime = if config.is_null() {
            Runtime::new(&Config::new(Profile::Default), None)?
        } else {
            let config = handle(config, "config")?;
            Runtime::new(config.config(), config.log())?
        };
        // The host's callback runs, and the config is not looked at any more.
        runtime.announce();
        write_out(out, || into_handle(runtime));
        Ok(())
    })
}

/// Closes a runtime: new work is refused with DWCP_ERR_SHUTTING_DOWN, what is under way gets `grace_ms` milliseconds to end, and
/// with it the rows of a batch and the calls that its host functions make; the rest is ended with DWCP_ERR_CANCELLED. Host
/// functions and compilations cannot be interrupted and are waited for; compilations that have not begun are given up. Then sessions
/// lose their VMs, the runtime's threads are joined, the cache and the aliases let go of their modules. Afterwards no callback runs
/// but the finalizers of host functions whose modules are freed later, inside dwcp_module_free or what else gives back the last
/// hold on them. Every function given one of its handles answers DWCP_ERR_CLOSED; the handles can and must still be freed. A guest
/// without deadline checks (max_execution_time_ms and its ceiling both 0) cannot be ended and is waited for. Closing again, or from
/// several threads, waits for the end and returns DWCP_OK; the shortest grace holds.
///
/// Returns: DWCP_OK when the runtime is closed.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_BUSY (called from a host function of it, or from a finalizer
/// that one of its calls, its closing or its session thread runs).
/// Ownership: borrows the runtime, which must still be freed.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_close(
    runtime: *mut dwcp_runtime,
    grace_ms: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || pin(runtime.cast_const(), "runtime")?.close(Duration::from_millis(grace_ms.into())))
}

/// Makes the runtime refuse new work with DWCP_ERR_SHUTTING_DOWN until dwcp_runtime_resume, and waits up to `timeout_ms`
/// milliseconds for what is under way: a batch goes on to its last row, and a host function may go on calling the runtime. Calls
/// in a session are new work too; as none can be made, session_idle_timeout_ms begins anew with dwcp_runtime_resume. Nothing is
/// cancelled and nothing is freed: modules, sessions and metrics stay as they are. Draining what is drained waits again.
///
/// Returns: DWCP_OK when nothing runs.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_TIMEOUT (calls still run; the runtime stays drained),
/// DWCP_ERR_CANCELLED (it was resumed meanwhile), DWCP_ERR_BUSY (called from a host function of it, or from a finalizer that one
/// of its calls, its closing or its session thread runs), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN (it is being closed).
/// Ownership: borrows the runtime.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_drain(
    runtime: *mut dwcp_runtime,
    timeout_ms: u32,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || pin(runtime.cast_const(), "runtime")?.drain(Duration::from_millis(timeout_ms.into())))
}

/// Takes new work again after dwcp_runtime_drain.
///
/// Returns: DWCP_OK, also when it was not drained.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN (it is being closed).
/// Ownership: borrows the runtime.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_resume(runtime: *mut dwcp_runtime, error: *mut *mut dwcp_error) -> dwcp_status_t {
    status(error, || handle(runtime.cast_const(), "runtime")?.resume())
}

/// Puts the settings of `config` in force for what begins from now on: a limit changed in an incident, without a restart. Calls under
/// way keep what they began with, sessions what was settled when they were acquired. Fields that docs/limits.md calls live may
/// differ from those in force; they are the limits of calls with their ceilings, max_result_bytes, max_live_vms,
/// max_total_memory_bytes, acquire_timeout_ms, cache_size, cache_bytes and the caps of modules. All others must be as they are. The
/// caps of modules hold for what is compiled from now on; code that the cache holds has passed those of its time. The runtime was
/// built for the largest VM that a call could ask for when it was made: memory, table elements, functions and live VMs cannot be
/// raised beyond that, so a host that means to raise them later sets their ceilings, or max_live_vms, first and lowers them
/// afterwards. Where less is allowed than is in use, nothing is taken away; it holds as room comes free.
///
/// Returns: DWCP_OK, and the settings are in force.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `config` is NULL), DWCP_ERR_INVALID_CONFIG (settings that contradict each other,
/// a field that cannot change or not so far; nothing has changed then), DWCP_ERR_CLOSED.
/// Ownership: borrows both; the config is copied.
/// Threads: any; nobody may be changing `config`.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_reconfigure(
    runtime: *mut dwcp_runtime,
    config: *const dwcp_config,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let runtime = pin(runtime.cast_const(), "runtime")?;
        runtime.reconfigure(handle(config, "config")?.config())
    })
}

/// Copies the settings that are in force, to be looked at, or changed and given to dwcp_runtime_reconfigure.
///
/// Returns: DWCP_OK and a config in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `out` is NULL), DWCP_ERR_CLOSED.
/// Ownership: the config is the caller's, to be given back by dwcp_config_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_config(
    runtime: *const dwcp_runtime,
    out: *mut *mut dwcp_config,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    status(error, || {
        require_out(out, "out")?;
        let runtime = handle(runtime, "runtime")?;
        runtime.check_open()?;
        let config = runtime.settings().copy();
        write_out(out, || into_handle(ConfigHandle::new((*config).clone())));
        Ok(())
    })
}

/// Makes an alias stand for a module from now on, whatever it stood for before, also as a key that came with bytes: in one step, so that of calls made by alias at
/// the same time each runs either the old module or the new one. What is under way ends on the old module. The alias keeps the
/// module alive until it is set anew or removed, or the runtime closes. With `module` NULL the alias is removed. At most 10 000
/// aliases are set at once.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `alias` is NULL, `alias` is empty, longer than 256 bytes, not UTF-8 or 64
/// hexadecimal digits, there are too many), DWCP_ERR_NOT_FOUND (`module` is NULL and there is no such alias),
/// DWCP_ERR_WRONG_HANDLE (the module is of another runtime), DWCP_ERR_DISABLED (the module is), DWCP_ERR_CLOSED,
/// DWCP_ERR_SHUTTING_DOWN.
/// Ownership: `alias` is copied, the module retained.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_set_alias(
    runtime: *mut dwcp_runtime,
    alias: *const c_char,
    module: *const dwcp_module,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let runtime = pin(runtime.cast_const(), "runtime")?;
        let module = match module.is_null() {
            true => None,
            false => Some(handle(module, "module")?.module()),
        };
        runtime.set_alias(string(alias, "alias")?, module)
    })
}

/// Closes the runtime with no grace, as dwcp_runtime_close(runtime, 0) does, and gives the handle back. Modules and functions of
/// it stay valid handles until they are freed; they answer DWCP_ERR_CLOSED. From inside one of the runtime's own callbacks it does
/// not wait: what is under way is cancelled and ends on its own, and the last call that returns ends the runtime.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the handle; NULL is allowed and does nothing.
/// Threads: any; nobody may be using this handle.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_free(runtime: *mut dwcp_runtime) {
    value((), || {
        let inner = handle(runtime.cast_const(), "runtime").ok()?;
        if inner.close(Duration::ZERO).is_err() {
            inner.abandon();
        }
        Some(())
    });
    free(runtime);
}

/// Lists the code that the cache holds, most recently used first. Each element of `out` up to `capacity` must have its
/// struct_size set (DWCP_MODULE_INFO_INIT). With `out` NULL and `capacity` 0 only the count is written.
///
/// Returns: DWCP_OK, the elements in `out` and their number in `count`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `count` is NULL, `out` is NULL with a capacity, a struct_size is not set),
/// DWCP_ERR_BUFFER_TOO_SMALL (the needed number is in `count`; nothing else is written), DWCP_ERR_CLOSED.
/// Ownership: the array is the caller's.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_cache_list(
    runtime: *mut dwcp_runtime,
    out: *mut dwcp_module_info_t,
    capacity: usize,
    count: *mut usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(count);
    status(error, || {
        let runtime = handle(runtime.cast_const(), "runtime")?;
        require_out(count, "count")?;
        let list = Elements::new(out, capacity)?;
        let held = runtime.list_cache()?;
        list.write(count, held.len(), "modules in the cache", |i| Some(info_of(held.get(i)?, true)))
    })
}

/// Drops one module's code from the cache. Handles of the module go on working; their code is freed with the last of them. The
/// keys that came with its bytes are forgotten; aliases keep their modules.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `key` is NULL, `key` is empty, too long or not UTF-8), DWCP_ERR_NOT_FOUND (the
/// cache holds no such module), DWCP_ERR_CLOSED.
/// Ownership: `key`, a hash of 64 hexadecimal digits, a key that came with the bytes or an alias, is borrowed.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_cache_evict(
    runtime: *mut dwcp_runtime,
    key: *const c_char,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || handle(runtime.cast_const(), "runtime")?.evict(string(key, "key")?))
}

/// Drops all code from the cache. Handles of modules go on working.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_CLOSED.
/// Ownership: borrows the runtime.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_cache_clear(runtime: *mut dwcp_runtime, error: *mut *mut dwcp_error) -> dwcp_status_t {
    status(error, || handle(runtime.cast_const(), "runtime")?.clear_cache())
}
