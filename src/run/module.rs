//! A module: code linked once with its imports, ready to be instantiated for every call.

use crate::compile::code::{Code, ExternKind, Import};
use crate::compile::engine::{INSTANCES_PER_SLOT, SPARE};
use crate::compile::guard::{self, Needs};
use crate::config::Config;
use crate::error::{Error, Result, Status, escape};
use crate::interface::Interface;
use crate::isolate::load_policy::LoadPolicy;
use crate::isolate::policy::SyscallPolicy;
use crate::isolate::wasi;
use crate::run::call::Function;
use crate::run::cancel::Flag;
use crate::run::host::{self, Imports};
use crate::run::link::{self, Link, Source, Unit};
use crate::run::missing::unresolved;
use crate::run::pool::Room;
use crate::run::runtime::Runtime;
use crate::run::state::{Environment, VmState};
use crate::run::strings::Doors;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime::{InstancePre, Linker, ModuleExport};

/// How a module is loaded, beside its bytes.
#[derive(Clone, Default)]
pub struct LoadOptions {
    /// Put before the messages of the module's errors.
    pub name: Option<String>,
    pub imports: Imports,
    /// Modules that the module may import from, instantiated before it in each of its VMs.
    pub links: Vec<Link>,
    pub policy: LoadPolicy,
}

/// What a module is linked against.
pub struct Base<'a> {
    pub linker: &'a Arc<Linker<VmState>>,
    pub syscalls: &'a SyscallPolicy,
    pub wasi_enabled: bool,
    pub env: &'a Arc<Environment>,
    pub config: Arc<Config>,
}

/// Code with its imports resolved.
pub struct Linked {
    pub code: Arc<Code>,
    pub name: Option<String>,
    pub env: Arc<Environment>,
    plan: Plan,
    /// `_initialize`, which a reactor's every instance runs once before its first call.
    pub initialize: Option<ModuleExport>,
    /// `_start`, which makes the module a command.
    pub start: Option<ModuleExport>,
    /// Memory and allocator, for strings and bytes.
    pub doors: Doors,
    /// Slots that a VM takes, and memory at its start.
    pub room: Room,
    /// Instances in a VM.
    pub instances: u64,
    /// Whether the module or one of its units knows references to host objects.
    pub references: bool,
    disabled: AtomicBool,
    /// Ends the calls of a disabled module.
    stopped: Flag,
}

/// How a VM of the module is made.
enum Plan {
    /// One instance, all of whose imports are the host's.
    Alone(InstancePre<VmState>, Arc<Linker<VmState>>),
    Composed {
        units: Vec<Unit>,
        sources: Vec<Source>,
        linker: Arc<Linker<VmState>>,
        /// The only memory of the VM: the first instance that exports it.
        memory: Option<(usize, ModuleExport)>,
    },
}

/// The host's sources of a module that imports from no other.
static ALL_HOST: &[Source] = &[];

