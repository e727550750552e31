//! `dwcp_caller_t`: the guest that called a host function, for as long as that function runs.

use super::boundary::{
    Handle, clear_out, handle, handle_mut, optional_string, require_out, slice, status, string, value, write_out,
};
use super::error::dwcp_error;
use super::imports::{Owned, dwcp_finalizer_fn};
use super::status::dwcp_status_t;
use super::transfer::Arrays;
use super::value::{
    DWCP_KIND_BYTES, DWCP_KIND_EXTERNREF, DWCP_KIND_STRING, dwcp_slice_t, dwcp_value_t, reference_from_c, reference_to_c,
};
use crate::buffer::Buffer;
use crate::error::{Error, MAX_MESSAGE_BYTES, Result, Status, printable};
use crate::interface::Interface;
use crate::run::host::HostCaller;
use crate::run::state::UserData;
use crate::signature::Kind;
use std::ffi::{c_char, c_void};

/// The guest that called a host function. Valid only inside that function, on its thread.
pub struct dwcp_caller {
    _private: [u8; 0],
}

impl Handle for dwcp_caller {
    type Value = CallerState;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPcall");
    const NAME: &'static str = "dwcp_caller_t";
}

/// What stands behind a `dwcp_caller` while its function runs.
pub(crate) struct CallerState {
    /// Erased lifetime: `lend` keeps the object alive for exactly as long as C may use the handle.
    caller: *mut HostCaller<'static>,
    /// Set while a function of the caller works, during which the guest may run and call other host functions.
    busy: bool,
    failure: Option<String>,
    /// The last refusal by a function of the caller: the reason, if the host function hands its status on.
    refusal: Option<Error>,
    /// What the function gave to be copied: alive until its results are with the guest.
    kept: Vec<Buffer>,
}

/// A function of the caller that can refuse.
fn of_caller(caller: *mut dwcp_caller, f: impl FnOnce(&mut HostCaller<'static>) -> Result<()>) -> dwcp_status_t {
    of_caller_with(caller, std::ptr::null_mut(), f)
}

/// The same for one with an error object.
fn of_caller_with(
    caller: *mut dwcp_caller,
    error: *mut *mut dwcp_error,
    f: impl FnOnce(&mut HostCaller<'static>) -> Result<()>,
) -> dwcp_status_t {
    status(error, || {
        let guest = handle_mut(caller, "caller")?.enter()?;
        let result = f(guest);
        let state = handle_mut(caller, "caller")?;
        state.busy = false;
        state.refusal = result.as_ref().err().cloned();
        result
    })
}

impl CallerState {
    pub(super) fn new(caller: &mut HostCaller<'_>) -> CallerState {
        CallerState { caller: std::ptr::from_mut(caller).cast(), busy: false, failure: None, refusal: None, kept: Vec::new() }
    }

    /// Why the host function failed, in its own words or in those of what refused it something.
    pub(super) fn into_error(self, code: dwcp_status_t) -> Error {
        let refusal = self.refusal.filter(|e| e.status().0 == code);
        let text = match (self.failure, refusal) {
            (Some(own), _) => own,
            // A failure further in says it all; host and guest may be nested deep.
            (None, Some(e)) if e.status() == Status::HOST_FUNCTION => e.message().to_string(),
            (None, Some(e)) => format!("the host function failed with {} ({code}): {}", Status(code).name(), e.message()),
            (None, None) => format!("the host function failed with {} ({code})", Status(code).name()),
        };
        Error::new(Status::HOST_FUNCTION, text)
    }

    /// Whether a function of the caller panicked: what it left of the guest cannot be told.
    pub(super) fn is_broken(&self) -> bool {
        self.busy
    }

    /// The guest, for one function of the caller at a time.
    fn enter<'a>(&mut self) -> Result<&'a mut HostCaller<'static>> {
        if std::mem::replace(&mut self.busy, true) {
            let text = "caller: is that of a host function further out, which waits for the guest; use the one that this function was given";
            return Err(Error::new(Status::WRONG_HANDLE, text));
        }
        // SAFETY: set from a live exclusive reference in `CHostFunction::call`, used only while that call runs; the handle is
        // used by one thread at a time, and `busy` keeps a callback further in, which has a handle of its own, from using it.
        Ok(unsafe { &mut *self.caller })
    }

    fn caller(&self) -> &HostCaller<'static> {
        // SAFETY: set from a live exclusive reference in `CHostFunction::call`, used only while that call runs.
        unsafe { &*self.caller }
    }
}

