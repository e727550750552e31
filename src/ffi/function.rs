//! `dwcp_function_t` and the calls.

use super::boundary::{
    Handle, clear_out, free, handle, into_handle, optional_string, pin, require_out, slice, status, string, write_out,
    write_struct,
};
use super::call::{dwcp_call_options_t, dwcp_call_stats_t, options as call_options, options_with_signature, with_stats};
use super::error::dwcp_error;
use super::module::{CExtern, dwcp_extern_t, dwcp_module};
use super::runtime::dwcp_runtime;
use super::status::dwcp_status_t;
use super::transfer::{Arrays, Cargo};
use super::value::dwcp_value_t;
use crate::compile::cache::Found;
use crate::error::Status;
use crate::interface::Interface;
use crate::run::call::{CallOptions, CallStats, Function};
use crate::run::runtime::Execute;
use crate::value::Output;
use std::ffi::c_char;
use std::time::Instant;

/// An exported function of a module, bound: its name and its signature are resolved once. Safe from any number of threads.
pub struct dwcp_function {
    _private: [u8; 0],
}

impl Handle for dwcp_function {
    type Value = FunctionHandle;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPfunc");
    const NAME: &'static str = "dwcp_function_t";
}

/// The function, and the C view of its type.
pub(crate) struct FunctionHandle {
    function: Function,
    view: CExtern,
}

impl FunctionHandle {
    pub(super) fn function(&self) -> &Function {
        &self.function
    }
}

/// Calls a function with what its host gave, in a VM of its own.
pub(super) fn call_once(
    function: &Function,
    cargo: Cargo<'_, '_>,
    options: &CallOptions,
    taken: &mut CallStats,
) -> crate::error::Result<Vec<Output>> {
    match cargo {
        Cargo::Numbers(values) => function.call(values, options, taken).map(|()| Vec::new()),
        Cargo::Typed(args) => function.call_typed(args, options, taken),
    }
}

/// Binds an exported function. An i32 does not say whether it is a number or an address, so `signature` says what crosses: letters
/// for the parameters, a colon, letters for the results. i I f F v are i32, i64, f32, f64, v128; r is an externref and c a
/// funcref, for sessions; s is a UTF-8 string, b bytes, z a UTF-8 string that a NUL ends. In the module an s or b parameter is
/// two i32, address and length, and a z one i32, the address. A result says its form: s and b two i32, address and length; s64
/// and b64 one i64 with the address in the high and the length in the low 32 bits; s* and b* one i32, the address of a pair of
/// i32, address and length; z one i32. "ss:s64" takes two strings and gives one, and is (i32, i32, i32, i32) -> (i64).
/// With NULL the signature is the one that the module declares in its custom section "dwcp.signatures" (lines of a name, a space
/// and a signature), if it declares one, and otherwise the function's own, numbers and references only.
///
/// The memory for an argument comes from the first of the guest's exports cabi_realloc(0, 0, 1, size), malloc(size) and
/// alloc(size), and is the guest's from then on; an empty one has the address 8 and takes no memory. Results are copied out of
/// the guest; in a session the guest's cabi_post_NAME, if it is exported and takes the function's results, is called afterwards.
///
/// Returns: DWCP_OK and a function in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`module`, `name` or `out` is NULL, a string is not UTF-8, the signature cannot be read),
/// DWCP_ERR_NOT_FOUND (no such export; the message has the nearest names), DWCP_ERR_WRONG_TYPE (the export is no function, its
/// signature is another one, or the one that the module declares cannot be read), DWCP_ERR_UNSUPPORTED (strings or bytes, but the module exports no memory named "memory" or none
/// of the allocators), DWCP_ERR_CLOSED.
/// Ownership: strings are borrowed for the call; the function is the caller's, freed by dwcp_function_free, and keeps the module
/// alive.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_get_function(
    module: *const dwcp_module,
    name: *const c_char,
    signature: *const c_char,
    out: *mut *mut dwcp_function,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    status(error, || {
        let module = handle(module, "module")?.module();
        require_out(out, "out")?;
        let name = string(name, "name")?;
        let asked = optional_string(signature, "signature")?.map(Interface::parse).transpose()?;
        let function = module.function(name, asked)?;
        let view = CExtern::of_function(name, function.interface());
        write_out(out, || into_handle(FunctionHandle { function, view }));
        Ok(())
    })
}

/// Frees a function. Calls under way go on.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the function; NULL is allowed and does nothing.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_function_free(function: *mut dwcp_function) {
    free(function);
}

/// Describes a function: its name, its parameters and its results, by the signature that it was bound with.
///
/// Returns: DWCP_OK and the description in `io`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`function` or `io` is NULL, its struct_size is not set), DWCP_ERR_CLOSED.
/// Ownership: the pointers in `io` live as long as the function handle.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_function_type(
    function: *const dwcp_function,
    io: *mut dwcp_extern_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let handle = handle(function, "function")?;
        handle.function.module().runtime().check_open()?;
        write_struct(io, &handle.view.view(), "io")
    })
}

