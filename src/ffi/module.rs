//! `dwcp_module_t`: loaded, described, freed.

use super::boundary::{
    Handle, Sized_, Zeroable, clear_out, free, handle, into_handle, optional_string, pin, read_struct, require_out, retain,
    slice, status, string, text, value, write_out, write_struct,
};
use super::error::dwcp_error;
use super::imports::dwcp_imports;
use super::runtime::dwcp_runtime;
use super::status::dwcp_status_t;
use crate::compile::code::{Code, ExternKind};
use crate::error::{Error, Result, Status, escape};
use crate::interface::{Interface, Type};
use crate::isolate::load_policy::LoadPolicy;
use crate::run::link::Link;
use crate::run::module::{LoadOptions, Module};
use crate::signature::Signature;
use std::ffi::{CString, c_char};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// A module of a runtime: compiled code, linked with its imports. Safe from any number of threads.
pub struct dwcp_module {
    _private: [u8; 0],
}

impl Handle for dwcp_module {
    type Value = ModuleHandle;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPmodu");
    const NAME: &'static str = "dwcp_module_t";
}

/// The module, and C copies of its imports and exports, made when first asked for.
pub(crate) struct ModuleHandle {
    module: Module,
    imports: OnceLock<Vec<CExtern>>,
    exports: OnceLock<Vec<CExtern>>,
}

impl ModuleHandle {
    pub(super) fn module(&self) -> &Module {
        &self.module
    }

    fn imports(&self) -> &[CExtern] {
        self.imports.get_or_init(|| {
            let imports = self.module.code().imports.iter();
            imports.map(|i| CExtern::new(Some(&i.module), &i.name, &i.kind)).collect()
        })
    }

    fn exports(&self) -> &[CExtern] {
        self.exports.get_or_init(|| self.module.code().exports.iter().map(|e| CExtern::new(None, &e.name, &e.kind)).collect())
    }
}

/// An import or an export with storage for what a `dwcp_extern_t` points at.
pub(super) struct CExtern {
    module: Option<CString>,
    name: CString,
    params: Vec<u8>,
    results: Vec<u8>,
    kind: ExternKind,
}

// A name with a NUL cannot be a C string: it is shown escaped, and can only be listed, not called.
fn c_name(name: &str) -> CString {
    CString::new(name).or_else(|_| CString::new(escape(name, 1000))).unwrap_or_default()
}

impl CExtern {
    pub(super) fn new(module: Option<&str>, name: &str, kind: &ExternKind) -> CExtern {
        let codes = |kinds: &[crate::signature::Kind]| kinds.iter().map(|k| *k as u8).collect();
        let empty = Signature::default();
        let signature = match kind {
            ExternKind::Function(s) | ExternKind::Tag(s) => s,
            _ => &empty,
        };
        CExtern {
            module: module.map(c_name),
            name: c_name(name),
            params: codes(&signature.params),
            results: codes(&signature.results),
            kind: kind.clone(),
        }
    }

    /// A function as its host sees it.
    pub(super) fn of_function(name: &str, interface: &Interface) -> CExtern {
        let codes = |types: &[Type]| types.iter().map(|t| t.code()).collect();
        CExtern {
            params: codes(&interface.params),
            results: codes(&interface.results),
            ..CExtern::new(None, name, &ExternKind::Function(Arc::clone(interface.core())))
        }
    }

