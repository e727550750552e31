//! `dwcp_config_t`: its life, its profiles and its JSON. The setters and getters are in the files beside this one.

use super::boundary::{Handle, clear_out, free, give_string, handle, handle_mut, into_handle, require_out, status, text, value};
use super::error::dwcp_error;
use super::status::dwcp_status_t;
use crate::config::{Config, Info, Profile, Setting, Value};
use crate::error::Result;
use crate::observe::log::Sink;
use std::ffi::{CString, c_char};
use std::sync::Arc;

/// The settings of runtimes yet to be made. Made by dwcp_config_new, changed by its setters and by JSON, copied by dwcp_runtime_new,
/// freed by dwcp_config_free. One thread at a time uses a config.
#[allow(non_camel_case_types)]
pub struct dwcp_config {
    _private: [u8; 0],
}

impl Handle for dwcp_config {
    type Value = ConfigHandle;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPconf");
    const NAME: &'static str = "dwcp_config_t";
}

/// A set of defaults that a config begins with: one of DWCP_PROFILE_....
#[allow(non_camel_case_types)]
pub type dwcp_profile_t = i32;
/// For most hosts.
pub const DWCP_PROFILE_DEFAULT: dwcp_profile_t = 0;
/// More ready VMs, more live VMs and a larger cache.
pub const DWCP_PROFILE_HIGH_TRAFFIC: dwcp_profile_t = 1;
/// Few VMs, a small cache, tracing on, and five minutes for a call.
pub const DWCP_PROFILE_DEVELOPMENT: dwcp_profile_t = 2;
/// For untrusted modules: no files, 64 MiB of memory, ten seconds for a call.
pub const DWCP_PROFILE_SECURE: dwcp_profile_t = 3;

/// What a denied WASI call does: one of DWCP_DENY_....
#[allow(non_camel_case_types)]
pub type dwcp_deny_action_t = i32;
/// The guest gets the errno `notcapable` and goes on.
pub const DWCP_DENY_ERRNO: dwcp_deny_action_t = 0;
/// The call ends with DWCP_ERR_DENIED.
pub const DWCP_DENY_TRAP: dwcp_deny_action_t = 1;

/// How hard the compiler works: one of DWCP_OPT_....
#[allow(non_camel_case_types)]
pub type dwcp_opt_level_t = i32;
/// Compiles fastest.
pub const DWCP_OPT_NONE: dwcp_opt_level_t = 0;
/// Runs fastest.
pub const DWCP_OPT_SPEED: dwcp_opt_level_t = 1;
/// Runs fast, with smaller code.
pub const DWCP_OPT_SPEED_AND_SIZE: dwcp_opt_level_t = 2;

/// The settings, and C copies of the strings that getters lend out.
#[derive(Clone)]
pub(crate) struct ConfigHandle {
    config: Config,
    strings: Strings,
    log: Option<Arc<dyn Sink>>,
}

/// The strings of a configuration, NUL-terminated; made anew when a list changes.
#[derive(Clone, Default)]
pub(super) struct Strings {
    pub(super) allowed_syscalls: Vec<CString>,
    pub(super) denied_syscalls: Vec<CString>,
    /// Host and guest path.
    pub(super) allowed_directories: Vec<(CString, CString)>,
}

impl ConfigHandle {
    pub(super) fn new(config: Config) -> Self {
        let mut handle = ConfigHandle { config, strings: Strings::default(), log: None };
        handle.copy_strings();
        handle
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Where the log of its runtimes goes.
    pub(super) fn log(&self) -> Option<Arc<dyn Sink>> {
        self.log.clone()
    }

    /// Sets where it goes, and gives back what was set before: dropping that may run a finalizer.
    pub(super) fn set_log(&mut self, log: Option<Arc<dyn Sink>>) -> Option<Arc<dyn Sink>> {
        std::mem::replace(&mut self.log, log)
    }

    pub(super) fn strings(&self) -> &Strings {
        &self.strings
    }

    /// Makes a change that may touch lists; `change` leaves the configuration as it was when it fails.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Config) -> Result<()>) -> Result<()> {
        change(&mut self.config)?;
        self.copy_strings();
        Ok(())
    }

    fn copy_strings(&mut self) {
        // A field's check refuses strings with a NUL, so none becomes empty here.
        let c = |s: &String| CString::new(s.as_str()).unwrap_or_default();
        self.strings = Strings {
            allowed_syscalls: self.config.allowed_syscalls.iter().map(c).collect(),
            denied_syscalls: self.config.denied_syscalls.iter().map(c).collect(),
            allowed_directories: self.config.allowed_directories.iter().map(|d| (c(&d.host), c(&d.guest))).collect(),
        };
    }
}

