//! `dwcp_error_t`: immutable, readable from any thread, freed by whoever received it.

use super::boundary::{
    Handle, Sized_, Zeroable, clear_out, free_plain, handle, into_handle, plain_value, write_out, write_struct,
};
use super::status::{DWCP_OK, dwcp_status_t};
use crate::error::Error;
use crate::frame::{self, Readable};
use crate::isolate::stack;
use std::ffi::{CString, c_char};
use std::sync::OnceLock;

/// What went wrong, in full. Written by a function that fails if its `error` parameter is not NULL; freed by dwcp_error_free.
/// Immutable: any number of threads may read it.
pub struct dwcp_error {
    _private: [u8; 0],
}

impl Handle for dwcp_error {
    type Value = ErrorHandle;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPerro");
    const NAME: &'static str = "dwcp_error_t";
}

/// The error with its strings as C wants them.
pub(crate) struct ErrorHandle {
    error: Error,
    message: CString,
    /// Made when the first frame is asked for.
    frames: OnceLock<Vec<CFrame>>,
    /// The same in a forked child, where a thread that is not there may have left `frames` half made.
    frames_in_child: OnceLock<Vec<CFrame>>,
}

struct CFrame {
    module: Option<CString>,
    function: Option<CString>,
    func_index: u32,
    offset: u64,
    file: Option<CString>,
    line: u32,
    column: u32,
}

impl ErrorHandle {
    fn frames(&self) -> &[CFrame] {
        let make = |sources: bool| {
            let demangled = stack::fits(crate::demangle::STACK_NEEDED);
            frame::readable(self.error.frames(), demangled, sources).into_iter().map(c_frame).collect()
        };
        match self.frames.get() {
            Some(frames) => frames,
            // A module's line tables are shared, and may be half read for good too.
            None if crate::fork::in_child() => self.frames_in_child.get_or_init(|| make(false)),
            None => self.frames.get_or_init(|| make(true)),
        }
    }
}

fn c_string(text: &str) -> CString {
    // Escaping leaves no NUL in what a guest wrote; a host's own message may hold one.
    CString::new(text.replace('\0', " ")).unwrap_or_default()
}

fn c_frame(frame: Readable) -> CFrame {
    CFrame {
        module: frame.module.as_deref().map(c_string),
        function: frame.function.as_deref().map(c_string),
        func_index: frame.func_index,
        offset: frame.offset.unwrap_or(u64::MAX),
        file: frame.location.file.as_deref().map(c_string),
        line: frame.location.line,
        column: frame.location.column,
    }
}

/// An error object for C, owned by the caller.
pub(crate) fn into_raw(error: Error) -> *mut dwcp_error {
    let message = c_string(error.message());
    into_handle(ErrorHandle { message, frames: OnceLock::new(), frames_in_child: OnceLock::new(), error })
}

fn read<T>(error: *const dwcp_error, fallback: T, f: impl FnOnce(&ErrorHandle) -> Option<T>) -> T {
    plain_value(fallback, || handle(error, "error").ok().and_then(f))
}

/// No trap.
pub const DWCP_TRAP_NONE: i32 = -1;
/// The guest's calls are nested too deep.
pub const DWCP_TRAP_STACK_OVERFLOW: i32 = 1;
/// An access outside a memory.
pub const DWCP_TRAP_MEMORY_OUT_OF_BOUNDS: i32 = 2;
/// An atomic access that is not aligned.
pub const DWCP_TRAP_HEAP_MISALIGNED: i32 = 3;
/// An access outside a table.
pub const DWCP_TRAP_TABLE_OUT_OF_BOUNDS: i32 = 4;
/// An indirect call of an empty table element.
pub const DWCP_TRAP_INDIRECT_CALL_TO_NULL: i32 = 5;
/// An indirect call of a function of another type.
pub const DWCP_TRAP_BAD_SIGNATURE: i32 = 6;
/// An integer operation whose result does not fit.
pub const DWCP_TRAP_INTEGER_OVERFLOW: i32 = 7;
/// An integer division by zero.
pub const DWCP_TRAP_INTEGER_DIVISION_BY_ZERO: i32 = 8;
/// A float that has no integer of the wanted type.
pub const DWCP_TRAP_BAD_CONVERSION_TO_INTEGER: i32 = 9;
/// The `unreachable` instruction: how most languages end a panic or an abort.
pub const DWCP_TRAP_UNREACHABLE: i32 = 10;
/// The guest was interrupted.
pub const DWCP_TRAP_INTERRUPT: i32 = 11;
/// The fuel is used up.
pub const DWCP_TRAP_OUT_OF_FUEL: i32 = 12;
/// An atomic wait on a memory that is not shared.
pub const DWCP_TRAP_ATOMIC_WAIT_NON_SHARED_MEMORY: i32 = 13;
/// A null reference was used.
pub const DWCP_TRAP_NULL_REFERENCE: i32 = 14;
/// Another trap; the message names it.
pub const DWCP_TRAP_OTHER: i32 = 99;

