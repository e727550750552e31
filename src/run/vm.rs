//! A VM: one store with its instance and memories. It serves one call and is then destroyed.

use crate::error::{LimitHit, Result};
use crate::isolate::deadline::{Interrupt, Interrupted};
use crate::isolate::limits::{Limiter, Limits};
use crate::isolate::wasi::{SandboxLimits, WasiHost, WasiSettings, WasiState};
use crate::observe::metrics::Metrics;
use crate::run::lifecycle::Cancel;
use crate::run::module::Linked;
use std::ffi::c_void;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Engine, Extern, Func, Instance, ModuleExport, ResourceLimiter, Store, UpdateDeadline};

/// What all VMs of a runtime share.
pub struct Environment {
    pub metrics: Arc<Metrics>,
    pub cancel: Cancel,
    pub sandbox: Arc<SandboxLimits>,
    /// Identifies the runtime to host functions that call it again.
    pub runtime_id: u64,
    pub meters_fuel: bool,
    pub meters_time: bool,
    pub max_stack_bytes: u64,
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
    pub deadline: Option<Instant>,
    pub user_data: UserData,
    pub wasi: Arc<WasiSettings>,
}

/// The state behind a store.
pub struct VmState {
    env: Arc<Environment>,
    limiter: Limiter,
    wasi: WasiState,
    call_id: u64,
    deadline: Option<Instant>,
    user_data: UserData,
    /// Whether there is an instance: what fails now is the guest's doing.
    started: bool,
}

impl VmState {
    pub fn call_id(&self) -> u64 {
        self.call_id
    }

    pub fn user_data(&self) -> UserData {
        self.user_data
    }

    pub fn runtime_id(&self) -> u64 {
        self.env.runtime_id
    }

    /// Bytes of stack that the guest may use.
    pub fn stack_limit(&self) -> u64 {
        self.env.max_stack_bytes
    }

    /// Why the call should end now, if it should.
    pub fn interrupted(&self) -> Option<Interrupt> {
        if self.env.cancel.is_fired() {
            Some(Interrupt::Cancelled)
        } else if self.deadline.is_some_and(|d| Instant::now() >= d) {
            Some(Interrupt::Timeout)
        } else {
            None
        }
    }

    /// Nanoseconds until the deadline, negative when it has passed; `None` without one.
    pub fn remaining_ns(&self) -> Option<i64> {
        let deadline = self.deadline?;
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

    fn count_growth(&self, before: u64) {
        let delta = i64::try_from(self.limiter.memory_bytes()).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX);
        if delta != 0 {
            self.env.metrics.memory(delta);
        }
    }
}

impl Drop for VmState {
    fn drop(&mut self) {
        let held = self.limiter.memory_bytes();
        if held != 0 {
            self.env.metrics.memory(-i64::try_from(held).unwrap_or(i64::MAX));
        }
        self.env.metrics.vm_ended();
    }
}

/// The limiter's answers, with the runtime's gauge of guest memory kept beside them.
impl ResourceLimiter for VmState {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let before = self.limiter.memory_bytes();
        let answer = self.limiter.memory_growing(current, desired, maximum);
        self.count_growth(before);
        answer
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
        self.deadline
    }

    fn interrupt(&self) -> Option<Interrupt> {
        self.interrupted()
    }

    fn wait(&self, dur: Duration) {
        self.env.cancel.wait(dur);
    }

    fn denied(&mut self, _call: &'static str) {
        self.env.metrics.denied();
    }
}

/// A live VM.
pub struct Vm {
    store: Store<VmState>,
    instance: Option<Instance>,
    fuel: Option<u64>,
}

impl Vm {
    /// An armed store without an instance: limits hold from the first byte that instantiation takes.
    pub fn new(engine: &Engine, env: &Arc<Environment>, limits: &Limits, errand: Errand) -> wasmtime::Result<Vm> {
        let state = VmState {
            limiter: Limiter::new(limits),
            wasi: WasiState::new(errand.wasi, Arc::clone(&env.sandbox)),
            call_id: errand.call_id,
            deadline: errand.deadline,
            user_data: errand.user_data,
            started: false,
            env: Arc::clone(env),
        };
        env.metrics.vm_started();
        let mut store = Store::try_new(engine, state)?;
        store.limiter(|state| state);
        if env.meters_fuel {
            store.set_fuel(limits.fuel.unwrap_or(u64::MAX))?;
        }
        if env.meters_time {
            store.set_epoch_deadline(1);
            // Captures nothing, so boxing it allocates nothing.
            store.epoch_deadline_callback(|context| match context.data().interrupted() {
                None => Ok(UpdateDeadline::Continue(1)),
                Some(why) => Err(Interrupted(why).into()),
            });
        }
        Ok(Vm { store, instance: None, fuel: limits.fuel })
    }

    /// Instantiates: start function, then `_initialize` where the module is a reactor.
    pub fn instantiate(&mut self, linked: &Linked) -> wasmtime::Result<()> {
        // The epoch may have moved before this store looked at it: a call that is over must not begin.
        if let Some(why) = self.store.data().interrupted() {
            return Err(Interrupted(why).into());
        }
        let instance = linked.pre.instantiate(&mut self.store)?;
        self.instance = Some(instance);
        self.store.data_mut().started = true;
        if let Some(initialize) = &linked.initialize {
            self.call(initialize, &mut [])?;
        }
        Ok(())
    }

    /// Calls an export with a buffer that holds its arguments and has room for its results, checked by the caller.
    pub fn call(&mut self, export: &ModuleExport, values: &mut [wasmtime::ValRaw]) -> wasmtime::Result<()> {
        let function = self.function(export)?;
        // SAFETY: callers pass an export of this VM's own module with a buffer made from that export's signature: arguments of
        // the right kinds (numbers only, so no reference of another store) and room for every result. The call is synchronous.
        unsafe { function.call_unchecked(&mut self.store, values) }
    }

    /// Refuses an end that came after the deadline.
    pub fn check_time(&self, ended: Instant) -> wasmtime::Result<()> {
        match self.store.data().deadline {
            Some(deadline) if ended >= deadline => Err(Interrupted(Interrupt::Timeout).into()),
            _ => Ok(()),
        }
    }

    fn function(&mut self, export: &ModuleExport) -> wasmtime::Result<Func> {
        let instance = self.instance.ok_or_else(|| wasmtime::Error::msg("the VM has no instance"))?;
        match instance.get_module_export(&mut self.store, export) {
            Some(Extern::Func(function)) => Ok(function),
            _ => wasmtime::bail!("the export is not a function of this module"),
        }
    }

    pub fn state(&self) -> &VmState {
        self.store.data()
    }

    /// Fuel used so far; 0 where fuel is not metered.
    pub fn fuel_used(&self) -> u64 {
        match (self.fuel, self.store.get_fuel()) {
            (Some(given), Ok(left)) => given.saturating_sub(left),
            _ => 0,
        }
    }

    pub fn memory_bytes(&self) -> u64 {
        self.store.data().limiter.memory_bytes()
    }
}

/// Checks that the call's directories are within the runtime's before anything runs.
pub fn check_directories(env: &Environment, wasi: &WasiSettings) -> Result<()> {
    wasi.check_directories(&env.sandbox)
}
