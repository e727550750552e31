//! A VM: one store with its instances and memories. It serves one call and is then destroyed, or one session.

use crate::compile::debug_info::SourceMaps;
use crate::compile::flights::Flights;
use crate::config::Metering;
use crate::error::{Error, LimitHit, Result, Status};
use crate::frame::SourceMap;
use crate::isolate::deadline::{Interrupt, Interrupted};
use crate::isolate::limits::{Limiter, Limits};
use crate::isolate::wasi::{self, Exit, SandboxLimits, WasiHost, WasiSettings, WasiState};
use crate::observe::metrics::Metrics;
use crate::observe::tally::Tally;
use crate::run::cancel::{Flag, Tokens, before_looking};
use crate::run::events::Events;
use crate::run::link::Source;
use crate::run::module::Linked;
use crate::run::nesting;
use crate::run::pool::{PAGE, Pool};
use crate::run::references::References;
use crate::run::settings::Settings;
use crate::run::sleepers::Sleepers;
use crate::run::strings::Heap;
use crate::syscalls::Syscall;
use std::ffi::c_void;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Engine, Extern, Func, Instance, Memory, ModuleExport, ResourceLimiter, Store, UpdateDeadline};

/// What all VMs of a runtime share.
pub struct Environment {
    pub engine: Engine,
    pub metrics: Arc<Metrics>,
    pub pool: Arc<Pool>,
    /// Whether the pool's slots have address space of their own.
    pub reserved_slots: bool,
    pub sleepers: Sleepers,
    pub flights: Arc<Flights>,
    /// Ends every call of the runtime.
    pub closing: Flag,
    pub sandbox: Arc<SandboxLimits>,
    /// Identifies the runtime to host functions that call it again.
    pub runtime_id: u64,
    pub metering: Metering,
    pub max_stack_bytes: u64,
    pub settings: Settings,
    pub sources: SourceMaps,
    pub events: Events,
}

impl Environment {
    /// Makes every guest look whether its call is over: those that run, those that sleep, and calls that wait for a slot or
    /// for a compilation.
    pub fn rouse(&self) {
        self.engine.increment_epoch();
        self.sleepers.wake();
        self.pool.wake_all();
        self.flights.wake_all();
    }
}

/// A host's pointer, carried and handed back but never looked at.
#[derive(Clone, Copy)]
pub struct UserData(pub *mut c_void);

// SAFETY: the library only copies the pointer; the header tells hosts that it reaches callbacks on other threads.
unsafe impl Send for UserData {}
unsafe impl Sync for UserData {}

/// Who the VM works for.
pub struct Errand {
    pub call_id: u64,
    pub entered: Instant,
    pub deadline: Option<Instant>,
    pub user_data: UserData,
    pub tokens: Tokens,
}

/// Whether a call of this module with these tokens is to end, whatever its deadline.
pub fn cancelled(linked: &Linked, tokens: &Tokens) -> Option<Interrupt> {
    before_looking();
    if linked.env.closing.is_set() {
        Some(Interrupt::Closed)
    } else if linked.is_stopped() {
        Some(Interrupt::Disabled)
    } else if tokens.iter().any(|token| token.is_fired()) {
        Some(Interrupt::Cancelled)
    } else {
        None
    }
}

/// What a guest did in a nested call that ends the whole call, whatever the host function in between makes of it.
pub enum Ending {
    Exit(i32),
    Error(Error),
}

/// The state behind a store.
pub struct VmState {
    linked: Arc<Linked>,
    limiter: Limiter,
    limits: Limits,
    errand: Errand,
    wasi: WasiState,
    references: Option<Box<References>>,
    /// The memory of a VM of several modules, where there is just one: it is everybody's.
    shared_memory: Option<Memory>,
    ending: Option<Ending>,
    /// Whether a nested call of the call in progress ended so that nobody knows the fuel that it used.
    lost_fuel: bool,
    /// Whether the instance is there that is being made: what fails now is the guest's doing.
    started: bool,
    /// Pages of memory that the VM has taken of the runtime's, those that came with its slot included.
    pages: u64,
    /// The WASI calls of the call in progress; none before the VM's first.
    tally: Option<Box<Tally>>,
}

impl VmState {
    pub fn call_id(&self) -> u64 {
        self.errand.call_id
    }

