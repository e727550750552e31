//! The runtime: one engine, its code cache, its slots, and the door that opens and closes them.

use crate::compile::cache::{Cache, Found};
use crate::compile::code::{Code, Hash};
use crate::compile::debug_info::SourceMaps;
use crate::compile::engine::{self, EngineParts};
use crate::compile::guard;
use crate::compile::workers::Workers;
use crate::config::Config;
use crate::error::{Error, Result, Status, escape};
use crate::interface::Interface;
use crate::isolate::deadline::Ticker;
use crate::isolate::policy::SyscallPolicy;
use crate::isolate::signals;
use crate::isolate::stack::{HOST_RESERVE, Stacks};
use crate::isolate::wasi::{self, SandboxLimits, WasiSettings};
use crate::observe::log::Sink;
use crate::observe::metrics::Metrics;
use crate::observe::nanos;
use crate::observe::snapshot::{Gauges, Snapshot};
use crate::observe::tally::Count;
use crate::run::call::{CallOptions, CallStats, Function};
use crate::run::cancel::Flag;
use crate::run::compilation::Patience;
use crate::run::events::Events;
use crate::run::lifecycle::Lifecycle;
use crate::run::module::{Base, Linked, LoadOptions, Module};
use crate::run::names::{self, Key, Names};
use crate::run::pool::Pool;
use crate::run::sessions::Sessions;
use crate::run::settings::Settings;
use crate::run::sleepers::Sleepers;
use crate::run::state::{Environment, VmState};
use crate::syscalls::Syscall;
use crossbeam_utils::CachePadded;
use parking_lot::Mutex;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use wasmtime::Linker;

/// A runtime. Shared by its handles; the last one gone ends it.
pub struct Runtime {
    /// What was odd about the lists of the settings or the machine when the runtime was made.
    warnings: Vec<String>,
    linker: Arc<Linker<VmState>>,
    syscalls: Arc<SyscallPolicy>,
    env: Arc<Environment>,
    metrics: Arc<Metrics>,
    default_wasi: Arc<WasiSettings>,
    ticker: Ticker,
    workers: Workers,
    stacks: Stacks,
    cache: Arc<Cache>,
    sessions: Sessions,
    names: Arc<Mutex<Names>>,
    calls: CachePadded<AtomicU64>,
    lifecycle: Lifecycle,
}

/// The bytes and the name of an export to execute.
pub struct Execute<'a> {
    /// `None`: the module must be in the cache under `key`.
    pub bytes: Option<&'a [u8]>,
    pub key: Option<&'a str>,
    pub function: &'a str,
    /// How the function is bound; `None` as it declares or as it is.
    pub interface: Option<Interface>,
}

impl Runtime {
    /// Makes a runtime, with its log if somebody listens. No thread starts before it has work.
    pub fn new(config: &Config, log: Option<Arc<dyn Sink>>) -> Result<Arc<Runtime>> {
        config.validate()?;
        crate::fork::watch();
        let syscalls = Arc::new(SyscallPolicy::from_config(
            config.enable_wasi,
            &config.allowed_syscalls,
            &config.denied_syscalls,
            config.network_access,
            config.filesystem_access,
            config.deny_action,
        )?);
        let mut warnings = syscalls.contradictions(config);
        let mut sandbox = SandboxLimits::from_config(config)?;
        sandbox.log_output = config.enable_tracing && log.is_some();
        warnings.extend(sandbox.missing());
        let EngineParts { engine, slots, reserved, warning } = match config.signals_based_traps {
            true => signals::installing(|| engine::build(config))?,
            false => engine::build(config)?,
        };
        warnings.extend(warning);
        let mut linker = Linker::new(&engine);
        if config.enable_wasi {
            wasi::add_to_linker(&mut linker, &syscalls)
                .map_err(|e| Error::new(Status::INVALID_CONFIG, format!("the WASI functions cannot be defined: {e:#}")))?;
        }
        let metrics = Arc::new(Metrics::new(config.enable_metrics));
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let runtime_id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let env = Environment {
            engine: engine.clone(),
            metrics: Arc::clone(&metrics),
            reserved_slots: reserved,
            pool: Arc::new(Pool::new(slots, config.max_total_memory_bytes, config.acquire_timeout_ms)),
            sleepers: Sleepers::default(),
            flights: Arc::default(),
            closing: Flag::default(),
            sandbox: Arc::new(sandbox),
            runtime_id,
            metering: config.metering(),
            max_stack_bytes: config.max_stack_size_bytes,
            settings: Settings::new(config),
            sources: SourceMaps::default(),
            events: Events::new(log, runtime_id, config.deny_action),
        };
        Ok(Arc::new(Runtime {
            linker: Arc::new(linker),
            syscalls,
            default_wasi: Arc::new(WasiSettings::default()),
            ticker: Ticker::new(engine),
            workers: Workers::new(config.compile_threads, config.max_concurrent_compiles),
            stacks: Stacks::new(stack_needed(config.max_stack_size_bytes)),
            cache: Arc::new(Cache::new(config.cache_size, config.cache_bytes, Arc::clone(&metrics))),
            sessions: Sessions::new(env.runtime_id, config.session_idle_timeout_ms),
            names: Arc::default(),
            calls: CachePadded::default(),
            lifecycle: Lifecycle::default(),
            warnings,
            metrics,
            env: Arc::new(env),
        }))
    }

