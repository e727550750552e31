//! `dwcp_wasi_t`: what a guest sees of the outside in one call.

use super::boundary::{
    Handle, clear_out, free, handle, handle_mut, into_handle, null, require_out, slice, status, string, value, write_out,
};
use super::error::dwcp_error;
use super::imports::{Owned, dwcp_finalizer_fn};
use super::status::dwcp_status_t;
use super::value::dwcp_slice_t;
use crate::config::Directory;
use crate::error::{Error, Result};
use crate::isolate::wasi::{ClockSettings, Lines, Output, Sink, Source, Stdin, WasiSettings};
use crate::run::state::UserData;
use parking_lot::Mutex;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// The WASI settings of a call: arguments, environment, stdio, directories, clocks, random bytes. One thread at a time; one handle
/// serves any number of calls, one after another.
pub struct dwcp_wasi {
    _private: [u8; 0],
}

impl Handle for dwcp_wasi {
    type Value = WasiHandle;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPwasi");
    const NAME: &'static str = "dwcp_wasi_t";
}

/// The settings, and the output that was lent to the host.
pub(crate) struct WasiHandle {
    settings: Arc<WasiSettings>,
    lent: Mutex<[Option<Arc<Sink>>; 2]>,
}

impl WasiHandle {
    /// The settings as a call takes them; later changes do not reach it.
    pub(super) fn settings(&self) -> Arc<WasiSettings> {
        Arc::clone(&self.settings)
    }
}

/// What happens to what a guest writes to stdout or stderr: one of DWCP_OUTPUT_....
pub type dwcp_output_mode_t = i32;
/// It is thrown away; the guest's writes succeed.
pub const DWCP_OUTPUT_DISCARD: dwcp_output_mode_t = 0;
/// It goes to the same descriptor of the host process.
pub const DWCP_OUTPUT_INHERIT: dwcp_output_mode_t = 1;
/// It is kept, up to a cap, for dwcp_wasi_output.
pub const DWCP_OUTPUT_CAPTURE: dwcp_output_mode_t = 2;

/// Gives a guest its input when it reads stdin: puts up to `capacity` bytes (at least 1) into `buffer` and returns how many.
/// 0 is the end of the input, after which it is not called again in this call; a negative number is an error (the guest gets errno
/// EIO) and the next read calls it again; more than `capacity` counts as `capacity`. `buffer` is the guest's memory itself: write only. Where and how it runs, and what it may
/// not do, is the same as for a dwcp_host_fn; it cannot be interrupted: a deadline that passes in it ends the call when it returns.
pub type dwcp_read_fn = Option<unsafe extern "C" fn(user: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

/// Takes a guest's output line by line as the guest writes it; `fd` is 1 or 2. `line` has no NUL at its end and may hold any bytes,
/// UTF-8 or not; it is valid during the call only. `ends` is true if the guest ended the line (its '\n' is not part of `line`).
/// It is false for the pieces of 64 KiB that a longer line comes in, but for the last of them, which may be empty, and for what is
/// left unended when the call ends, however it ends. Where and how it runs, and what it may not do, is the same as for a
/// dwcp_host_fn; it cannot be interrupted: a deadline that passes in it ends the call when it returns.
pub type dwcp_line_fn = Option<unsafe extern "C" fn(user: *mut c_void, fd: i32, line: *const c_char, len: usize, ends: bool)>;

struct ReadCallback {
    function: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i64,
    owned: Owned,
}

impl Source for ReadCallback {
    fn read(&self, buffer: &mut [u8]) -> Option<usize> {
        // SAFETY: a function of the header's type; the buffer lives across the call and has that length.
        let n = unsafe { (self.function)(self.owned.user.0, buffer.as_mut_ptr(), buffer.len()) };
        usize::try_from(n).ok()
    }
}

struct LineCallback {
    function: unsafe extern "C" fn(*mut c_void, i32, *const c_char, usize, bool),
    owned: Owned,
}

impl Lines for LineCallback {
    fn line(&self, fd: i32, bytes: &[u8], ends: bool) {
        // SAFETY: a function of the header's type; the bytes live across the call and have that length.
        unsafe { (self.function)(self.owned.user.0, fd, bytes.as_ptr().cast(), bytes.len(), ends) }
    }
}

/// A callback with its user pointer, or what is left where there is none. Kept until nothing of the settings is borrowed: what was
/// refused is let go of last, as its finalizer may free them.
fn made<F, C>(
    callback: Option<F>,
    user: *mut c_void,
    finalizer: dwcp_finalizer_fn,
    make: impl FnOnce(F, Owned) -> C,
) -> std::result::Result<Arc<C>, Owned> {
    let owned = Owned { user: UserData(user), finalizer };
    match callback {
        Some(function) => Ok(Arc::new(make(function, owned))),
        None => Err(owned),
    }
}

/// What `f` gives is dropped when nothing of the settings is borrowed any more: it may be a callback that was replaced, whose
/// finalizer may change these settings again, or free them.
fn change<R>(wasi: *mut dwcp_wasi, error: *mut *mut dwcp_error, f: impl FnOnce(&mut WasiSettings) -> Result<R>) -> dwcp_status_t {
    status(error, || f(Arc::make_mut(&mut handle_mut(wasi, "wasi")?.settings)).map(drop))
}

/// Makes WASI settings: no arguments, no environment, empty stdin, output discarded, the runtime's directories.
///
/// Returns: the settings; NULL only in a forked child.
/// Errors: none
/// Ownership: the settings are the caller's, freed by dwcp_wasi_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_wasi_new() -> *mut dwcp_wasi {
    let settings = || WasiHandle { settings: Arc::default(), lent: Mutex::default() };
    value(std::ptr::null_mut(), || Some(into_handle::<dwcp_wasi>(settings())))
}

