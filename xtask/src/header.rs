//! Writes `include/dwcp_wasm.h`: the declarations by cbindgen from `src/ffi`, the contract and the C helpers from `include/parts`,
//! and what follows from the structs themselves: INIT macros, init functions and layout assertions.

use crate::c::{self, Header, Struct, Variable};
use crate::tree::{self, Outcome, Tree};
use std::fmt::Write as _;
use std::path::PathBuf;

pub const HEADER: &str = "include/dwcp_wasm.h";

pub fn run(tree: &Tree, check: bool) -> Outcome {
    tree.settle(HEADER, &generate(tree)?, check, "header")
}

/// The committed header, parsed.
pub fn committed(tree: &Tree) -> Result<Header, String> {
    c::parse(&tree.read(HEADER)?).map_err(|e| format!("{HEADER}: {e}"))
}

fn generate(tree: &Tree) -> Result<String, String> {
    let mut config = cbindgen::Config::from_file(tree.path("cbindgen.toml")).map_err(|e| format!("cbindgen.toml: {e}"))?;
    let version = version(tree)?;
    config.header = Some(tree.read("include/parts/contract.h")?.trim_end().to_string());
    config.after_includes = Some(prelude(tree, &version)?);
    // Opaque types have no `_t` in Rust, where they are tags; C sees them by their typedef.
    let sources = sources(tree)?;
    for name in opaque_types(&sources)? {
        let alias = format!("{name}_t");
        config.export.rename.insert(name, alias);
    }
    // Rust knows the number too; the header has it in the prelude, with its suffix.
    config.export.exclude.push("DWCP_ABI_VERSION".to_string());
    let mut text = declare(&sources, config)?;
    let parsed = c::parse(&text).map_err(|e| format!("what cbindgen wrote: {e}"))?;
    // cbindgen's own trailer would stand outside the include guard.
    let end = text.rfind("#endif").ok_or("cbindgen wrote no include guard")?;
    text.insert_str(end, &(trailer(tree, &parsed)? + "\n"));
    Ok(polish(&text))
}

/// What cbindgen has no setting for: opaque types are tagged without `_t`, types are used by their typedef without `struct`,
/// negative constants stand in parentheses, short comments on one line and constants without empty lines between them.
fn polish(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        let mut line = line.to_string();
        let is_comment = line.trim_start().starts_with(['*', '/']);
        if let Some(tag) =
            line.strip_prefix("typedef struct ").and_then(|l| l.strip_suffix(';')).and_then(|l| l.split(' ').next())
        {
            line = format!("typedef struct {} {tag};", tag.strip_suffix("_t").unwrap_or(tag));
        } else if !is_comment && !line.starts_with("typedef struct ") && !line.starts_with("typedef union ") {
            line = line.replace("struct dwcp_", "dwcp_").replace("union dwcp_", "dwcp_");
        }
        if let Some((name, number)) = line.strip_prefix("#define DWCP_").and_then(|l| l.split_once(" -"))
            && number.chars().all(|c| c.is_ascii_digit())
        {
            line = format!("#define DWCP_{name} (-{number})");
        }
        let n = lines.len();
        if line.trim() == "*/" && n >= 2 && lines[n - 2].trim() == "/**" {
            let said = lines[n - 1].trim().trim_start_matches("* ").to_string();
            let indent = lines[n - 2].replace("/**", "");
            if indent.len() + said.len() <= 120 {
                lines.truncate(n - 2);
                line = format!("{indent}/** {said} */");
            }
        }
        lines.push(line);
    }
    let mut kept: Vec<&str> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let after_constant = kept.last().is_some_and(|l| l.starts_with("#define DWCP_") && !l.contains("(condition"));
        let before_constant = lines.get(i + 2).is_some_and(|l| l.starts_with("#define ")) && lines[i + 1].starts_with("/** ");
        let double = kept.last().is_some_and(|l| l.is_empty());
        if line.is_empty() && (double || (after_constant && before_constant)) {
            continue;
        }
        kept.push(line);
    }
    kept.join("\n") + "\n"
}

