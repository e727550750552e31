//! What a session holds between its calls: memory, globals and references.

use super::boundary::{clear_out, require_out, slice, string, write_out};
use super::caller::data_of;
use super::error::dwcp_error;
use super::imports::{Owned, dwcp_finalizer_fn};
use super::session::{dwcp_vm, of_session};
use super::status::dwcp_status_t;
use super::value::{
    DWCP_KIND_EXTERNREF, DWCP_KIND_FUNCREF, Place, argument_from_c, dwcp_value_t, output_to_c, reference_from_c, reference_to_c,
};
use crate::error::{Error, Status};
use crate::interface::Type;
use crate::run::state::UserData;
use crate::signature::Kind;
use std::ffi::{c_char, c_void};

/// Copies bytes out of the memory of a session's VM: the one that the module exports as "memory".
///
/// Returns: DWCP_OK, and `len` bytes from guest address `ptr` in `dst`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` is NULL, `dst` is NULL with a length, the range is not wholly inside the memory),
/// DWCP_ERR_NOT_FOUND (the module exports no memory named "memory"), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED,
/// DWCP_ERR_SHUTTING_DOWN.
/// Ownership: `dst` is the caller's.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_read(
    vm: *mut dwcp_vm,
    ptr: u64,
    dst: *mut c_void,
    len: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    of_session(vm, error, |session| {
        slice(dst.cast_const().cast::<u8>(), len, "dst")?;
        // SAFETY: `slice` checked `dst`, the session the guest's side.
        session.at(ptr, len, |bytes| unsafe { std::ptr::copy(bytes.as_ptr(), dst.cast(), len) })
    })
}

/// Copies bytes into the memory of a session's VM.
///
/// Returns: DWCP_OK, and `len` bytes from `src` at guest address `ptr`.
/// Errors: as for dwcp_vm_read: DWCP_ERR_INVALID_ARGUMENT, DWCP_ERR_NOT_FOUND, DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED,
/// DWCP_ERR_SHUTTING_DOWN.
/// Ownership: `src` is borrowed.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_write(
    vm: *mut dwcp_vm,
    ptr: u64,
    src: *const c_void,
    len: usize,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    of_session(vm, error, |session| {
        slice(src.cast::<u8>(), len, "src")?;
        // SAFETY: as above, the other way round.
        session.at(ptr, len, |bytes| unsafe { std::ptr::copy(src.cast(), bytes.as_mut_ptr(), len) })
    })
}

/// Gives the size of the memory of a session's VM.
///
/// Returns: DWCP_OK, and the size in `bytes`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `bytes` is NULL), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory"),
/// DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: `bytes` is the caller's.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_memory_size(vm: *mut dwcp_vm, bytes: *mut u64, error: *mut *mut dwcp_error) -> dwcp_status_t {
    clear_out(bytes);
    of_session(vm, error, |session| {
        require_out(bytes, "bytes")?;
        let size = session.memory_size()?;
        write_out(bytes, || size);
        Ok(())
    })
}

/// Reads an exported global of a session's VM.
///
/// Returns: DWCP_OK, and the value in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm`, `name` or `out` is NULL, `name` is not UTF-8), DWCP_ERR_NOT_FOUND (no such export),
/// DWCP_ERR_WRONG_TYPE (the export is no global), DWCP_ERR_OUT_OF_MEMORY (it is a reference, and the host holds 1048576 in this VM,
/// which is the most), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: a reference in `out` is the host's until dwcp_vm_ref_free or the session's end.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_global_get(
    vm: *mut dwcp_vm,
    name: *const c_char,
    out: *mut dwcp_value_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    of_session(vm, error, |session| {
        require_out(out, "out")?;
        let value = session.global(string(name, "name")?)?;
        write_out(out, || output_to_c(value));
        Ok(())
    })
}