    /// Logs what is odd about the settings or the machine. The last step of making a runtime: the host's callback runs.
    pub fn announce(&self) {
        let _inside = self.enter_anyway();
        let config = self.settings().copy();
        self.env.events.warn(config.warnings().iter().chain(&self.warnings));
    }

    /// Compiles `bytes` or finds their code, and links it with the options' imports.
    pub fn load(self: &Arc<Self>, bytes: &[u8], key: Option<&str>, options: &LoadOptions) -> Result<Module> {
        let entered = Instant::now();
        let _inside = self.enter()?;
        let named = |e: Error| match &options.name {
            Some(name) => e.context(format_args!("module \"{}\"", escape(name, 200))),
            None => e,
        };
        let key = Key::parse("key", key)?;
        let (bytes, hash) = self.identify(bytes, &key).map_err(named)?;
        let (code, found) = self.code(bytes, hash, Patience::Load).map_err(named)?;
        if let Some(link) = options.links.iter().find(|link| !Arc::ptr_eq(&link.module.runtime, self)) {
            let text = format!("options.links: the module of link \"{}\" is of another runtime", escape(&link.name, 100));
            return Err(Error::new(Status::WRONG_HANDLE, text));
        }
        let linked = Linked::new(&self.base(), code, options).map_err(named)?;
        self.bind(&key, linked.code.hash)?;
        if found == Found::Compiled {
            self.metrics.cold_start(nanos(entered.elapsed()));
        }
        Ok(Module { runtime: Arc::clone(self), linked: Arc::new(linked) })
    }

    /// Loads a file of WebAssembly, binary or text.
    pub fn load_file(self: &Arc<Self>, path: &Path, options: &LoadOptions) -> Result<Module> {
        self.check_open()?;
        let bytes = read_file(&self.settings().look(), path)?;
        self.load(&bytes, None, options)
    }

    /// Binds an export of a module given by bytes or by key, for one call that was entered then. The module has no host functions,
    /// unless `key` is an alias that was set to one that has. A call that ends while its module is compiled is counted here.
    pub(crate) fn function(
        self: &Arc<Self>,
        what: &Execute<'_>,
        entered: Instant,
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<(Function, Found)> {
        let key = Key::parse("key", what.key)?;
        let _inside = self.enter()?;
        let patience = Patience::Call { options, entered };
        let (linked, found) = self.linked(what.bytes, &key, patience).map_err(|e| match e.status() {
            Status::TIMEOUT | Status::CANCELLED => self.ended_early(e, patience, stats),
            _ => e,
        })?;
        let module = Module { runtime: Arc::clone(self), linked };
        Ok((Function::bind(module, what.function, what.interface.clone())?, found))
    }

    /// Whether a refused call's alias stands for another module by now: it was set anew before the old one was disabled, and the
    /// call came between.
    pub(crate) fn was_replaced(&self, what: &Execute<'_>, function: &Function) -> bool {
        let set = Key::parse("key", what.key).ok().and_then(|key| self.names.lock().module(&key));
        set.is_some_and(|linked| !Arc::ptr_eq(&linked, &function.module().linked))
    }

    /// The module that a key stands for: the one that an alias was set to, else the cache's code with WASI only.
    pub fn find_module(self: &Arc<Self>, key: &str) -> Result<Module> {
        let key = Key::parse("key", Some(key))?;
        let _inside = self.enter()?;
        let (linked, _) = self.linked(None, &key, Patience::Load)?;
        Ok(Module { runtime: Arc::clone(self), linked })
    }

    fn linked(&self, bytes: Option<&[u8]>, key: &Key<'_>, patience: Patience<'_>) -> Result<(Arc<Linked>, Found)> {
        let bytes = bytes.map(|bytes| self.identify(bytes, key)).transpose()?;
        let set = self.names.lock().module(key);
        if let Some(linked) = set {
            // The alias may have been set anew since the bytes were checked against it.
            if let Some((_, hash)) = bytes {
                names::check(key, linked.code.hash, hash)?;
            }
            linked.code.touch();
            return Ok((linked, Found::Held));
        }
        let Some((bytes, hash)) = bytes else {
            // A key alone binds nothing: what it stands for now may be another module than a moment ago.
            return Ok((self.plain(&self.find(key)?)?, Found::Held));
        };
        let (code, found) = self.code(bytes, hash, patience)?;
        let linked = self.plain(&code)?;
        self.bind(key, hash)?;
        Ok((linked, found))
    }

    /// Makes an alias stand for a module from now on, whatever it stood for; `None` removes it. What is under way goes on.
    pub fn set_alias(&self, alias: &str, module: Option<&Module>) -> Result<()> {
        let _inside = self.enter()?;
        let Key::Alias(alias) = Key::parse("alias", Some(alias))? else {
            return Err(Error::argument("alias", "is a hash of 64 hexadecimal digits, which names its own bytes"));
        };
        if let Some(module) = module {
            if !std::ptr::eq(&*module.runtime, self) {
                return Err(Error::new(Status::WRONG_HANDLE, "module: is of another runtime"));
            }
            module.linked.check_enabled()?;
        }
        let before = self.names.lock().set(alias, module.map(|module| Arc::clone(&module.linked)))?;
        // Its end may run finalizers: no lock is held.
        drop(before);
        Ok(())
    }

    /// Hashes bytes and checks them against their key.
    fn identify<'b>(&self, bytes: &'b [u8], key: &Key<'_>) -> Result<(&'b [u8], Hash)> {
        guard::check_size(&self.settings().look(), bytes.len())?;
        let hash = Hash::of(bytes);
        self.names.lock().check(key, hash)?;
        Ok((bytes, hash))
    }

