//! What is checked of a module before the compiler sees it: its size, its form, and what it would need at the very least.
//!
//! One pass over the sections with wasmparser; it costs microseconds where the compiler costs milliseconds.

use crate::config::Config;
use crate::error::{Error, Result, Status};
use std::borrow::Cow;
use std::ffi::CStr;
use wasmtime::wasmparser::{Encoding, MemoryType, Parser, Payload, TableType, TypeRef};

const MAGIC: &[u8; 4] = b"\0asm";
const PAGE: u64 = 65_536;

/// What a module needs before its first instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Functions, imported ones included.
    pub functions: u64,
    /// Bytes of its own memories at their declared minimum.
    pub memory_bytes: u64,
    /// Elements of its own tables at their declared minimum.
    pub table_elements: u64,
}

/// The binary form of `input`: itself, or the translation of WebAssembly text.
pub fn binary(input: &[u8]) -> Result<Cow<'_, [u8]>> {
    if input.starts_with(MAGIC) {
        return Ok(Cow::Borrowed(input));
    }
    match std::str::from_utf8(input) {
        Ok(text) if looks_like_text(text) => wat::parse_str(text).map(Cow::Owned).map_err(|e| {
            let e = crate::error::escape(&e.to_string(), 600).replace("\\n", "\n");
            Error::new(Status::INVALID_MODULE, format!("the WebAssembly text does not parse: {e}"))
        }),
        _ => {
            let start: Vec<String> = input.iter().take(4).map(|b| format!("{b:02x}")).collect();
            Err(Error::new(
                Status::INVALID_MODULE,
                format!(
                    "not a WebAssembly module: {} bytes that begin with [{}], expected [00 61 73 6d] or text",
                    input.len(),
                    start.join(" ")
                ),
            ))
        }
    }
}

/// Text begins with a parenthesis after white space and comments.
fn looks_like_text(text: &str) -> bool {
    let t = text.trim_start();
    t.starts_with('(') || t.starts_with(";;")
}

/// Refuses an input over `max_module_bytes`: done before it is hashed.
pub fn check_size(config: &Config, len: usize) -> Result<()> {
    let len = len as u64;
    if len > config.max_module_bytes {
        let limit = config.max_module_bytes;
        return Err(Error::new(
            Status::POLICY_REFUSED,
            format!("max_module_bytes: the module has {len} bytes, the limit is {limit}; raise it with dwcp_config_set_max_module_bytes"),
        )
        .with_limit(c"max_module_bytes", limit, len));
    }
    Ok(())
}

/// Measures the module and refuses what could never run under this configuration.
pub fn inspect(config: &Config, binary: &[u8]) -> Result<Needs> {
    let needs = measure(binary)?;
    over(Status::LIMIT_FUNCTIONS, c"max_functions", "functions", needs.functions, config.max_functions.into(), "")?;
    let ceiling = config.table_ceiling().into();
    over(Status::LIMIT_TABLE, c"max_table_elements", "table elements at the start", needs.table_elements, ceiling, "")?;
    let ceiling = config.memory_ceiling();
    over(Status::OUT_OF_MEMORY, c"max_memory_bytes", "bytes of memory at the start", needs.memory_bytes, ceiling, "")?;
    Ok(needs)
}

/// The error for a module that needs more than a limit allows, in the one form that all of them have.
pub fn over(status: Status, name: &'static CStr, unit: &str, need: u64, limit: u64, hint: &str) -> Result<()> {
    if need <= limit {
        return Ok(());
    }
    let n = name.to_str().unwrap_or_default();
    let text = format!("{n}: the module needs {need} {unit}, the limit is {limit}; raise it with dwcp_config_set_{n}{hint}");
    Err(Error::new(status, text).with_limit(name, limit, need))
}

fn measure(binary: &[u8]) -> Result<Needs> {
    let mut needs = Needs::default();
    for payload in Parser::new(0).parse_all(binary) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Component, .. } => {
                return Err(Error::new(Status::UNSUPPORTED, "this is a component; only core WebAssembly modules can be loaded"));
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import.map_err(malformed)?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => needs.functions += 1,
                        TypeRef::Memory(m) => check_memory(&m)?,
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(section) => needs.functions += u64::from(section.count()),
            Payload::TableSection(section) => {
                for table in section {
                    let ty: TableType = table.map_err(malformed)?.ty;
                    needs.table_elements = needs.table_elements.saturating_add(ty.initial);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let ty = memory.map_err(malformed)?;
                    check_memory(&ty)?;
                    needs.memory_bytes = needs.memory_bytes.saturating_add(ty.initial.saturating_mul(PAGE));
                }
            }
            _ => {}
        }
    }
    Ok(needs)
}

fn check_memory(memory: &MemoryType) -> Result<()> {
    if memory.shared {
        return Err(Error::new(Status::UNSUPPORTED, "the module has a shared memory, which no limit and no deadline would hold"));
    }
    Ok(())
}

fn malformed(e: wasmtime::wasmparser::BinaryReaderError) -> Error {
    let text = crate::error::escape(e.message(), 600);
    Error::new(Status::INVALID_MODULE, format!("the module is malformed: {text} (at offset {:#x})", e.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;

    fn inspect_text(text: &str) -> Result<Needs> {
        inspect(&Config::new(Profile::Default), &binary(text.as_bytes())?)
    }

    #[test]
    fn measures_the_start_of_a_module() {
        let text = r#"(module (import "e" "f" (func)) (func) (func) (memory 2) (memory 3) (table 7 funcref) (table 1 funcref))"#;
        let needs = inspect_text(text).unwrap();
        assert_eq!(needs, Needs { functions: 3, memory_bytes: 5 * PAGE, table_elements: 8 });
    }

    #[test]
    fn refuses_by_limit_name() {
        let e = inspect_text("(module (table 1001 funcref))").unwrap_err();
        assert_eq!((e.status(), e.limit().unwrap().asked), (Status::LIMIT_TABLE, 1001));
        assert!(e.message().contains("dwcp_config_set_max_table_elements"), "{e}");
        assert_eq!(inspect_text("(module (memory 2049))").unwrap_err().status(), Status::OUT_OF_MEMORY);
        assert_eq!(inspect_text("(module (memory 1 1 shared))").unwrap_err().status(), Status::UNSUPPORTED);
        let functions = format!("(module {})", "(func)".repeat(10_001));
        assert_eq!(inspect_text(&functions).unwrap_err().status(), Status::LIMIT_FUNCTIONS);
    }

    #[test]
    fn says_what_is_not_a_module() {
        assert!(binary(b"\x7fELF").unwrap_err().message().contains("[7f 45 4c 46]"));
        assert!(binary(b"(module (func (wrong)))").unwrap_err().message().contains("wrong"));
        assert_eq!(inspect_text("(component)").unwrap_err().status(), Status::UNSUPPORTED);
    }
}