    pub(super) fn view(&self) -> dwcp_extern_t {
        let mut out = dwcp_extern_t {
            struct_size: 0,
            module: self.module.as_ref().map_or(std::ptr::null(), |m| m.as_ptr()),
            name: self.name.as_ptr(),
            kind: DWCP_EXTERN_FUNCTION,
            is_mutable: false,
            has_max: false,
            is_64: false,
            content_kind: 0,
            reserved: [0; 3],
            params: self.params.as_ptr(),
            nparams: self.params.len(),
            results: self.results.as_ptr(),
            nresults: self.results.len(),
            min: 0,
            max: 0,
        };
        match &self.kind {
            ExternKind::Function(_) => {}
            ExternKind::Tag(_) => out.kind = DWCP_EXTERN_TAG,
            ExternKind::Global { content, mutable } => {
                out.kind = DWCP_EXTERN_GLOBAL;
                out.content_kind = *content as u8;
                out.is_mutable = *mutable;
            }
            ExternKind::Table { content, min, max, is_64 } => {
                out.kind = DWCP_EXTERN_TABLE;
                out.content_kind = *content as u8;
                (out.min, out.has_max, out.max, out.is_64) = (*min, max.is_some(), max.unwrap_or(0), *is_64);
            }
            ExternKind::Memory { min, max, is_64 } => {
                out.kind = DWCP_EXTERN_MEMORY;
                (out.min, out.has_max, out.max, out.is_64) = (*min, max.is_some(), max.unwrap_or(0), *is_64);
            }
        }
        out
    }
}

/// A function.
pub const DWCP_EXTERN_FUNCTION: u8 = 1;
/// A global.
pub const DWCP_EXTERN_GLOBAL: u8 = 2;
/// A table.
pub const DWCP_EXTERN_TABLE: u8 = 3;
/// A memory.
pub const DWCP_EXTERN_MEMORY: u8 = 4;
/// An exception tag.
pub const DWCP_EXTERN_TAG: u8 = 5;

/// An import or an export with its type. Begin with DWCP_EXTERN_INIT. The pointers live as long as the handle they came from.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_extern_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// The module part of an import's name; NULL for an export.
    pub module: *const c_char,
    /// The name. One with a NUL inside is shown escaped.
    pub name: *const c_char,
    /// One of DWCP_EXTERN_....
    pub kind: u8,
    /// For a global: whether it can change.
    pub is_mutable: bool,
    /// For a memory or a table: whether `max` counts.
    pub has_max: bool,
    /// For a memory or a table: whether it is indexed by 64 bits.
    pub is_64: bool,
    /// For a global or a table: DWCP_KIND_... of what it holds.
    pub content_kind: u8,
    /// Zero.
    pub reserved: [u8; 3],
    /// For a function: DWCP_KIND_... of each parameter.
    pub params: *const u8,
    /// For a function: the number of parameters.
    pub nparams: usize,
    /// For a function: DWCP_KIND_... of each result.
    pub results: *const u8,
    /// For a function: the number of results.
    pub nresults: usize,
    /// For a memory its least size in pages of 64 KiB, for a table in elements.
    pub min: u64,
    /// Its greatest size, if `has_max`.
    pub max: u64,
}
// SAFETY: integers, bools and raw pointers.
unsafe impl Zeroable for dwcp_extern_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_extern_t {}

/// What is known of a module. Begin with DWCP_MODULE_INFO_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_module_info_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// SHA-256 of the bytes as given: 64 hexadecimal digits and a NUL.
    pub hash: [c_char; 72],
    /// Size of the bytes as given.
    pub size_bytes: u64,
    /// Size of the compiled code, its metadata and the line tables kept of it, in bytes.
    pub code_bytes: u64,
    /// When it was compiled, in nanoseconds since 1970-01-01 UTC.
    pub created_at_unix_ns: i64,
    /// When it was last loaded or executed, in nanoseconds since 1970-01-01 UTC.
    pub last_access_unix_ns: i64,
    /// How often it was loaded or executed by bytes or key.
    pub access_count: u64,
    /// Number of imports.
    pub import_count: u32,
    /// Number of exports.
    pub export_count: u32,
    /// Whether the cache holds the code now.
    pub cached: bool,
    /// Whether it is a WASI command: exports _start.
    pub is_command: bool,
    /// Whether it is a WASI reactor: exports _initialize.
    pub is_reactor: bool,
    /// Zero.
    pub reserved: [u8; 5],
}
// SAFETY: integers and bools.
unsafe impl Zeroable for dwcp_module_info_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_module_info_t {}

