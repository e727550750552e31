//! Tagged values: 24 bytes, a kind and a payload. Arguments are borrowed for the call, results are the caller's.

use super::boundary::{Zeroable, null, plain_value as guarded, slice, utf8};
use crate::buffer::Buffer;
use crate::error::{Error, Result, Status};
use crate::interface::{Content, Form, Interface, Type};
use crate::signature::Kind;
use crate::value::{Argument, Output, Value};
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
/// A reference to a function of a VM, `of.ref`; 0 is null. Lives in sessions and in host functions.
pub const DWCP_KIND_FUNCREF: u8 = 6;
/// A reference to an object of the host, `of.ref`; 0 is null. Lives in sessions and in host functions.
pub const DWCP_KIND_EXTERNREF: u8 = 7;
/// A string, `of.bytes`: UTF-8. A result has a NUL behind it that `len` does not count.
pub const DWCP_KIND_STRING: u8 = 8;
/// Bytes, `of.bytes`. A result has a NUL behind them that `len` does not count.
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
    /// For DWCP_KIND_FUNCREF and DWCP_KIND_EXTERNREF: the number of the reference in its VM; 0 is null.
    pub r#ref: u64,
    /// For DWCP_KIND_STRING and DWCP_KIND_BYTES.
    pub bytes: dwcp_slice_t,
}

/// A value with its kind. A zeroed one holds nothing. The inline functions dwcp_i32() and its kin make values, dwcp_as_i32() and
/// its kin read them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dwcp_value_t {
    /// One of DWCP_KIND_....
    pub kind: u8,
    /// Zero; in a string or bytes that a call gave, the mark by which dwcp_values_clear knows what to free.
    pub reserved: [u8; 7],
    /// The payload.
    pub of: dwcp_payload_t,
}
// SAFETY: kind 0 is no value, and every payload is plain data.
unsafe impl Zeroable for dwcp_value_t {}

const _: () = assert!(std::mem::size_of::<dwcp_value_t>() == 24 && std::mem::align_of::<dwcp_value_t>() == 8);

/// The mark of a value that owns its bytes, in `reserved`.
const OWNED: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Every payload begins as 16 zero bytes, so that no uninitialised byte crosses the boundary.
fn blank(kind: u8) -> dwcp_value_t {
    dwcp_value_t { kind, reserved: [0; 7], of: dwcp_payload_t { v128: [0; 16] } }
}

pub(super) fn to_c(value: Value) -> dwcp_value_t {
    let mut out = blank(value.kind() as u8);
    match value {
        Value::I32(v) => out.of.i32 = v,
        Value::I64(v) => out.of.i64 = v,
        Value::F32(bits) => out.of.i32 = bits.cast_signed(),
        Value::F64(bits) => out.of.i64 = bits.cast_signed(),
        Value::V128(v) => out.of.v128 = v.to_le_bytes(),
    }
    out
}

pub(super) fn reference_to_c(kind: Kind, id: u64) -> dwcp_value_t {
    let mut out = blank(kind as u8);
    out.of.r#ref = id;
    out
}

/// A view of bytes that somebody else owns.
pub(super) fn data_to_c(content: Content, data: *const u8, len: usize) -> dwcp_value_t {
    let mut out = blank(if content == Content::String { DWCP_KIND_STRING } else { DWCP_KIND_BYTES });
    out.of.bytes = dwcp_slice_t { data, len };
    out
}

/// A result, which owns what it points at.
pub(super) fn output_to_c(output: Output) -> dwcp_value_t {
    match output {
        Output::Number(value) => to_c(value),
        Output::Reference(kind, id) => reference_to_c(kind, id),
        Output::Data(content, buffer) => {
            let len = buffer.as_slice().len();
            let mut out = data_to_c(content, buffer.into_raw(), len);
            out.reserved = OWNED;
            out
        }
    }
}

/// Where a value stands, for errors: the parameter, its place there if that is a list, and the signature of the function that is
/// called, if any.
pub(super) struct Place<'a> {
    pub list: &'a str,
    pub i: Option<usize>,
    pub of: Option<&'a Interface>,
}

impl Place<'_> {
    /// The value as C writes it: `args[0]`, or `value`.
    fn name(&self) -> String {
        match self.i {
            Some(i) => format!("{}[{i}]", self.list),
            None => self.list.to_string(),
        }
    }
}

