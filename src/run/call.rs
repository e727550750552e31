//! One call: check, take a slot, make a VM, arm it, run, account for it.

use crate::compile::cache::Found;
use crate::error::{Error, Result, Status, escape};
use crate::isolate::limits::{Asked, Limits};
use crate::isolate::stack;
use crate::isolate::wasi::WasiSettings;
use crate::observe::nanos;
use crate::run::explain::{self, explain};
use crate::run::host;
use crate::run::module::{Linked, Module};
use crate::run::pool::Slot;
use crate::run::runtime::Runtime;
use crate::run::vm::{self, Errand, UserData, Vm};
use crate::signature::Signature;
use crate::value::Values;
use std::ffi::CStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::ModuleExport;

/// What one call asks for.
#[derive(Clone)]
pub struct CallOptions {
    pub asked: Asked,
    pub user_data: UserData,
    pub wasi: Option<Arc<WasiSettings>>,
}

impl Default for CallOptions {
    fn default() -> Self {
        CallOptions { asked: Asked::default(), user_data: UserData(std::ptr::null_mut()), wasi: None }
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
}

/// An exported function, bound: name and signature resolved once.
#[derive(Clone)]
pub struct Function {
    module: Module,
    export: ModuleExport,
    signature: Arc<Signature>,
    name: String,
}

impl Function {
    pub(crate) fn bind(module: Module, name: &str, expected: Option<&Signature>) -> Result<Function> {
        let (export, signature) = module.linked.code.function(name)?;
        if expected.is_some_and(|e| *e != **signature) {
            let expected = expected.map(Signature::to_string).unwrap_or_default();
            let name = escape(name, 200);
            return Err(Error::new(
                Status::WRONG_TYPE,
                format!("function \"{name}\" is {signature}, the signature asked for is {expected}"),
            ));
        }
        if !signature.is_numeric() {
            let name = escape(name, 200);
            return Err(Error::new(
                Status::UNSUPPORTED,
                format!("function \"{name}\" is {signature}: references live only in sessions"),
            ));
        }
        let (index, signature) = (export.index, Arc::clone(signature));
        Ok(Function { export: index, signature, name: name.to_string(), module })
    }

    pub fn signature(&self) -> &Arc<Signature> {
        &self.signature
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Runs the function in a VM of its own. `values` holds the arguments, checked against the signature, and then the results.
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
        let given = values.len();
        let expected = self.signature.params.len();
        if given != expected {
            let text = format!(
                "function \"{}\" takes {expected} arguments, {given} given; it is {}",
                escape(&self.name, 200),
                self.signature
            );
            return Err(Error::new(Status::WRONG_TYPE, text));
        }
        let buffer = values.raw(expected.max(self.signature.results.len()));
        let request = Request { linked: &self.module.linked, export: &self.export, command: false, found, entered };
        self.module.runtime.serve(&request, buffer, options, stats).map(|_| ()).map_err(|e| self.module.linked.name_error(e))
    }
}

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
        self.runtime.serve(&request, &mut [], options, stats).map_err(|e| self.linked.name_error(e))
    }
}

