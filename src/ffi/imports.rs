//! `dwcp_imports_t` and `dwcp_caller_t`: the host's own functions.

use super::boundary::{
    Handle, clear_out, free, handle, handle_mut, into_handle, lend, optional_string, require_out, slice, status, string, value,
    write_out,
};
use super::error::dwcp_error;
use super::status::{DWCP_OK, dwcp_status_t};
use super::value::{dwcp_value_t, from_c, to_c};
use crate::error::{Error, MAX_MESSAGE_BYTES, Result, Status, printable};
use crate::run::host::{HostCaller, HostFunction, Imports};
use crate::run::vm::UserData;
use crate::signature::Signature;
use crate::value::Value;
use smallvec::SmallVec;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// A set of host functions, given to a module when it is loaded. One thread at a time defines; a loaded module keeps what it was
/// loaded with, so the set may be changed, used for other loads, or freed afterwards.
pub struct dwcp_imports {
    _private: [u8; 0],
}

impl Handle for dwcp_imports {
    type Value = Imports;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPimpo");
    const NAME: &'static str = "dwcp_imports_t";
}

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
    failure: Option<String>,
    /// The last refusal by a function of the caller: the reason, if the host function hands its status on.
    refusal: Option<Error>,
}

/// A function of the caller that can refuse.
fn of_caller(caller: *mut dwcp_caller, f: impl FnOnce(&mut HostCaller<'static>) -> Result<()>) -> dwcp_status_t {
    status(std::ptr::null_mut(), || {
        let state = handle_mut(caller, "caller")?;
        let result = f(state.caller_mut());
        state.refusal = result.as_ref().err().cloned();
        result
    })
}

impl CallerState {
    fn caller(&self) -> &HostCaller<'static> {
        // SAFETY: set from a live exclusive reference in `CHostFunction::call`, used only while that call runs.
        unsafe { &*self.caller }
    }

    fn caller_mut(&mut self) -> &mut HostCaller<'static> {
        // SAFETY: as above; the handle is used by one thread at a time.
        unsafe { &mut *self.caller }
    }
}

/// A host function. Reads `args`, writes `results`, whose kinds are set on entry and must stay, and returns DWCP_OK; any other
/// value ends the call with DWCP_ERR_HOST_FUNCTION. It runs on the thread that made the call, or on a thread of the library
/// that has enough stack while that one waits; never on a switched stack. It may call the library, but must not unwind or
/// longjmp out, and must not close the runtime.
pub type dwcp_host_fn = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        caller: *mut dwcp_caller,
        args: *const dwcp_value_t,
        nargs: usize,
        results: *mut dwcp_value_t,
        nresults: usize,
    ) -> dwcp_status_t,
>;

/// Called once with the pointer it was registered with, when nothing of the library can use that pointer any more. It may run on
/// any thread that frees the last owner.
pub type dwcp_finalizer_fn = Option<unsafe extern "C" fn(user: *mut c_void)>;

type HostFn =
    unsafe extern "C" fn(*mut c_void, *mut dwcp_caller, *const dwcp_value_t, usize, *mut dwcp_value_t, usize) -> dwcp_status_t;

/// The user pointer with its finalizer, which its drop runs.
struct Owned {
    user: UserData,
    finalizer: dwcp_finalizer_fn,
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(finalizer) = self.finalizer {
            // SAFETY: the header asks for a function that can be called with this pointer, once.
            unsafe { finalizer(self.user.0) }
        }
    }
}

struct CHostFunction {
    function: HostFn,
    owned: Owned,
}

impl HostFunction for CHostFunction {
    fn call(&self, caller: &mut HostCaller<'_>, args: &[Value], results: &mut [Value]) -> Result<()> {
        let c_args: SmallVec<[dwcp_value_t; 8]> = args.iter().map(|v| to_c(*v)).collect();
        let mut c_results: SmallVec<[dwcp_value_t; 4]> = results.iter().map(|v| to_c(*v)).collect();
        let state = CallerState { caller: std::ptr::from_mut(caller).cast(), failure: None, refusal: None };
        let (code, state) = lend::<dwcp_caller, _>(state, |handle| {
            // SAFETY: a function of the header's type; the arrays live across the call and have the lengths given.
            unsafe {
                let (args, results) = (c_args.as_ptr(), c_results.as_mut_ptr());
                (self.function)(self.owned.user.0, handle, args, c_args.len(), results, c_results.len())
            }
        });
        if code != DWCP_OK {
            let refusal = state.refusal.filter(|e| e.status().0 == code).map(|e| format!(": {}", e.message()));
            let plain =
                || format!("the host function failed with {} ({code}){}", Status(code).name(), refusal.unwrap_or_default());
            let text = state.failure.unwrap_or_else(plain);
            return Err(Error::new(Status::HOST_FUNCTION, text));
        }
        for (i, (value, given)) in results.iter_mut().zip(&c_results).enumerate() {
            let kind = value.kind();
            *value = from_c(given, kind, "results", i, &Signature::default()).map_err(|_| {
                let text = format!("the host function changed the kind of result {i} from {} to {}", kind.name(), given.kind);
                Error::new(Status::HOST_FUNCTION, text)
            })?;
        }
        Ok(())
    }
}

/// Makes an empty set of host functions.
///
/// Returns: the set; NULL only in a forked child.
/// Errors: none
/// Ownership: the set is the caller's, to be freed by dwcp_imports_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_imports_new() -> *mut dwcp_imports {
    value(std::ptr::null_mut(), || Some(into_handle::<dwcp_imports>(Imports::default())))
}

/// Frees a set. Modules loaded with it keep their functions; finalizers run when the last of these is gone.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the set; NULL is allowed and does nothing.
/// Threads: any; nobody may be using it.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_imports_free(imports: *mut dwcp_imports) {
    free(imports);
}

/// Defines a host function under an import's two names, or replaces an earlier definition. `signature` is letters for the
/// parameters, a colon, letters for the results: i (i32), I (i64), f (f32), F (f64), v (v128); "ii:i" takes two i32 and gives
/// one. NULL takes the signature as the module imports it. The name "*" stands for every function that is imported from
/// `module` with this signature and has no definition of its own. A WASI function may be replaced, where the policy allows it.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`imports`, `module`, `name` or `function` is NULL, a string is not UTF-8, the signature has
/// another letter or no colon, or is NULL with the name "*").
/// Ownership: strings are copied. `user` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL,
/// is called with it exactly once, when no module and no set can call the function any more.
/// Threads: one at a time for one set.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_imports_define(
    imports: *mut dwcp_imports,
    module: *const c_char,
    name: *const c_char,
    signature: *const c_char,
    function: dwcp_host_fn,
    user: *mut c_void,
    finalizer: dwcp_finalizer_fn,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let owned = Owned { user: UserData(user), finalizer };
        let imports = handle_mut(imports, "imports")?;
        let (module, name) = (string(module, "module")?, string(name, "name")?);
        let signature = optional_string(signature, "signature")?.map(Signature::parse).transpose()?;
        let function = function.ok_or_else(|| super::boundary::null("function"))?;
        let replaced = imports.define(module, name, signature, Arc::new(CHostFunction { function, owned }))?;
        // Last: its finalizer may define on this set again, or free it.
        drop(replaced);
        Ok(())
    })
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

/// Gives a pointer into the guest's memory, without a copy. The memory is the one that the calling module exports as "memory".
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
