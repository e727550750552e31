//! `dwcp_imports_t`: the host's own functions.

use super::boundary::{Handle, free, handle_mut, into_handle, lend, null, optional_string, status, string, value};
use super::caller::{CallerState, dwcp_caller};
use super::error::dwcp_error;
use super::status::{DWCP_OK, dwcp_status_t};
use super::value::{Place, argument_from_c, data_to_c, dwcp_value_t, reference_to_c, to_c};
use crate::buffer::Buffer;
use crate::error::{Error, Result, Status};
use crate::interface::{Form, Interface, Type};
use crate::run::host::{HostArgument, HostCaller, HostFunction, HostResult, Imports};
use crate::run::state::UserData;
use crate::value::Argument;
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

/// A host function. Reads `args`, writes `results`, whose kinds are set on entry and must stay, and returns DWCP_OK; any other
/// value ends the call with DWCP_ERR_HOST_FUNCTION. Strings and bytes in `args` are views into the guest's memory, valid until
/// the function returns or calls the guest; a result that is a string or bytes either points at data that outlives the return,
/// or is set by dwcp_caller_return. References in `args` are the function's until it returns. It runs on the thread that made
/// the call, or on a thread of the library that has enough stack while that one waits; never on a switched stack. It may call
/// the library, but must not unwind or longjmp out. dwcp_runtime_close and dwcp_runtime_drain of its own runtime would wait for it
/// and answer DWCP_ERR_BUSY; dwcp_runtime_free is allowed, cancels what is under way, and the last call that returns ends the
/// runtime.
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
/// any thread that frees the last owner; that of an externref also while a guest of its VM runs. It may call the library, as a
/// host function may, and like one it cannot close the runtime of its VM: that is DWCP_ERR_BUSY.
pub type dwcp_finalizer_fn = Option<unsafe extern "C" fn(user: *mut c_void)>;

type HostFn =
    unsafe extern "C" fn(*mut c_void, *mut dwcp_caller, *const dwcp_value_t, usize, *mut dwcp_value_t, usize) -> dwcp_status_t;

/// The user pointer with its finalizer, which its drop runs.
pub(super) struct Owned {
    pub user: UserData,
    pub finalizer: dwcp_finalizer_fn,
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
    fn call(&self, caller: &mut HostCaller<'_>, args: &[HostArgument], results: &mut [HostResult]) -> Result<()> {
        let mut c_args: SmallVec<[dwcp_value_t; 8]> = SmallVec::new();
        for arg in args {
            c_args.push(match arg {
                HostArgument::Number(value) => to_c(*value),
                HostArgument::Reference(kind, id) => reference_to_c(*kind, *id),
                HostArgument::Data(content, range) => {
                    let bytes = caller.memory(range.start as u64, range.len() as u64)?;
                    data_to_c(*content, bytes.as_ptr(), bytes.len())
                }
            });
        }
        let mut c_results: SmallVec<[dwcp_value_t; 4]> = results
            .iter()
            .map(|result| match result {
                HostResult::Number(value) => to_c(*value),
                HostResult::Reference(kind, id) => reference_to_c(*kind, *id),
                HostResult::Data(content, _) => data_to_c(*content, std::ptr::null(), 0),
            })
            .collect();
        let (code, state) = lend::<dwcp_caller, _>(CallerState::new(caller), |handle| {
            // SAFETY: a function of the header's type; the arrays live across the call and have the lengths given.
            unsafe {
                let (args, results) = (c_args.as_ptr(), c_results.as_mut_ptr());
                (self.function)(self.owned.user.0, handle, args, c_args.len(), results, c_results.len())
            }
        });
        if code != DWCP_OK {
            return Err(state.into_error(code));
        }
        if state.is_broken() {
            return Err(Error::new(Status::PANIC, "a call from inside the host function ended with a panic of the library"));
        }
        // All is read before anything is put into the guest's memory: that runs the guest's allocator, which may move and
        // overwrite what lies there. What the function left in the state lives until then.
        let mut texts: SmallVec<[(usize, Form, Bytes<'_>); 2]> = SmallVec::new();
        for (i, (result, given)) in results.iter_mut().zip(&c_results).enumerate() {
            let text = read_result(caller, result, given, i).map_err(|e| {
                Error::new(Status::HOST_FUNCTION, format!("the host function gave a wrong result {i}: {}", e.message()))
            })?;
            texts.extend(text.map(|(form, bytes)| (i, form, bytes)));
        }
        for (i, form, bytes) in &texts {
            caller.give(*i, bytes.as_slice(), *form)?;
        }
        drop(state);
        Ok(())
    }
}

/// A string or bytes that a host function gave.
enum Bytes<'a> {
    Borrowed(&'a [u8]),
    /// From the guest's own memory.
    Copied(Buffer),
}

impl Bytes<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Borrowed(bytes) => bytes,
            Bytes::Copied(buffer) => buffer.as_slice(),
        }
    }
}

/// Reads what a host function left in one of its results; strings and bytes are given back, to be put into the guest's memory.
fn read_result<'a>(
    caller: &mut HostCaller<'_>,
    result: &mut HostResult,
    given: &'a dwcp_value_t,
    i: usize,
) -> Result<Option<(Form, Bytes<'a>)>> {
    let ty = match result {
        HostResult::Number(value) => Type::Core(value.kind()),
        HostResult::Reference(kind, _) => Type::Core(*kind),
        HostResult::Data(content, form) => Type::Data { content: *content, form: *form },
    };
    let argument = argument_from_c(given, ty, &Place { list: "results", i: Some(i), of: None })?;
    match (result, argument) {
        (HostResult::Number(value), Argument::Number(given)) => *value = given,
        (HostResult::Reference(_, id), Argument::Reference(given)) => *id = given,
        (HostResult::Data(_, form), Argument::Data(bytes)) if caller.holds(bytes) => {
            let no_memory = || Error::new(Status::OS, format!("no memory for {} bytes", bytes.len()));
            return Ok(Some((*form, Bytes::Copied(Buffer::copy(bytes).ok_or_else(no_memory)?))));
        }
        (HostResult::Data(_, form), Argument::Data(bytes)) => return Ok(Some((*form, Bytes::Borrowed(bytes)))),
        _ => {}
    }
    Ok(None)
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
/// parameters, a colon, letters for the results, as for dwcp_module_get_function: "si:s64" takes a string and an i32 and gives a
/// string, and is imported as (i32, i32, i32) -> (i64). Strings and bytes that the function takes are checked against the guest's
/// memory; those that it gives are put there by the guest's allocator. NULL takes the signature as the module imports it. The
/// name "*" stands for every function that is imported from `module` with this signature and has no definition of its own. A
/// WASI function may be replaced, where the policy allows it.
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
        let signature = optional_string(signature, "signature")?.map(Interface::parse).transpose()?;
        let function = function.ok_or_else(|| null("function"))?;
        let replaced = imports.define(module, name, signature, Arc::new(CHostFunction { function, owned }))?;
        // Last: its finalizer may define on this set again, or free it.
        drop(replaced);
        Ok(())
    })
}