/// One request on its way.
pub(crate) struct Request<'a> {
    linked: &'a Linked,
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
        buffer: &mut [wasmtime::ValRaw],
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<i32> {
        let _inside = self.lifecycle().enter()?;
        stats.call_id = self.next_call_id();
        stats.cold = request.found != Found::Held;
        let result = self.attempt(request, buffer, options, stats);
        if stats.wall_ns == 0 {
            stats.wall_ns = nanos(request.entered.elapsed());
        }
        let timed_out = matches!(&result, Err(e) if e.status() == Status::TIMEOUT);
        self.metrics().call_done(result.is_ok(), timed_out);
        result
    }

    fn attempt(
        &self,
        request: &Request<'_>,
        buffer: &mut [wasmtime::ValRaw],
        options: &CallOptions,
        stats: &mut CallStats,
    ) -> Result<i32> {
        let limits = Limits::settle(self.config(), &options.asked, request.command)?;
        let timeout = limits.timeout_ns.map(Duration::from_nanos);
        let deadline = timeout.and_then(|t| request.entered.checked_add(t));
        let wasi = match &options.wasi {
            Some(wasi) => {
                vm::check_directories(self.environment(), wasi)?;
                Arc::clone(wasi)
            }
            None => self.default_wasi(),
        };
        let weight = request.linked.code.needs.slots();
        let slot = match self.pool().try_acquire(weight) {
            Some(slot) => slot,
            None => self.wait_for_slot(weight, deadline, stats).map_err(|e| match e.status() {
                Status::TIMEOUT => explain::with_time(e, &limits, request.entered),
                _ => e,
            })?,
        };
        self.metrics().wait(stats.wait_ns);
        self.metrics().pool_miss();
        let _armed = match (deadline, timeout) {
            (Some(deadline), Some(timeout)) => Some(self.ticker().arm(deadline, timeout)?),
            _ => None,
        };
        let errand = Errand { call_id: stats.call_id, deadline, user_data: options.user_data, wasi };
        let needed = self.stack_needed();
        let result = match stack::fits(needed) {
            true => self.serve_in_vm(request, buffer, &limits, errand, stats),
            false => {
                let (raw, nesting) = (Raw(buffer), host::nesting());
                self.stacks().run(|| {
                    let raw = raw;
                    host::with_nesting(nesting, || self.serve_in_vm(request, raw.0, &limits, errand, stats))
                })?
            }
        };
        drop(slot);
        let ended = Instant::now();
        stats.overrun_ns = deadline.map_or(0, |deadline| nanos(ended.saturating_duration_since(deadline)));
        stats.wall_ns = nanos(ended.saturating_duration_since(request.entered));
        result
    }

    #[cold]
    fn wait_for_slot(&self, weight: u32, deadline: Option<Instant>, stats: &mut CallStats) -> Result<Slot<'_>> {
        let before = Instant::now();
        let may_wait = !host::is_inside(self.environment().runtime_id);
        let slot = self.pool().acquire(weight, deadline, may_wait, &self.environment().cancel);
        stats.wait_ns = nanos(before.elapsed());
        if slot.is_err() {
            self.metrics().wait(stats.wait_ns);
        }
        slot
    }

    /// Makes the VM, runs the function, and destroys the VM; on the thread whose stack it uses.
    fn serve_in_vm(
        &self,
        request: &Request<'_>,
        buffer: &mut [wasmtime::ValRaw],
        limits: &Limits,
        errand: Errand,
        stats: &mut CallStats,
    ) -> Result<i32> {
        let mut vm = Vm::new(self.engine(), self.environment(), limits, errand)
            .map_err(|e| Error::new(Status::OS, format!("cannot make a VM: {e:#}")))?;
        let outcome = vm.instantiate(request.linked).and_then(|()| {
            let begun = Instant::now();
            stats.start_ns = nanos(begun.duration_since(request.entered));
            match request.found {
                Found::Compiled => self.metrics().cold_start(stats.start_ns),
                Found::Held => self.metrics().warm_start(stats.start_ns),
                // Its time is the other's compilation: it would spoil either.
                Found::Waited => {}
            }
            let result = vm.call(request.export, buffer);
            let ended = Instant::now();
            stats.execution_ns = nanos(ended.duration_since(begun));
            self.metrics().execution(stats.execution_ns);
            // A bulk instruction does not look at the clock: one that ran over is found here.
            result.and_then(|()| vm.check_time(ended))
        });
        stats.fuel_used = vm.fuel_used();
        stats.peak_memory_bytes = vm.memory_bytes();
        let result = match outcome {
            Ok(()) => Ok(0),
            Err(e) => explain(&e, vm.state(), limits, request.command, request.entered),
        };
        // The limit that ended the call, or the last one that refused the guest something that it coped with.
        let ended_by = result.as_ref().err().and_then(Error::limit);
        stats.limit_hit = ended_by.or_else(|| vm.state().limit_hit()).map(|hit| hit.name);
        // Cranelift keeps the fuel in a register: it is written back when the guest ends well or runs out.
        let exact = match &result {
            Ok(_) => true,
            Err(e) => matches!(e.status(), Status::OUT_OF_FUEL | Status::EXIT | Status::HOST_FUNCTION),
        };
        stats.fuel_exact = exact && self.environment().meters_fuel;
        stats.exit_code = match &result {
            Ok(code) => *code,
            Err(e) => e.exit_code().unwrap_or(0),
        };
        result
    }
}

/// The argument buffer, handed to the thread that runs the guest while its owner waits.
struct Raw<'a>(&'a mut [wasmtime::ValRaw]);

// SAFETY: the values are numbers by the signature check, never references, and only one thread at a time has the buffer.
unsafe impl Send for Raw<'_> {}
