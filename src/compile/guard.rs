//! What is checked of a module before the compiler sees it: its size, its form, and what it would need at the very least.
//!
//! One pass over the sections with wasmparser; it costs microseconds where the compiler costs milliseconds.

use crate::config::Config;
use crate::error::{Error, Result, Status};
use std::borrow::Cow;
use std::ffi::CStr;
use wasmtime::wasmparser::{
    CompositeInnerType, Element, ElementItems, ElementKind, Encoding, FunctionBody, MemoryType, Operator, Parser, Payload,
    TableType, TypeRef, ValType, Validator, WasmFeatures,
};

const MAGIC: &[u8; 4] = b"\0asm";
const PAGE: u64 = 65_536;
/// Text takes some seventy times its size while it is translated; more of it than this is refused.
const MAX_TEXT_BYTES: usize = 4 << 20;
/// Blocks within blocks. The compiler's time grows with the square of the depth, and then its memory: 10 000 take a quarter of a
/// second, 200 000 more than a minute. Compilers nest a block for each target of a switch, so a few thousand are real.
const MAX_NESTING: usize = 10_000;
/// Loops of one function, and their product with its locals: the compiler's time grows with the square of the one and with
/// the other. Real functions have hundreds.
const MAX_LOOPS: u64 = 5000;
const MAX_LOOPS_BY_LOCALS: u64 = 250_000;
/// Types, which are compared with each other: 200 000 took half a minute.
const MAX_TYPES: u64 = 20_000;
/// Element segments, and items of those that cannot be laid out beforehand: the engine compiles code for each of these, some
/// kilobytes an item, and 400 000 of them took 2.6 GB.
const MAX_COSTLY_ELEMENTS: u64 = 10_000;

/// What a module needs before its first instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Functions, imported ones included.
    pub functions: u64,
    /// Bytes of its own memories at their declared minimum.
    pub memory_bytes: u64,
    /// Elements of its own tables at their declared minimum.
    pub table_elements: u64,
    /// Memories of its own.
    pub memories: u32,
    /// Tables of its own.
    pub tables: u32,
    /// Whether it may hold references to host objects, whose heap takes a memory slot of the VM.
    pub references: bool,
}

impl Needs {
    /// Slots of the allocator that a VM takes: memories, the heap of references being one, or tables, whichever are more.
    pub fn slots(&self) -> u32 {
        self.memories.saturating_add(u32::from(self.references)).max(self.tables).max(1)
    }

    /// What two modules need in one VM.
    pub fn and(&self, other: &Needs) -> Needs {
        Needs {
            functions: self.functions.saturating_add(other.functions),
            memory_bytes: self.memory_bytes.saturating_add(other.memory_bytes),
            table_elements: self.table_elements.saturating_add(other.table_elements),
            memories: self.memories.saturating_add(other.memories),
            tables: self.tables.saturating_add(other.tables),
            references: self.references || other.references,
        }
    }
}

/// The binary form of `input`: itself, or the translation of WebAssembly text.
pub fn binary(input: &[u8]) -> Result<Cow<'_, [u8]>> {
    if input.starts_with(MAGIC) {
        return Ok(Cow::Borrowed(input));
    }
    match std::str::from_utf8(input) {
        Ok(text) if looks_like_text(text) && text.len() > MAX_TEXT_BYTES => {
            let n = text.len();
            let text = format!("the WebAssembly text has {n} bytes, the most is {MAX_TEXT_BYTES}: load it as a binary");
            Err(Error::new(Status::POLICY_REFUSED, text))
        }
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
    // What is over a limit because it is not valid at all would be so under any limit.
    check_limits(config, &needs).map_err(|over| {
        match Validator::new_with_features(WasmFeatures::all()).validate_all(binary) {
            Ok(_) => over,
            Err(e) => malformed(e),
        }
    })?;
    Ok(needs)
}

fn check_limits(config: &Config, needs: &Needs) -> Result<()> {
    over(Status::LIMIT_FUNCTIONS, c"max_functions", "functions", needs.functions, config.max_functions.into())?;
    check_room(config, needs)
}

/// Refuses what would not even start: its tables or its memories are over what a call may have.
pub fn check_room(config: &Config, needs: &Needs) -> Result<()> {
    let ceiling = config.table_ceiling().into();
    over(Status::LIMIT_TABLE, c"max_table_elements", "table elements at the start", needs.table_elements, ceiling)?;
    let ceiling = config.memory_ceiling();
    over(Status::OUT_OF_MEMORY, c"max_memory_bytes", "bytes of memory at the start", needs.memory_bytes, ceiling)?;
    if config.max_total_memory_bytes != 0 {
        let all = config.max_total_memory_bytes;
        over(Status::OUT_OF_MEMORY, c"max_total_memory_bytes", "bytes of memory at the start", needs.memory_bytes, all)?;
    }
    Ok(())
}