impl Linked {
    /// Resolves every import, or lists all that are missing.
    pub fn new(base: &Base<'_>, code: Arc<Code>, options: &LoadOptions) -> Result<Linked> {
        let names = code.imports.iter().map(|i| (i.module.as_str(), i.name.as_str()));
        options.policy.check(names, code.exports.iter().map(|e| e.name.as_str()))?;
        let units = link::units(&options.links)?;
        let needs = units.iter().fold(code.needs, |sum, unit| sum.and(&unit.linked.code.needs));
        guard::check_room(&base.config, &needs)?;
        let instances = units.len() as u64 + 1;
        let limit = u64::from(base.config.instances_ceiling());
        if instances > limit {
            let text = format!(
                "max_instances: a VM of the module has {instances} instances, the limit is {limit}; raise it with dwcp_config_set_max_instances"
            );
            return Err(Error::new(Status::LIMIT_INSTANCES, text).with_limit(c"max_instances", limit, instances));
        }
        let slots = slots(&needs, instances, base.env.pool.slots())?;
        let mut own = None;
        let mut missing = Vec::new();
        let mut sources = Vec::with_capacity(code.imports.len());
        for import in &code.imports {
            if let Some(source) = link::find(import, &units)? {
                sources.push(source);
                continue;
            }
            sources.push(Source::Host);
            let is_wasi = base.wasi_enabled && host::is_wasi(&import.module, &import.name);
            // The policy holds for a host's own version of a WASI function too: a denied one keeps the denial.
            let replaceable = !is_wasi || base.syscalls.allows(&import.name);
            let defined = match &import.kind {
                ExternKind::Function(signature) if replaceable => {
                    options.imports.resolve(&import.module, &import.name, signature)?
                }
                _ => None,
            };
            match defined {
                Some((function, interface)) => {
                    let linker = own.get_or_insert_with(|| {
                        let mut linker = Linker::clone(base.linker);
                        linker.allow_shadowing(true);
                        linker
                    });
                    define(linker, import, interface, function)?;
                }
                None if is_wasi => check_wasi(import)?,
                None => missing.push(import),
            }
        }
        if !missing.is_empty() {
            let linked = units.iter().flat_map(|u| u.linked.code.exports.iter().map(|e| (u.name.as_str(), e.name.as_str())));
            return Err(unresolved(&missing, options.imports.names().chain(linked), base.wasi_enabled));
        }
        let linker = own.map_or_else(|| Arc::clone(base.linker), Arc::new);
        let plan = match units.is_empty() {
            true => {
                let pre = linker.instantiate_pre(&code.module).map_err(|e| {
                    let text = format!("the imports do not fit: {}", escape(&format!("{e:#}"), 1000));
                    Error::new(Status::UNRESOLVED_IMPORT, text)
                })?;
                Plan::Alone(pre, linker)
            }
            false => {
                let memory = if needs.memories == 1 { only_memory(&units, &code) } else { None };
                Plan::Composed { units, sources, linker, memory }
            }
        };
        let nullary = |name: &str| code.nullary(name).map(|export| export.index);
        let (initialize, start) = (nullary("_initialize"), nullary("_start"));
        Ok(Linked {
            name: options.name.clone(),
            env: Arc::clone(base.env),
            plan,
            initialize,
            start,
            doors: Doors::of(&code),
            room: Room::new(slots, needs.memory_bytes),
            instances,
            references: needs.references,
            disabled: AtomicBool::new(false),
            stopped: Flag::default(),
            code,
        })
    }

    /// The module ready to be instantiated, if it imports from no other.
    pub fn pre(&self) -> Option<&InstancePre<VmState>> {
        match &self.plan {
            Plan::Alone(pre, _) => Some(pre),
            Plan::Composed { .. } => None,
        }
    }

    /// The modules to be instantiated before this one.
    pub fn units(&self) -> &[Unit] {
        match &self.plan {
            Plan::Alone(..) => &[],
            Plan::Composed { units, .. } => units,
        }
    }

    /// Where the imports come from, one for each.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let sources = match &self.plan {
            Plan::Alone(..) => ALL_HOST,
            Plan::Composed { sources, .. } => sources,
        };
        sources.iter().chain(std::iter::repeat(&Source::Host)).take(self.code.imports.len())
    }

    /// The memory that all instances of a VM of several modules share, if it is their only one: the number of an instance that
    /// exports it, and the export.
    pub fn shared_memory(&self) -> Option<&(usize, ModuleExport)> {
        match &self.plan {
            Plan::Alone(..) => None,
            Plan::Composed { memory, .. } => memory.as_ref(),
        }
    }

    /// The host's functions and WASI.
    pub fn linker(&self) -> &Linker<VmState> {
        match &self.plan {
            Plan::Alone(_, linker) | Plan::Composed { linker, .. } => linker,
        }
    }

    fn parts(&self) -> impl Iterator<Item = &Linked> {
        self.units().iter().map(|unit| &*unit.linked).chain([self])
    }

    /// Refuses new calls of a module that was disabled, or that needs one that was.
    pub fn check_enabled(&self) -> Result<()> {
        match self.parts().find(|part| part.disabled.load(Ordering::Relaxed)) {
            None => Ok(()),
            Some(part) if std::ptr::eq(part, self) => Err(Error::new(Status::DISABLED, "the module is disabled")),
            Some(_) => Err(Error::new(Status::DISABLED, "a module that this one is linked with is disabled")),
        }
    }

    /// Refuses new calls from now on and, if asked, ends those under way.
    pub fn disable(&self, cancel_running: bool) {
        self.disabled.store(true, Ordering::SeqCst);
        if cancel_running {
            self.stopped.set();
            self.env.rouse();
        }
    }

    /// Whether the calls of the module are to end.
    pub fn is_stopped(&self) -> bool {
        self.parts().any(|part| part.stopped.is_set())
    }

    /// The instances that a VM needs against what its limits allow.
    pub fn check_instances(&self, limit: u64) -> Result<()> {
        if self.instances <= limit {
            return Ok(());
        }
        let text = format!("max_instances: a VM of the module has {} instances, the limit is {limit}", self.instances);
        Err(Error::new(Status::LIMIT_INSTANCES, text).with_limit(c"max_instances", limit, self.instances))
    }

    /// Puts the module's name before an error's message, if it has one.
    pub fn name_error(&self, error: Error) -> Error {
        match &self.name {
            Some(name) => error.context(format_args!("module \"{}\"", escape(name, 200))),
            None => error,
        }
    }
}