    pub fn user_data(&self) -> UserData {
        self.errand.user_data
    }

    pub fn runtime_id(&self) -> u64 {
        self.linked.env.runtime_id
    }

    pub fn linked(&self) -> &Arc<Linked> {
        &self.linked
    }

    /// What the call in progress may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// When the call in progress began.
    pub fn entered(&self) -> Instant {
        self.errand.entered
    }

    /// Bytes of stack that the guest may use.
    pub fn stack_limit(&self) -> u64 {
        self.linked.env.max_stack_bytes
    }

    /// Bytes of strings and bytes that a call may give back.
    pub fn max_result_bytes(&self) -> u64 {
        self.limits.result_bytes
    }

    /// Where a module of the VM has its lines, if it says so.
    pub fn source_of(&self, module: &wasmtime::Module) -> Option<Arc<dyn SourceMap>> {
        self.linked.env.sources.of(module)
    }

    /// Why the call should end now, if it should.
    pub fn interrupted(&self) -> Option<Interrupt> {
        cancelled(&self.linked, &self.errand.tokens)
            .or_else(|| self.errand.deadline.is_some_and(|d| Instant::now() >= d).then_some(Interrupt::Timeout))
    }

    /// The references that the host holds.
    pub fn references(&mut self) -> &mut References {
        self.references.get_or_insert_default()
    }

    pub fn shared_memory(&self) -> Option<Memory> {
        self.shared_memory
    }

    /// Notes what ends the whole call; the first stays.
    pub fn end_with(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// Notes that the fuel of a nested call is not known.
    pub fn lose_fuel(&mut self) {
        self.lost_fuel = true;
    }

    /// Whether there was such a call.
    pub fn has_lost_fuel(&self) -> bool {
        self.lost_fuel
    }

    /// The end that a nested call has brought about.
    pub fn check_ending(&mut self) -> wasmtime::Result<()> {
        match self.ending.take() {
            None => Ok(()),
            Some(Ending::Exit(code)) => Err(Exit(code).into()),
            Some(Ending::Error(error)) => Err(error.into()),
        }
    }

    /// Nanoseconds until the deadline, negative when it has passed; `None` without one.
    pub fn remaining_ns(&self) -> Option<i64> {
        let deadline = self.errand.deadline?;
        let now = Instant::now();
        let ns = |d: Duration| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX);
        Some(if deadline >= now { ns(deadline - now) } else { -ns(now - deadline) })
    }

    /// The limit that refused the guest something, memory and tables before files.
    pub fn limit_hit(&self) -> Option<LimitHit> {
        self.limiter.refused().or_else(|| self.wasi.limit_hit())
    }

    /// Whether the module was instantiated.
    pub fn has_started(&self) -> bool {
        self.started
    }

    /// The memory or table limit that refused the guest what it needs to be instantiated.
    pub fn start_refused(&self) -> Option<LimitHit> {
        if self.started { None } else { self.limiter.refused() }
    }

    /// How many WASI calls the policy has denied in the call in progress, and the first of them.
    pub fn denials(&self) -> (u64, Option<Syscall>) {
        self.tally.as_ref().map_or((0, None), |tally| (tally.denials(), tally.first_denied()))
    }

    /// Adds the WASI calls of the call that has ended to the runtime's.
    fn count_syscalls(&mut self) {
        if let Some(tally) = &mut self.tally {
            self.linked.env.metrics.take(tally);
        }
    }

    /// Takes what the VM's own limit has granted from the runtime's memory too.
    fn take_memory(&mut self) -> bool {
        let pages = self.limiter.memory_bytes().div_ceil(PAGE);
        let Some(more) = pages.checked_sub(self.pages).filter(|more| *more > 0) else { return true };
        match self.linked.env.pool.grow(more) {
            Ok(()) => {
                self.pages = pages;
                true
            }
            Err(hit) => {
                self.limiter.take_back(hit);
                false
            }
        }
    }

    fn count_growth(&self, before: u64) {
        let delta = i64::try_from(self.limiter.memory_bytes()).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX);
        if delta != 0 {
            self.linked.env.metrics.memory(delta);
        }
    }
}

