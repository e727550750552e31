//! The one door between C and Rust: panics stop here, pointers become references here, errors become objects here.
//!
//! Every export is one call of [`status`] or [`value`] around a closure of safe-looking code. The helpers below are the only
//! places that dereference what a host passed, and each says what it trusts: that a non-NULL pointer is valid for what the
//! header says. What can be checked is checked.

use super::error::dwcp_error;
use super::status::{DWCP_OK, dwcp_status_t};
use crate::error::{Error, Result, Status};
use crate::observe::panic;
use std::ffi::{CStr, c_char};
use std::mem::size_of;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Structs larger than this are taken for an uninitialised `struct_size`.
const MAX_STRUCT_SIZE: usize = 4096;

/// Runs `f`, turns its error into an error object and its status, and stops any panic.
///
/// `error` may be NULL; otherwise it is set to NULL first and to an owned error on failure.
pub(crate) fn status(error: *mut *mut dwcp_error, f: impl FnOnce() -> Result<()>) -> dwcp_status_t {
    clear_out(error);
    let result = if crate::fork::in_child() {
        Err(crate::fork::error())
    } else {
        catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| Err(panic::caught(payload)))
    };
    match result {
        Ok(()) => DWCP_OK,
        Err(e) => {
            let code = e.status().0;
            write_out(error, || super::error::into_raw(e));
            code
        }
    }
}

/// Runs `f` where there is no status to return: `fallback` stands for a panic, a forked child or a handle that is not one.
pub(crate) fn value<T>(fallback: T, f: impl FnOnce() -> Option<T>) -> T {
    if crate::fork::in_child() { fallback } else { plain_value(fallback, f) }
}

/// As [`value`] for what is plain memory and so works in a forked child too: errors and strings.
pub(crate) fn plain_value<T>(fallback: T, f: impl FnOnce() -> Option<T>) -> T {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Some(v)) => v,
        Ok(None) => fallback,
        Err(payload) => {
            drop(panic::caught(payload));
            fallback
        }
    }
}

// ---- out-parameters ------------------------------------------------------------------------------------------------

/// Sets `*p` to the zero of its type if `p` is not NULL: done for every out-parameter before anything else.
pub(crate) fn clear_out<T: Zeroable>(p: *mut T) {
    if !p.is_null() {
        // SAFETY: the header asks for a valid pointer or NULL; zeroes are a valid T.
        unsafe { p.write(std::mem::zeroed()) }
    }
}

/// Writes `make()` to `*p` if `p` is not NULL.
pub(crate) fn write_out<T>(p: *mut T, make: impl FnOnce() -> T) {
    if !p.is_null() {
        // SAFETY: as above.
        unsafe { p.write(make()) }
    }
}

/// An out-parameter that must be there.
pub(crate) fn require_out<T>(p: *mut T, name: &str) -> Result<()> {
    if p.is_null() { Err(null(name)) } else { Ok(()) }
}

/// `INVALID_ARGUMENT` for a NULL parameter.
pub(crate) fn null(name: &str) -> Error {
    Error::argument(name, "is NULL")
}

/// Types for which all zeroes is a value: the structs of the header and raw pointers.
///
/// # Safety
/// The implementor asserts just that.
pub(crate) unsafe trait Zeroable {}
// SAFETY: integers, bools and raw pointers.
unsafe impl<T> Zeroable for *mut T {}
unsafe impl<T> Zeroable for *const T {}
unsafe impl Zeroable for usize {}
unsafe impl Zeroable for u64 {}
unsafe impl Zeroable for i32 {}
unsafe impl Zeroable for u8 {}
unsafe impl Zeroable for bool {}

// ---- structs that begin with struct_size ---------------------------------------------------------------------------

/// A struct of the header whose first field is `size_t struct_size`.
///
/// # Safety
/// `#[repr(C)]`, the first field is a `usize`, and all zeroes is a value.
pub(crate) unsafe trait Sized_: Zeroable + Copy {}