/// Gives the user pointer of the call that is running, from its options.
///
/// Returns: the pointer; NULL if the options had none, and for NULL.
/// Errors: none
/// Ownership: the pointer is the host's own.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_user_data(caller: *const dwcp_caller) -> *mut c_void {
    value(std::ptr::null_mut(), || Some(handle(caller, "caller").ok()?.caller().user_data().0))
}

/// Gives the number of the call that is running, the same as in its stats.
///
/// Returns: the number, from 1; 0 for NULL.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_call_id(caller: *const dwcp_caller) -> u64 {
    value(0, || Some(handle(caller, "caller").ok()?.caller().call_id()))
}

/// Gives the time that the call has left, in nanoseconds. A host function cannot be interrupted: one that takes long should look
/// and return in time.
///
/// Returns: nanoseconds; 0 or less when the deadline has passed, INT64_MAX without a deadline, 0 for NULL.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_remaining_ns(caller: *const dwcp_caller) -> i64 {
    value(0, || Some(handle(caller, "caller").ok()?.caller().remaining_ns()))
}

/// Gives a pointer into the guest's memory, without a copy. The memory is the one that the calling module exports as "memory", or
/// the one that it shares with the modules it is linked with.
///
/// Returns: DWCP_OK and the address of `len` bytes at guest address `ptr` in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL, or the range is not wholly inside the memory),
/// DWCP_ERR_NOT_FOUND (the module exports no memory of that name).
/// Ownership: the bytes are the guest's; the pointer is valid until the host function returns or calls the guest.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_memory(caller: *mut dwcp_caller, ptr: u64, len: u64, out: *mut *mut u8) -> dwcp_status_t {
    clear_out(out);
    of_caller(caller, |guest| {
        require_out(out, "out")?;
        let bytes = guest.memory(ptr, len)?;
        write_out(out, || bytes.as_mut_ptr());
        Ok(())
    })
}

/// Copies bytes out of the guest's memory.
///
/// Returns: DWCP_OK, and `len` bytes from guest address `ptr` in `dst`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` is NULL, `dst` is NULL with a length, or the range is not wholly inside the
/// memory), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
/// Ownership: `dst` is the caller's.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_read(caller: *mut dwcp_caller, ptr: u64, dst: *mut c_void, len: usize) -> dwcp_status_t {
    of_caller(caller, |guest| {
        slice(dst.cast_const().cast::<u8>(), len, "dst")?;
        let bytes = guest.memory(ptr, len as u64)?;
        // SAFETY: `slice` checked `dst`, `memory` the guest's side; memmove, as `dst` may come from dwcp_caller_memory.
        unsafe { std::ptr::copy(bytes.as_ptr(), dst.cast(), len) };
        Ok(())
    })
}

/// Copies bytes into the guest's memory.
///
/// Returns: DWCP_OK, and `len` bytes from `src` at guest address `ptr`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` is NULL, `src` is NULL with a length, or the range is not wholly inside the
/// memory), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
/// Ownership: `src` is borrowed.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_write(caller: *mut dwcp_caller, ptr: u64, src: *const c_void, len: usize) -> dwcp_status_t {
    of_caller(caller, |guest| {
        slice(src.cast::<u8>(), len, "src")?;
        let bytes = guest.memory(ptr, len as u64)?;
        // SAFETY: as above, the other way round.
        unsafe { std::ptr::copy(src.cast(), bytes.as_mut_ptr(), len) };
        Ok(())
    })
}

