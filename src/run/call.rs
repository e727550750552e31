//! One call: check, take a slot, make a VM, arm it, run, account for it.

use crate::compile::cache::Found;
use crate::error::{Error, Result, Status, escape};
use crate::interface::Interface;
use crate::isolate::deadline::{Interrupt, Interrupted};
use crate::isolate::limits::{Asked, Limits};
use crate::isolate::wasi::WasiSettings;
use crate::isolate::{signals, stack};
use crate::observe::nanos;
use crate::run::cancel::{Carried, Tokens};
use crate::run::explain::{self, explain};
use crate::run::module::{Linked, Module};
use crate::run::nesting;
use crate::run::pool::Slot;
use crate::run::runtime::Runtime;
use crate::run::state::{self, Errand, UserData};
use crate::run::typed;
use crate::run::vm::Vm;
use crate::signature::Signature;
use crate::syscalls::Syscall;
use crate::value::{Argument, Output, Values};
use std::ffi::CStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Func, ModuleExport, RootScope, Trap};

/// What one call asks for.
#[derive(Clone)]
pub struct CallOptions {
    pub asked: Asked,
    pub user_data: UserData,
    pub wasi: Option<Arc<WasiSettings>>,
    /// What the host may fire to end the call.
    pub tokens: Tokens,
}

impl Default for CallOptions {
    fn default() -> Self {
        CallOptions { asked: Asked::default(), user_data: UserData(std::ptr::null_mut()), wasi: None, tokens: Tokens::new() }
    }
}

/// What one call took. Written whatever its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallStats {
    pub call_id: u64,
    pub fuel_used: u64,
    /// From entry to return.
    pub wall_ns: u64,
    /// Waiting for a slot.
    pub wait_ns: u64,
    /// From entry to the guest's first instruction of the called function; 0 if it was never reached.
    pub start_ns: u64,
    /// In the called function.
    pub execution_ns: u64,
    /// Past the deadline.
    pub overrun_ns: u64,
    pub peak_memory_bytes: u64,
    pub pool_hit: bool,
    pub cold: bool,
    pub fuel_exact: bool,
    pub exit_code: i32,
    /// The limit that refused the guest something, also where it coped.
    pub limit_hit: Option<&'static CStr>,
    /// WASI calls that the policy denied.
    pub denials: u64,
    /// The first of them.
    pub first_denied: Option<&'static CStr>,
}

impl CallStats {
    /// Writes what the call took in all, and by how much it passed its deadline.
    pub(crate) fn end(&mut self, entered: Instant, deadline: Option<Instant>, ended: Instant) {
        self.overrun_ns = deadline.map_or(0, |deadline| nanos(ended.saturating_duration_since(deadline)));
        self.wall_ns = nanos(ended.saturating_duration_since(entered));
    }
}

/// An exported function, bound: name and signature resolved once.
#[derive(Clone)]
pub struct Function {
    module: Module,
    export: ModuleExport,
    interface: Arc<Interface>,
    /// The export by which the guest takes back what its results pointed at.
    post: Option<ModuleExport>,
    name: String,
}

impl Function {
    /// Binds an export with the interface asked for, else with the one that the guest declares, else with its own signature.
    pub(crate) fn bind(module: Module, name: &str, interface: Option<Interface>) -> Result<Function> {
        let code = &module.linked.code;
        let (export, core) = code.function(name)?;
        let asked = interface.is_some();
        let interface = match interface.map_or_else(|| code.declared(name), |asked| Ok(Some(asked)))? {
            Some(interface) if interface.core() != core => {
                return Err(typed::mismatch(name, Some(&interface).filter(|_| asked), core, code.declaration(name)));
            }
            Some(interface) => interface,
            None => Interface::plain(core),
        };
        module
            .linked
            .doors
            .check(interface.takes_data(), interface.gives_data())
            .map_err(|e| e.context(format_args!("function \"{}\" is {interface}", escape(name, 200))))?;
        let post = match interface.gives_data() {
            true => code.post_return(name, &interface.core().results),
            false => None,
        };
        let export = export.index;
        Ok(Function { export, interface: Arc::new(interface), post, name: name.to_string(), module })
    }

