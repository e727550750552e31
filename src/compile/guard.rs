//! What is checked of a module before the compiler sees it: its size, its form, and what it would need at the very least.
//!
//! One pass over the sections with wasmparser, functions and their validity included; it takes a hundredth of the compiler's time.

use crate::compile::body::Bodies;
use crate::compile::caps::{self, Cap};
use crate::config::Config;
use crate::error::{Error, Result, Status};
use std::borrow::Cow;
use wasmtime::wasmparser::{
    CompositeInnerType, ConstExpr, DataKind, Element, ElementItems, ElementKind, Encoding, MemoryType, Operator, Parser, Payload,
    TableInit, TypeRef, ValType, ValidPayload, Validator, WasmFeatures,
};

const MAGIC: &[u8; 4] = b"\0asm";
const PAGE: u64 = 65_536;
/// Text takes some seventy times its size while it is translated; more of it than this is refused.
const MAX_TEXT_BYTES: usize = 4 << 20;
/// Items of element segments that cannot be laid out beforehand: the engine compiles code for each of these, some kilobytes an
/// item, and 400 000 of them took 2.6 GB.
const MAX_COSTLY_ELEMENTS: u64 = 10_000;
/// Operators of one constant expression: the engine carries them out each time that it makes a VM, before any deadline counts.
/// Programs have one, and three where code is relocatable.
const MAX_CONST_OPERATORS: u64 = 100;

const MODULE_BYTES: Cap = Cap::new(c"max_module_bytes", "bytes");
const FUNCTIONS: Cap = Cap { name: c"max_functions", unit: "functions", status: Status::LIMIT_FUNCTIONS };
const TYPES: Cap = Cap::new(c"max_types", "types");
const IMPORTS: Cap = Cap::new(c"max_imports", "imports");
const EXPORTS: Cap = Cap::new(c"max_exports", "exports");
const GLOBALS: Cap = Cap::new(c"max_globals", "globals");
const DATA: Cap = Cap::new(c"max_data_segments", "data segments");
const ELEMENTS: Cap = Cap::new(c"max_element_segments", "element segments");
const NAMES: Cap = Cap::new(c"max_name_bytes", "bytes of names of imports and exports");
const TABLES: Cap = Cap { name: c"max_table_elements", unit: "table elements at the start", status: Status::LIMIT_TABLE };
const TOTAL_MEMORY: Cap = Cap { name: c"max_total_memory_bytes", ..MEMORY };
const MEMORY: Cap = Cap { name: c"max_memory_bytes", unit: "bytes of memory at the start", status: Status::OUT_OF_MEMORY };

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
            let (n, limit) = (text.len() as u64, MAX_TEXT_BYTES as u64);
            let text = format!(
                "max_text_bytes: the WebAssembly text has {n} bytes, the limit is {limit} and fixed: load it as a binary"
            );
            Err(Error::new(Status::POLICY_REFUSED, text).with_limit(c"max_text_bytes", limit, n))
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
    MODULE_BYTES.check(len as u64, config.max_module_bytes)
}

/// Measures the module and refuses what is over a cap and what could never run under this configuration, section by section: of
/// each its caps are looked at first, then it is validated, then what it asks for is looked at. What comes after a refusal is not.
pub fn inspect(config: &Config, binary: &[u8]) -> Result<Needs> {
    let mut inspection = Inspection {
        config,
        validator: Validator::new_with_features(WasmFeatures::all()),
        needs: Needs::default(),
        tables: Tables::default(),
        bodies: Bodies::new(config, binary.len()),
        name_bytes: 0,
    };
    for payload in Parser::new(0).parse_all(binary) {
        let payload = payload.map_err(malformed)?;
        inspection.check_caps(&payload)?;
        if let ValidPayload::Func(function, body) = inspection.validator.payload(&payload).map_err(malformed)? {
            inspection.bodies.check(function, &body)?;
        }
        inspection.check_needs(&payload)?;
    }
    Ok(inspection.needs)
}

/// Refuses what would not even start: its tables or its memories are over what a call may have.
pub fn check_room(config: &Config, needs: &Needs) -> Result<()> {
    TABLES.check(needs.table_elements, config.table_ceiling())?;
    MEMORY.check(needs.memory_bytes, config.memory_ceiling())?;
    match config.max_total_memory_bytes {
        0 => Ok(()),
        all => TOTAL_MEMORY.check(needs.memory_bytes, all),
    }
}