/// Sets the message with which the call will fail. Return any status but DWCP_OK afterwards: the call then ends with
/// DWCP_ERR_HOST_FUNCTION and this message.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: `len` bytes of UTF-8 at `message` are copied, at most 4096; what is not UTF-8 is replaced, and control
/// characters but line ends and tabs are escaped.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_fail(caller: *mut dwcp_caller, message: *const c_char, len: usize) {
    value((), || {
        let state = handle_mut(caller, "caller").ok()?;
        let bytes = slice(message.cast::<u8>(), len, "message").ok()?;
        let kept = bytes.get(..MAX_MESSAGE_BYTES).unwrap_or(bytes);
        state.failure = Some(printable(&String::from_utf8_lossy(kept)));
        Some(())
    });
}

/// Gives the size of the guest's memory.
///
/// Returns: bytes; 0 without a memory, and for NULL.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_memory_size(caller: *mut dwcp_caller) -> u64 {
    value(0, || {
        let size = handle_mut(caller, "caller").ok()?.enter().ok()?.memory_size();
        handle_mut(caller, "caller").ok()?.busy = false;
        Some(size)
    })
}

/// Gives a string of the guest's, given by address and length, without a copy.
///
/// Returns: DWCP_OK and the checked string in `out`; it has no NUL behind it.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL, the range is not wholly inside the memory, the bytes are not
/// UTF-8), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
/// Ownership: the bytes are the guest's; valid until the host function returns or calls the guest.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_string(
    caller: *mut dwcp_caller,
    ptr: u64,
    len: u64,
    out: *mut dwcp_slice_t,
) -> dwcp_status_t {
    clear_out(out);
    of_caller(caller, |guest| {
        require_out(out, "out")?;
        give_text(guest.memory(ptr, len)?, out)
    })
}

/// Gives a string of the guest's that a NUL ends, without a copy.
///
/// Returns: DWCP_OK and the checked string, without its NUL, in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL, the address is outside the memory, no NUL follows, the bytes are
/// not UTF-8), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
/// Ownership: the bytes are the guest's; valid until the host function returns or calls the guest.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_c_string(caller: *mut dwcp_caller, ptr: u64, out: *mut dwcp_slice_t) -> dwcp_status_t {
    clear_out(out);
    of_caller(caller, |guest| {
        require_out(out, "out")?;
        give_text(guest.terminated(ptr)?, out)
    })
}

fn give_text(bytes: &[u8], out: *mut dwcp_slice_t) -> Result<()> {
    let bad = |e: std::str::Utf8Error| {
        Error::argument("ptr", format_args!("the string is not UTF-8 (bad byte at offset {})", e.valid_up_to()))
    };
    std::str::from_utf8(bytes).map_err(bad)?;
    write_out(out, || dwcp_slice_t { data: bytes.as_ptr(), len: bytes.len() });
    Ok(())
}

/// Takes memory of the guest's own by its exported allocator: cabi_realloc, malloc or alloc. Guest code runs, under what is left
/// of the call's limits, and may call host functions; pointers from dwcp_caller_memory end here.
///
/// Returns: DWCP_OK and the address of `len` bytes in `ptr`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `ptr` is NULL, `len` does not fit 32 bits), DWCP_ERR_NOT_FOUND (the module
/// exports no memory named "memory"), DWCP_ERR_UNSUPPORTED (it exports no allocator), DWCP_ERR_GUEST_DATA (the allocator gave
/// nothing, or memory outside the guest's), and what ends a guest, as for dwcp_caller_call.
/// Ownership: the memory is the guest's.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_allocate(caller: *mut dwcp_caller, len: u64, ptr: *mut u64) -> dwcp_status_t {
    clear_out(ptr);
    of_caller(caller, |guest| {
        require_out(ptr, "ptr")?;
        let address = guest.allocate(len)?;
        write_out(ptr, || address);
        Ok(())
    })
}