/// Reads a struct that an older or a newer header may have laid out: missing fields read as zero, unknown ones must be zero.
pub(crate) fn read_struct<T: Sized_>(p: *const T, name: &str) -> Result<Option<T>> {
    if p.is_null() {
        return Ok(None);
    }
    let given = struct_size(p, name)?;
    // SAFETY: `given` bytes are readable by the header's contract; T is plain data.
    unsafe {
        let mut value: T = std::mem::zeroed();
        let known = given.min(size_of::<T>());
        std::ptr::copy_nonoverlapping(p.cast::<u8>(), (&raw mut value).cast::<u8>(), known);
        let tail = std::slice::from_raw_parts(p.cast::<u8>().add(known), given - known);
        if tail.iter().any(|b| *b != 0) {
            let ours = size_of::<T>();
            return Err(Error::argument(
                name,
                format_args!("struct_size is {given}, this library knows {ours} bytes of it, and a field after them is not zero"),
            ));
        }
        Ok(Some(value))
    }
}

/// Writes a struct for a header that may be older or newer: `struct_size` stays, what fits is written, the rest is zeroed.
pub(crate) fn write_struct<T: Sized_>(p: *mut T, value: &T, name: &str) -> Result<()> {
    if p.is_null() {
        return Err(null(name));
    }
    let given = struct_size(p, name)?;
    // SAFETY: `given` bytes are writable by the header's contract; both sides are plain data and do not overlap.
    unsafe {
        let head = size_of::<usize>();
        let known = given.min(size_of::<T>());
        let source = std::ptr::from_ref(value).cast::<u8>();
        std::ptr::copy_nonoverlapping(source.add(head), p.cast::<u8>().add(head), known - head);
        std::ptr::write_bytes(p.cast::<u8>().add(known), 0, given - known);
    }
    Ok(())
}

pub(crate) fn struct_size<T: Sized_>(p: *const T, name: &str) -> Result<usize> {
    if !p.is_aligned() {
        return Err(Error::argument(name, "is not aligned for its type"));
    }
    // SAFETY: the first field is a usize (trait contract) and `p` is not NULL (callers).
    let given = unsafe { p.cast::<usize>().read() };
    if !(size_of::<usize>()..=MAX_STRUCT_SIZE).contains(&given) {
        return Err(Error::argument(
            name,
            format_args!("struct_size is {given}, expected {}; use the struct's INIT macro", size_of::<T>()),
        ));
    }
    Ok(given)
}

/// The array of a list: elements with struct_size, which the host has set in each.
pub(crate) struct Elements<T> {
    out: *mut T,
    capacity: usize,
    /// An older header's elements are smaller: the host's own size is the step from one to the next.
    stride: usize,
}

impl<T: Sized_> Elements<T> {
    /// The parameters `out` and `capacity` of a list.
    pub(crate) fn new(out: *mut T, capacity: usize) -> Result<Self> {
        slice(out.cast_const(), capacity, "out")?;
        let stride = if capacity > 0 { struct_size(out, "out")? } else { 0 };
        Ok(Elements { out, capacity, stride })
    }

    /// Writes all of a list that has `len` elements, or none; and always its length.
    pub(crate) fn write(&self, count: *mut usize, len: usize, what: &str, element: impl Fn(usize) -> Option<T>) -> Result<()> {
        write_out(count, || len);
        if self.out.is_null() {
            return Ok(());
        }
        if len > self.capacity {
            return Err(Error::new(
                Status::BUFFER_TOO_SMALL,
                format!("out: capacity is {}, there are {len} {what}", self.capacity),
            ));
        }
        // SAFETY: less than the capacity, and the header asks for an array of so many elements of this size.
        let at = |i: usize| unsafe { self.out.byte_add(i * self.stride) };
        for i in 0..len {
            if struct_size(at(i), "out")? != self.stride {
                write_out(count, || 0);
                let stride = self.stride;
                return Err(Error::argument(
                    "out",
                    format_args!("struct_size of element {i} is not that of the first, {stride}"),
                ));
            }
        }
        (0..len).filter_map(|i| Some((at(i), element(i)?))).try_for_each(|(place, value)| write_struct(place, &value, "out"))
    }
}

// ---- slices and strings --------------------------------------------------------------------------------------------