/// Calls a function, in a VM of its own that is made for the call and destroyed after it: no call sees what another left. The
/// arguments are checked against the signature it was bound with, and the room for results, before the guest runs.
///
/// Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`function` is NULL, `args` or `results` is NULL where values are due, an unknown kind, a
/// struct_size is not set, a limit above its ceiling), DWCP_ERR_WRONG_TYPE (count or kinds of the arguments),
/// DWCP_ERR_BUFFER_TOO_SMALL (`nresults` has the needed number; the guest did not run), DWCP_ERR_TRAP, DWCP_ERR_EXIT (the guest
/// called proc_exit), DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA (a string or bytes of the guest's lie outside
/// its memory or are not UTF-8, or its allocator gave nothing), DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED (options.cancel was fired,
/// or the runtime closed), DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE,
/// DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_LIMIT_IO, DWCP_ERR_LIMIT_RESULT (over max_result_bytes), DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO (a
/// directory of `options.wasi` cannot be opened), DWCP_ERR_UNSUPPORTED (the function takes or gives references: those live in
/// sessions; or a host function's strings need a memory or an allocator that the module does not export), DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: args and options are borrowed for the call; `results`, `nresults` and `stats` are the caller's. Strings and bytes in
/// `results` are freed by dwcp_values_clear. `options`, `nresults` and `stats` may be NULL; `results` may be NULL if the function
/// gives none.
/// Threads: any number at once with the same function; each with its own `options.wasi`.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_function_call(
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
        let handle = pin(function, "function")?;
        let function = &handle.function;
        function.module().runtime().check_open()?;
        let arrays = Arrays { args, nargs, results, capacity, nresults };
        let options = call_options(options)?;
        arrays.carry(function.interface(), |cargo| call_once(function, cargo, &options, taken))
    })
}

/// Loads a module or finds it in the cache, binds one of its functions and calls it, in one step. The module is linked with the
/// WASI functions only. With `bytes`, they are hashed on every call (about half a millisecond per MB) and compiled if the cache
/// does not hold them; the call ends at its deadline or by its token also while they are compiled, which goes on for the next call.
/// `key` is as for dwcp_module_load. With `bytes` NULL and `len` 0, `key` alone names a module that the
/// cache holds, and nothing is hashed. As `key`, an alias, which dwcp_runtime_set_alias set, stands for its module, host functions
/// and links included.
/// The function is bound with options.signature, as by dwcp_module_get_function. Hosts that call often use that function and
/// dwcp_function_call.
///
/// Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case; its `cold` tells
/// whether the module was compiled.
/// Errors: those of dwcp_module_load and dwcp_function_call: DWCP_ERR_INVALID_ARGUMENT, DWCP_ERR_NOT_FOUND (no such function, or
/// no module under `key`), DWCP_ERR_KEY_MISMATCH, DWCP_ERR_INVALID_MODULE, DWCP_ERR_UNSUPPORTED, DWCP_ERR_UNRESOLVED_IMPORT,
/// DWCP_ERR_POLICY_REFUSED, DWCP_ERR_LIMIT_FUNCTIONS, DWCP_ERR_WRONG_TYPE, DWCP_ERR_BUFFER_TOO_SMALL, DWCP_ERR_TRAP,
/// DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED,
/// DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_INSTANCES,
/// DWCP_ERR_LIMIT_IO, DWCP_ERR_LIMIT_RESULT, DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO, DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: as for dwcp_function_call; bytes, key and function are borrowed for the call.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_runtime_execute(
    runtime: *mut dwcp_runtime,
    bytes: *const u8,
    len: usize,
    key: *const c_char,
    function: *const c_char,
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
        let runtime = pin(runtime.cast_const(), "runtime")?;
        let bytes = match bytes.is_null() && len == 0 {
            true => None,
            false => Some(slice(bytes, len, "bytes")?),
        };
        let entered = Instant::now();
        slice(results.cast_const(), capacity, "results")?;
        let (options, interface) = options_with_signature(options)?;
        let what = Execute { bytes, key: optional_string(key, "key")?, function: string(function, "function")?, interface };
        let arrays = Arrays { args, nargs, results, capacity, nresults };
        loop {
            let (function, found): (Function, Found) = runtime.function(&what, entered, &options, taken)?;
            let outcome = arrays.carry(function.interface(), |cargo| match cargo {
                Cargo::Numbers(values) => function.call_from(entered, found, values, &options, taken).map(|()| Vec::new()),
                Cargo::Typed(args) => function.call_typed_from(entered, found, args, &options, taken),
            });
            // Refused before anything ran: a module that is replaced and then disabled costs no call by its alias.
            match outcome {
                Err(e) if e.status() == Status::DISABLED && runtime.was_replaced(&what, &function) => {}
                outcome => return outcome,
            }
        }
    })
}

/// Runs a WASI command: a module that exports _start. Arguments, environment, stdin, output and directories come from
/// `options.wasi`. Fuel is metered but not limited unless the options ask for a limit; the runtime's max_execution_time_ms
/// holds unless the options ask for another time.
///
/// Returns: DWCP_OK and the command's exit code in `exit_code`, whatever the code; returning from _start is 0. `stats` is
/// written in any case. A command that a limit has refused something, and that exits with another code than 0, is that limit's error:
/// `exit_code` is 0 then, and the stats and dwcp_error_exit_code have the code.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`module` is NULL, a struct_size is not set, a limit above its ceiling, a directory of
/// `options.wasi` that allowed_directories does not allow),
/// DWCP_ERR_NOT_FOUND (the module exports no _start), DWCP_ERR_TRAP, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_TIMEOUT,
/// DWCP_ERR_CANCELLED, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY (also when the guest exits with another code than 0 after a
/// growth was refused), DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_LIMIT_IO, DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO (a
/// directory of `options.wasi` cannot be opened), DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: options are borrowed for the call; `exit_code` and `stats` are the caller's. `options`, `exit_code` and `stats`
/// may be NULL.
/// Threads: any number at once with the same module; each with its own `options.wasi`.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_run(
    module: *const dwcp_module,
    options: *const dwcp_call_options_t,
    exit_code: *mut i32,
    stats: *mut dwcp_call_stats_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(exit_code);
    with_stats(stats, error, |taken| {
        let handle = pin(module, "module")?;
        let code = handle.module().run(&call_options(options)?, taken)?;
        write_out(exit_code, || code);
        Ok(())
    })
}