    fn find(&self, key: &Key<'_>) -> Result<Arc<Code>> {
        if matches!(key, Key::None) {
            return Err(Error::argument("bytes", "is NULL, and so is key: one of them must name a module"));
        }
        let hash = self.names.lock().resolve(key);
        hash.and_then(|hash| self.cache.find(hash)).ok_or_else(|| self.not_found(key))
    }

    fn not_found(&self, key: &Key<'_>) -> Error {
        let text = format!("key: no module {} is in the cache", key.shown());
        match key {
            Key::Alias(alias) => self.names.lock().not_found(text, alias),
            _ => Error::new(Status::NOT_FOUND, text),
        }
    }

    fn base(&self) -> Base<'_> {
        let config = self.settings().copy();
        Base { linker: &self.linker, syscalls: &self.syscalls, wasi_enabled: config.enable_wasi, env: &self.env, config }
    }

    /// The module of `code` without host functions, linked once.
    fn plain(&self, code: &Arc<Code>) -> Result<Arc<Linked>> {
        if let Some(linked) = self.names.lock().plain(code.hash) {
            return Ok(linked);
        }
        let linked = Arc::new(Linked::new(&self.base(), Arc::clone(code), &LoadOptions::default())?);
        // Another thread may have been first: who asks by the same hash gets the same module.
        let linked = self.names.lock().set_plain(code.hash, linked);
        self.forget_unless_held(code.hash);
        Ok(linked)
    }

    fn bind(&self, key: &Key<'_>, hash: Hash) -> Result<()> {
        self.names.lock().bind(key, hash)?;
        if matches!(key, Key::Alias(_)) {
            self.forget_unless_held(hash);
        }
        Ok(())
    }

    /// Names live as long as the cache holds the code. What was named while it left the cache is forgotten here: an eviction
    /// first takes the code out and then forgets its names, so one of the two sees the other.
    fn forget_unless_held(&self, hash: Hash) {
        if !self.cache.contains(hash) {
            self.forget(hash);
        }
    }

    /// Drops what the runtime itself keeps of code that left the cache. Handles of it live on.
    fn forget(&self, hash: Hash) {
        let linked = self.names.lock().forget(hash);
        drop(linked);
    }

    fn empty_cache(&self) {
        self.cache.clear().iter().for_each(|code| self.forget(code.hash));
    }

    /// Gives the cache's hold on one module back.
    pub fn evict(&self, key: &str) -> Result<()> {
        self.check_open()?;
        let key = Key::parse("key", Some(key))?;
        let hash = self.names.lock().resolve(&key);
        let evicted = hash.and_then(|hash| self.cache.evict(hash));
        self.forget(evicted.ok_or_else(|| self.not_found(&key))?.hash);
        Ok(())
    }

    /// Empties the cache.
    pub fn clear_cache(&self) -> Result<()> {
        self.check_open()?;
        self.empty_cache();
        Ok(())
    }

    /// The code that the cache holds, most recently used first.
    pub fn list_cache(&self) -> Result<Vec<Arc<Code>>> {
        self.check_open()?;
        Ok(self.cache.list())
    }

    /// Every WASI call: how often it was made, and whether guests may make it.
    pub fn list_syscalls(&self) -> Result<Vec<(Syscall, Count, bool)>> {
        self.check_open()?;
        Ok(Syscall::all().map(|call| (call, self.metrics.syscall(call), self.syscalls.permits(call))).collect())
    }

    /// All metrics at one moment.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.check_open()?;
        let held = self.cache.held();
        let config = self.settings().look();
        let mut snapshot = self.metrics.snapshot(Gauges {
            pool_size: config.pool_size,
            slots: self.env.pool.slots(),
            reserved_slots: self.env.reserved_slots,
            idle_vms: 0,
            cache_modules: held.modules,
            cache_max_modules: config.cache_size.into(),
            cache_bytes: held.bytes,
            cache_max_bytes: config.cache_bytes,
        });
        snapshot.metering = self.env.metering;
        snapshot.warnings = config.warnings();
        snapshot.warnings.extend_from_slice(&self.warnings);
        if config.signals_based_traps {
            snapshot.warnings.extend(signals::displaced());
        }
        Ok(snapshot)
    }

    /// Ends every call, wherever it is.
    pub(super) fn cancel(&self) {
        self.env.closing.set();
        self.env.rouse();
    }

    /// Ends the threads and waits until they have. Nobody may be at work.
    pub(super) fn stop_threads(&self) {
        self.ticker.stop();
        self.workers.stop();
        self.stacks.stop();
    }

    /// Gives back what the cache and the aliases hold, and lets go of the log.
    pub(super) fn let_go(&self) {
        self.empty_cache();
        let set = self.names.lock().forget_set();
        drop(set);
        self.env.events.end();
    }

    /// Refuses where the runtime is closed.
    pub fn check_open(&self) -> Result<()> {
        self.lifecycle.check()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.env.settings
    }

    /// Puts new settings in force, for what begins from now on. Refused as a whole where one of them cannot change.
    pub fn reconfigure(&self, new: &Config) -> Result<()> {
        self.check_open()?;
        // Who closes waits for the log's callback. A runtime that is ending takes the settings too, and logs nothing of it.
        let inside = self.enter_to_end();
        let (mut evicted, mut warnings) = (Vec::new(), Vec::new());
        self.settings().replace(new, |before, new| {
            let known = before.warnings();
            warnings.extend(new.warnings().into_iter().filter(|warning| !known.contains(warning)));
            self.env.pool.set(new.max_live_vms, new.max_total_memory_bytes, new.acquire_timeout_ms);
            evicted = self.cache.set_bounds(new.cache_size, new.cache_bytes);
        })?;
        evicted.iter().for_each(|code| self.forget(code.hash));
        // Those who wait for room may have it now.
        self.env.pool.wake_all();
        if inside.is_ok() {
            self.env.events.warn(warnings.iter());
        }
        Ok(())
    }

    pub(crate) fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    pub(super) fn names(&self) -> &Arc<Mutex<Names>> {
        &self.names
    }

    pub(super) fn workers(&self) -> &Workers {
        &self.workers
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.env.pool
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub(crate) fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    pub(crate) fn stacks(&self) -> &Stacks {
        &self.stacks
    }

    /// Stack that a call needs below its caller: the guest's and the host's.
    pub(crate) fn stack_needed(&self) -> usize {
        stack_needed(self.env.max_stack_bytes)
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(crate) fn environment(&self) -> &Arc<Environment> {
        &self.env
    }

    /// Tells this runtime from the others of the process.
    pub(super) fn id(&self) -> u64 {
        self.env.runtime_id
    }

    pub(super) fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    pub(crate) fn default_wasi(&self) -> Arc<WasiSettings> {
        Arc::clone(&self.default_wasi)
    }

    pub(crate) fn next_call_id(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn stack_needed(max_stack_bytes: u64) -> usize {
    usize::try_from(max_stack_bytes).unwrap_or(usize::MAX).saturating_add(HOST_RESERVE)
}

/// Reads a file whole, refusing what is no regular file (a pipe would block without a deadline) or over the size cap.
fn read_file(config: &Config, path: &Path) -> Result<Vec<u8>> {
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;
    let shown = escape(&path.to_string_lossy(), 400);
    let failed = |e: std::io::Error| Error::new(Status::IO, format!("path: cannot read \"{shown}\": {e}"));
    let file =
        std::fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::new(Status::IO, format!("path: \"{shown}\" is not a regular file")));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    guard::check_size(config, size)?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(size)
        .map_err(|_| Error::new(Status::OS, format!("path: no memory for the {size} bytes of \"{shown}\"")))?;
    // The file may grow while it is read: one byte past the cap is enough to know.
    file.take(config.max_module_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