/// Sets a result of the host function that is a string or bytes to a copy of `data`, which may end when the function returns.
///
/// Returns: DWCP_OK and the copy in `result`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `result` is NULL, `data` is NULL with a length), DWCP_ERR_WRONG_TYPE (the
/// result is neither a string nor bytes).
/// Ownership: `data` is borrowed; the copy is the library's. Do not clear it.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_return(
    caller: *mut dwcp_caller,
    result: *mut dwcp_value_t,
    data: *const c_void,
    len: usize,
) -> dwcp_status_t {
    status(std::ptr::null_mut(), || {
        let state = handle_mut(caller, "caller")?;
        require_out(result, "result")?;
        let bytes = slice(data.cast::<u8>(), len, "data")?;
        // SAFETY: not NULL, and the header asks for one of the function's results.
        let result = unsafe { &mut *result };
        if !matches!(result.kind, DWCP_KIND_STRING | DWCP_KIND_BYTES) {
            return Err(Error::new(Status::WRONG_TYPE, "result: is neither a string nor bytes"));
        }
        let copy = Buffer::copy(bytes).ok_or_else(|| Error::new(Status::OS, format!("data: no memory for {len} bytes")))?;
        let copied = copy.as_slice();
        result.of.bytes = dwcp_slice_t { data: copied.as_ptr(), len: copied.len() };
        state.kept.push(copy);
        Ok(())
    })
}

/// Calls an exported function of the guest that called, in the same VM and under what is left of the call's limits. `signature`
/// is as for dwcp_module_get_function; NULL means the function's own, numbers and references only. A trap comes back as an error
/// and the host function may go on; what ends the whole call (an exit, a deadline, a cancel, fuel, a denial) ends it when the
/// host function returns, whatever that returns. Pointers from dwcp_caller_memory end here.
///
/// Returns: DWCP_OK, the results in `results` and their number in `nresults`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `function` is NULL, a string is not UTF-8, the signature cannot be read, `args`
/// or `results` is NULL where values are due), DWCP_ERR_NOT_FOUND (no such function, no memory named "memory"),
/// DWCP_ERR_WRONG_TYPE (the signature or the arguments do not fit), DWCP_ERR_BUFFER_TOO_SMALL (`nresults` has the needed number),
/// DWCP_ERR_UNSUPPORTED (a string, but no allocator), DWCP_ERR_TRAP, DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED,
/// DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY,
/// DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_IO, DWCP_ERR_LIMIT_RESULT, DWCP_ERR_NO_MEMORY.
/// Ownership: as for dwcp_function_call; references in `results` are the host function's until it returns.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_call(
    caller: *mut dwcp_caller,
    function: *const c_char,
    signature: *const c_char,
    args: *const dwcp_value_t,
    nargs: usize,
    results: *mut dwcp_value_t,
    capacity: usize,
    nresults: *mut usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(nresults);
    of_caller_with(caller, error, |guest| {
        let name = string(function, "function")?;
        let interface = optional_string(signature, "signature")?.map(Interface::parse).transpose()?;
        slice(results.cast_const(), capacity, "results")?;
        let arrays = Arrays { args, nargs, results, capacity, nresults };
        let (_, outputs) = guest.call(name, interface, &|interface| arrays.typed(interface))?;
        arrays.write(outputs)
    })
}

/// Calls the function behind a funcref, as dwcp_caller_call does with an export.
///
/// Returns: DWCP_OK, the results in `results` and their number in `nresults`.
/// Errors: those of dwcp_caller_call: DWCP_ERR_INVALID_ARGUMENT (also: the reference is null or none that the host holds),
/// DWCP_ERR_WRONG_TYPE (also: `funcref` is no funcref), DWCP_ERR_BUFFER_TOO_SMALL, and what ends a guest.
/// Ownership: as for dwcp_caller_call.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_call_ref(
    caller: *mut dwcp_caller,
    funcref: *const dwcp_value_t,
    args: *const dwcp_value_t,
    nargs: usize,
    results: *mut dwcp_value_t,
    capacity: usize,
    nresults: *mut usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(nresults);
    of_caller_with(caller, error, |guest| {
        let id = reference_from_c(funcref, Kind::FuncRef, "funcref")?;
        slice(results.cast_const(), capacity, "results")?;
        let arrays = Arrays { args, nargs, results, capacity, nresults };
        let (_, outputs) = guest.call_reference(id, &|interface| arrays.typed(interface))?;
        arrays.write(outputs)
    })
}