fn declare(sources: &[PathBuf], config: cbindgen::Config) -> Result<String, String> {
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources {
        builder = builder.with_src(source);
    }
    let bindings = builder.generate().map_err(|e| format!("cbindgen: {e}"))?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).map_err(|e| e.to_string())
}

/// The order in which a reader meets the nouns; a file that begins with a noun and `_` follows it.
const ORDER: [&str; 12] =
    ["version", "status", "error", "value", "config", "runtime", "imports", "module", "function", "call", "wasi", "metrics"];

/// The files of `src/ffi` in the order of the header: all that their parent declares, new nouns last.
fn sources(tree: &Tree) -> Result<Vec<PathBuf>, String> {
    let parent = "src/ffi/mod.rs";
    let mut names = Vec::new();
    for line in tree.read(parent)?.lines() {
        let line = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        if let Some(name) = line.strip_prefix("mod ").and_then(|l| l.strip_suffix(';')) {
            names.push(name.to_string());
        }
    }
    let rank = |name: &str| ORDER.iter().position(|noun| name.split('_').next() == Some(noun)).unwrap_or(ORDER.len());
    names.sort_by_key(|name| rank(name));
    let mut found = Vec::new();
    for name in names {
        let path = tree.path(&format!("src/ffi/{name}.rs"));
        if !path.exists() {
            return Err(format!("{parent} declares `{name}`, but {} is missing", tree.name(&path)));
        }
        found.push(path);
    }
    Ok(found)
}

/// The types declared `pub struct dwcp_x { _private: [u8; 0] }`.
fn opaque_types(sources: &[PathBuf]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for source in sources {
        let text = tree::read(source)?;
        for (at, _) in text.match_indices("pub struct dwcp_") {
            let declaration = &text[at + "pub struct ".len()..];
            let (name, body) = declaration.split_once('{').unwrap_or((declaration, ""));
            if body.trim_start().starts_with("_private") && !name.trim().ends_with("_t") {
                found.push(name.trim().to_string());
            }
        }
    }
    Ok(found)
}

/// Major, minor and patch of the crate.
pub fn version(tree: &Tree) -> Result<[String; 3], String> {
    let manifest = tree.read("Cargo.toml")?;
    let package = manifest.split("[package]").nth(1).ok_or("Cargo.toml has no [package]")?;
    let line = package.lines().find(|l| l.trim_start().starts_with("version")).ok_or("Cargo.toml has no version")?;
    let numbers: Vec<String> = line.split('"').nth(1).unwrap_or("").split('.').map(str::to_string).collect();
    numbers.try_into().map_err(|_| format!("`{line}` is not major.minor.patch"))
}

fn prelude(tree: &Tree, version: &[String; 3]) -> Result<String, String> {
    let text = tree.read("include/parts/prelude.h")?;
    let [major, minor, patch] = version;
    Ok(text.replace("@MAJOR@", major).replace("@MINOR@", minor).replace("@PATCH@", patch).trim_end().to_string())
}

/// What stands after the declarations: layout assertions, initialisers, helpers for values.
fn trailer(tree: &Tree, header: &Header) -> Result<String, String> {
    let mut text = String::from("#ifdef __cplusplus\nextern \"C\" {\n#endif  // __cplusplus\n\n");
    text.push_str("/* ---- Layout: a compiler that lays a struct out differently stops here. ---- */\n\n");
    for structure in &header.structs {
        let (size, offsets) = layout(header, structure)?;
        let name = &structure.name;
        let _ = writeln!(text, "DWCP_ASSERT_LAYOUT(sizeof({name}) == {size}, {name}_size);");
        if name == "dwcp_value_t" {
            for (field, offset) in structure.fields.iter().zip(offsets) {
                let _ = writeln!(text, "DWCP_ASSERT_LAYOUT(offsetof({name}, {0}) == {offset}, {name}_{0});", field.name);
            }
        }
    }
    text.push_str("\n/* ---- Initialisers of the structs that begin with struct_size: macro and function do the same. ---- */\n");
    for structure in header.sized_structs() {
        initialiser(header, structure, &mut text);
    }
    text.push('\n');
    text.push_str(tree.read("include/parts/values.h")?.trim_end());
    text.push_str("\n\n#ifdef __cplusplus\n}  // extern \"C\"\n#endif  // __cplusplus\n");
    Ok(text)
}