    pub fn interface(&self) -> &Arc<Interface> {
        &self.interface
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn module(&self) -> &Module {
        &self.module
    }

    pub(crate) fn export(&self) -> &ModuleExport {
        &self.export
    }

    pub(crate) fn post(&self) -> Option<&ModuleExport> {
        self.post.as_ref()
    }

    /// Runs the function in a VM of its own. `values` holds the arguments, numbers only and checked against the signature, and
    /// then the results.
    pub fn call(&self, values: &mut Values, options: &CallOptions, stats: &mut CallStats) -> Result<()> {
        self.call_from(Instant::now(), Found::Held, values, options, stats)
    }

    /// As [`Function::call`], with the moment at which the request began and how its module was come by.
    pub(crate) fn call_from(
        &self,
        entered: Instant,
        found: Found,
        values: &mut Values,
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<()> {
        let buffer = self.buffer(values)?;
        self.serve(entered, found, Payload::Numbers(buffer), options, stats)
    }

    /// As [`Function::call`] for a function with strings or bytes.
    pub fn call_typed(&self, args: &[Argument<'_>], options: &CallOptions, stats: &mut CallStats) -> Result<Vec<Output>> {
        self.call_typed_from(Instant::now(), Found::Held, args, options, stats)
    }

    pub(crate) fn call_typed_from(
        &self,
        entered: Instant,
        found: Found,
        args: &[Argument<'_>],
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<Vec<Output>> {
        if self.interface.has_references() {
            let text = format!(
                "function \"{}\" is {}: references live only in sessions, call it with dwcp_vm_call",
                escape(&self.name, 200),
                self.interface
            );
            return Err(Error::new(Status::UNSUPPORTED, text));
        }
        self.check_count(args.len())?;
        let mut typed = Typed { interface: &self.interface, args, outputs: Vec::new() };
        self.serve(entered, found, Payload::Typed(&mut typed), options, stats)?;
        Ok(typed.outputs)
    }

    fn serve(
        &self,
        entered: Instant,
        found: Found,
        payload: Payload<'_, '_>,
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<()> {
        let request = Request { linked: &self.module.linked, export: &self.export, command: false, found, entered };
        self.module.runtime.serve(&request, payload, options, stats).map(|_| ()).map_err(|e| self.module.linked.name_error(e))
    }

    /// The buffer of a call with numbers only, long enough for arguments and results.
    pub(crate) fn buffer<'v>(&self, values: &'v mut Values) -> Result<&'v mut [wasmtime::ValRaw]> {
        if !self.interface.is_numeric() {
            let text = format!("function \"{}\" is {}, which is more than numbers", escape(&self.name, 200), self.interface);
            return Err(Error::new(Status::WRONG_TYPE, text));
        }
        self.check_count(values.len())?;
        let Signature { params, results } = &**self.interface.core();
        Ok(values.raw(params.len().max(results.len())))
    }

    pub(crate) fn check_count(&self, given: usize) -> Result<()> {
        let expected = self.interface.params.len();
        if given == expected {
            return Ok(());
        }
        let text = format!(
            "function \"{}\" takes {expected} arguments, {given} given; it is {}",
            escape(&self.name, 200),
            self.interface
        );
        Err(Error::new(Status::WRONG_TYPE, text))
    }
}

/// What a call carries.
pub(crate) enum Payload<'p, 'a> {
    /// Numbers, in the buffer as the compiled code wants it.
    Numbers(&'p mut [wasmtime::ValRaw]),
    Typed(&'p mut Typed<'a>),
}

/// Arguments and results of which some are more than numbers.
pub(crate) struct Typed<'a> {
    pub interface: &'a Interface,
    pub args: &'a [Argument<'a>],
    pub outputs: Vec<Output>,
}

// SAFETY: the raw values are numbers by the signature check, never references, and only one thread at a time has the buffer: the
// one that runs the guest, while its owner waits.
unsafe impl Send for Payload<'_, '_> {}

impl Module {
    /// Runs a WASI command from `_start` and gives its exit code. Fuel is metered but limited only if the options say so.
    pub fn run(&self, options: &CallOptions, stats: &mut CallStats) -> Result<i32> {
        let entered = Instant::now();
        self.runtime.check_open()?;
        let Some(export) = &self.linked.start else {
            let text =
                "the module is no WASI command: it does not export \"_start\" as a function without parameters and results";
            return Err(self.linked.name_error(Error::new(Status::NOT_FOUND, text)));
        };
        let request = Request { linked: &self.linked, export, command: true, found: Found::Held, entered };
        self.runtime.serve(&request, Payload::Numbers(&mut []), options, stats).map_err(|e| self.linked.name_error(e))
    }
}

/// One request on its way.
pub(crate) struct Request<'a> {
    linked: &'a Arc<Linked>,
    export: &'a ModuleExport,
    /// `proc_exit` ends it well, and its fuel is off unless asked for.
    command: bool,
    found: Found,
    entered: Instant,
}

impl Runtime {
    /// The life of a request. Counts it in the metrics and fills `stats` whatever its end; gives a command's exit code.
    fn serve(
        &self,
        request: &Request<'_>,
        payload: Payload<'_, '_>,
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<i32> {
        let _inside = self.enter()?;
        // What is refused up to here did not begin: it gets no number and is not counted.
        let order = Order::new(self, request.linked, request.entered, options, &options.tokens, request.command)?;
        request.linked.check_instances(order.limits.instances)?;
        let wasi = self.wasi(options)?;
        stats.cold = request.found != Found::Held;
        self.account(request.entered, stats, |stats| self.attempt(request, &order, wasi, payload, stats))
    }

    /// Runs a call, numbered, and counts its end.
    pub(crate) fn account<T>(
        &self,
        entered: Instant,
        stats: &mut CallStats,
        attempt: impl FnOnce(&mut CallStats) -> Result<T>,
    ) -> Result<T> {
        stats.call_id = self.next_call_id();
        let result = attempt(stats);
        if stats.wall_ns == 0 {
            stats.wall_ns = nanos(entered.elapsed());
        }
        // One that got no slot has no VM that could say so.
        if let Err(e) = &result {
            stats.limit_hit = stats.limit_hit.or_else(|| e.limit().map(|hit| hit.name));
        }
        let timed_out = matches!(&result, Err(e) if e.status() == Status::TIMEOUT);
        self.metrics().call_done(result.is_ok(), timed_out);
        result
    }

    fn attempt(
        &self,
        request: &Request<'_>,
        order: &Order<'_>,
        wasi: Arc<WasiSettings>,
        payload: Payload<'_, '_>,
        stats: &mut CallStats,
    ) -> Result<i32> {
        let result = self.slot(order, stats).and_then(|_slot| {
            order.carry_out(self, stats, |errand, stats| {
                let mut vm = Vm::new(request.linked, &order.limits, wasi, errand)
                    .map_err(|e| Error::new(Status::OS, format!("cannot make a VM: {e:#}")))?;
                let outcome = vm.instantiate(request.linked).and_then(|()| {
                    let function = vm.function(request.export)?;
                    let begun = Begun { found: Some(request.found), entered: request.entered, deadline: order.deadline };
                    self.perform(&mut vm, function, payload, None, begun, stats)
                });
                settle(outcome, &mut vm, request.command, stats)
            })
        });
        stats.end(request.entered, order.deadline, Instant::now());
        result
    }

    /// The WASI settings of a call, checked.
    pub(crate) fn wasi(&self, options: &CallOptions) -> Result<Arc<WasiSettings>> {
        match &options.wasi {
            Some(wasi) => {
                wasi.check_directories(&self.environment().sandbox)?;
                Ok(Arc::clone(wasi))
            }
            None => Ok(self.default_wasi()),
        }
    }

    /// A slot, at once or after a bounded wait.
    pub(crate) fn slot(&self, order: &Order<'_>, stats: &mut CallStats) -> Result<Slot<'_>> {
        let slot = match self.pool().try_acquire(order.linked.room) {
            Ok(slot) => slot,
            Err(_) => self.wait_for_slot(order, stats).map_err(|e| match e.status() {
                Status::TIMEOUT => explain::with_time(e, &order.limits, order.entered),
                _ => e,
            })?,
        };
        self.metrics().wait(stats.wait_ns);
        self.metrics().pool_miss();
        Ok(slot)
    }

    #[cold]
    fn wait_for_slot(&self, order: &Order<'_>, stats: &mut CallStats) -> Result<Slot<'_>> {
        let before = Instant::now();
        let may_wait = !nesting::is_in_function(self.environment().runtime_id);
        let over = || state::cancelled(order.linked, order.tokens);
        let slot = {
            let _carried = Carried::new(order.tokens, self.environment());
            self.pool().acquire(order.linked.room, order.deadline, may_wait, over)
        };
        stats.wait_ns = nanos(before.elapsed());
        if slot.is_err() {
            self.metrics().wait(stats.wait_ns);
        }
        slot
    }

    /// Runs a function of a VM that has its instance: arguments in, the guest, results out.
    pub(crate) fn perform(
        &self,
        vm: &mut Vm,
        function: Func,
        payload: Payload<'_, '_>,
        post: Option<&ModuleExport>,
        begun: Begun,
        stats: &mut CallStats,
    ) -> wasmtime::Result<()> {
        match payload {
            Payload::Numbers(buffer) => self.timed(begun, stats, || vm.call(function, buffer)),
            Payload::Typed(Typed { interface, args, outputs }) => {
                let heap = match interface.takes_data() || interface.gives_data() {
                    true => Some(vm.heap()?),
                    false => None,
                };
                let post = post.map(|export| vm.function(export)).transpose()?;
                // What is rooted for the call ends with it, also in a session.
                let mut scope = RootScope::new(vm.store());
                let vals = typed::lower(&mut scope, interface, args, heap)?;
                let results = self.timed(begun, stats, || typed::invoke(&mut scope, function, interface, &vals))?;
                let lifted = typed::lift(&mut scope, interface, &results, heap);
                // Also for results that were refused: their memory is the guest's to take back.
                if let Some(post) = post {
                    post.call(&mut scope, &results, &mut [])?;
                    begun.check(Instant::now())?;
                }
                *outputs = lifted?;
                Ok(())
            }
        }
    }

    /// Runs the guest and takes its time.
    fn timed<T>(&self, begun: Begun, stats: &mut CallStats, run: impl FnOnce() -> wasmtime::Result<T>) -> wasmtime::Result<T> {
        // In a session nothing lies between entry and guest but checks: the time of entry is as good, and reading the clock is what
        // a call there mostly costs.
        let started = if begun.found.is_some() { Instant::now() } else { begun.entered };
        stats.start_ns = nanos(started.duration_since(begun.entered)).max(1);
        match begun.found {
            Some(Found::Compiled) => self.metrics().cold_start(stats.start_ns),
            Some(Found::Held) => self.metrics().warm_start(stats.start_ns),
            // Its time is the other's compilation, which would spoil either; a session's VM is there already.
            Some(Found::Waited) | None => {}
        }
        let result = run();
        let ended = Instant::now();
        stats.execution_ns = nanos(ended.duration_since(started));
        self.metrics().execution(stats.execution_ns);
        let result = result?;
        begun.check(ended)?;
        Ok(result)
    }
}

/// How the request of a call began, and when it must end.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    /// How the module was come by; `None` in a session.
    pub found: Option<Found>,
    pub entered: Instant,
    pub deadline: Option<Instant>,
}

impl Begun {
    /// Whether the guest ended in time. A bulk instruction does not look at the clock: one that ran over is found here.
    fn check(&self, ended: Instant) -> wasmtime::Result<()> {
        match self.deadline {
            Some(deadline) if ended >= deadline => Err(Interrupted(Interrupt::Timeout).into()),
            _ => Ok(()),
        }
    }
}

/// What a call may use, settled.
pub(crate) struct Order<'a> {
    pub linked: &'a Arc<Linked>,
    pub limits: Limits,
    pub entered: Instant,
    pub deadline: Option<Instant>,
    user_data: UserData,
    tokens: &'a Tokens,
}

impl<'a> Order<'a> {
    pub fn new(
        runtime: &Runtime,
        linked: &'a Arc<Linked>,
        entered: Instant,
        options: &CallOptions,
        tokens: &'a Tokens,
        command: bool,
    ) -> Result<Order<'a>> {
        linked.check_enabled()?;
        let limits = Limits::settle(&runtime.settings().look(), &options.asked, command)?;
        let deadline = limits.deadline(entered);
        Ok(Order { linked, limits, entered, deadline, user_data: options.user_data, tokens })
    }

    /// Arms the deadline and runs `work` on a thread with enough stack: this one, or one of the runtime's while this one waits.
    pub fn carry_out<T: Send>(
        &self,
        runtime: &Runtime,
        stats: &mut CallStats,
        work: impl FnOnce(Errand, &mut CallStats) -> Result<T> + Send,
    ) -> Result<T> {
        let _carried = Carried::new(self.tokens, runtime.environment());
        let limit = self.deadline.zip(self.limits.timeout_ns.map(Duration::from_nanos));
        let _armed = match runtime.environment().metering.has_deadline() {
            true => Some(runtime.ticker().arm(limit)?),
            false => None,
        };
        let errand = Errand {
            call_id: stats.call_id,
            entered: self.entered,
            deadline: self.deadline,
            user_data: self.user_data,
            tokens: self.tokens.clone(),
        };
        let room = if stack::fits(runtime.stack_needed()) { signals::room() } else { None };
        match room {
            Some(_held) => work(errand, stats),
            None => {
                let trail = nesting::trail();
                let prepared = || {
                    // A thread of ours has no stack for handlers: theirs is the one they run on.
                    let _held = signals::room();
                    work(errand, stats)
                };
                runtime.stacks().run(|| nesting::with_trail(trail, prepared))?
            }
        }
    }
}

/// Says what the end of a call means, and what it took.
pub(crate) fn settle(outcome: wasmtime::Result<()>, vm: &mut Vm, command: bool, stats: &mut CallStats) -> Result<i32> {
    vm.finish_output();
    stats.fuel_used = vm.fuel_used();
    stats.peak_memory_bytes = vm.memory_bytes();
    let (denials, first_denied) = vm.state().denials();
    (stats.denials, stats.first_denied) = (denials, first_denied.map(Syscall::c_name));
    vm.count_syscalls();
    let overdrawn = vm.is_overdrawn();
    let result = match outcome {
        Ok(()) if overdrawn => explain(&Trap::OutOfFuel.into(), vm.state(), command),
        Ok(()) => Ok(0),
        Err(e) => explain(&e, vm.state(), command),
    };
    // The limit that ended the call, or the last one that refused the guest something that it coped with.
    let ended_by = result.as_ref().err().and_then(Error::limit);
    stats.limit_hit = ended_by.or_else(|| vm.state().limit_hit()).map(|hit| hit.name);
    let known = match &result {
        Ok(_) => true,
        Err(e) => explain::keeps_fuel(e) && (!overdrawn || e.status() == Status::OUT_OF_FUEL),
    };
    let exact = known && !vm.state().has_lost_fuel();
    stats.fuel_exact = exact && vm.state().linked().env.metering.has_fuel();
    stats.exit_code = match &result {
        Ok(code) => *code,
        Err(e) => e.exit_code().unwrap_or(0),
    };
    result
}