/// Frees WASI settings and the output captured with them.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the settings; NULL is allowed and does nothing.
/// Threads: any; nobody may be using them.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_free(wasi: *mut dwcp_wasi) {
    free(wasi);
}

/// Sets the arguments, args[0] being the program's name. Replaces earlier ones. Arguments and environment together have at most
/// 1 MiB.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL, `args` is NULL with a count, an argument is NULL or not UTF-8, too large).
/// Ownership: the strings are copied.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_set_args(
    wasi: *mut dwcp_wasi,
    args: *const *const c_char,
    n: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    change(wasi, error, |settings| {
        let args = slice(args, n, "args")?.iter().enumerate();
        let args = args.map(|(i, arg)| string(*arg, &format!("args[{i}]"))).collect::<Result<Vec<_>>>()?;
        settings.set_args(&args)
    })
}

/// Adds an environment variable, or replaces the one of that name.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi`, `name` or `value` is NULL or not UTF-8, the name is empty or has a '=', too large).
/// Ownership: the strings are copied.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_add_env(
    wasi: *mut dwcp_wasi,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    change(wasi, error, |settings| settings.add_env(string(name, "name")?, string(value, "value")?))
}

/// Gives the guest these bytes as its stdin, and then the end of the file.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL, `bytes` is NULL with a length).
/// Ownership: the bytes are copied.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_set_stdin(
    wasi: *mut dwcp_wasi,
    bytes: *const u8,
    len: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    change(wasi, error, |settings| Ok(settings.set_stdin(Stdin::Bytes(Arc::from(slice(bytes, len, "bytes")?)))))
}

/// Lets the guest read the host process's own stdin, as it is at the guest's first WASI call. Reads end with the call's deadline,
/// also where several guests read the same pipe or terminal; a stream that is closed then is a bad descriptor for the guest.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL).
/// Ownership: borrows the settings.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_inherit_stdin(wasi: *mut dwcp_wasi, error: *mut *mut dwcp_error) -> dwcp_status_t {
    change(wasi, error, |settings| Ok(settings.set_stdin(Stdin::Inherit)))
}

/// Says what happens to what the guest writes to stdout (`fd` 1) or stderr (`fd` 2). `cap` counts for DWCP_OUTPUT_CAPTURE only:
/// bytes past it are dropped, the guest's writes succeed, and dwcp_wasi_output tells.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL, `fd` is neither 1 nor 2, an unknown mode).
/// Ownership: borrows the settings.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_set_output(
    wasi: *mut dwcp_wasi,
    fd: i32,
    mode: dwcp_output_mode_t,
    cap: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    change(wasi, error, |settings| {
        let output = match mode {
            DWCP_OUTPUT_DISCARD => Output::Discard,
            DWCP_OUTPUT_INHERIT => Output::Inherit,
            DWCP_OUTPUT_CAPTURE => Output::Capture { cap },
            other => return Err(Error::argument("mode", format_args!("{other} is no DWCP_OUTPUT_... mode"))),
        };
        settings.set_output(fd, output)
    })
}

/// Lets a callback of the host give the guest its stdin, when the guest reads it.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` or `callback` is NULL).
/// Ownership: `user` belongs to the library from now on, also when this fails: `finalizer`, unless NULL, is called with it once,
/// when the settings say something else or are freed and no call uses them any more.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_set_stdin_callback(
    wasi: *mut dwcp_wasi,
    callback: dwcp_read_fn,
    user: *mut c_void,
    finalizer: dwcp_finalizer_fn,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    let source = made(callback, user, finalizer, |function, owned| ReadCallback { function, owned });
    change(wasi, error, |settings| match &source {
        Ok(source) => Ok(settings.set_stdin(Stdin::Host(Arc::<ReadCallback>::clone(source)))),
        Err(_) => Err(null("callback")),
    })
}

