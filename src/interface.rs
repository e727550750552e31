//! The signature of a function as a host sees it: numbers and references, and strings and bytes that cross by the guest's memory.

use crate::error::{Error, Result};
use crate::signature::{Kind, Signature};
use std::fmt;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

/// What bytes in a guest's memory are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// UTF-8.
    String,
    Bytes,
}

/// How a function says where its bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Two i32: address and length.
    Pair,
    /// One i64: the address in the high 32 bits, the length in the low.
    Packed,
    /// One i32: the address of a pair of i32, address and length.
    Pointer,
    /// One i32: the address of bytes that a NUL ends.
    Terminated,
}

impl Form {
    fn core(self) -> &'static [Kind] {
        match self {
            Form::Pair => &[Kind::I32, Kind::I32],
            Form::Packed => &[Kind::I64],
            Form::Pointer | Form::Terminated => &[Kind::I32],
        }
    }

    /// Values that the form takes in a core signature.
    pub fn width(self) -> usize {
        self.core().len()
    }
}

/// A parameter or a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    Core(Kind),
    Data { content: Content, form: Form },
}

impl Type {
    /// Values that it takes in a core signature.
    pub fn width(self) -> usize {
        self.core().len()
    }

    fn core(&self) -> &[Kind] {
        match self {
            Type::Core(kind) => std::slice::from_ref(kind),
            Type::Data { form, .. } => form.core(),
        }
    }

    /// The number of its kind in the header (`DWCP_KIND_*`).
    pub fn code(self) -> u8 {
        match self {
            Type::Core(kind) => kind as u8,
            Type::Data { content: Content::String, .. } => 8,
            Type::Data { content: Content::Bytes, .. } => 9,
        }
    }

    /// The name that messages use.
    pub fn name(self) -> &'static str {
        match self {
            Type::Core(kind) => kind.name(),
            Type::Data { content: Content::String, .. } => "string",
            Type::Data { content: Content::Bytes, .. } => "bytes",
        }
    }

    fn is_reference(self) -> bool {
        matches!(self, Type::Core(kind) if !kind.is_number())
    }
}

/// What a function takes and gives, with the core signature that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    pub params: Box<[Type]>,
    pub results: Box<[Type]>,
    core: Arc<Signature>,
    numeric: bool,
    references: bool,
}

impl Interface {
    /// Longest signature text that is read, in bytes: WebAssembly itself allows 1000 parameters and 1000 results.
    const MAX_TEXT: usize = 4001;

    fn new(params: Vec<Type>, results: Vec<Type>) -> Interface {
        let flat = |types: &[Type]| types.iter().flat_map(|t| t.core().to_vec()).collect();
        let core = Signature { params: flat(&params), results: flat(&results) };
        let types = || params.iter().chain(&results);
        let numeric = types().all(|t| matches!(t, Type::Core(kind) if kind.is_number()));
        let references = types().any(|t| t.is_reference());
        Interface { core: Arc::new(core), numeric, references, params: params.into(), results: results.into() }
    }

    /// A function that takes and gives what its core signature says: numbers and references.
    pub fn plain(core: &Arc<Signature>) -> Interface {
        let types = |kinds: &[Kind]| kinds.iter().map(|k| Type::Core(*k)).collect::<Box<[Type]>>();
        let numeric = core.is_numeric();
        Interface {
            params: types(&core.params),
            results: types(&core.results),
            core: Arc::clone(core),
            numeric,
            references: !numeric,
        }
    }

    /// Reads `"si:s64"`: letters for the parameters, a colon, letters for the results. `i I f F v` are numbers, `r c` references
    /// to a host's object and to a function, `s b z` a string, bytes and a string that a NUL ends. A result `s` or `b` may be
    /// followed by its form: `64` packed, `*` by pointer.
    pub fn parse(text: &str) -> Result<Interface> {
        let refuse = |why: String| Err(Error::argument("signature", why));
        if text.len() > Self::MAX_TEXT {
            return refuse(format!("has {} characters, the limit is {}", text.len(), Self::MAX_TEXT));
        }
        let Some((params, results)) = text.split_once(':') else {
            return refuse(format!("\"{}\" has no ':' between parameters and results", crate::error::escape(text, 200)));
        };
        Ok(Interface::new(types(params, false)?, types(results, true)?))
    }

    /// The signature of the function in the module.
    pub fn core(&self) -> &Arc<Signature> {
        &self.core
    }

    /// Whether only numbers cross.
    pub fn is_numeric(&self) -> bool {
        self.numeric
    }

    /// Whether references cross.
    pub fn has_references(&self) -> bool {
        self.references
    }

    /// Whether an argument has to be put into the guest's memory.
    pub fn takes_data(&self) -> bool {
        self.params.iter().any(|t| matches!(t, Type::Data { .. }))
    }

    /// Whether a result has to be read from the guest's memory.
    pub fn gives_data(&self) -> bool {
        self.results.iter().any(|t| matches!(t, Type::Data { .. }))
    }
}

fn types(text: &str, results: bool) -> Result<Vec<Type>> {
    let mut types = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let data = |content, form| Ok(Type::Data { content, form });
        types.push(match letter {
            's' => data(Content::String, form(&mut letters, results)?),
            'b' => data(Content::Bytes, form(&mut letters, results)?),
            'z' => data(Content::String, Form::Terminated),
            letter => Kind::from_letter(letter).map(Type::Core).ok_or_else(|| {
                let letter = letter.escape_default();
                Error::argument("signature", format!("unknown letter '{letter}', expected one of i I f F v s b z r c"))
            }),
        }?);
    }
    Ok(types)
}

fn form(letters: &mut Peekable<Chars<'_>>, result: bool) -> Result<Form> {
    let form = match letters.peek() {
        Some('*') => Form::Pointer,
        Some('6') => {
            letters.next();
            if letters.peek() != Some(&'4') {
                return Err(Error::argument("signature", "a '6' that no '4' follows; the packed form is 64"));
            }
            Form::Packed
        }
        _ => return Ok(Form::Pair),
    };
    letters.next();
    if !result {
        return Err(Error::argument("signature", "a parameter has no form: 64 and * are for results"));
    }
    Ok(form)
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[Type]| types.iter().map(|t| t.name()).collect::<Vec<_>>().join(", ");
        write!(f, "({}) -> ({})", list(&self.params), list(&self.results))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_letters_and_forms() {
        let i = Interface::parse("iIfFv:i").unwrap();
        assert_eq!(i.to_string(), "(i32, i64, f32, f64, v128) -> (i32)");
        assert!(i.is_numeric() && !i.has_references());
        let i = Interface::parse("szbr:s64s*sbzc").unwrap();
        assert_eq!(i.to_string(), "(string, string, bytes, externref) -> (string, string, string, bytes, string, funcref)");
        let core = "(i32, i32, i32, i32, i32, externref) -> (i64, i32, i32, i32, i32, i32, i32, funcref)";
        assert_eq!(i.core().to_string(), core);
        assert!(i.takes_data() && i.gives_data() && i.has_references() && !i.is_numeric());
        assert_eq!(*Interface::parse(":").unwrap().core(), Arc::default());
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for bad in ["ii", "x:", "i:é", "s64:", "b*:", ":s6", ":s65", ":64", ":z64", ":*", &"i".repeat(5000)] {
            assert!(Interface::parse(bad).is_err(), "{bad}");
        }
    }
}
