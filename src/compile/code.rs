//! Compiled code with everything about it that does not depend on who loaded it.

use crate::compile::debug_info::DebugInfo;
use crate::compile::engine::PER_MODULE;
use crate::compile::guard::Needs;
use crate::compile::long_names;
use crate::compile::room;
use crate::descriptor;
use crate::error::{Error, Result, Status, escape, nearest};
use crate::interface::Interface;
use crate::signature::{Kind, Signature};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use wasmtime::wasmparser::{Validator, WasmFeatures};
use wasmtime::{ExternType, ModuleExport};

/// SHA-256 of a module's bytes as they were given: its identity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Hash {
        use sha2::Digest;
        Hash(sha2::Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Hash> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut hash = [0u8; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
            let [high, low] = pair else { return None };
            let nibble = |d: &u8| char::from(*d).to_digit(16);
            *byte = u8::try_from(nibble(high)? * 16 + nibble(low)?).ok()?;
        }
        Some(Hash(hash))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The type of an import or an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternKind {
    Function(Arc<Signature>),
    Global { content: Kind, mutable: bool },
    Table { content: Kind, min: u64, max: Option<u64>, is_64: bool },
    Memory { min: u64, max: Option<u64>, is_64: bool },
    Tag(Arc<Signature>),
}

impl ExternKind {
    fn of(ty: &ExternType) -> ExternKind {
        match ty {
            ExternType::Func(f) => ExternKind::Function(Arc::new(Signature::of(f))),
            ExternType::Global(g) => {
                ExternKind::Global { content: Kind::of(g.content()), mutable: g.mutability() == wasmtime::Mutability::Var }
            }
            ExternType::Table(t) => {
                ExternKind::Table { content: Kind::of_ref(t.element()), min: t.minimum(), max: t.maximum(), is_64: t.is_64() }
            }
            ExternType::Memory(m) => ExternKind::Memory { min: m.minimum(), max: m.maximum(), is_64: m.is_64() },
            ExternType::Tag(t) => ExternKind::Tag(Arc::new(Signature::of(t.ty()))),
        }
    }
}

impl fmt::Display for ExternKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let upto = |max: &Option<u64>| max.map_or_else(String::new, |m| format!("..={m}"));
        match self {
            ExternKind::Function(s) => write!(f, "function {s}"),
            ExternKind::Global { content, mutable } => {
                write!(f, "{}global {}", if *mutable { "mutable " } else { "" }, content.name())
            }
            ExternKind::Table { content, min, max, .. } => write!(f, "table {} {min}{}", content.name(), upto(max)),
            ExternKind::Memory { min, max, .. } => write!(f, "memory of {min}{} pages", upto(max)),
            ExternKind::Tag(s) => write!(f, "tag {s}"),
        }
    }
}

/// An import: its two names and its type.
#[derive(Clone, Debug)]
pub struct Import {
    pub module: String,
    pub name: String,
    pub kind: ExternKind,
}

/// An export: its name, its type and its place in the module.
#[derive(Clone)]
pub struct Export {
    pub name: String,
    pub kind: ExternKind,
    pub index: ModuleExport,
}

/// Compiled code: shared by every module handle of the same bytes.
pub struct Code {
    pub hash: Hash,
    pub module: wasmtime::Module,
    pub imports: Vec<Import>,
    pub exports: Vec<Export>,
    by_name: HashMap<String, usize>,
    /// Signatures that the guest declares for its exports.
    declared: HashMap<String, String>,
    pub needs: Needs,
    /// Bytes of the input.
    pub size_bytes: u64,
    /// Bytes of machine code and metadata, and of line tables.
    pub code_bytes: u64,
    /// For the frames of errors.
    pub debug_info: Option<Arc<DebugInfo>>,
    pub created_at_unix_ns: i64,
    last_access_unix_ns: AtomicI64,
    access_count: AtomicU64,
}

impl Code {
    /// Compiles a checked binary. `size_bytes` is the input's size, which for text differs from the binary's.
    pub fn compile(engine: &wasmtime::Engine, hash: Hash, binary: &[u8], needs: Needs, size_bytes: usize) -> Result<Code> {
        room::check_code()?;
        // Slots have room for so many; without slots it is the same limit.
        for (what, count) in [("memories", needs.memories), ("tables", needs.tables)] {
            if count > PER_MODULE {
                let text = format!(
                    "the module needs what this runtime does not offer: it has {count} {what}, at most {PER_MODULE} are possible"
                );
                return Err(Error::new(Status::UNSUPPORTED, text));
            }
        }
        let module = wasmtime::Module::from_binary(engine, &long_names::hidden(binary)).map_err(|e| refused(&e, binary))?;
        // Here and not in the first call: it writes a file in memory, and this thread blocks the signal for one that is too large.
        descriptor::above_standard(|| module.initialize_copy_on_write_image()).map_err(|e| {
            Error::new(Status::OS, format!("no memory or no file descriptor (RLIMIT_NOFILE) for the module's image: {e:#}"))
        })?;
        let imports = module
            .imports()
            .map(|i| Import { module: i.module().to_string(), name: i.name().to_string(), kind: ExternKind::of(&i.ty()) })
            .collect();
        let exports: Vec<Export> = module
            .exports()
            .filter_map(|e| {
                let index = module.get_export_index(e.name())?;
                Some(Export { name: e.name().to_string(), kind: ExternKind::of(&e.ty()), index })
            })
            .collect();
        let by_name = exports.iter().enumerate().map(|(i, e)| (e.name.clone(), i)).collect();
        let range = module.image_range();
        let code_bytes = (range.end as usize).saturating_sub(range.start as usize) as u64;
        let now = unix_ns();
        Ok(Code {
            hash,
            imports,
            exports,
            by_name,
            declared: super::declared::signatures(binary),
            needs,
            size_bytes: size_bytes as u64,
            code_bytes,
            debug_info: None,
            created_at_unix_ns: now,
            last_access_unix_ns: AtomicI64::new(now),
            access_count: AtomicU64::new(0),
            module,
        })
    }

