//! Kinds of values and the signatures of functions, in our own terms: handles outlive engines, wasmtime's types do not.

use crate::error::{Error, Result};
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

    fn from_letter(letter: char) -> Option<Kind> {
        Some(match letter {
            'i' => Kind::I32,
            'I' => Kind::I64,
            'f' => Kind::F32,
            'F' => Kind::F64,
            'v' => Kind::V128,
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
    /// Longest signature string that is read, in bytes: WebAssembly itself allows 1000 parameters and 1000 results.
    const MAX_TEXT: usize = 2001;

    pub(crate) fn of(ty: &FuncType) -> Signature {
        Signature { params: ty.params().map(|t| Kind::of(&t)).collect(), results: ty.results().map(|t| Kind::of(&t)).collect() }
    }

    pub(crate) fn to_func_type(&self, engine: &wasmtime::Engine) -> FuncType {
        let types = |kinds: &[Kind]| kinds.iter().map(|k| k.to_val_type()).collect::<Vec<_>>();
        FuncType::new(engine, types(&self.params), types(&self.results))
    }

    /// Reads `"ii:i"`: letters `i I f F v` (i32 i64 f32 f64 v128), a colon between parameters and results.
    pub fn parse(text: &str) -> Result<Signature> {
        let refuse = |why: String| Err(Error::argument("signature", why));
        if text.len() > Self::MAX_TEXT {
            return refuse(format!("has {} characters, the limit is {}", text.len(), Self::MAX_TEXT));
        }
        let Some((params, results)) = text.split_once(':') else {
            return refuse(format!("\"{text}\" has no ':' between parameters and results"));
        };
        let kinds = |part: &str| -> Result<Box<[Kind]>> {
            part.chars()
                .map(|c| {
                    Kind::from_letter(c).ok_or_else(|| {
                        let c = c.escape_default();
                        Error::argument("signature", format!("unknown letter '{c}', expected one of i I f F v"))
                    })
                })
                .collect()
        };
        Ok(Signature { params: kinds(params)?, results: kinds(results)? })
    }

    /// Whether every value is a number: only such functions can be called without a session.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_signatures() {
        let s = Signature::parse("iIfFv:i").unwrap();
        assert_eq!(s.to_string(), "(i32, i64, f32, f64, v128) -> (i32)");
        assert_eq!(Signature::parse(":").unwrap(), Signature::default());
        for bad in ["ii", "x:", "i:é", &"i".repeat(3000)] {
            assert!(Signature::parse(bad).is_err(), "{bad}");
        }
    }
}