/// The body of a setter.
pub(super) fn set<T: Value>(
    config: *mut dwcp_config,
    error: *mut *mut dwcp_error,
    setting: &Setting<T>,
    value: T,
) -> dwcp_status_t {
    set_with(config, error, setting, |_| Ok(value))
}

/// The body of a setter whose value C writes in another way.
pub(super) fn set_with<T: Value>(
    config: *mut dwcp_config,
    error: *mut *mut dwcp_error,
    setting: &Setting<T>,
    convert: impl FnOnce(&Info) -> Result<T>,
) -> dwcp_status_t {
    status(error, || {
        let handle = handle_mut(config, "config")?;
        setting.set(&mut handle.config, convert(setting.info())?)
    })
}

/// The body of a getter.
pub(super) fn get<T: Value + Copy>(config: *const dwcp_config, fallback: T, setting: &Setting<T>) -> T {
    get_with(config, fallback, setting, |v| v)
}

/// The body of a getter whose value C reads in another way.
pub(super) fn get_with<T: Value + Copy, C>(
    config: *const dwcp_config,
    fallback: C,
    setting: &Setting<T>,
    convert: impl FnOnce(T) -> C,
) -> C {
    value(fallback, || Some(convert(*setting.get(handle(config, "config").ok()?.config()))))
}

/// A new config with the defaults of a profile.
/// Returns: the config; NULL for a number that is no profile.
/// Errors: none
/// Ownership: yours, until dwcp_config_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_new(profile: dwcp_profile_t) -> *mut dwcp_config {
    value(std::ptr::null_mut(), || {
        let profile = Profile::from_code(profile)?;
        Some(into_handle::<dwcp_config>(ConfigHandle::new(Config::new(profile))))
    })
}

/// A copy of a config, with its log; a change of one does not reach the other.
/// Returns: the copy; NULL if `config` is NULL or no config.
/// Errors: none
/// Ownership: the copy is yours, until dwcp_config_free.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_clone(config: *const dwcp_config) -> *mut dwcp_config {
    value(std::ptr::null_mut(), || Some(into_handle::<dwcp_config>(handle(config, "config").ok()?.clone())))
}

/// Frees a config. Runtimes made from it keep their copies; strings that its getters lent out are gone.
/// Returns: nothing; NULL is ignored.
/// Errors: none
/// Ownership: takes the config.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_free(config: *mut dwcp_config) {
    free(config);
}

/// Applies a flat JSON object of `len` bytes of UTF-8, at most 1 MiB. Each key is the name of a field, the word after
/// dwcp_config_set_, or `allowed_directories`. Numbers are integers; lists are arrays of strings; `deny_action` is "errno" or "trap";
/// `opt_level` is "none", "speed" or "speed_and_size"; `allowed_directories` is an array of objects with `host`, `guest` and, if not
/// false, `read_only`. The key `profile` ("default", "high_traffic", "development", "secure"), wherever it stands, resets
/// everything to that profile before the other keys are applied. What is refused changes nothing, and the message names the
/// key and the value, or the line and the column.
/// Returns: DWCP_OK, or the status of the error.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL, `json` is NULL with a length, not UTF-8 or too long; DWCP_ERR_INVALID_CONFIG if it is malformed or a key or a value is refused.
/// Ownership: `json` is read during the call. `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_apply_json(
    config: *mut dwcp_config,
    json: *const c_char,
    len: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let handle = handle_mut(config, "config")?;
        let json = text(json, len, "json")?;
        handle.change(|c| c.apply_json(json))
    })
}

/// Writes every field as a flat JSON object, which dwcp_config_apply_json takes back.
/// Returns: DWCP_OK with `*out` set to NUL-terminated UTF-8 and, if `len` is not NULL, `*len` to its length in bytes; else the status of the error, with NULL and 0.
/// Errors: DWCP_ERR_INVALID_ARGUMENT if `config` or `out` is NULL.
/// Ownership: `*out` is yours, until dwcp_string_free. `*error` is yours to free on failure.
/// Threads: one thread at a time for one config.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_config_to_json(
    config: *const dwcp_config,
    out: *mut *mut c_char,
    len: *mut usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    clear_out(len);
    status(error, || {
        let handle = handle(config, "config")?;
        require_out(out, "out")?;
        give_string(handle.config().to_json(), out, len);
        Ok(())
    })
}