impl Drop for VmState {
    fn drop(&mut self) {
        let held = self.limiter.memory_bytes();
        if held != 0 {
            self.linked.env.metrics.memory(-i64::try_from(held).unwrap_or(i64::MAX));
        }
        // The rest comes back with the slot.
        let own = self.pages - self.linked.room.pages;
        if own != 0 {
            self.linked.env.pool.shrink(own);
        }
        self.linked.env.metrics.vm_ended();
        // Also of a call that a panic ended.
        self.count_syscalls();
    }
}

/// The limiter's answers, with the runtime's gauge of guest memory kept beside them.
impl ResourceLimiter for VmState {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let before = self.limiter.memory_bytes();
        let granted = self.limiter.memory_growing(current, desired, maximum)? && self.take_memory();
        self.count_growth(before);
        Ok(granted)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        let before = self.limiter.memory_bytes();
        let answer = self.limiter.memory_grow_failed(error);
        self.count_growth(before);
        answer
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.limiter.table_growing(current, desired, maximum)
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.limiter.table_grow_failed(error)
    }

    fn instances(&self) -> usize {
        self.limiter.instances()
    }

    fn tables(&self) -> usize {
        self.limiter.tables()
    }

    fn memories(&self) -> usize {
        self.limiter.memories()
    }
}

impl WasiHost for VmState {
    fn wasi(&mut self) -> &mut WasiState {
        &mut self.wasi
    }

    fn deadline(&self) -> Option<Instant> {
        self.errand.deadline
    }

    fn interrupt(&self) -> Option<Interrupt> {
        self.interrupted()
    }

    fn wait(&self, dur: Duration) {
        self.linked.env.sleepers.wait(dur, || cancelled(&self.linked, &self.errand.tokens).is_some());
    }

    fn poll(&self, entries: &mut [libc::pollfd], dur: Duration) -> usize {
        self.linked.env.sleepers.poll(entries, dur, || cancelled(&self.linked, &self.errand.tokens).is_some())
    }

    fn call_out<R>(&self, callback: impl FnOnce() -> R) -> R {
        let _inside = nesting::function(self.runtime_id());
        callback()
    }

    fn shared_memory(&self) -> Option<Memory> {
        self.shared_memory
    }

    fn limits_fuel(&self) -> bool {
        self.limits.fuel.is_some()
    }

    fn entering(&mut self, call: Syscall) -> wasmtime::Result<()> {
        self.tally.get_or_insert_default().enter(call);
        Ok(())
    }

    fn log_output(&self, fd: i32, bytes: &[u8]) {
        self.linked.env.events.output(fd, bytes, &self.linked, self.errand.call_id);
    }

    fn denied(&mut self, call: Syscall) {
        self.tally.get_or_insert_default().deny(call);
        self.linked.env.events.denied(call, &self.linked, self.errand.call_id);
    }
}

/// A live VM.
pub struct Vm {
    store: Store<VmState>,
    instance: Option<Instance>,
    /// Last: until all else is gone.
    leaving: Option<nesting::Mark>,
}

impl Drop for Vm {
    /// Its end may be that of callbacks of its WASI settings, whose finalizers are host code: that must not wait for the slot that
    /// this VM still has, nor for the runtime.
    fn drop(&mut self) {
        self.leaving = Some(nesting::function(self.store.data().runtime_id()));
    }
}

impl Vm {
    /// An armed store without an instance: limits hold from the first byte that instantiation takes.
    pub fn new(linked: &Arc<Linked>, limits: &Limits, wasi: Arc<WasiSettings>, errand: Errand) -> wasmtime::Result<Vm> {
        let env = &linked.env;
        let wasi = WasiState::new(wasi, Arc::clone(&env.sandbox), linked.instances == 1);
        let state = VmState {
            limiter: Limiter::new(limits),
            limits: *limits,
            wasi,
            errand,
            references: None,
            shared_memory: None,
            ending: None,
            lost_fuel: false,
            started: false,
            pages: linked.room.pages,
            tally: None,
            linked: Arc::clone(linked),
        };
        env.metrics.vm_started();
        let mut store = Store::try_new(&env.engine, state)?;
        store.limiter(|state| state);
        if env.metering.has_deadline() {
            // Captures nothing, so boxing it allocates nothing.
            store.epoch_deadline_callback(|context| match context.data().interrupted() {
                None => Ok(UpdateDeadline::Continue(1)),
                Some(why) => Err(Interrupted(why).into()),
            });
        }
        let mut vm = Vm { store, instance: None, leaving: None };
        vm.arm()?;
        Ok(vm)
    }