/// The info of code, whoever loaded it.
pub(super) fn info_of(code: &Code, cached: bool) -> dwcp_module_info_t {
    let mut hash = [0; 72];
    for (to, from) in hash.iter_mut().zip(code.hash.to_string().bytes()) {
        *to = from.cast_signed() as c_char;
    }
    dwcp_module_info_t {
        struct_size: 0,
        hash,
        size_bytes: code.size_bytes,
        code_bytes: code.code_bytes,
        created_at_unix_ns: code.created_at_unix_ns,
        last_access_unix_ns: code.last_access_unix_ns(),
        access_count: code.access_count(),
        import_count: u32::try_from(code.imports.len()).unwrap_or(u32::MAX),
        export_count: u32::try_from(code.exports.len()).unwrap_or(u32::MAX),
        cached,
        is_command: code.nullary("_start").is_some(),
        is_reactor: code.nullary("_initialize").is_some(),
        reserved: [0; 5],
    }
}

/// A module and the name under which another imports from it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_link_t {
    /// The module part of the imports' names.
    pub name: *const c_char,
    /// A module of the same runtime.
    pub module: *const dwcp_module,
}

/// How a module is loaded, beside its bytes. Begin with DWCP_LOAD_OPTIONS_INIT; every field may stay zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_load_options_t {
    /// Size of the struct in bytes, set by the INIT macro.
    pub struct_size: usize,
    /// A name for people: it stands before the messages of the module's errors. Copied; NULL for none.
    pub name: *const c_char,
    /// The host functions that the module may import. Borrowed for the call; NULL for none.
    pub imports: *const dwcp_imports,
    /// What the module must look like, as JSON: {"allowed_imports": ["env.*"], "required_exports": ["run"], "require_exports":
    /// true}. Globs in allowed_imports match "module.name"; without the key every import is allowed. Borrowed; NULL for none.
    pub policy_json: *const c_char,
    /// Length of `policy_json` in bytes.
    pub policy_json_len: usize,
    /// Modules that this one may import from. Each is instantiated, started and `_initialize`d before this one, in this order, in
    /// every VM of this module: memories, tables, globals and functions are shared within the VM. What a linked module imports
    /// comes from the links before it, else from what it was itself loaded with; its own links come along before it, unless one
    /// of that name is given here. Two links that bring different modules of one name are refused until one is given here. An
    /// import fits an export by their declared types: a memory must declare the minimum that is asked for, whatever it grows to.
    /// A WASI call or a host function works on the memory that its caller exports as "memory"; a caller that exports none works
    /// on the VM's memory, if the VM has just one. Borrowed for the call; the modules are kept.
    pub links: *const dwcp_link_t,
    /// Number of `links`.
    pub nlinks: usize,
}
// SAFETY: integers and raw pointers.
unsafe impl Zeroable for dwcp_load_options_t {}
// SAFETY: repr(C), begins with struct_size.
unsafe impl Sized_ for dwcp_load_options_t {}

fn load_options(options: *const dwcp_load_options_t) -> Result<LoadOptions> {
    let mut out = LoadOptions::default();
    if let Some(given) = read_struct(options, "options")? {
        out.name = optional_string(given.name, "options.name")?.map(String::from);
        if !given.imports.is_null() {
            out.imports = handle(given.imports, "options.imports")?.clone();
        }
        let policy = text(given.policy_json, given.policy_json_len, "options.policy_json")?;
        if !policy.is_empty() {
            out.policy = LoadPolicy::from_json(policy)?;
        }
        for link in slice(given.links, given.nlinks, "options.links")? {
            let name = string(link.name, "options.links[].name")?.to_string();
            out.links.push(Link { name, module: handle(link.module, "options.links[].module")?.module().clone() });
        }
    }
    Ok(out)
}

/// Gives a module to its host.
fn give(module: Module, out: *mut *mut dwcp_module) {
    write_out(out, || into_handle(ModuleHandle { module, imports: OnceLock::new(), exports: OnceLock::new() }));
}

