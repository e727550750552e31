//! Tagged values: 24 bytes, a kind and a payload. Arguments are borrowed for the call, results are the caller's.

use super::boundary::{Zeroable, plain_value as guarded, require_out, slice, write_out};
use crate::error::{Error, Result, Status};
use crate::signature::{Kind, Signature};
use crate::value::{Value, Values};
use std::ffi::c_char;

/// No value: what a zeroed dwcp_value_t is.
pub const DWCP_KIND_NONE: u8 = 0;
/// A 32-bit integer, `of.i32`; signed or unsigned is the guest's choice.
pub const DWCP_KIND_I32: u8 = 1;
/// A 64-bit integer, `of.i64`.
pub const DWCP_KIND_I64: u8 = 2;
/// A 32-bit float, `of.f32`; NaN payloads survive.
pub const DWCP_KIND_F32: u8 = 3;
/// A 64-bit float, `of.f64`; NaN payloads survive.
pub const DWCP_KIND_F64: u8 = 4;
/// A 128-bit vector, `of.v128`, in little-endian byte order.
pub const DWCP_KIND_V128: u8 = 5;
/// A reference to a function. Appears in types only: no call of this version carries one.
pub const DWCP_KIND_FUNCREF: u8 = 6;
/// A reference to a host object. Appears in types only: no call of this version carries one.
pub const DWCP_KIND_EXTERNREF: u8 = 7;
/// A string. Reserved: no call of this version carries one.
pub const DWCP_KIND_STRING: u8 = 8;
/// Bytes. Reserved: no call of this version carries any.
pub const DWCP_KIND_BYTES: u8 = 9;

/// Bytes that somebody else owns; the function that gives them says for how long they live.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_slice_t {
    /// The first byte; may be NULL if `len` is 0.
    pub data: *const u8,
    /// Length in bytes.
    pub len: usize,
}
// SAFETY: a pointer and an integer.
unsafe impl Zeroable for dwcp_slice_t {}

/// The payload of a value; `kind` of dwcp_value_t says which member counts.
#[repr(C)]
#[derive(Clone, Copy)]
pub union dwcp_payload_t {
    /// For DWCP_KIND_I32.
    pub i32: i32,
    /// For DWCP_KIND_I64.
    pub i64: i64,
    /// For DWCP_KIND_F32.
    pub f32: f32,
    /// For DWCP_KIND_F64.
    pub f64: f64,
    /// For DWCP_KIND_V128, little-endian.
    pub v128: [u8; 16],
    /// Reserved for references.
    pub r#ref: u64,
    /// Reserved for strings and bytes.
    pub bytes: dwcp_slice_t,
}

/// A value with its kind. A zeroed one holds nothing. The inline functions dwcp_i32() and its kin make values, dwcp_as_i32() and
/// its kin read them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_value_t {
    /// One of DWCP_KIND_....
    pub kind: u8,
    /// Zero.
    pub reserved: [u8; 7],
    /// The payload.
    pub of: dwcp_payload_t,
}
// SAFETY: kind 0 is no value, and every payload is plain data.
unsafe impl Zeroable for dwcp_value_t {}

const _: () = assert!(std::mem::size_of::<dwcp_value_t>() == 24 && std::mem::align_of::<dwcp_value_t>() == 8);

pub(super) fn to_c(value: Value) -> dwcp_value_t {
    // Every payload begins as 16 zero bytes, so that no uninitialised byte crosses the boundary.
    let mut out = dwcp_value_t { kind: value.kind() as u8, reserved: [0; 7], of: dwcp_payload_t { v128: [0; 16] } };
    match value {
        Value::I32(v) => out.of.i32 = v,
        Value::I64(v) => out.of.i64 = v,
        Value::F32(bits) => out.of.i32 = bits.cast_signed(),
        Value::F64(bits) => out.of.i64 = bits.cast_signed(),
        Value::V128(v) => out.of.v128 = v.to_le_bytes(),
    }
    out
}

/// Reads value `i` of a list as `expected`.
pub(super) fn from_c(value: &dwcp_value_t, expected: Kind, list: &str, i: usize, signature: &Signature) -> Result<Value> {
    if value.kind != expected as u8 {
        return Err(wrong_kind(value.kind, expected, list, i, signature));
    }
    // SAFETY: every bit pattern of the payload is a value of each of these members; floats are read as their bits.
    Ok(unsafe {
        match expected {
            Kind::I32 => Value::I32(value.of.i32),
            Kind::I64 => Value::I64(value.of.i64),
            Kind::F32 => Value::F32(value.of.i32.cast_unsigned()),
            Kind::F64 => Value::F64(value.of.i64.cast_unsigned()),
            Kind::V128 => Value::V128(u128::from_le_bytes(value.of.v128)),
            Kind::FuncRef | Kind::ExternRef => return Err(wrong_kind(value.kind, expected, list, i, signature)),
        }
    })
}

