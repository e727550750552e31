//! Sessions: a VM that a host keeps for several calls, with its memory, its globals and its references.

use crate::compile::code::ExternKind;
use crate::error::{Error, Result, Status};
use crate::interface::Interface;
use crate::isolate::deadline::Interrupted;
use crate::isolate::limits::{Asked, Limits};
use crate::run::call::{Begun, CallOptions, CallStats, Function, Order, Payload, Typed, settle};
use crate::run::cancel::Tokens;
use crate::run::module::{Linked, Module};
use crate::run::pool::KeptSlot;
use crate::run::references::{self, HostObject, Tracked};
use crate::run::runtime::Runtime;
use crate::run::state;
use crate::run::strings::MEMORY;
use crate::run::typed;
use crate::run::vm::Vm;
use crate::signature::{Kind, Signature};
use crate::value::{Argument, Output, Values};
use parking_lot::Mutex;
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Extern, Func, Global, Memory, ModuleExport, Mutability, RootScope, Val, WasmBacktrace};

/// A VM that lives from one call to the next. One thread at a time.
pub struct Session {
    runtime: Arc<Runtime>,
    body: Arc<Body>,
    tokens: Tokens,
}

/// What the runtime's list of sessions knows of one: not the runtime, which would then keep itself alive.
pub(super) struct Body {
    linked: Arc<Linked>,
    seat: Mutex<Seat>,
}

/// Where the VM is. The lock around it is only held to look and to move: never while a guest or a finalizer runs.
enum Seat {
    Live(Box<Live>),
    /// With somebody who uses it.
    Taken,
    /// There is no VM any more, and why.
    Dead(String),
}

pub(super) struct Live {
    // The order is that of their ends: first the VM, then its slot.
    vm: Vm,
    _slot: KeptSlot,
    limits: Limits,
    used: Instant,
}

impl Body {
    pub(super) fn is_stopped(&self) -> bool {
        self.linked.is_stopped()
    }

    /// When the session was last used; `None` where it has no VM. One in use was used now.
    pub(super) fn last_used(&self) -> Option<Instant> {
        match &*self.seat.lock() {
            Seat::Live(live) => Some(live.used),
            Seat::Taken => Some(Instant::now()),
            Seat::Dead(_) => None,
        }
    }

    /// Takes the VM away for good, to be dropped where no lock is held, if `due` says so of the time when it was last used. One in
    /// use stays: whoever uses it looks, when done, whether it is to end.
    pub(super) fn end(&self, why: &str, due: impl FnOnce(Instant) -> bool) -> Option<Box<Live>> {
        let mut seat = self.seat.lock();
        match std::mem::replace(&mut *seat, Seat::Dead(why.to_string())) {
            Seat::Live(live) if due(live.used) => Some(live),
            other => {
                *seat = other;
                None
            }
        }
    }

    /// Takes the VM for a while.
    fn take(&self) -> Result<Turn<'_>> {
        let mut seat = self.seat.lock();
        match std::mem::replace(&mut *seat, Seat::Taken) {
            Seat::Live(live) => Ok(Turn { body: self, live: Some(live) }),
            Seat::Taken => {
                let text = "the VM is in use: one call at a time, and none from inside its own host functions and finalizers";
                Err(Error::new(Status::BUSY, text))
            }
            Seat::Dead(why) => {
                let error = Error::new(Status::VM_DEAD, format!("the session has no VM any more: {why}"));
                *seat = Seat::Dead(why);
                Err(error)
            }
        }
    }

    /// Why a VM that comes back from its use has no future, if it has none. Asked with the seat locked: those who end sessions set
    /// their flag before they look at the seats.
    fn over(&self) -> Option<&'static str> {
        if self.linked.is_stopped() {
            Some(DISABLED)
        } else if self.linked.env.closing.is_set() {
            Some(CLOSED)
        } else {
            None
        }
    }
}

/// Why sessions end with their runtime.
pub(super) const CLOSED: &str = "the runtime is closed";
/// Why the sessions of a module end that was disabled together with its calls.
pub(super) const DISABLED: &str = "its module was disabled";

/// A session's VM in somebody's hands.
struct Turn<'a> {
    body: &'a Body,
    /// `None` when it was given back or buried.
    live: Option<Box<Live>>,
}