/// Loads a module: WebAssembly binary or text. The bytes are hashed (SHA-256); code that the cache holds is not compiled again,
/// and bytes that many threads load at the same time are compiled once. It waits for the compiler, which nothing interrupts, until
/// the runtime is closed and its grace is over; dwcp_runtime_execute has a deadline there. The module is linked with the options' host functions. `key` may
/// be NULL; 64 hexadecimal digits claim the hash of the bytes; any other name, of at most 256 bytes, is from then on a key of these
/// bytes, and of no others, for dwcp_runtime_execute and dwcp_module_find, as long as the cache holds their code. A name that is to
/// stand for another module one day, or to keep one alive, is an alias: see dwcp_runtime_set_alias.
///
/// Returns: DWCP_OK and a module in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `out` is NULL, `bytes` is NULL with a length, `key` is empty, too long or not
/// UTF-8, an option is malformed), DWCP_ERR_KEY_MISMATCH (the bytes are not those that `key` claims or is bound to),
/// DWCP_ERR_INVALID_MODULE, DWCP_ERR_UNSUPPORTED, DWCP_ERR_UNRESOLVED_IMPORT (all missing ones are listed),
/// DWCP_ERR_POLICY_REFUSED (over a cap that is looked at before the compiler, or against the policy), DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_LIMIT_TABLE,
/// DWCP_ERR_LIMIT_FUNCTIONS, DWCP_ERR_LIMIT_INSTANCES (the module and its links need more than a limit allows before they run),
/// DWCP_ERR_WRONG_HANDLE (the module of a link is of another runtime), DWCP_ERR_CANCELLED (the runtime was closed while the module
/// was compiled), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: bytes, key and options are borrowed for the call; the module is the caller's, freed by dwcp_module_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_load(
    runtime: *mut dwcp_runtime,
    bytes: *const u8,
    len: usize,
    key: *const c_char,
    options: *const dwcp_load_options_t,
    out: *mut *mut dwcp_module,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    status(error, || {
        let runtime = pin(runtime.cast_const(), "runtime")?;
        require_out(out, "out")?;
        let bytes = slice(bytes, len, "bytes")?;
        let module = runtime.load(bytes, optional_string(key, "key")?, &load_options(options)?)?;
        give(module, out);
        Ok(())
    })
}

/// Loads a module from a file: WebAssembly binary or text. Pipes and devices are refused.
///
/// Returns: DWCP_OK and a module in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime`, `path` or `out` is NULL, `path` is not UTF-8, an option is malformed),
/// DWCP_ERR_IO (the file cannot be read or is no regular file), DWCP_ERR_INVALID_MODULE, DWCP_ERR_UNSUPPORTED,
/// DWCP_ERR_UNRESOLVED_IMPORT, DWCP_ERR_POLICY_REFUSED, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_FUNCTIONS,
/// DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_CANCELLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN; all as for dwcp_module_load.
/// Ownership: path and options are borrowed for the call; the module is the caller's, freed by dwcp_module_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_load_file(
    runtime: *mut dwcp_runtime,
    path: *const c_char,
    options: *const dwcp_load_options_t,
    out: *mut *mut dwcp_module,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    status(error, || {
        let runtime = pin(runtime.cast_const(), "runtime")?;
        require_out(out, "out")?;
        let module = runtime.load_file(Path::new(string(path, "path")?), &load_options(options)?)?;
        give(module, out);
        Ok(())
    })
}

/// Finds a module by an alias, by its hash or by a key. An alias, which dwcp_runtime_set_alias set, gives that very module, with its
/// host functions and its links; a hash, or a key that came with dwcp_module_load or dwcp_runtime_execute, gives the cache's code
/// linked with the WASI functions only, the module that dwcp_runtime_execute uses too.
///
/// Returns: DWCP_OK and a module in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime`, `key` or `out` is NULL, `key` is empty, too long or not UTF-8),
/// DWCP_ERR_NOT_FOUND (nothing of that name; the message has the nearest keys and aliases), DWCP_ERR_UNRESOLVED_IMPORT (the code imports
/// more than the WASI functions), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: `key` is borrowed; the module is the caller's, freed by dwcp_module_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_find(
    runtime: *mut dwcp_runtime,
    key: *const c_char,
    out: *mut *mut dwcp_module,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    status(error, || {
        let runtime = handle(runtime.cast_const(), "runtime")?;
        require_out(out, "out")?;
        give(runtime.find_module(string(key, "key")?)?, out);
        Ok(())
    })
}