    /// Makes a session's VM ready for its next call.
    pub fn rearm(&mut self, limits: &Limits, errand: Errand) -> wasmtime::Result<()> {
        let state = self.store.data_mut();
        (state.limits, state.errand, state.lost_fuel) = (*limits, errand, false);
        state.wasi.begin_call();
        self.forget_refusals();
        self.arm()?;
        // Its deadline is not looked at: the call has just begun.
        match cancelled(&self.store.data().linked, &self.store.data().errand.tokens) {
            Some(why) => Err(Interrupted(why).into()),
            None => Ok(()),
        }
    }

    /// The call is over: the host gets the lines that its guest has begun and not ended.
    pub fn finish_output(&mut self) {
        wasi::finish(self.store.data_mut());
    }

    /// What is refused from now on is news.
    pub fn forget_refusals(&mut self) {
        let state = self.store.data_mut();
        state.limiter.forget_refusals();
        state.wasi.forget_refusals();
    }

    /// The call in progress has ended: its WASI calls count.
    pub fn count_syscalls(&mut self) {
        self.store.data_mut().count_syscalls();
    }

    fn arm(&mut self) -> wasmtime::Result<()> {
        let state = self.store.data();
        let (fuel, metering) = (state.limits.fuel, state.linked.env.metering);
        if metering.has_fuel() {
            // One more than the call has: compiled code looks now and then, and ends a guest that has none left. So a guest that
            // used all of its own has one left, and one that has none used more.
            self.store.set_fuel(fuel.unwrap_or(u64::MAX).saturating_add(1))?;
        }
        if metering.has_deadline() {
            self.store.set_epoch_deadline(1);
        }
        Ok(())
    }

    /// The epoch may have moved before this store looked at it: a call that is over must not begin.
    pub fn check_interrupt(&self) -> wasmtime::Result<()> {
        match self.store.data().interrupted() {
            Some(why) => Err(Interrupted(why).into()),
            None => Ok(()),
        }
    }

    /// Instantiates the module and what it is linked with: for each, the start function and then a reactor's `_initialize`.
    /// `linked` is the module that the VM was made for.
    pub fn instantiate(&mut self, linked: &Linked) -> wasmtime::Result<()> {
        self.check_interrupt()?;
        let instance = match linked.pre() {
            Some(pre) => {
                let instance = pre.instantiate(&mut self.store)?;
                self.begin(instance, linked)?;
                instance
            }
            None => self.compose(linked)?,
        };
        self.instance = Some(instance);
        Ok(())
    }

    fn compose(&mut self, linked: &Linked) -> wasmtime::Result<Instance> {
        let mut instances = Vec::with_capacity(linked.units().len());
        for unit in linked.units() {
            let instance = self.place(&unit.linked, unit.sources.iter(), &instances)?;
            instances.push(instance);
            self.share_memory(linked, &instances);
            self.begin(instance, &unit.linked)?;
        }
        let main = self.place(linked, linked.sources(), &instances)?;
        instances.push(main);
        self.share_memory(linked, &instances);
        self.begin(main, linked)?;
        Ok(main)
    }