impl Turn<'_> {
    fn live(&mut self) -> Result<&mut Live> {
        // It is there until the turn is over.
        self.live.as_deref_mut().ok_or_else(|| Error::new(Status::VM_DEAD, "the session has no VM any more"))
    }

    /// The VM is of no use any more. Its end may run finalizers, so no lock is held.
    fn bury(mut self, why: &str) {
        let gone = self.live.take();
        *self.body.seat.lock() = Seat::Dead(why.to_string());
        drop(gone);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Some(live) = self.live.take() else { return };
        let panicked = std::thread::panicking().then_some("an earlier call panicked");
        let mut seat = self.body.seat.lock();
        let gone = match panicked.or_else(|| self.body.over()) {
            None => {
                *seat = Seat::Live(live);
                None
            }
            Some(why) => {
                *seat = Seat::Dead(why.to_string());
                Some(live)
            }
        };
        // The VM's end may run finalizers: not under the lock.
        drop(seat);
        drop(gone);
    }
}

impl Module {
    /// Makes a VM and keeps it. The options' limits of memory, tables and instances, WASI settings and tokens hold for the
    /// whole session, time and fuel for the making.
    pub fn acquire(&self, options: &CallOptions) -> Result<Session> {
        self.acquire_plain(options).map_err(|e| self.linked.name_error(e))
    }

    fn acquire_plain(&self, options: &CallOptions) -> Result<Session> {
        let runtime = &self.runtime;
        let entered = Instant::now();
        let _inside = runtime.enter()?;
        let order = Order::new(runtime, &self.linked, entered, options, &options.tokens, false)?;
        self.linked.check_instances(order.limits.instances)?;
        let wasi = runtime.wasi(options)?;
        let mut stats = CallStats { call_id: runtime.next_call_id(), ..CallStats::default() };
        let slot = runtime.slot(&order, &mut stats)?.keep(&runtime.environment().pool);
        let vm = order.carry_out(runtime, &mut stats, |errand, stats| {
            let mut vm = Vm::new(&self.linked, &order.limits, wasi, errand)
                .map_err(|e| Error::new(Status::OS, format!("cannot make a VM: {e:#}")))?;
            // What a start function did last may have run over its time.
            let outcome = vm.instantiate(&self.linked).and_then(|()| vm.check_interrupt());
            settle(outcome, &mut vm, false, stats)?;
            Ok(vm)
        })?;
        let live = Live { vm, _slot: slot, limits: order.limits, used: Instant::now() };
        let body = Arc::new(Body { linked: Arc::clone(&self.linked), seat: Mutex::new(Seat::Live(Box::new(live))) });
        let session = Session { runtime: Arc::clone(runtime), body, tokens: options.tokens.clone() };
        runtime.sessions().add(&session.body)?;
        // A module that was disabled meanwhile did not know of this session.
        match state::cancelled(&self.linked, &options.tokens) {
            None => Ok(session),
            Some(why) => Err(Error::new(Status::CANCELLED, Interrupted(why).to_string())),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Now, and not when the list of sessions lets go of it: its slot is free when it was given back. Closing waits for this:
        // no finalizer runs after it.
        let _inside = self.runtime.enter_anyway();
        drop(self.body.end("it was released", |_| true));
    }
}

impl Session {
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// Calls a function of the session's module with numbers only.
    pub fn call(&self, function: &Function, values: &mut Values, options: &CallOptions, stats: &mut CallStats) -> Result<()> {
        let payload = Payload::Numbers(function.buffer(values)?);
        self.call_payload(function, payload, options, stats)
    }

