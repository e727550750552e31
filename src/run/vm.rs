//! A VM: one store with its instances and memories. It serves one call and is then destroyed, or one session.

use crate::error::{Error, Status};
use crate::isolate::deadline::Interrupted;
use crate::isolate::limits::{Limiter, Limits};
use crate::isolate::wasi::{self, WasiSettings, WasiState};
use crate::run::link::Source;
use crate::run::module::Linked;
use crate::run::nesting;
use crate::run::state::{Errand, VmState, cancelled};
use crate::run::strings::Heap;
use std::sync::Arc;
use wasmtime::{Extern, Func, Instance, ModuleExport, Store, UpdateDeadline};

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