#[cold]
fn wrong_kind(kind: u8, expected: Kind, list: &str, i: usize, signature: &Signature) -> Error {
    let given = match kind {
        DWCP_KIND_NONE => "no value (kind 0)",
        DWCP_KIND_I32 => "i32",
        DWCP_KIND_I64 => "i64",
        DWCP_KIND_F32 => "f32",
        DWCP_KIND_F64 => "f64",
        DWCP_KIND_V128 => "v128",
        DWCP_KIND_FUNCREF => "funcref",
        DWCP_KIND_EXTERNREF => "externref",
        DWCP_KIND_STRING => "string",
        DWCP_KIND_BYTES => "bytes",
        other => return Error::argument(list, format_args!("value {i} has the unknown kind {other}")),
    };
    let expected = expected.name();
    Error::new(
        Status::WRONG_TYPE,
        format!("{list}: value {i} is expected as {expected}, given as {given}; the function is {signature}"),
    )
}

/// The arguments of a call, checked against the signature.
pub(super) fn arguments(signature: &Signature, args: *const dwcp_value_t, nargs: usize) -> Result<Values> {
    let expected = signature.params.len();
    let args = slice(args, nargs, "args")?;
    if nargs != expected {
        return Err(Error::new(
            Status::WRONG_TYPE,
            format!("args: {expected} arguments expected, {nargs} given; the function is {signature}"),
        ));
    }
    let mut values = Values::new();
    for (i, (value, kind)) in args.iter().zip(&signature.params).enumerate() {
        values.push(from_c(value, *kind, "args", i, signature)?);
    }
    Ok(values)
}

/// Checks, before the guest runs, that its results will fit; the needed count is written if they do not.
pub(super) fn check_room(signature: &Signature, results: *mut dwcp_value_t, capacity: usize, nresults: *mut usize) -> Result<()> {
    let needed = signature.results.len();
    if needed > capacity {
        write_out(nresults, || needed);
        let text = format!("results: capacity is {capacity}, the function gives {needed} results; it is {signature}");
        return Err(Error::new(Status::BUFFER_TOO_SMALL, text));
    }
    if needed > 0 {
        require_out(results, "results")?;
    }
    Ok(())
}

/// Writes the results of a call that ended well.
pub(super) fn write_results(
    signature: &Signature,
    values: &Values,
    results: *mut dwcp_value_t,
    nresults: *mut usize,
) -> Result<()> {
    for (i, kind) in signature.results.iter().enumerate() {
        let value = values.get(i, *kind).ok_or_else(|| Error::new(Status::UNSUPPORTED, "a result is a reference"))?;
        // SAFETY: `check_room` saw that `results` has room for every result of the signature.
        unsafe { results.add(i).write(to_c(value)) };
    }
    write_out(nresults, || signature.results.len());
    Ok(())
}

/// Releases what results own and sets each value to zero. Numbers own nothing: in this version the call only zeroes. Safe on any
/// zeroed array, and a second time.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: the array stays the caller's; `values` may be NULL if `count` is 0.
/// Threads: any; one at a time for one array.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_values_clear(values: *mut dwcp_value_t, count: usize) {
    guarded((), || {
        let n = slice(values.cast_const(), count, "values").ok()?.len();
        // SAFETY: `slice` saw a pointer that the header's contract makes valid for `count` values.
        unsafe { std::ptr::write_bytes(values, 0, n) };
        Some(())
    });
}

/// Frees a string that a function of this library gave to the caller, such as the JSON of dwcp_runtime_metrics_json.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the string; NULL is allowed and does nothing.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_string_free(string: *mut c_char) {
    guarded((), || {
        if !string.is_null() {
            // SAFETY: made by CString::into_raw in `give_string`, given back once by the header's contract.
            drop(unsafe { std::ffi::CString::from_raw(string) });
        }
        Some(())
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_cross_and_come_back() {
        let s = Signature::parse("iIfFv:").unwrap();
        let nan = 0x7fa0_1234;
        let all = [Value::I32(-1), Value::I64(i64::MIN), Value::F32(nan), Value::F64(u64::MAX), Value::V128(u128::MAX - 5)];
        for (i, v) in all.into_iter().enumerate() {
            assert_eq!(from_c(&to_c(v), v.kind(), "args", i, &s).unwrap(), v);
        }
        let e = from_c(&to_c(Value::I32(1)), Kind::F64, "args", 3, &s).unwrap_err();
        assert!(e.message().contains("value 3 is expected as f64, given as i32"), "{e}");
    }
}
