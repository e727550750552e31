//! A module: code linked once with its imports, ready to be instantiated for every call.

use crate::compile::code::{Code, ExternKind, Import};
use crate::error::{Error, Result, Status, escape};
use crate::isolate::policy::{LoadPolicy, SyscallPolicy};
use crate::run::call::Function;
use crate::run::host::{self, Imports};
use crate::run::runtime::Runtime;
use crate::run::vm::VmState;
use crate::signature::Signature;
use std::fmt::Write as _;
use std::sync::Arc;
use wasmtime::{InstancePre, Linker, ModuleExport};

/// How a module is loaded, beside its bytes.
#[derive(Clone, Default)]
pub struct LoadOptions {
    /// Put before the messages of the module's errors.
    pub name: Option<String>,
    pub imports: Imports,
    pub policy: LoadPolicy,
}

/// Code with its imports resolved.
pub struct Linked {
    pub code: Arc<Code>,
    pub name: Option<String>,
    pub pre: InstancePre<VmState>,
    /// `_initialize`, which a reactor's every instance runs once before its first call.
    pub initialize: Option<ModuleExport>,
    /// `_start`, which makes the module a command.
    pub start: Option<ModuleExport>,
}

impl Linked {
    /// Resolves every import, or lists all that are missing.
    pub fn new(
        base: &Linker<VmState>,
        syscalls: &SyscallPolicy,
        wasi_enabled: bool,
        code: Arc<Code>,
        options: &LoadOptions,
    ) -> Result<Linked> {
        let names = code.imports.iter().map(|i| (i.module.as_str(), i.name.as_str()));
        options.policy.check(names, code.exports.iter().map(|e| e.name.as_str()))?;
        let mut own = None;
        let mut missing = Vec::new();
        for import in &code.imports {
            let wasi = wasi_enabled && host::is_wasi(&import.module, &import.name);
            // The policy holds for a host's own version of a WASI function too: a denied one keeps the denial.
            let replaceable = !wasi || syscalls.allows(&import.name);
            let defined = match &import.kind {
                ExternKind::Function(signature) if replaceable => {
                    options.imports.resolve(&import.module, &import.name, signature)?.map(|f| (f, signature))
                }
                _ => None,
            };
            match defined {
                Some((function, signature)) => {
                    let linker = own.get_or_insert_with(|| {
                        let mut linker = base.clone();
                        linker.allow_shadowing(true);
                        linker
                    });
                    define(linker, import, signature, function)?;
                }
                None if wasi => {}
                None => missing.push(import),
            }
        }
        if !missing.is_empty() {
            return Err(unresolved(&missing));
        }
        let pre = own.as_ref().unwrap_or(base).instantiate_pre(&code.module).map_err(|e| {
            Error::new(Status::UNRESOLVED_IMPORT, format!("the imports do not fit: {}", escape(&format!("{e:#}"), 1000)))
        })?;
        let nullary = |name: &str| code.nullary(name).map(|export| export.index);
        let (initialize, start) = (nullary("_initialize"), nullary("_start"));
        Ok(Linked { name: options.name.clone(), pre, initialize, start, code })
    }

    /// Puts the module's name before an error's message, if it has one.
    pub fn name_error(&self, error: Error) -> Error {
        match &self.name {
            Some(name) => error.context(format_args!("module \"{}\"", escape(name, 200))),
            None => error,
        }
    }
}

fn define(
    linker: &mut Linker<VmState>,
    import: &Import,
    signature: &Arc<Signature>,
    function: Arc<dyn host::HostFunction>,
) -> Result<()> {
    let names = || format!("\"{}\".\"{}\"", escape(&import.module, 100), escape(&import.name, 100));
    if !signature.is_numeric() {
        let text = format!("{} is imported as {signature}; references cannot cross to a host function", names());
        return Err(Error::new(Status::UNSUPPORTED, text));
    }
    host::link(linker, &import.module, &import.name, signature, function)
        .map_err(|e| Error::new(Status::UNRESOLVED_IMPORT, format!("{} cannot be defined: {e:#}", names())))
}

/// Lists every import that nothing defines, with its type.
fn unresolved(missing: &[&Import]) -> Error {
    const SHOWN: usize = 30;
    let mut text = format!("{} unresolved import{}:", missing.len(), if missing.len() == 1 { "" } else { "s" });
    for import in missing.iter().take(SHOWN) {
        let _ = write!(text, " \"{}\".\"{}\" ({});", escape(&import.module, 100), escape(&import.name, 100), import.kind);
    }
    if missing.len() > SHOWN {
        let _ = write!(text, " and {} more;", missing.len() - SHOWN);
    }
    text.pop();
    Error::new(Status::UNRESOLVED_IMPORT, text)
}

/// A module of a runtime. Cloning shares both.
#[derive(Clone)]
pub struct Module {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) linked: Arc<Linked>,
}

impl Module {
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    pub fn code(&self) -> &Arc<Code> {
        &self.linked.code
    }

    pub fn name(&self) -> Option<&str> {
        self.linked.name.as_deref()
    }

    /// Whether the cache still holds this module's code.
    pub fn is_cached(&self) -> bool {
        self.runtime.cache().contains(self.linked.code.hash)
    }

    pub fn is_command(&self) -> bool {
        self.linked.start.is_some()
    }

    pub fn is_reactor(&self) -> bool {
        self.linked.initialize.is_some()
    }

    /// Binds an export: its name and its signature are looked up and checked once, here.
    pub fn function(&self, name: &str, expected: Option<&Signature>) -> Result<Function> {
        self.runtime.check_open()?;
        Function::bind(self.clone(), name, expected).map_err(|e| self.linked.name_error(e))
    }
}
