//! Kinds of values and the signatures of functions, in our own terms: handles outlive engines, wasmtime's types do not.

use std::fmt;
use wasmtime::{FuncType, HeapType, RefType, ValType};

/// The kind of a value; the numbers are those of `DWCP_KIND_*` in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    I32 = 1,
    I64 = 2,
    F32 = 3,
    F64 = 4,
    V128 = 5,
    FuncRef = 6,
    ExternRef = 7,
}

impl Kind {
    /// The name used by the WebAssembly text format.
    pub fn name(self) -> &'static str {
        match self {
            Kind::I32 => "i32",
            Kind::I64 => "i64",
            Kind::F32 => "f32",
            Kind::F64 => "f64",
            Kind::V128 => "v128",
            Kind::FuncRef => "funcref",
            Kind::ExternRef => "externref",
        }
    }

    /// Whether values of this kind are plain numbers, which any call can carry.
    pub fn is_number(self) -> bool {
        !matches!(self, Kind::FuncRef | Kind::ExternRef)
    }

    /// The kind of a wasmtime type; every reference to a function is a `funcref`, every other one an `externref`.
    pub(crate) fn of(ty: &ValType) -> Kind {
        match ty {
            ValType::I32 => Kind::I32,
            ValType::I64 => Kind::I64,
            ValType::F32 => Kind::F32,
            ValType::F64 => Kind::F64,
            ValType::V128 => Kind::V128,
            ValType::Ref(r) => Kind::of_ref(r),
        }
    }

    pub(crate) fn of_ref(ty: &RefType) -> Kind {
        match ty.heap_type() {
            HeapType::Func | HeapType::ConcreteFunc(_) | HeapType::NoFunc => Kind::FuncRef,
            _ => Kind::ExternRef,
        }
    }

    pub(crate) fn to_val_type(self) -> ValType {
        match self {
            Kind::I32 => ValType::I32,
            Kind::I64 => ValType::I64,
            Kind::F32 => ValType::F32,
            Kind::F64 => ValType::F64,
            Kind::V128 => ValType::V128,
            Kind::FuncRef => ValType::FUNCREF,
            Kind::ExternRef => ValType::EXTERNREF,
        }
    }

    /// The kind that a letter of a signature stands for.
    pub(crate) fn from_letter(letter: char) -> Option<Kind> {
        Some(match letter {
            'i' => Kind::I32,
            'I' => Kind::I64,
            'f' => Kind::F32,
            'F' => Kind::F64,
            'v' => Kind::V128,
            'r' => Kind::ExternRef,
            'c' => Kind::FuncRef,
            _ => return None,
        })
    }
}

/// A function's parameters and results.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Signature {
    pub params: Box<[Kind]>,
    pub results: Box<[Kind]>,
}

impl Signature {
    pub(crate) fn of(ty: &FuncType) -> Signature {
        Signature { params: ty.params().map(|t| Kind::of(&t)).collect(), results: ty.results().map(|t| Kind::of(&t)).collect() }
    }

    pub(crate) fn to_func_type(&self, engine: &wasmtime::Engine) -> FuncType {
        let types = |kinds: &[Kind]| kinds.iter().map(|k| k.to_val_type()).collect::<Vec<_>>();
        FuncType::new(engine, types(&self.params), types(&self.results))
    }

    /// Whether every value is a number.
    pub fn is_numeric(&self) -> bool {
        self.params.iter().chain(&self.results).all(|k| k.is_number())
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, kinds: &[Kind]| {
            f.write_str("(")?;
            for (i, k) in kinds.iter().enumerate() {
                write!(f, "{}{}", if i == 0 { "" } else { ", " }, k.name())?;
            }
            f.write_str(")")
        };
        list(f, &self.params)?;
        f.write_str(" -> ")?;
        list(f, &self.results)
    }
}