/// `NULL + 0` is empty, `NULL + n` and a length past the address space are refused.
pub(crate) fn slice<'a, T>(p: *const T, len: usize, name: &str) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    if p.is_null() {
        return Err(Error::argument(name, format_args!("is NULL with a length of {len}")));
    }
    if len > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(Error::argument(name, format_args!("has an impossible length of {len}")));
    }
    if !p.is_aligned() {
        return Err(Error::argument(name, "is not aligned for its type"));
    }
    // SAFETY: non-NULL, aligned, and valid for `len` elements by the header's contract.
    Ok(unsafe { std::slice::from_raw_parts(p, len) })
}

/// A NUL-terminated UTF-8 string that must be there.
pub(crate) fn string<'a>(p: *const c_char, name: &str) -> Result<&'a str> {
    optional_string(p, name)?.ok_or_else(|| null(name))
}

/// A NUL-terminated UTF-8 string, or `None` for NULL.
pub(crate) fn optional_string<'a>(p: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if p.is_null() {
        return Ok(None);
    }
    // SAFETY: non-NULL and NUL-terminated by the header's contract.
    let text = unsafe { CStr::from_ptr(p) };
    utf8(text.to_bytes(), name).map(Some)
}

/// UTF-8 text given as pointer and length.
pub(crate) fn text<'a>(p: *const c_char, len: usize, name: &str) -> Result<&'a str> {
    utf8(slice(p.cast::<u8>(), len, name)?, name)
}

/// Bytes that must be UTF-8.
pub(crate) fn utf8<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str> {
    std::str::from_utf8(bytes)
        .map_err(|e| Error::argument(name, format_args!("is not UTF-8 (bad byte at offset {})", e.valid_up_to())))
}

/// Gives a Rust string to C as an owned, NUL-terminated one with its length; freed by `dwcp_string_free`.
pub(crate) fn give_string(text: String, out: *mut *mut c_char, len: *mut usize) {
    // JSON and Prometheus text hold no NUL; a guest's could, and a NUL would end the C string early.
    let clean: Vec<u8> = text.into_bytes().into_iter().map(|b| if b == 0 { b' ' } else { b }).collect();
    let n = clean.len();
    // SAFETY: no interior NUL after the line above.
    let c = unsafe { std::ffi::CString::from_vec_unchecked(clean) };
    write_out(out, || c.into_raw());
    write_out(len, || n);
}

// ---- handles -------------------------------------------------------------------------------------------------------

/// What stands behind an opaque pointer: a magic word that tells kinds of handle apart, then the value.
#[repr(C)]
pub(crate) struct Body<T> {
    magic: AtomicU64,
    references: AtomicUsize,
    value: T,
}

/// Ties an opaque C type to the Rust value behind it. One line per noun; every cast of the library stands below.
pub(crate) trait Handle: Sized {
    type Value;
    const MAGIC: u64;
    const NAME: &'static str;
}

const DEAD: u64 = 0x4444_4544_5057_4344;

impl<T> Body<T> {
    fn is(&self, magic: u64) -> bool {
        self.magic.load(Ordering::Relaxed) == magic
    }
}

/// A new handle, owned by the caller until [`free`].
pub(crate) fn into_handle<H: Handle>(value: H::Value) -> *mut H {
    Box::into_raw(Box::new(Body { magic: AtomicU64::new(H::MAGIC), references: AtomicUsize::new(1), value })).cast()
}

/// A handle that lives only while `f` runs, on this stack; afterwards the value comes back and the handle is dead.
pub(crate) fn lend<H: Handle, R>(value: H::Value, f: impl FnOnce(*mut H) -> R) -> (R, H::Value) {
    let mut body = Body { magic: AtomicU64::new(H::MAGIC), references: AtomicUsize::new(1), value };
    let result = f((&raw mut body).cast());
    body.magic.store(DEAD, Ordering::Relaxed);
    (result, body.value)
}

/// The value behind a handle that must be there.
pub(crate) fn handle<'a, H: Handle>(p: *const H, parameter: &str) -> Result<&'a H::Value> {
    if p.is_null() {
        return Err(null(parameter));
    }
    check_magic::<H>(p, parameter)?;
    // SAFETY: non-NULL and, by the magic word, made by `into_handle::<H>`; the header forbids use after free.
    Ok(unsafe { &(*p.cast::<Body<H::Value>>()).value })
}

