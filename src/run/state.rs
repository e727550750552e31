//! The state behind a store: whose VM it is, what it may use and has used; and what all VMs of a runtime share.

use crate::compile::debug_info::SourceMaps;
use crate::compile::flights::Flights;
use crate::config::Metering;
use crate::error::{Error, LimitHit};
use crate::frame::SourceMap;
use crate::isolate::deadline::Interrupt;
use crate::isolate::limits::{Limiter, Limits};
use crate::isolate::wasi::{Exit, SandboxLimits, WasiHost, WasiState};
use crate::observe::metrics::Metrics;
use crate::observe::tally::Tally;
use crate::run::cancel::{Flag, Tokens, before_looking};
use crate::run::events::Events;
use crate::run::module::Linked;
use crate::run::nesting;
use crate::run::pool::{PAGE, Pool};
use crate::run::references::References;
use crate::run::settings::Settings;
use crate::run::sleepers::Sleepers;
use crate::syscalls::Syscall;
use std::ffi::c_void;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Engine, Memory, ResourceLimiter};

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
    pub(super) linked: Arc<Linked>,
    pub(super) limiter: Limiter,
    pub(super) limits: Limits,
    pub(super) errand: Errand,
    pub(super) wasi: WasiState,
    pub(super) references: Option<Box<References>>,
    /// The memory of a VM of several modules, where there is just one: it is everybody's.
    pub(super) shared_memory: Option<Memory>,
    pub(super) ending: Option<Ending>,
    /// Whether a nested call of the call in progress ended so that nobody knows the fuel that it used.
    pub(super) lost_fuel: bool,
    /// Whether the instance is there that is being made: what fails now is the guest's doing.
    pub(super) started: bool,
    /// Pages of memory that the VM has taken of the runtime's, those that came with its slot included.
    pub(super) pages: u64,
    /// The WASI calls of the call in progress; none before the VM's first.
    pub(super) tally: Option<Box<Tally>>,
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
    pub fn count_syscalls(&mut self) {
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