/// Disables a module for good: from now on calls, sessions and batches of it, and of modules linked with it, are refused with
/// DWCP_ERR_DISABLED. With `cancel_running` those under way end with DWCP_ERR_CANCELLED and its sessions lose their VMs;
/// otherwise calls under way end on their own, and sessions are refused further calls. All handles and aliases of this module
/// are meant; another load of the same bytes is another module and goes on. Does not wait, and works in a drained runtime too.
///
/// Returns: DWCP_OK, also when it was disabled before.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`module` is NULL), DWCP_ERR_CLOSED.
/// Ownership: borrows the module, which must still be freed.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_disable(
    module: *const dwcp_module,
    cancel_running: bool,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || pin(module, "module")?.module.disable(cancel_running))
}

/// Takes one more reference to a module, for a second owner.
///
/// Returns: the same handle; NULL for NULL.
/// Errors: none
/// Ownership: the new reference is the caller's, freed by dwcp_module_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_retain(module: *const dwcp_module) -> *mut dwcp_module {
    value(std::ptr::null_mut(), || Some(retain(module)))
}

/// Gives a reference to a module back. Functions bound to it keep what they need, and calls under way go on.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the reference; NULL is allowed and does nothing.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_free(module: *mut dwcp_module) {
    free(module);
}

/// Describes a module: its hash, sizes, times and counts.
///
/// Returns: DWCP_OK and the description in `io`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `io` is NULL, its struct_size is not set), DWCP_ERR_CLOSED.
/// Ownership: `io` is the caller's.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_info(
    module: *const dwcp_module,
    io: *mut dwcp_module_info_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || {
        let module = &handle(module, "module")?.module;
        module.runtime().check_open()?;
        write_struct(io, &info_of(module.code(), module.is_cached()), "io")
    })
}

/// Gives the number of imports.
///
/// Returns: the number; 0 for NULL.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_import_count(module: *const dwcp_module) -> usize {
    value(0, || Some(handle(module, "module").ok()?.module.code().imports.len()))
}

/// Describes import `i`, in the module's order.
///
/// Returns: DWCP_OK and the description in `io`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `io` is NULL, its struct_size is not set), DWCP_ERR_NOT_FOUND (there is no
/// import `i`), DWCP_ERR_CLOSED.
/// Ownership: the pointers in `io` live as long as the module handle.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_import(
    module: *const dwcp_module,
    i: usize,
    io: *mut dwcp_extern_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || describe(module, "import", ModuleHandle::imports, i, io))
}

/// Gives the number of exports.
///
/// Returns: the number; 0 for NULL.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_export_count(module: *const dwcp_module) -> usize {
    value(0, || Some(handle(module, "module").ok()?.module.code().exports.len()))
}

/// Describes export `i`, in the module's order.
///
/// Returns: DWCP_OK and the description in `io`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `io` is NULL, its struct_size is not set), DWCP_ERR_NOT_FOUND (there is no
/// export `i`), DWCP_ERR_CLOSED.
/// Ownership: the pointers in `io` live as long as the module handle.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_module_export(
    module: *const dwcp_module,
    i: usize,
    io: *mut dwcp_extern_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    status(error, || describe(module, "export", ModuleHandle::exports, i, io))
}

fn describe(
    module: *const dwcp_module,
    what: &str,
    list: fn(&ModuleHandle) -> &[CExtern],
    i: usize,
    io: *mut dwcp_extern_t,
) -> Result<()> {
    let handle = handle(module, "module")?;
    handle.module.runtime().check_open()?;
    let all = list(handle);
    let missing = || Error::new(Status::NOT_FOUND, format!("i: there is no {what} {i}, the module has {}", all.len()));
    write_struct(io, &all.get(i).ok_or_else(missing)?.view(), "io")
}