/// One frame of a trapped guest. Begin with DWCP_FRAME_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_frame_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// The module's own name, escaped; NULL if it has none. Lives as long as the error.
    pub module: *const c_char,
    /// The function's name from the name section, escaped, at most some 1000 bytes; NULL if it has none. Mangled names of Rust are
    /// demangled; of C++ the path is shown, "space::Type<...>::method". Lives as long as the error.
    pub function: *const c_char,
    /// The function's index in the module.
    pub func_index: u32,
    /// Zero.
    pub reserved: u32,
    /// Offset of the instruction in the module's binary, in bytes; UINT64_MAX if unknown.
    pub offset: u64,
    /// The file of the source, as the compiler was told it, escaped; NULL if the module has no line tables or they do not know.
    /// Where a function was inlined, it is the file of that one. Lives as long as the error.
    pub file: *const c_char,
    /// The line in `file`, from 1; 0 if unknown.
    pub line: u32,
    /// The column in the line, from 1; 0 if unknown.
    pub column: u32,
}
// SAFETY: integers and raw pointers.
unsafe impl Zeroable for dwcp_frame_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_frame_t {}

/// Frees an error.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the error; NULL is allowed and does nothing.
/// Threads: any; nobody may be reading it.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_free(error: *mut dwcp_error) {
    free_plain(error);
}

/// Gives the status that the failing function returned.
///
/// Returns: the status; DWCP_OK for NULL.
/// Errors: none
/// Ownership: borrows the error.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_code(error: *const dwcp_error) -> dwcp_status_t {
    read(error, DWCP_OK, |e| Some(e.error.status().0))
}

/// Gives the message: what happened, naming the thing, the value and the limit. Text that came from a guest is escaped. At most
/// 4096 bytes.
///
/// Returns: UTF-8, NUL-terminated; "" for NULL. Never NULL.
/// Errors: none
/// Ownership: the string lives as long as the error.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_message(error: *const dwcp_error) -> *const c_char {
    read(error, c"".as_ptr(), |e| Some(e.message.as_ptr()))
}

/// Gives the name of the limit that was hit, "max_memory_bytes": the same word as in its setter and in JSON.
///
/// Returns: a static string; NULL if the error is about no limit, and for NULL.
/// Errors: none
/// Ownership: the string is static.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_limit_name(error: *const dwcp_error) -> *const c_char {
    read(error, std::ptr::null(), |e| e.error.limit().map(|hit| hit.name.as_ptr()))
}

/// Gives the value of the limit that was hit and what was asked for, in the unit of its setter. Where the need is not known, as
/// for fuel and stack, `asked` is one more than the limit.
///
/// Returns: true if the error is about a limit; otherwise false, and both are set to 0. Either pointer may be NULL.
/// Errors: none
/// Ownership: borrows the error.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_limit(error: *const dwcp_error, limit: *mut u64, asked: *mut u64) -> bool {
    clear_out(limit);
    clear_out(asked);
    read(error, false, |e| {
        let hit = e.error.limit()?;
        write_out(limit, || hit.limit);
        write_out(asked, || hit.asked);
        Some(true)
    })
}

/// Gives the trap that ended the guest, one of DWCP_TRAP_..., also where a limit is the cause of the trap.
///
/// Returns: the trap; DWCP_TRAP_NONE if there was none, and for NULL.
/// Errors: none
/// Ownership: borrows the error.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_trap_code(error: *const dwcp_error) -> i32 {
    read(error, DWCP_TRAP_NONE, |e| e.error.trap_code())
}

/// Gives the code that the guest passed to proc_exit.
///
/// Returns: true if the guest exited; otherwise false, and `out` is set to 0. `out` may be NULL.
/// Errors: none
/// Ownership: borrows the error.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_exit_code(error: *const dwcp_error, out: *mut i32) -> bool {
    clear_out(out);
    read(error, false, |e| {
        let code = e.error.exit_code()?;
        write_out(out, || code);
        Some(true)
    })
}

/// Gives the number of guest frames, innermost first; at most 100 are kept.
///
/// Returns: the number; 0 if there are none, and for NULL.
/// Errors: none
/// Ownership: borrows the error.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_frame_count(error: *const dwcp_error) -> usize {
    read(error, 0, |e| Some(e.error.frames().len()))
}

/// Gives frame `i`, 0 being the innermost. The first frame of an error that is asked for has the names and the lines of all of
/// them looked up, which takes some hundred microseconds, and once for each module some milliseconds for each MiB of its line
/// tables. A call that fails pays nothing of that. A forked child gets file and line only where the frames were looked at before
/// the fork.
///
/// Returns: true if there is such a frame and `io` could be written; otherwise false, and `io` is as it was.
/// Errors: none
/// Ownership: the strings in `io` live as long as the error.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_error_frame(error: *const dwcp_error, i: usize, io: *mut dwcp_frame_t) -> bool {
    read(error, false, |e| {
        let frame = e.frames().get(i)?;
        let pointer = |s: &Option<CString>| s.as_ref().map_or(std::ptr::null(), |s| s.as_ptr());
        let out = dwcp_frame_t {
            struct_size: 0,
            module: pointer(&frame.module),
            function: pointer(&frame.function),
            func_index: frame.func_index,
            reserved: 0,
            offset: frame.offset,
            file: pointer(&frame.file),
            line: frame.line,
            column: frame.column,
        };
        write_struct(io, &out, "io").ok()?;
        Some(true)
    })
}