/// Every field is listed: `{ sizeof(x) }` alone warns under -Wextra. The function is for hosts that do not see macros (cgo, FFI
/// generators), and for elements of arrays.
fn initialiser(header: &Header, structure: &Struct, text: &mut String) {
    let name = &structure.name;
    let stem = name.strip_suffix("_t").unwrap_or(name);
    let upper = stem.to_uppercase();
    let values: Vec<String> = structure
        .fields
        .iter()
        .map(|f| if f.name == "struct_size" { format!("sizeof({name})") } else { zero(header, f) })
        .collect();
    let _ = write!(
        text,
        "
/** Initialises a {name}: its size, and zero for everything else. */
#define {upper}_INIT {{ {values} }}

/**
 * Does what {upper}_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void {stem}_init({name} *out) {{
    static const {name} fresh = {upper}_INIT;
    if (out != NULL) {{
        *out = fresh;
    }}
}}
",
        values = values.join(", ")
    );
}

fn zero(header: &Header, field: &Variable) -> String {
    let zero = match field.kind.as_str() {
        _ if field.array.is_some() => "{ 0 }",
        kind if kind.ends_with('*') => "NULL",
        "bool" => "false",
        "double" => "0.0",
        // A struct within a struct has a size of its own.
        kind if header.sized_structs().any(|s| s.name == kind) => {
            return format!("{}_INIT", kind.strip_suffix("_t").unwrap_or(kind).to_uppercase());
        }
        _ => "0",
    };
    zero.to_string()
}

/// Size of a struct and offsets of its fields on the platforms we support, which are all LP64.
pub fn layout(header: &Header, structure: &Struct) -> Result<(usize, Vec<usize>), String> {
    let (mut size, mut align, mut offsets) = (0usize, 1usize, Vec::new());
    for field in &structure.fields {
        let (one, alignment) = measure(header, &field.kind).map_err(|e| format!("{}.{}: {e}", structure.name, field.name))?;
        let count = match &field.array {
            Some(length) => length.parse::<usize>().map_err(|_| format!("{}.{}: length {length}", structure.name, field.name))?,
            None => 1,
        };
        align = align.max(alignment);
        if structure.is_union {
            offsets.push(0);
            size = size.max(one * count);
        } else {
            size = size.next_multiple_of(alignment);
            offsets.push(size);
            size += one * count;
        }
    }
    Ok((size.next_multiple_of(align), offsets))
}

fn measure(header: &Header, kind: &str) -> Result<(usize, usize), String> {
    let plain = kind.strip_prefix("const ").filter(|k| !k.ends_with('*')).unwrap_or(kind);
    let scalar = |n| Ok((n, n));
    match header.resolve(plain) {
        k if k.ends_with('*') || header.is_callback(k) => scalar(8),
        "bool" | "char" | "uint8_t" | "int8_t" => scalar(1),
        "uint16_t" | "int16_t" => scalar(2),
        "uint32_t" | "int32_t" | "float" => scalar(4),
        "uint64_t" | "int64_t" | "double" | "size_t" => scalar(8),
        k => {
            let inner = header.structure(k).ok_or_else(|| format!("type `{k}` is unknown"))?;
            let (size, _) = layout(header, inner)?;
            let mut align = 1;
            for field in &inner.fields {
                align = align.max(measure(header, &field.kind)?.1);
            }
            Ok((size, align))
        }
    }
}
