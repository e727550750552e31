//! `dwcp_vm_t`: a session, a VM that its host keeps from call to call.

use super::boundary::{Handle, clear_out, free, handle, into_handle, pin, require_out, slice, status, write_out};
use super::call::{dwcp_call_options_t, dwcp_call_stats_t, options as call_options, with_stats};
use super::error::dwcp_error;
use super::function::dwcp_function;
use super::module::dwcp_module;
use super::status::dwcp_status_t;
use super::transfer::{Arrays, Cargo};
use super::value::{dwcp_value_t, reference_from_c};
use crate::error::Result;
use crate::run::session::Session;
use crate::signature::Kind;

/// A session: a VM that keeps its memory, its globals and its references from one call to the next, until it is released, a call
/// in it traps, or nobody has used it for session_idle_timeout_ms. It takes a slot of max_live_vms as long as it lives. One
/// thread at a time, which need not be the same.
pub struct dwcp_vm {
    _private: [u8; 0],
}

impl Handle for dwcp_vm {
    type Value = Session;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPsess");
    const NAME: &'static str = "dwcp_vm_t";
}

/// Makes a VM of a module and keeps it: instantiation, start function and `_initialize` happen now, within the time and the fuel
/// of the options. Limits of memory, tables and instances, WASI settings and the cancel token of the options hold for the whole
/// session; its `user_data` is for the making only.
///
/// Returns: DWCP_OK and the session in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `out` is NULL, a struct_size is not set, a limit above its ceiling),
/// DWCP_ERR_TRAP, DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT,
/// DWCP_ERR_CANCELLED, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE,
/// DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_LIMIT_IO (the module or one it is linked with, when it starts), DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY,
/// DWCP_ERR_IO (a directory of `options.wasi` cannot be opened), DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: options are borrowed for the call, what they point at is kept; the session is the caller's, given back by
/// dwcp_vm_release, and keeps the module alive.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_acquire(
    module: *const dwcp_module,
    options: *const dwcp_call_options_t,
    out: *mut *mut dwcp_vm,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    status(error, || {
        let module = pin(module, "module")?;
        require_out(out, "out")?;
        let session = module.module().acquire(&call_options(options)?)?;
        write_out(out, || into_handle(session));
        Ok(())
    })
}

/// Gives a session back and ends its VM. Inside a call of the session it ends when that call returns.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the session; NULL is allowed and does nothing.
/// Threads: any; nobody else may be using it.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_release(vm: *mut dwcp_vm) {
    free(vm);
}

/// Calls a function in a session's VM. `function` is of the module that the session was acquired from. Of the options, time,
/// fuel, user data and token count; both this token and the session's end the call. A call that ends in the middle of the guest
/// (a trap, an exit, a limit, a failing host function) ends the VM: every later call is DWCP_ERR_VM_DEAD, with the reason in its
/// message. Wrong arguments, a token that was fired before, and results that are refused leave the VM as it is.
///
/// Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `function` is NULL, an option that is settled for the session is set, and as for
/// dwcp_function_call), DWCP_ERR_WRONG_HANDLE (the function is of another module), DWCP_ERR_BUSY (the session is in use by another
/// thread, or by the caller further up), DWCP_ERR_VM_DEAD, DWCP_ERR_WRONG_TYPE, DWCP_ERR_BUFFER_TOO_SMALL, DWCP_ERR_TRAP,
/// DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED,
/// DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_IO,
/// DWCP_ERR_LIMIT_RESULT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO, DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: as for dwcp_function_call. References in `results` are the host's until dwcp_vm_ref_free or the session's end.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_call(
    vm: *mut dwcp_vm,
    function: *const dwcp_function,
    args: *const dwcp_value_t,
    nargs: usize,
    options: *const dwcp_call_options_t,
    results: *mut dwcp_value_t,
    capacity: usize,
    nresults: *mut usize,
    stats: *mut dwcp_call_stats_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(nresults);
    with_stats(stats, error, |taken| {
        let session = pin(vm.cast_const(), "vm")?;
        let function = pin(function, "function")?;
        let function = function.function();
        session.runtime().check_open()?;
        let options = call_options(options)?;
        let arrays = Arrays { args, nargs, results, capacity, nresults };
        arrays.carry(function.interface(), |cargo| match cargo {
            Cargo::Numbers(values) => session.call(function, values, &options, taken).map(|()| Vec::new()),
            Cargo::Typed(args) => session.call_typed(function, args, &options, taken),
        })
    })
}

/// Calls the function behind a funcref of the session, as dwcp_vm_call does with a bound one; numbers and references cross.
///
/// Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case.
/// Errors: those of dwcp_vm_call: DWCP_ERR_INVALID_ARGUMENT (also: the reference is null or none that the host holds),
/// DWCP_ERR_WRONG_TYPE (also: `funcref` is no funcref), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_BUFFER_TOO_SMALL, and what ends
/// a guest.
/// Ownership: as for dwcp_vm_call.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_call_ref(
    vm: *mut dwcp_vm,
    funcref: *const dwcp_value_t,
    args: *const dwcp_value_t,
    nargs: usize,
    options: *const dwcp_call_options_t,
    results: *mut dwcp_value_t,
    capacity: usize,
    nresults: *mut usize,
    stats: *mut dwcp_call_stats_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(nresults);
    with_stats(stats, error, |taken| {
        let session = pin(vm.cast_const(), "vm")?;
        let id = reference_from_c(funcref, Kind::FuncRef, "funcref")?;
        let options = call_options(options)?;
        slice(results.cast_const(), capacity, "results")?;
        let arrays = Arrays { args, nargs, results, capacity, nresults };
        let arguments = |interface: &_| arrays.typed(interface).map(smallvec::SmallVec::into_vec);
        let (_, outputs) = session.call_reference(id, arguments, &options, taken)?;
        arrays.write(outputs)
    })
}

/// Works on a session between its calls, where it is kept alive: finalizers may run.
pub(super) fn of_session(
    vm: *const dwcp_vm,
    error: *mut *mut dwcp_error,
    work: impl FnOnce(&Session) -> Result<()>,
) -> dwcp_status_t {
    status(error, || {
        handle(vm, "vm")?;
        work(&*pin(vm, "vm")?)
    })
}