/// Reads a number of the kind expected.
pub(super) fn from_c(value: &dwcp_value_t, expected: Kind, place: &Place<'_>) -> Result<Value> {
    if value.kind != expected as u8 {
        return Err(wrong_kind(value.kind, expected.name(), place));
    }
    // SAFETY: every bit pattern of the payload is a value of each of these members; floats are read as their bits.
    Ok(unsafe {
        match expected {
            Kind::I32 => Value::I32(value.of.i32),
            Kind::I64 => Value::I64(value.of.i64),
            Kind::F32 => Value::F32(value.of.i32.cast_unsigned()),
            Kind::F64 => Value::F64(value.of.i64.cast_unsigned()),
            Kind::V128 => Value::V128(u128::from_le_bytes(value.of.v128)),
            Kind::FuncRef | Kind::ExternRef => return Err(wrong_kind(value.kind, expected.name(), place)),
        }
    })
}

/// The number of a reference of the kind expected.
pub(super) fn reference_from_c(value: *const dwcp_value_t, kind: Kind, parameter: &str) -> Result<u64> {
    let value = slice(value, usize::from(!value.is_null()), parameter)?.first().ok_or_else(|| null(parameter))?;
    if value.kind != kind as u8 {
        return Err(Error::new(Status::WRONG_TYPE, format!("{parameter}: is not a value of the kind {}", kind.name())));
    }
    // SAFETY: every bit pattern is a number.
    Ok(unsafe { value.of.r#ref })
}

/// Reads an argument of any type. Strings are checked; bytes stay where they are.
pub(super) fn argument_from_c<'a>(value: &'a dwcp_value_t, ty: Type, place: &Place<'_>) -> Result<Argument<'a>> {
    match ty {
        Type::Core(kind) if kind.is_number() => from_c(value, kind, place).map(Argument::Number),
        _ if value.kind != ty.code() => Err(wrong_kind(value.kind, ty.name(), place)),
        // SAFETY: every bit pattern is a number.
        Type::Core(_) => Ok(Argument::Reference(unsafe { value.of.r#ref })),
        Type::Data { content, form } => {
            // SAFETY: the kind says that this member counts; its pointer is checked by `slice`.
            let given = unsafe { value.of.bytes };
            let name = place.name();
            let bytes = slice(given.data, given.len, &name)?;
            if content == Content::String {
                utf8(bytes, &name)?;
            }
            let inside = if form == Form::Terminated { bytes.iter().position(|b| *b == 0) } else { None };
            match inside {
                Some(at) => Err(Error::argument(
                    &name,
                    format_args!("has a NUL inside, at offset {at}, where its function expects the end"),
                )),
                None => Ok(Argument::Data(bytes)),
            }
        }
    }
}

#[cold]
pub(super) fn wrong_kind(kind: u8, expected: &str, place: &Place<'_>) -> Error {
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
        other => return Error::argument(&place.name(), format_args!("has the unknown kind {other}")),
    };
    let function = place.of.map_or_else(String::new, |of| format!("; the function is {of}"));
    Error::new(Status::WRONG_TYPE, format!("{}: is expected as {expected}, given as {given}{function}", place.name()))
}

/// Frees the strings and bytes that results own and sets each value to zero. Safe on any zeroed array, on arguments, which own
/// nothing, and a second time. A copy of a value owns nothing of its own: clear one of the two.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: the array stays the caller's; `values` may be NULL if `count` is 0.
/// Threads: any; one at a time for one array.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_values_clear(values: *mut dwcp_value_t, count: usize) {
    guarded((), || {
        let given = slice(values.cast_const(), count, "values").ok()?;
        for value in given.iter().filter(|v| matches!(v.kind, DWCP_KIND_STRING | DWCP_KIND_BYTES) && v.reserved == OWNED) {
            // SAFETY: marked by `output_to_c`, whose buffer this is; the mark is zeroed below.
            unsafe { Buffer::free(value.of.bytes.data.cast_mut()) };
        }
        let n = given.len();
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
        let of = Interface::parse("iIfFv:").unwrap();
        let place = |i| Place { list: "args", i: Some(i), of: Some(&of) };
        let nan = 0x7fa0_1234;
        let all = [Value::I32(-1), Value::I64(i64::MIN), Value::F32(nan), Value::F64(u64::MAX), Value::V128(u128::MAX - 5)];
        for (i, v) in all.into_iter().enumerate() {
            assert_eq!(from_c(&to_c(v), v.kind(), &place(i)).unwrap(), v);
        }
        let e = from_c(&to_c(Value::I32(1)), Kind::F64, &place(3)).unwrap_err();
        assert!(e.message().contains("args[3]: is expected as f64, given as i32"), "{e}");
    }
}