/// The error for a module that needs more than a limit allows, in the one form that all of them have.
fn over(status: Status, name: &'static CStr, unit: &str, need: u64, limit: u64) -> Result<()> {
    if need <= limit {
        return Ok(());
    }
    let n = name.to_str().unwrap_or_default();
    let text = format!("{n}: the module needs {need} {unit}, the limit is {limit}; raise it with dwcp_config_set_{n}");
    Err(Error::new(status, text).with_limit(name, limit, need))
}

fn measure(binary: &[u8]) -> Result<Needs> {
    let mut needs = Needs::default();
    let mut tables = Tables::default();
    for payload in Parser::new(0).parse_all(binary) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Component, .. } => {
                return Err(Error::new(Status::UNSUPPORTED, "this is a component; only core WebAssembly modules can be loaded"));
            }
            Payload::TypeSection(section) => {
                let mut count: u64 = 0;
                for group in section {
                    for ty in group.map_err(malformed)?.types() {
                        count += 1;
                        at_most("types", count, MAX_TYPES)?;
                        if let CompositeInnerType::Func(f) = &ty.composite_type.inner {
                            needs.references |= f.params().iter().chain(f.results()).any(is_host_reference);
                        }
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    needs.references |= is_host_reference(&global.map_err(malformed)?.ty.content_type);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import.map_err(malformed)?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => needs.functions += 1,
                        TypeRef::Memory(m) => check_memory(&m)?,
                        // What the host's table holds is not known beforehand.
                        TypeRef::Table(_) => tables.sizes.push(0),
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(section) => needs.functions += u64::from(section.count()),
            Payload::TableSection(section) => {
                needs.tables = section.count();
                for table in section {
                    let ty: TableType = table.map_err(malformed)?.ty;
                    needs.table_elements = needs.table_elements.saturating_add(ty.initial);
                    needs.references |= is_host_reference(&ValType::Ref(ty.element_type));
                    tables.sizes.push(ty.initial);
                }
            }
            Payload::MemorySection(section) => {
                needs.memories = section.count();
                for memory in section {
                    let ty = memory.map_err(malformed)?;
                    check_memory(&ty)?;
                    needs.memory_bytes = needs.memory_bytes.saturating_add(ty.initial.saturating_mul(PAGE));
                }
            }
            Payload::ElementSection(section) => {
                at_most("element segments", section.count().into(), MAX_COSTLY_ELEMENTS)?;
                for element in section {
                    tables.add(&element.map_err(malformed)?)?;
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut locals: u64 = 0;
                for local in body.get_locals_reader().map_err(malformed)? {
                    let (count, ty) = local.map_err(malformed)?;
                    locals += u64::from(count);
                    needs.references |= is_host_reference(&ty);
                }
                check_body(&body, locals)?;
            }
            _ => {}
        }
    }
    Ok(needs)
}

fn is_host_reference(ty: &ValType) -> bool {
    matches!(ty, ValType::Ref(r) if !r.is_func_ref())
}

/// The tables so far, and what their initialisation costs.
#[derive(Default)]
struct Tables {
    /// Elements at the start, 0 for an imported one.
    sizes: Vec<u64>,
    /// Items that are not laid out when the module is compiled: from the first segment that cannot be, all that follow.
    costly: u64,
}

impl Tables {
    fn add(&mut self, element: &Element<'_>) -> Result<()> {
        let (items, plain) = match &element.items {
            ElementItems::Functions(f) => (u64::from(f.count()), true),
            ElementItems::Expressions(_, e) => (u64::from(e.count()), false),
        };
        let laid_out = match &element.kind {
            ElementKind::Declared => return Ok(()),
            ElementKind::Passive => false,
            ElementKind::Active { table_index, offset_expr } => {
                let table = self.sizes.get(table_index.unwrap_or(0) as usize).copied().unwrap_or(0);
                let offset = match offset_expr.get_operators_reader().read() {
                    Ok(Operator::I32Const { value }) => Some(u64::from(value.cast_unsigned())),
                    _ => None,
                };
                plain && self.costly == 0 && offset.is_some_and(|o| o + items <= table)
            }
        };
        if !laid_out {
            // One more, so that an empty segment is seen too.
            self.costly += items + 1;
        }
        at_most("elements in segments that cannot be laid out beforehand", self.costly, MAX_COSTLY_ELEMENTS)
    }
}

fn at_most(what: &str, count: u64, most: u64) -> Result<()> {
    match count <= most {
        true => Ok(()),
        false => Err(Error::new(
            Status::POLICY_REFUSED,
            format!("the module has more than {most} {what}: compiling it would take too long"),
        )),
    }
}

fn check_body(body: &FunctionBody<'_>, locals: u64) -> Result<()> {
    let mut operators = body.get_operators_reader().map_err(malformed)?;
    let (mut depth, mut loops): (usize, u64) = (0, 0);
    while !operators.eof() {
        match operators.read().map_err(malformed)? {
            Operator::Loop { .. } => {
                depth += 1;
                loops += 1;
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => depth += 1,
            Operator::End => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth > MAX_NESTING {
            let at = body.range().start;
            let text = format!("the function at offset {at:#x} has more than {MAX_NESTING} blocks within blocks");
            return Err(Error::new(Status::POLICY_REFUSED, text));
        }
    }
    at_most("loops in a function", loops, MAX_LOOPS)?;
    at_most("loops times locals in a function", loops.saturating_mul(locals), MAX_LOOPS_BY_LOCALS)
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
        assert_eq!(
            needs,
            Needs { functions: 3, memory_bytes: 5 * PAGE, table_elements: 8, memories: 2, tables: 2, references: false }
        );
    }

    #[test]
    fn counts_the_slots_of_a_vm() {
        let slots = |text| inspect_text(text).unwrap().slots();
        assert_eq!(slots("(module)"), 1);
        assert_eq!(slots("(module (memory 1) (memory 1) (table 1 funcref))"), 2);
        for text in [
            "(module (memory 1) (table 1 externref))",
            "(module (memory 1) (func (param externref)))",
            "(module (memory 1) (func (local externref)))",
            "(module (memory 1) (global externref (ref.null extern)))",
        ] {
            assert_eq!(slots(text), 2, "{text}");
        }
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
    fn what_would_keep_the_compiler_busy_is_refused_before_it() {
        let nested = |n: usize| {
            let mut body = vec![0];
            body.extend([0x02, 0x40].repeat(n));
            body.extend([0x0b].repeat(n + 1));
            let leb = |mut n: usize| {
                let mut out = Vec::new();
                while n >= 128 {
                    out.push(n as u8 | 128);
                    n >>= 7;
                }
                out.push(n as u8);
                out
            };
            let code = [leb(1), leb(body.len()), body].concat();
            let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a".to_vec();
            module.extend([leb(code.len()), code].concat());
            inspect(&Config::new(Profile::Default), &module)
        };
        assert_eq!(nested(MAX_NESTING).unwrap().functions, 1);
        assert_eq!(nested(MAX_NESTING + 1).unwrap_err().status(), Status::POLICY_REFUSED);
        let text = format!("(module {})", "(func)".repeat(MAX_TEXT_BYTES / 6));
        assert_eq!(binary(text.as_bytes()).unwrap_err().status(), Status::POLICY_REFUSED);
    }

    #[test]
    fn small_modules_that_are_large_work_are_refused() {
        let refused = |text: String| {
            let e = inspect_text(&text).unwrap_err();
            assert_eq!(e.status(), Status::POLICY_REFUSED, "{e}");
        };
        let items = "$f ".repeat(10_001);
        refused(format!("(module (table 1 funcref) (func $f) (elem (i32.const 0) func {items}))"));
        refused(format!("(module (func $f) (elem func {items}))"));
        refused(format!("(module (table 9 funcref) (func $f) {})", "(elem (i32.const 0) func $f)".repeat(10_001)));
        refused(format!("(module (func {}))", "(loop)".repeat(5001)));
        refused(format!("(module (func (local {}) {}))", "i32 ".repeat(1000), "(loop)".repeat(251)));
        let types: String = (0..15).fold(String::new(), |all, n| {
            (0..1u32 << n).fold(all, |all, bits| {
                let params: String = (0..n).map(|i| if bits >> i & 1 == 0 { "i32 " } else { "i64 " }).collect();
                format!("{all}(type (func (param {params})))")
            })
        });
        refused(format!("(module {types})"));
        let laid_out = format!("(module (table 20000 funcref) (func $f) (elem (i32.const 5) func {items}))");
        let mut config = Config::new(Profile::Default);
        config.max_table_elements = 20_000;
        inspect(&config, &binary(laid_out.as_bytes()).unwrap()).unwrap();
    }

    #[test]
    fn what_is_not_valid_is_not_over_a_limit() {
        for text in ["(module (memory 65537))", "(module (table 2000 1 funcref))"] {
            assert_eq!(inspect_text(text).unwrap_err().status(), Status::INVALID_MODULE, "{text}");
        }
    }

    #[test]
    fn says_what_is_not_a_module() {
        assert!(binary(b"\x7fELF").unwrap_err().message().contains("[7f 45 4c 46]"));
        assert!(binary(b"(module (func (wrong)))").unwrap_err().message().contains("wrong"));
        assert_eq!(inspect_text("(component)").unwrap_err().status(), Status::UNSUPPORTED);
    }
}
