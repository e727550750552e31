//! Names of functions that are too long to be looked at.
//!
//! The engine copies the name of every frame of a trap, in full, before anybody asks: a hundred frames of a name of 60 MB take
//! seconds that no deadline ends and gigabytes that no limit counts. A module with such a name runs without names.

use std::borrow::Cow;
use wasmtime::wasmparser::{BinaryReader, Name, NameSectionReader, Parser, Payload};

/// The longest name that is left to the engine, in bytes. What compilers write stays below a few thousand.
const LONGEST: usize = 4096;
/// What a section of names is called, and what it is called when it is hidden.
const SECTION: &[u8; 4] = b"name";
const HIDDEN: &[u8; 4] = b"nam~";

/// The binary, with its sections of names renamed if one of them holds a name that is too long. Nothing moves: offsets in frames
/// and in line tables stay right.
pub fn hidden(binary: &[u8]) -> Cow<'_, [u8]> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(binary) {
        let Ok(Payload::CustomSection(section)) = payload else { continue };
        if section.name().as_bytes() == SECTION {
            names.push((section.data(), section.data_offset() - SECTION.len()));
        }
    }
    if !names.iter().any(|(data, _)| is_too_long(data)) {
        return Cow::Borrowed(binary);
    }
    let mut copy = binary.to_vec();
    for (_, at) in names {
        // The parser found the name there, with its length before it.
        if let Some(name) = copy.get_mut(at..at + SECTION.len()).filter(|name| *name == SECTION) {
            name.copy_from_slice(HIDDEN);
        }
    }
    Cow::Owned(copy)
}

fn is_too_long(section: &[u8]) -> bool {
    if section.len() <= LONGEST {
        return false;
    }
    for name in NameSectionReader::new(BinaryReader::new(section, 0)) {
        match name {
            Ok(Name::Module { name, .. }) if name.len() > LONGEST => return true,
            Ok(Name::Function(map)) => {
                // What cannot be read ends the engine's reading too.
                if map.into_iter().map_while(Result::ok).any(|naming| naming.name.len() > LONGEST) {
                    return true;
                }
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(len: usize) -> Vec<u8> {
        let text = format!("(module (func ${} (export \"f\") unreachable) (func $g))", "n".repeat(len));
        wat::parse_str(text).unwrap()
    }

    #[test]
    fn only_names_that_are_too_long_are_hidden_and_nothing_moves() {
        for len in [1, 100, LONGEST] {
            assert!(matches!(hidden(&named(len)), Cow::Borrowed(_)), "{len}");
        }
        let binary = named(LONGEST + 1);
        let without = hidden(&binary);
        assert_eq!(without.len(), binary.len());
        let changed = binary.iter().zip(without.iter()).filter(|(a, b)| a != b).count();
        assert_eq!(changed, 1, "the e of name");
        let module = wasmtime::Module::from_binary(&wasmtime::Engine::default(), &without).unwrap();
        let mut store = wasmtime::Store::new(module.engine(), ());
        let instance = wasmtime::Instance::new(&mut store, &module, &[]).unwrap();
        let e = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap().call(&mut store, ()).unwrap_err();
        assert_eq!(e.downcast_ref::<wasmtime::WasmBacktrace>().unwrap().frames()[0].func_name(), None);
    }
}
