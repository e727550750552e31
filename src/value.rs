//! WebAssembly values as the host sees them, and the flat buffer in which a call carries them.

use crate::buffer::Buffer;
use crate::interface::Content;
use crate::signature::Kind;
use smallvec::SmallVec;
use wasmtime::ValRaw;

/// A number of one of the five kinds that cross the boundary by value. Floats are kept as bits: a NaN's payload survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(u128),
}

impl Value {
    pub fn kind(self) -> Kind {
        match self {
            Value::I32(_) => Kind::I32,
            Value::I64(_) => Kind::I64,
            Value::F32(_) => Kind::F32,
            Value::F64(_) => Kind::F64,
            Value::V128(_) => Kind::V128,
        }
    }

    /// The zero of a kind; references have none.
    pub fn zero(kind: Kind) -> Option<Value> {
        Some(match kind {
            Kind::I32 => Value::I32(0),
            Kind::I64 => Value::I64(0),
            Kind::F32 => Value::F32(0),
            Kind::F64 => Value::F64(0),
            Kind::V128 => Value::V128(0),
            Kind::FuncRef | Kind::ExternRef => return None,
        })
    }

    pub(crate) fn to_raw(self) -> ValRaw {
        match self {
            Value::I32(v) => ValRaw::i32(v),
            Value::I64(v) => ValRaw::i64(v),
            Value::F32(v) => ValRaw::f32(v),
            Value::F64(v) => ValRaw::f64(v),
            Value::V128(v) => ValRaw::v128(v),
        }
    }

    /// Reads a raw value as `kind`; references read as `None`.
    pub(crate) fn from_raw(kind: Kind, raw: &ValRaw) -> Option<Value> {
        Some(match kind {
            Kind::I32 => Value::I32(raw.get_i32()),
            Kind::I64 => Value::I64(raw.get_i64()),
            Kind::F32 => Value::F32(raw.get_f32()),
            Kind::F64 => Value::F64(raw.get_f64()),
            Kind::V128 => Value::V128(raw.get_v128()),
            Kind::FuncRef | Kind::ExternRef => return None,
        })
    }
}

/// An argument of a call that does not carry numbers only.
#[derive(Clone, Copy)]
pub enum Argument<'a> {
    Number(Value),
    /// The number of a reference in its VM; 0 is null.
    Reference(u64),
    Data(&'a [u8]),
}

/// A result of such a call.
pub enum Output {
    Number(Value),
    Reference(Kind, u64),
    Data(Content, Buffer),
}

/// Arguments on the way in and results on the way out, in one buffer as the compiled code wants it. Eight values fit without
/// an allocation.
#[derive(Default)]
pub struct Values(SmallVec<[ValRaw; 8]>);

impl Values {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, value: Value) {
        self.0.push(value.to_raw());
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Value `i` read as `kind`.
    pub fn get(&self, i: usize, kind: Kind) -> Option<Value> {
        self.0.get(i).and_then(|raw| Value::from_raw(kind, raw))
    }

    /// The buffer, made long enough for `len` values.
    pub(crate) fn raw(&mut self, len: usize) -> &mut [ValRaw] {
        if self.0.len() < len {
            self.0.resize(len, ValRaw::i64(0));
        }
        &mut self.0
    }
}