/// One pass over a module.
struct Inspection<'c> {
    config: &'c Config,
    validator: Validator,
    needs: Needs,
    tables: Tables,
    bodies: Bodies<'c>,
    name_bytes: u64,
}

impl Inspection<'_> {
    /// What a section says of its size, and what would make validating it long.
    fn check_caps(&mut self, payload: &Payload<'_>) -> Result<()> {
        let config = self.config;
        match payload {
            Payload::Version { encoding: Encoding::Component, .. } => {
                return Err(Error::new(Status::UNSUPPORTED, "this is a component; only core WebAssembly modules can be loaded"));
            }
            Payload::TypeSection(section) => {
                TYPES.check(section.count().into(), config.max_types)?;
                let mut count: u64 = 0;
                for group in section.clone() {
                    for ty in group.map_err(malformed)?.types() {
                        count += 1;
                        TYPES.check(count, config.max_types)?;
                        if let CompositeInnerType::Func(f) = &ty.composite_type.inner {
                            self.needs.references |= f.params().iter().chain(f.results()).any(is_host_reference);
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                let mut count: u64 = 0;
                for import in section.clone().into_imports() {
                    let import = import.map_err(malformed)?;
                    count += 1;
                    IMPORTS.check(count, config.max_imports)?;
                    self.name(import.module)?;
                    self.name(import.name)?;
                    match import.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => self.needs.functions += 1,
                        TypeRef::Memory(m) => check_memory(&m)?,
                        // What the host's table holds is not known beforehand.
                        TypeRef::Table(_) => self.tables.sizes.push(0),
                        _ => {}
                    }
                }
                FUNCTIONS.check(self.needs.functions, config.max_functions)?;
            }
            Payload::FunctionSection(section) => {
                self.needs.functions += u64::from(section.count());
                FUNCTIONS.check(self.needs.functions, config.max_functions)?;
            }
            Payload::GlobalSection(section) => {
                GLOBALS.check(section.count().into(), config.max_globals)?;
                for global in section.clone() {
                    let global = global.map_err(malformed)?;
                    self.needs.references |= is_host_reference(&global.ty.content_type);
                    check_const(&global.init_expr)?;
                }
            }
            Payload::ExportSection(section) => {
                EXPORTS.check(section.count().into(), config.max_exports)?;
                for export in section.clone() {
                    self.name(export.map_err(malformed)?.name)?;
                }
            }
            Payload::ElementSection(section) => {
                ELEMENTS.check(section.count().into(), config.max_element_segments)?;
                for element in section.clone() {
                    self.tables.add(&element.map_err(malformed)?)?;
                }
            }
            Payload::DataCountSection { count, .. } => DATA.check((*count).into(), config.max_data_segments)?,
            Payload::DataSection(section) => {
                DATA.check(section.count().into(), config.max_data_segments)?;
                for data in section.clone() {
                    if let DataKind::Active { offset_expr, .. } = data.map_err(malformed)?.kind {
                        check_const(&offset_expr)?;
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.check_size(body)?,
            _ => {}
        }
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<()> {
        self.name_bytes += name.len() as u64;
        NAMES.check(self.name_bytes, self.config.max_name_bytes)
    }

    /// What a valid section asks for: a memory that is not valid at all would be too large under any limit.
    fn check_needs(&mut self, payload: &Payload<'_>) -> Result<()> {
        let needs = &mut self.needs;
        match payload {
            Payload::TableSection(section) => {
                needs.tables = section.count();
                for table in section.clone() {
                    let table = table.map_err(malformed)?;
                    if let TableInit::Expr(init) = &table.init {
                        check_const(init)?;
                    }
                    needs.table_elements = needs.table_elements.saturating_add(table.ty.initial);
                    needs.references |= is_host_reference(&ValType::Ref(table.ty.element_type));
                    self.tables.sizes.push(table.ty.initial);
                }
            }
            Payload::MemorySection(section) => {
                needs.memories = section.count();
                for memory in section.clone() {
                    let ty = memory.map_err(malformed)?;
                    check_memory(&ty)?;
                    needs.memory_bytes = needs.memory_bytes.saturating_add(ty.initial.saturating_mul(PAGE));
                }
            }
            Payload::CodeSectionEntry(body) => {
                for local in body.get_locals_reader().map_err(malformed)? {
                    needs.references |= is_host_reference(&local.map_err(malformed)?.1);
                }
                return Ok(());
            }
            _ => return Ok(()),
        }
        check_room(self.config, needs)
    }
}

fn check_const(expression: &ConstExpr<'_>) -> Result<()> {
    let mut operators = expression.get_operators_reader();
    let mut count: u64 = 0;
    while !operators.eof() {
        operators.read().map_err(malformed)?;
        count += 1;
        // The end is none.
        let counted = count.saturating_sub(1);
        caps::fixed(c"max_const_operators", "operators in a constant expression", "module", counted, MAX_CONST_OPERATORS)?;
    }
    Ok(())
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
            ElementItems::Expressions(_, e) => {
                for expression in e.clone() {
                    check_const(&expression.map_err(malformed)?)?;
                }
                (u64::from(e.count()), false)
            }
        };
        let laid_out = match &element.kind {
            ElementKind::Declared => return Ok(()),
            ElementKind::Passive => false,
            ElementKind::Active { table_index, offset_expr } => {
                check_const(offset_expr)?;
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
        let unit = "elements in segments that cannot be laid out beforehand";
        caps::fixed(c"max_costly_elements", unit, "module", self.costly, MAX_COSTLY_ELEMENTS)
    }
}

fn check_memory(memory: &MemoryType) -> Result<()> {
    if memory.shared {
        return Err(Error::new(Status::UNSUPPORTED, "the module has a shared memory, which no limit and no deadline would hold"));
    }
    Ok(())
}

/// The error for bytes that are no module.
pub(super) fn malformed(e: wasmtime::wasmparser::BinaryReaderError) -> Error {
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
        assert_eq!(nested(10_000).unwrap().functions, 1);
        assert_eq!(refusal(nested(10_001)), ("max_nesting_depth", 10_000, 10_001));
        let text = format!("(module {})", "(func)".repeat(MAX_TEXT_BYTES / 6));
        assert_eq!(refusal(binary(text.as_bytes())).0, "max_text_bytes");
    }

    /// The limit that refused a module: its name, its value and what the module has.
    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, u64, u64) {
        let e = result.unwrap_err();
        assert_eq!(e.status(), Status::POLICY_REFUSED, "{e}");
        let hit = e.limit().unwrap();
        let name = hit.name.to_str().unwrap();
        assert!(e.message().starts_with(name) || e.message().contains(&format!("{name}: ")), "{e}");
        (name, hit.limit, hit.asked)
    }

    #[test]
    fn small_modules_that_are_large_work_are_refused() {
        let refused = |name: &str, text: String| assert_eq!(refusal(inspect_text(&text)).0, name);
        let items = "$f ".repeat(10_001);
        refused("max_costly_elements", format!("(module (table 1 funcref) (func $f) (elem (i32.const 0) func {items}))"));
        refused("max_costly_elements", format!("(module (func $f) (elem func {items}))"));
        let segments = "(elem (i32.const 0) func $f)".repeat(10_001);
        refused("max_element_segments", format!("(module (table 9 funcref) (func $f) {segments})"));
        refused("max_loops", format!("(module (func {}))", "(loop)".repeat(5500)));
        refused("max_loops", format!("(module (func {} {}))", "(loop".repeat(100), ")".repeat(100)));
        refused("max_loops_by_locals", format!("(module (func (local {}) {}))", "i32 ".repeat(1000), "(loop)".repeat(251)));
        refused("max_operand_depth", format!("(module (func {} {}))", "i32.const 0 ".repeat(10_001), "drop ".repeat(10_001)));
        let branches = "(br_if 0 (local.get 0))".repeat(2000);
        refused("max_block_values", format!("(module (func (param i32) (local {}) {branches}))", "i32 ".repeat(9000)));
        let branches = "(br_if 0 (local.get 0))".repeat(40_000);
        refused("max_block_operators", format!("(module (func (param i32) {branches}))"));
        let wide = "i32 ".repeat(1000);
        let through = "call $f ".repeat(102);
        let gives = format!("(func $f (param {wide}) (result {wide}) unreachable)");
        refused("max_wide_operands", format!("(module {gives} (func unreachable {through} unreachable))"));
        let grown = |times| format!("(module (memory 1) (func (result i32) i32.const 0 {}))", "memory.grow ".repeat(times));
        inspect_text(&grown(20_000)).unwrap();
        refused("max_bulk_operators", grown(22_000));
        let copied = "i32.const 0 i32.const 0 i32.const 0 table.copy ".repeat(7000);
        refused("max_bulk_operators", format!("(module (table 1 funcref) (func {copied}))"));
        let added = "i32.const 1 i32.add ".repeat(50);
        refused("max_const_operators", format!("(module (global i32 i32.const 1 {added}))"));
        refused("max_types", format!("(module {})", "(type (func))".repeat(20_001)));
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