/// Writes an exported global of a session's VM.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm`, `name` or `value` is NULL, `name` is not UTF-8, the global is constant, the host holds
/// no such reference), DWCP_ERR_NOT_FOUND (no such export), DWCP_ERR_WRONG_TYPE (the export is no global, or the value is of
/// another kind), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: `value` is borrowed.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_global_set(
    vm: *mut dwcp_vm,
    name: *const c_char,
    value: *const dwcp_value_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    of_session(vm, error, |session| {
        let name = string(name, "name")?;
        let value = slice(value, usize::from(!value.is_null()), "value")?.first();
        let value = value.ok_or_else(|| super::boundary::null("value"))?;
        session.set_global(name, |kind| argument_from_c(value, Type::Core(kind), &Place { list: "value", i: None, of: None }))
    })
}

/// Makes a reference to an object of the host, an externref, for the guest of a session to hold and hand back. References live in
/// a heap of their VM that counts as the guest's memory: it is made with the first object, which takes some 32 bytes of it as each
/// does, and is doubled from 64 KiB on when a collection makes no room. An object that finds none under max_memory_bytes is
/// refused, and the session goes on. The library itself needs about 200 bytes more for each.
///
/// Returns: DWCP_OK, and the reference in `out`.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `out` is NULL), DWCP_ERR_UNSUPPORTED (no type of the module holds an externref),
/// DWCP_ERR_OUT_OF_MEMORY (no room under max_memory_bytes, or the host holds 1048576 references in this VM), DWCP_ERR_NO_MEMORY (no room under
/// max_total_memory_bytes), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED,
/// DWCP_ERR_SHUTTING_DOWN.
/// Ownership: `data` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL, is called with it
/// exactly once, when neither guest nor host has the reference any more and the garbage was collected, or the VM has ended.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_externref_new(
    vm: *mut dwcp_vm,
    data: *mut c_void,
    finalizer: dwcp_finalizer_fn,
    out: *mut dwcp_value_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    let object = Owned { user: UserData(data), finalizer };
    of_session(vm, error, move |session| {
        require_out(out, "out")?;
        let id = session.new_reference(Box::new(object))?;
        write_out(out, || reference_to_c(Kind::ExternRef, id));
        Ok(())
    })
}

/// Gives the object behind an externref of a session.
///
/// Returns: DWCP_OK, and the pointer in `out`; NULL for a null reference.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (a parameter is NULL, or the host holds no such reference in this VM), DWCP_ERR_WRONG_TYPE
/// (`value` is no externref), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: the pointer is the host's own.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_externref_data(
    vm: *mut dwcp_vm,
    value: *const dwcp_value_t,
    out: *mut *mut c_void,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    clear_out(out);
    of_session(vm, error, |session| {
        require_out(out, "out")?;
        let id = reference_from_c(value, Kind::ExternRef, "value")?;
        let data = session.look_at_reference(id, |object| Pointer(data_of(object)))?;
        write_out(out, || data.0);
        Ok(())
    })
}

/// A host's pointer on its way out.
struct Pointer(*mut c_void);

/// Ends the host's hold on a reference of a session; what the guest has, it keeps. Null is nothing to end.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `value` is NULL, or the host holds no such reference in this VM),
/// DWCP_ERR_WRONG_TYPE (`value` is no reference), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: the reference is the library's again.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_ref_free(
    vm: *mut dwcp_vm,
    value: *const dwcp_value_t,
    error: *mut *mut dwcp_error,
) -> dwcp_status_t {
    of_session(vm, error, |session| {
        let given = slice(value, usize::from(!value.is_null()), "value")?.first();
        let given = given.ok_or_else(|| super::boundary::null("value"))?;
        let kind = match given.kind {
            DWCP_KIND_EXTERNREF => Kind::ExternRef,
            DWCP_KIND_FUNCREF => Kind::FuncRef,
            _ => return Err(Error::new(Status::WRONG_TYPE, "value: is no reference")),
        };
        session.free_reference(reference_from_c(given, kind, "value")?)
    })
}

/// Collects the garbage of a session: objects of the host that neither guest nor host can reach any more are finalized now rather
/// than when the guest makes room or the VM ends.
///
/// Returns: DWCP_OK.
/// Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` is NULL), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
/// Ownership: borrows the session.
/// Threads: any, one at a time for one session.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_vm_gc(vm: *mut dwcp_vm, error: *mut *mut dwcp_error) -> dwcp_status_t {
    of_session(vm, error, |session| session.collect_garbage())
}