    /// Adds the line tables, whose bytes count as the code's.
    pub fn with_debug_info(mut self, info: Option<DebugInfo>) -> Code {
        self.code_bytes += info.as_ref().map_or(0, DebugInfo::bytes);
        self.debug_info = info.map(Arc::new);
        self
    }

    /// The export of that name.
    pub fn export(&self, name: &str) -> Option<&Export> {
        self.by_name.get(name).and_then(|i| self.exports.get(*i))
    }

    /// The exported function of that name, or an error that names the nearest ones.
    pub fn function(&self, name: &str) -> Result<(&Export, &Arc<Signature>)> {
        match self.export(name) {
            Some(export) => match &export.kind {
                ExternKind::Function(signature) => Ok((export, signature)),
                other => {
                    let name = escape(name, 200);
                    Err(Error::new(Status::WRONG_TYPE, format!("export \"{name}\" is a {other}, not a function")))
                }
            },
            None => Err(self.no_such_function(name)),
        }
    }

    /// The exported function of that name, if it takes and gives nothing.
    pub fn nullary(&self, name: &str) -> Option<&Export> {
        let nothing = |s: &Signature| s.params.is_empty() && s.results.is_empty();
        self.export(name).filter(|e| matches!(&e.kind, ExternKind::Function(s) if nothing(s)))
    }

    /// The signature that the guest itself declares for an export, as it stands there.
    pub fn declaration(&self, name: &str) -> Option<&str> {
        self.declared.get(name).map(String::as_str)
    }

    /// The interface that the guest itself declares for an export, if it does.
    pub fn declared(&self, name: &str) -> Result<Option<Interface>> {
        let Some(text) = self.declared.get(name) else { return Ok(None) };
        Interface::parse(text).map(Some).map_err(|e| {
            let name = escape(name, 200);
            let text = format!("the module declares a signature for \"{name}\" that cannot be read: {}", e.message());
            Error::new(Status::WRONG_TYPE, text)
        })
    }

    /// `cabi_post_NAME`, by which a guest takes back what results of these kinds pointed at.
    pub fn post_return(&self, name: &str, results: &[Kind]) -> Option<ModuleExport> {
        let post = self.export(&format!("cabi_post_{name}"))?;
        match &post.kind {
            ExternKind::Function(s) if *s.params == *results && s.results.is_empty() => Some(post.index),
            _ => None,
        }
    }

    fn no_such_function(&self, name: &str) -> Error {
        let text = format!("function \"{}\" is not exported", escape(name, 200));
        self.not_found(text, name, "function", |kind| matches!(kind, ExternKind::Function(_)))
    }

    /// `text` with the exports that may have been meant by `name`: the nearest of the kind that `is` tells, which is called `what`,
    /// or else the first ones.
    pub fn not_found(&self, mut text: String, name: &str, what: &str, is: fn(&ExternKind) -> bool) -> Error {
        let names = || self.exports.iter().filter(|e| is(&e.kind)).map(|e| e.name.as_str());
        let near = nearest(name, names());
        let quoted = |names: &[&str]| names.iter().map(|n| format!("\"{}\"", escape(n, 64))).collect::<Vec<_>>().join(", ");
        if !near.is_empty() {
            let _ = write!(text, "; nearest: {}", quoted(&near));
        } else {
            let first: Vec<&str> = names().take(8).collect();
            let _ = match first.is_empty() {
                true => write!(text, "; the module exports no {what}"),
                false => write!(text, "; it exports {}", quoted(&first)),
            };
        }
        Error::new(Status::NOT_FOUND, text)
    }

    /// Notes one more use, for the listing and the last-access order that hosts see.
    pub fn touch(&self) {
        self.access_count.fetch_add(1, Ordering::Relaxed);
        self.last_access_unix_ns.store(unix_ns(), Ordering::Relaxed);
    }

    pub fn access_count(&self) -> u64 {
        self.access_count.load(Ordering::Relaxed)
    }

    pub fn last_access_unix_ns(&self) -> i64 {
        self.last_access_unix_ns.load(Ordering::Relaxed)
    }
}

/// Nanoseconds since 1970 by the system's clock; 0 for a clock set before that.
pub fn unix_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// What the compiler refuses is malformed, or needs a proposal that is off: then it is valid with all of them on.
fn refused(e: &wasmtime::Error, binary: &[u8]) -> Error {
    let text = escape(&format!("{e:#}"), 1000);
    if super::engine::is_out_of_memory(e) {
        return Error::new(Status::OS, format!("no memory for the module's code: {text}"));
    }
    let valid = Validator::new_with_features(WasmFeatures::all()).validate_all(binary).is_ok();
    let (status, what) = match valid {
        true => (Status::UNSUPPORTED, "the module needs what this runtime does not offer"),
        false => (Status::INVALID_MODULE, "the module is not valid"),
    };
    Error::new(status, format!("{what}: {text}"))
}