    /// Calls a function of the session's module with strings, bytes or references.
    pub fn call_typed(
        &self,
        function: &Function,
        args: &[Argument<'_>],
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<Vec<Output>> {
        function.check_count(args.len())?;
        let mut typed = Typed { interface: function.interface(), args, outputs: Vec::new() };
        self.call_payload(function, Payload::Typed(&mut typed), options, stats)?;
        Ok(typed.outputs)
    }

    fn call_payload(
        &self,
        function: &Function,
        payload: Payload<'_, '_>,
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<()> {
        if !Arc::ptr_eq(&function.module().linked, &self.body.linked) {
            let text = "function: is of another module than the VM; bind it with the module that the VM was acquired from";
            return Err(Error::new(Status::WRONG_HANDLE, text));
        }
        self.serve(|vm| vm.function(function.export()), payload, function.post(), options, stats)
    }

    /// Calls the function behind a reference of the session. `arguments` makes the arguments when the signature is known.
    pub fn call_reference<'a>(
        &self,
        id: u64,
        arguments: impl FnOnce(&Interface) -> Result<Vec<Argument<'a>>>,
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<(Interface, Vec<Output>)> {
        // Two steps, because the arguments are the host's to make and are refused before anything runs.
        let interface = self.with(|vm| references::function(vm.store(), id).map(|f| interface_of(vm, f)))?;
        let args = arguments(&interface)?;
        let mut typed = Typed { interface: &interface, args: &args, outputs: Vec::new() };
        let target = |vm: &mut Vm| {
            let function = references::function(vm.store(), id)?;
            // Somebody who freed the reference in between has made room for another function under this number.
            match interface_of(vm, function) == interface {
                true => Ok(function),
                false => Err(Error::argument("funcref", "was freed during the call").into()),
            }
        };
        self.serve(target, Payload::Typed(&mut typed), None, options, stats)?;
        let outputs = typed.outputs;
        Ok((interface, outputs))
    }

    fn serve(
        &self,
        target: impl FnOnce(&mut Vm) -> wasmtime::Result<Func> + Send,
        payload: Payload<'_, '_>,
        post: Option<&ModuleExport>,
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<()> {
        check_options(options)?;
        let entered = Instant::now();
        let runtime = &*self.runtime;
        let linked = &self.body.linked;
        let _inside = runtime.enter()?;
        // Said first: it is why there may be no VM any more.
        linked.check_enabled().map_err(|e| linked.name_error(e))?;
        let mut turn = self.body.take()?;
        let live = turn.live()?;
        let tokens: Tokens = options.tokens.iter().chain(&self.tokens).cloned().collect();
        let mut order = Order::new(runtime, linked, entered, options, &tokens, false).map_err(|e| linked.name_error(e))?;
        let Limits { memory_bytes, table_elements, instances, .. } = live.limits;
        order.limits = Limits { memory_bytes, table_elements, instances, ..order.limits };
        let numbers = matches!(payload, Payload::Numbers(_));
        let mut broken = false;
        let served = runtime.account(entered, stats, |stats| {
            let vm = &mut live.vm;
            let result = order.carry_out(runtime, stats, |errand, stats| {
                // A call that is over before it begins leaves the VM as it was.
                if let Err(e) = vm.rearm(&order.limits, errand) {
                    return settle(Err(e), vm, false, stats);
                }
                let begun = Begun { found: None, entered, deadline: order.deadline };
                let outcome = target(vm).and_then(|function| runtime.perform(vm, function, payload, post, begun, stats));
                broken = outcome.as_ref().err().is_some_and(has_unwound);
                settle(outcome, vm, false, stats)
            });
            // After numbers nothing is left to do, and the clock was read when the guest ended.
            let ended = match numbers && stats.execution_ns > 0 {
                true => entered + Duration::from_nanos(stats.execution_ns),
                false => Instant::now(),
            };
            stats.end(entered, order.deadline, ended);
            live.used = ended;
            result
        });
        let Err(error) = served else { return Ok(()) };
        if broken {
            // The VM goes with the guest that was torn down.
            turn.bury(&format!("an earlier call ended with {error}"));
        }
        Err(linked.name_error(error))
    }

    /// Works on the VM between calls.
    fn with<T>(&self, work: impl FnOnce(&mut Vm) -> Result<T>) -> Result<T> {
        let _inside = self.runtime.enter()?;
        let mut turn = self.body.take()?;
        let live = turn.live()?;
        live.used = Instant::now();
        work(&mut live.vm)
    }

    fn memory<T>(&self, work: impl FnOnce(&mut Vm, Memory) -> Result<T>) -> Result<T> {
        self.with(|vm| match vm.export(MEMORY) {
            Some(Extern::Memory(memory)) => work(vm, memory),
            _ => match vm.state().shared_memory() {
                Some(memory) => work(vm, memory),
                None => {
                    let text = format!("memory \"{MEMORY}\" is not exported");
                    Err(vm
                        .state()
                        .linked()
                        .code
                        .not_found(text, MEMORY, "memory", |kind| matches!(kind, ExternKind::Memory { .. })))
                }
            },
        })
    }

    /// Calls `work` with `len` bytes of the guest's memory at `ptr`.
    pub fn at(&self, ptr: u64, len: usize, work: impl FnOnce(&mut [u8])) -> Result<()> {
        self.memory(|vm, memory| {
            let data = memory.data_mut(vm.store());
            let size = data.len();
            let range = usize::try_from(ptr).ok().and_then(|start| Some(start..start.checked_add(len)?));
            let outside =
                || Error::argument("ptr", format!("{len} bytes at {ptr} are outside the guest's memory of {size} bytes"));
            work(range.and_then(|range| data.get_mut(range)).ok_or_else(outside)?);
            Ok(())
        })
    }

    /// Bytes of the guest's memory.
    pub fn memory_size(&self) -> Result<u64> {
        self.memory(|vm, memory| Ok(memory.data_size(vm.store()) as u64))
    }

    /// Reads an exported global.
    pub fn global(&self, name: &str) -> Result<Output> {
        self.with(|vm| {
            let global = exported_global(vm, name)?;
            let kind = Kind::of(global.ty(vm.store()).content());
            let mut scope = RootScope::new(vm.store());
            let val = global.get(&mut scope);
            match kind.is_number() {
                true => Ok(Output::Number(typed::numbers(&[val]).map_err(references::own)?[0])),
                false => Ok(Output::Reference(kind, references::from_val(&mut scope, &val).map_err(references::own)?)),
            }
        })
    }

    /// Writes an exported global. `value` makes the value when the kind is known.
    pub fn set_global<'a>(&self, name: &str, value: impl FnOnce(Kind) -> Result<Argument<'a>>) -> Result<()> {
        self.with(|vm| {
            let global = exported_global(vm, name)?;
            let ty = global.ty(vm.store());
            let name = crate::error::escape(name, 200);
            if ty.mutability() == Mutability::Const {
                return Err(Error::argument("name", format!("the global \"{name}\" is constant")));
            }
            let kind = Kind::of(ty.content());
            let mut scope = RootScope::new(vm.store());
            let val: Val = match value(kind)? {
                Argument::Number(value) => typed::to_val(value),
                Argument::Reference(id) => references::to_val(&mut scope, kind, id)?,
                Argument::Data(_) => return Err(Error::argument("value", "strings and bytes cannot be globals")),
            };
            let refused = |e| Error::new(Status::WRONG_TYPE, format!("the global \"{name}\" cannot be set: {e:#}"));
            global.set(&mut scope, val).map_err(refused)
        })
    }

    /// Makes a reference to an object of the host, for the guest to hold.
    pub fn new_reference(&self, object: HostObject) -> Result<u64> {
        let object = Tracked::new(self.runtime.environment().runtime_id, object);
        self.with(|vm| {
            references::check(&self.body.linked)?;
            vm.forget_refusals();
            references::create(vm.store(), object)
        })
    }

    /// Calls `look` with the object behind a reference; `None` for null and for what no host made.
    pub fn look_at_reference<R>(&self, id: u64, look: impl FnOnce(Option<&(dyn Any + Send + Sync)>) -> R) -> Result<R> {
        self.with(|vm| references::look(vm.store(), id, look))
    }

    /// Gives the host's hold on a reference back.
    pub fn free_reference(&self, id: u64) -> Result<()> {
        self.with(|vm| vm.store().data_mut().references().release(id))
    }

    /// Ends the objects of the host that neither a guest nor the host holds any more.
    pub fn collect_garbage(&self) -> Result<()> {
        self.with(|vm| vm.store().gc(None).map_err(references::own))
    }
}

/// What the session settled when it was acquired cannot be asked for again.
fn check_options(options: &CallOptions) -> Result<()> {
    let Asked { max_memory_bytes, max_table_elements, max_instances, .. } = options.asked;
    let fields = [
        ("options.max_memory_bytes", max_memory_bytes != 0),
        ("options.max_table_elements", max_table_elements != 0),
        ("options.max_instances", max_instances != 0),
        ("options.wasi", options.wasi.is_some()),
    ];
    match fields.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((name, _)) => Err(Error::argument(name, "is settled for the whole session when its VM is acquired")),
    }
}

/// Whether the guest was torn down in the middle. What the host found wrong before or after the guest ran has no backtrace; what
/// ended a guest that an exported host function called has none of this call, but the frames of where it happened.
fn has_unwound(error: &wasmtime::Error) -> bool {
    error.downcast_ref::<WasmBacktrace>().is_some() || error.downcast_ref::<Error>().is_none_or(|own| !own.frames().is_empty())
}

fn interface_of(vm: &mut Vm, function: Func) -> Interface {
    Interface::plain(&Arc::new(Signature::of(&function.ty(vm.store()))))
}

fn exported_global(vm: &mut Vm, name: &str) -> Result<Global> {
    let shown = || crate::error::escape(name, 200);
    match vm.export(name) {
        Some(Extern::Global(global)) => Ok(global),
        Some(_) => Err(Error::new(Status::WRONG_TYPE, format!("export \"{}\" is not a global", shown()))),
        None => {
            let text = format!("global \"{}\" is not exported", shown());
            Err(vm.state().linked().code.not_found(text, name, "global", |kind| matches!(kind, ExternKind::Global { .. })))
        }
    }
}