/// Lets a callback of the host take what the guest writes to stdout (`fd` 1) or stderr (`fd` 2), line by line.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` or `callback` is NULL, `fd` is neither 1 nor 2).
/// Ownership: `user` belongs to the library from now on, also when this fails: `finalizer`, unless NULL, is called with it once,
/// when the settings say something else or are freed and no call uses them any more.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_set_output_callback(
    wasi: *mut dwcp_wasi,
    fd: i32,
    callback: dwcp_line_fn,
    user: *mut c_void,
    finalizer: dwcp_finalizer_fn,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    let lines = made(callback, user, finalizer, |function, owned| LineCallback { function, owned });
    change(wasi, error, |settings| match &lines {
        Ok(lines) => settings.set_output(fd, Output::Lines(Arc::<LineCallback>::clone(lines))),
        Err(_) => Err(null("callback")),
    })
}

/// Gives the guest clocks that tell a time of their own, for tests and for results that do not depend on the time. The realtime
/// clock begins at `realtime_ns` nanoseconds after 1970, the monotonic one at 1 s, both anew with each VM; each reading of either
/// is followed by one that is `step_ns` later (0: they stand still); at UINT64_MAX they stop. A guest that sleeps wakes at once,
/// and its clocks have moved on by as long as it meant to sleep. Deadlines are kept in real time; files have the file system's
/// times.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL).
/// Ownership: borrows the settings.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_set_clocks(
    wasi: *mut dwcp_wasi,
    realtime_ns: u64,
    step_ns: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    change(wasi, error, |settings| {
        settings.set_clocks(ClockSettings::Fixed { realtime: realtime_ns, step: step_ns });
        Ok(())
    })
}

/// Lets the guest's random bytes follow from `seed`: the same ones in each VM, by any version of the library. They are the key stream
/// of ChaCha with 12 rounds, 64-bit counter and nonce 0, whose key is the seed in 8 bytes, the lowest first, and 24 zeros; each
/// random_get takes whole words of 4 bytes. Without a seed the same generator is keyed by the operating system.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL).
/// Ownership: borrows the settings.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_set_random_seed(
    wasi: *mut dwcp_wasi,
    seed: u64,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    change(wasi, error, |settings| {
        settings.set_random_seed(seed);
        Ok(())
    })
}

/// Adds a directory of the host that the guest sees under the path `guest`. It must be one of the runtime's
/// allowed_directories or lie below one, and cannot be writable where that one, or one inside it, is read-only; this is checked
/// when a call begins, which otherwise fails with DWCP_ERR_INVALID_ARGUMENT. A call whose directory is missing, is none, or has been
/// replaced by a symbolic link fails with DWCP_ERR_IO, also if its guest opens no file. With no directory added, a call sees all of
/// the runtime's.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi`, `host` or `guest` is NULL, empty or not UTF-8, `host` is not
/// absolute, or `guest` was added before).
/// Ownership: the strings are copied.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_add_directory(
    wasi: *mut dwcp_wasi,
    host: *const c_char,
    guest: *const c_char,
    read_only: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    change(wasi, error, |settings| {
        let (host, guest) = (string(host, "host")?.to_string(), string(guest, "guest")?.to_string());
        settings.add_directory(Directory { host, guest, read_only })
    })
}

/// Gives what the last call with these settings, each call of a session being one, wrote to stdout (`fd` 1) or stderr (`fd` 2), also
/// when that call failed. Empty unless the mode is DWCP_OUTPUT_CAPTURE.
///
/// Returns: DWCP_OK, the bytes in `out`, and in `truncated` whether the guest wrote more than the cap.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` or `out` is NULL, `fd` is neither 1 nor 2).
/// Ownership: the bytes belong to the settings; they are valid until the next dwcp_wasi_output for this `fd` after another call,
/// or dwcp_wasi_free. `truncated` may be NULL.
/// Threads: one at a time for the same settings.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_wasi_output(
    wasi: *const dwcp_wasi,
    fd: i32,
    out: *mut dwcp_slice_t,
    truncated: *mut bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    clear_out(truncated);
    status(error, || {
        let handle = handle(wasi, "wasi")?;
        require_out(out, "out")?;
        let Some(sink) = handle.settings.captured(fd)? else { return Ok(()) };
        let captured = sink.captured();
        let slice = dwcp_slice_t { data: captured.bytes.as_ptr(), len: captured.bytes.len() };
        let cut = captured.truncated;
        write_out(out, || slice);
        write_out(truncated, || cut);
        // Keeps the bytes where they are for as long as the host may look at them.
        if let Some(place) = handle.lent.lock().get_mut(usize::from(fd == 2)) {
            *place = Some(sink);
        }
        Ok(())
    })
}