/// Where the memory of a VM that has just one is exported first.
fn only_memory(units: &[Unit], code: &Arc<Code>) -> Option<(usize, ModuleExport)> {
    let exported = |code: &Code| code.exports.iter().find(|e| matches!(e.kind, ExternKind::Memory { .. })).map(|e| e.index);
    let mut codes = units.iter().map(|unit| &unit.linked.code).chain([code]).enumerate();
    codes.find_map(|(i, code)| Some((i, exported(code)?)))
}

/// Slots that a VM takes; an error if the allocator has no room for it even when it is empty.
fn slots(needs: &Needs, instances: u64, all: u32) -> Result<u32> {
    let of_instances = u32::try_from(instances.div_ceil(INSTANCES_PER_SLOT.into())).unwrap_or(u32::MAX);
    let slots = needs.slots().max(of_instances);
    if of_instances <= all && needs.slots() <= all.saturating_add(SPARE) {
        return Ok(slots);
    }
    let text = format!(
        "max_live_vms: a VM of the module takes {slots} slots (one for each memory and each table, one for two instances), there are {all}; raise it with dwcp_config_set_max_live_vms"
    );
    Err(Error::new(Status::LIMIT_INSTANCES, text).with_limit(c"max_live_vms", all.into(), slots.into()))
}

/// Refuses an import of a WASI call with another type than it has. Where there are links nothing else would before the first VM.
fn check_wasi(import: &Import) -> Result<()> {
    let Some(signature) = wasi::signature(&import.name) else { return Ok(()) };
    match &import.kind {
        ExternKind::Function(wanted) if **wanted == signature => Ok(()),
        other => {
            let text = format!(
                "\"{}\".\"{}\" is imported as {}, and WASI has it as function {signature}",
                escape(&import.module, 100),
                escape(&import.name, 100),
                escape(&other.to_string(), 300)
            );
            Err(Error::new(Status::UNRESOLVED_IMPORT, text))
        }
    }
}

fn define(
    linker: &mut Linker<VmState>,
    import: &Import,
    interface: Arc<Interface>,
    function: Arc<dyn host::HostFunction>,
) -> Result<()> {
    let names = format!("\"{}\".\"{}\"", escape(&import.module, 100), escape(&import.name, 100));
    host::link(linker, &import.module, &import.name, interface, function)
        .map_err(|e| Error::new(Status::UNRESOLVED_IMPORT, format!("{names} cannot be defined: {e:#}")))
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
    pub fn function(&self, name: &str, interface: Option<Interface>) -> Result<Function> {
        self.runtime.check_open()?;
        Function::bind(self.clone(), name, interface).map_err(|e| self.linked.name_error(e))
    }

    /// Refuses new calls of the module from now on and, if asked, ends those under way. Other modules of the same bytes go on.
    pub fn disable(&self, cancel_running: bool) -> Result<()> {
        let runtime = &self.runtime;
        runtime.check_open()?;
        // Finalizers of the sessions run in it, which closing waits for. In a runtime that is ending, all sessions end anyway.
        let inside = runtime.enter_to_end();
        self.linked.disable(cancel_running);
        if cancel_running && inside.is_ok() {
            runtime.sessions().end_stopped();
        }
        Ok(())
    }
}