/// The value behind a handle that only one thread uses at a time.
pub(crate) fn handle_mut<'a, H: Handle>(p: *mut H, parameter: &str) -> Result<&'a mut H::Value> {
    if p.is_null() {
        return Err(null(parameter));
    }
    check_magic::<H>(p, parameter)?;
    // SAFETY: as above, and the header allows one thread at a time for this kind.
    Ok(unsafe { &mut (*p.cast::<Body<H::Value>>()).value })
}

/// One more reference to a handle: the same pointer, to be freed once more. NULL and what is no such handle stay as they are.
pub(crate) fn retain<H: Handle>(p: *const H) -> *mut H {
    if p.is_null() || crate::fork::in_child() || check_magic::<H>(p, "").is_err() {
        return std::ptr::null_mut();
    }
    // SAFETY: made by `into_handle::<H>` and, by the header's contract, still owned by the caller.
    unsafe { (*p.cast::<Body<H::Value>>()).references.fetch_add(1, Ordering::Relaxed) };
    p.cast_mut()
}

/// Gives one reference back and drops the value with the last, behind the panic boundary. Nothing happens for NULL, for what
/// is no such handle, and in a forked child, which must not run destructors that would join threads it does not have.
pub(crate) fn free<H: Handle>(p: *mut H) {
    if !crate::fork::in_child() {
        free_plain(p);
    }
}

/// As [`free`] for a handle that is plain memory.
pub(crate) fn free_plain<H: Handle>(p: *mut H) {
    plain_value((), || {
        if !p.is_null() && check_magic::<H>(p, "").is_ok() {
            // SAFETY: made by `into_handle::<H>`; the reference given back is the caller's.
            unsafe { release::<H>(p) };
        }
        Some(())
    });
}

/// # Safety
/// `p` is a live handle, and one of its references is the caller's to give back.
unsafe fn release<H: Handle>(p: *const H) {
    let body = p.cast::<Body<H::Value>>().cast_mut();
    // SAFETY: by the contract above. AcqRel orders every other user's last access before the drop by the last.
    unsafe {
        if (*body).references.fetch_sub(1, Ordering::AcqRel) == 1 {
            (*body).magic.store(DEAD, Ordering::Relaxed);
            drop(Box::from_raw(body));
        }
    }
}

/// The value behind a handle, kept alive while this exists: a callback may free the very handle that is being called.
pub(crate) struct Pinned<H: Handle>(*const H);

impl<H: Handle> std::ops::Deref for Pinned<H> {
    type Target = H::Value;

    fn deref(&self) -> &H::Value {
        // SAFETY: `pin` checked the handle and holds a reference.
        unsafe { &(*self.0.cast::<Body<H::Value>>()).value }
    }
}

impl<H: Handle> Drop for Pinned<H> {
    fn drop(&mut self) {
        // A callback that forked returns here in the child too, where nothing may be destroyed.
        if !crate::fork::in_child() {
            // SAFETY: the reference is the one that `pin` took.
            unsafe { release::<H>(self.0) };
        }
    }
}

/// The value behind a handle for an operation during which host code may run.
pub(crate) fn pin<H: Handle>(p: *const H, parameter: &str) -> Result<Pinned<H>> {
    handle(p, parameter)?;
    retain(p);
    Ok(Pinned(p))
}

fn check_magic<H: Handle>(p: *const H, parameter: &str) -> Result<()> {
    let wrong = |why| Err(Error::new(Status::WRONG_HANDLE, format!("{parameter}: {why} {}", H::NAME)));
    if !p.cast::<Body<H::Value>>().is_aligned() {
        return wrong("is not aligned, so it cannot be a");
    }
    // SAFETY: every handle of this library begins with the magic word; the header asks for such a handle.
    let body = unsafe { &*p.cast::<Body<()>>() };
    if body.is(H::MAGIC) { Ok(()) } else { wrong("is not a") }
}