    fn place<'a>(
        &mut self,
        linked: &Linked,
        sources: impl Iterator<Item = &'a Source>,
        instances: &[Instance],
    ) -> wasmtime::Result<Instance> {
        // What keeps this instance from being made is no doing of the guests before it.
        self.store.data_mut().started = false;
        let mut externs = Vec::with_capacity(linked.code.imports.len());
        for (import, source) in linked.code.module.imports().zip(sources) {
            let found = match source {
                Source::Unit(unit, export) => instances.get(*unit).and_then(|i| i.get_module_export(&mut self.store, export)),
                Source::Host => linked.linker().get_by_import(&mut self.store, &import),
            };
            externs.push(found.ok_or_else(|| wasmtime::Error::msg("an import that was resolved is not there"))?);
        }
        Instance::new(&mut self.store, &linked.code.module, &externs)
    }

    /// Runs what comes before the first call.
    fn begin(&mut self, instance: Instance, linked: &Linked) -> wasmtime::Result<()> {
        self.store.data_mut().started = true;
        match &linked.initialize {
            Some(initialize) => {
                let function = function_of(&mut self.store, instance, initialize)?;
                call_raw(&mut self.store, function, &mut [])
            }
            None => Ok(()),
        }
    }

    /// Notes the only memory of the VM as soon as it is there: what is instantiated next may need it in its start function.
    fn share_memory(&mut self, linked: &Linked, instances: &[Instance]) {
        let Some((i, export)) = linked.shared_memory().filter(|(i, _)| i + 1 == instances.len()) else { return };
        let found = instances.get(*i).and_then(|instance| instance.get_module_export(&mut self.store, export));
        self.store.data_mut().shared_memory = found.and_then(Extern::into_memory);
    }

    /// An exported function of the module.
    pub fn function(&mut self, export: &ModuleExport) -> wasmtime::Result<Func> {
        let instance = self.instance()?;
        function_of(&mut self.store, instance, export)
    }

    /// Calls an export with a buffer that holds its arguments and has room for its results, checked by the caller.
    pub fn call(&mut self, function: Func, values: &mut [wasmtime::ValRaw]) -> wasmtime::Result<()> {
        call_raw(&mut self.store, function, values)
    }

    fn instance(&self) -> wasmtime::Result<Instance> {
        self.instance.ok_or_else(|| wasmtime::Error::msg("the VM has no instance"))
    }

    /// The main module's export of that name.
    pub fn export(&mut self, name: &str) -> Option<Extern> {
        self.instance.and_then(|instance| instance.get_export(&mut self.store, name))
    }

    /// The memory and the allocator of the main module.
    pub fn heap(&mut self) -> wasmtime::Result<Heap> {
        let (instance, doors) = (self.instance()?, self.store.data().linked.doors);
        let memory = match doors.memory.and_then(|export| instance.get_module_export(&mut self.store, &export)) {
            Some(Extern::Memory(memory)) => memory,
            _ => return Err(Error::new(Status::NOT_FOUND, "the module exports no memory named \"memory\"").into()),
        };
        let allocator = match doors.allocator {
            Some((protocol, export)) => Some((protocol, self.function(&export)?)),
            None => None,
        };
        Ok(Heap { memory, allocator })
    }

    pub fn state(&self) -> &VmState {
        self.store.data()
    }

    pub fn store(&mut self) -> &mut Store<VmState> {
        &mut self.store
    }

    /// The fuel of the call in progress and what is left of it and the one more; `None` where fuel is not metered, in which case the
    /// engine is not asked: its answer would be an error that takes an allocation.
    fn fuel(&self) -> Option<(u64, u64)> {
        let given = self.store.data().limits.fuel?;
        Some((given, self.store.get_fuel().ok()?))
    }

    /// Fuel that the call in progress has used so far, all of it where it used more; 0 where fuel is not metered.
    pub fn fuel_used(&self) -> u64 {
        self.fuel().map_or(0, |(given, left)| given.saturating_add(1).saturating_sub(left).min(given))
    }

    /// Whether the guest used more than its fuel in code that does not look: between two loops or calls.
    pub fn is_overdrawn(&self) -> bool {
        self.fuel().is_some_and(|(_, left)| left == 0)
    }

    pub fn memory_bytes(&self) -> u64 {
        self.store.data().limiter.memory_bytes()
    }
}

fn function_of(store: &mut Store<VmState>, instance: Instance, export: &ModuleExport) -> wasmtime::Result<Func> {
    match instance.get_module_export(store, export) {
        Some(Extern::Func(function)) => Ok(function),
        _ => wasmtime::bail!("the export is not a function of this module"),
    }
}

fn call_raw(store: &mut Store<VmState>, function: Func, values: &mut [wasmtime::ValRaw]) -> wasmtime::Result<()> {
    // SAFETY: callers pass a function of this store with a buffer made from its signature: arguments of the right kinds
    // (numbers only, so no reference of another store) and room for every result. The call is synchronous.
    unsafe { function.call_unchecked(store, values) }
}

/// Checks that the call's directories are within the runtime's before anything runs.
pub fn check_directories(env: &Environment, wasi: &WasiSettings) -> Result<()> {
    wasi.check_directories(&env.sandbox)
}