/// Makes a reference to an object of the host, an externref, to be given to the guest. It is the host function's until that
/// returns; the guest may keep it for as long as its VM lives. It takes room as one of dwcp_vm_externref_new does.
///
/// Returns: DWCP_OK and the reference in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL), DWCP_ERR_UNSUPPORTED (no type of the module holds an externref),
/// DWCP_ERR_OUT_OF_MEMORY (no room under max_memory_bytes), DWCP_ERR_NO_MEMORY (none under max_total_memory_bytes).
/// Ownership: `data` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL, is called with it
/// exactly once, when neither guest nor host has the reference any more and the garbage was collected, or the VM has ended.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_externref_new(
    caller: *mut dwcp_caller,
    data: *mut c_void,
    finalizer: dwcp_finalizer_fn,
    out: *mut dwcp_value_t,
) -> dwcp_status_t {
    clear_out(out);
    let object = Owned { user: UserData(data), finalizer };
    of_caller(caller, |guest| {
        require_out(out, "out")?;
        let id = guest.new_reference(Box::new(object))?;
        write_out(out, || reference_to_c(Kind::ExternRef, id));
        Ok(())
    })
}

/// Gives the object behind an externref.
///
/// Returns: DWCP_OK and the pointer in `out`; NULL for a null reference and for one that this library's host did not make.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (a parameter is NULL, or the host holds no such reference), DWCP_ERR_WRONG_TYPE (`value` is
/// no externref).
/// Ownership: the pointer is the host's own.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_externref_data(
    caller: *mut dwcp_caller,
    value: *const dwcp_value_t,
    out: *mut *mut c_void,
) -> dwcp_status_t {
    clear_out(out);
    of_caller(caller, |guest| {
        require_out(out, "out")?;
        let id = reference_from_c(value, Kind::ExternRef, "value")?;
        let data = guest.look_at_reference(id, data_of)?;
        write_out(out, || data);
        Ok(())
    })
}

/// The pointer behind an object of the host.
pub(super) fn data_of(object: Option<&(dyn std::any::Any + Send + Sync)>) -> *mut c_void {
    object.and_then(|object| object.downcast_ref::<Owned>()).map_or(std::ptr::null_mut(), |owned| owned.user.0)
}

/// Makes a second reference of the host's own, which outlives the host function: for a session to call or to look at later. Freed
/// by dwcp_vm_ref_free, or with the VM.
///
/// Returns: DWCP_OK and the reference in `out`; null stays null.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (a parameter is NULL, or the host holds no such reference), DWCP_ERR_WRONG_TYPE (`value` is
/// no reference), DWCP_ERR_OUT_OF_MEMORY (the host holds 1048576 references in this VM, which is the most).
/// Ownership: the new reference is the host's.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_ref_keep(
    caller: *mut dwcp_caller,
    value: *const dwcp_value_t,
    out: *mut dwcp_value_t,
) -> dwcp_status_t {
    // `out` may be where `value` is.
    of_caller(caller, |guest| {
        require_out(out, "out")?;
        // SAFETY: `reference_from_c` refuses NULL; the header asks for a value.
        let is_extern = !value.is_null() && unsafe { (*value).kind } == DWCP_KIND_EXTERNREF;
        let kind = if is_extern { Kind::ExternRef } else { Kind::FuncRef };
        let id = guest.keep_reference(kind, reference_from_c(value, kind, "value")?)?;
        write_out(out, || reference_to_c(kind, id));
        Ok(())
    })
}

/// Tells whether the call is to end: its deadline passed, its token was fired, its module was stopped, or its runtime closes. A
/// host function that takes long looks here and returns.
///
/// Returns: true if so; false for NULL.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: the host function's.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_caller_is_cancelled(caller: *const dwcp_caller) -> bool {
    value(false, || Some(handle(caller, "caller").ok()?.caller().is_over()))
}
