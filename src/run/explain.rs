//! Why a guest ended: wasmtime's error and the VM's state become one of our own.

use crate::error::{Error, LimitHit, Result, Status, escape};
use crate::frame::{Frame, Names};
use crate::isolate::deadline::{Interrupt, Interrupted};
use crate::isolate::limits::Limits;
use crate::isolate::wasi;
use crate::run::state::VmState;
use std::time::Instant;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};

/// The number of a trap in the header (`DWCP_TRAP_*`); ours, so that an upgrade of the engine cannot renumber them.
pub fn trap_code(trap: Trap) -> i32 {
    match trap {
        Trap::StackOverflow => 1,
        Trap::MemoryOutOfBounds => 2,
        Trap::HeapMisaligned => 3,
        Trap::TableOutOfBounds => 4,
        Trap::IndirectCallToNull => 5,
        Trap::BadSignature => 6,
        Trap::IntegerOverflow => 7,
        Trap::IntegerDivisionByZero => 8,
        Trap::BadConversionToInteger => 9,
        Trap::UnreachableCodeReached => 10,
        Trap::Interrupt => 11,
        Trap::OutOfFuel => 12,
        Trap::AtomicWaitNonSharedMemory => 13,
        Trap::NullReference => 14,
        _ => 99,
    }
}

/// Says what an error from the engine means. A command's exit is no error: `Ok` with its code.
pub fn explain(error: &wasmtime::Error, state: &VmState, command: bool) -> Result<i32> {
    let limits = state.limits();
    let frames = || frames(error, state);
    if let Some(wasi::Exit(code)) = error.downcast_ref::<wasi::Exit>() {
        return exited(*code, state, command).map_err(|e| e.with_exit_code(*code).with_frames(frames()));
    }
    let explained = if let Some(own) = error.downcast_ref::<Error>() {
        match state.limit_hit().filter(|_| own.status() == Status::GUEST_DATA) {
            // An allocator that gave nothing had its reason.
            Some(hit) => over_limit(hit, own.message()),
            None => own.clone(),
        }
    } else if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
        ended(*interrupted, limits, state.entered())
    } else if let Some(denied) = error.downcast_ref::<wasi::SandboxDenied>() {
        Error::new(Status::DENIED, format!("the syscall policy denies the WASI call \"{}\" and ended the guest", denied.call))
    } else if let Some(trap) = error.downcast_ref::<Trap>() {
        trapped(*trap, state, limits)
    } else if let Some(bad) = error.downcast_ref::<wasi::BadPointer>() {
        bad_pointer(bad)
    } else if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        Error::new(Status::NO_SLOT, format!("the slots for memories or tables are all in use: {error:#}"))
    } else if let Some(hit) = state.start_refused() {
        over_limit(hit, "the module cannot start")
    } else {
        other(error, state, limits)
    };
    // One that comes out of a call from inside a host function has the frames of where it happened.
    Err(if explained.frames().is_empty() { explained.with_frames(frames()) } else { explained })
}

/// Whether the fuel that a guest used is known after this end. Compiled code keeps it in a register, which it writes back where it
/// calls, returns or has no more; what ends it anywhere else takes along what it used since.
pub fn keeps_fuel(error: &Error) -> bool {
    use Status as S;
    matches!(error.status(), S::OUT_OF_FUEL | S::EXIT | S::HOST_FUNCTION | S::DENIED | S::GUEST_DATA | S::LIMIT_RESULT)
}

fn exited(code: i32, state: &VmState, command: bool) -> Result<i32> {
    match state.limit_hit() {
        Some(hit) if code != 0 => Err(over_limit(hit, &format!("the guest then exited with {code}"))),
        _ if command => Ok(code),
        _ => Err(Error::new(Status::EXIT, format!("the guest ended by proc_exit({code}) inside a function call"))),
    }
}

fn ended(interrupted: Interrupted, limits: &Limits, entered: Instant) -> Error {
    if interrupted.0 != Interrupt::Timeout {
        return Error::new(Status::CANCELLED, interrupted.to_string());
    }
    let text = format!(
        "max_execution_time_ms: the call ran longer than its {} ms; raise it with dwcp_config_set_max_execution_time_ms or, up to its ceiling, with the call's timeout_ns",
        limits.timeout_ns.unwrap_or(0) as f64 / 1e6
    );
    with_time(Error::new(Status::TIMEOUT, text), limits, entered)
}

/// The time that the call had and the time that it took, in milliseconds.
pub fn with_time(error: Error, limits: &Limits, entered: Instant) -> Error {
    let limit = limits.timeout_ns.unwrap_or(0).div_ceil(1_000_000);
    let took = u64::try_from(entered.elapsed().as_millis()).unwrap_or(u64::MAX);
    error.with_limit(c"max_execution_time_ms", limit, took.max(limit))
}

fn trapped(trap: Trap, state: &VmState, limits: &Limits) -> Error {
    let explained = match trap {
        Trap::OutOfFuel => {
            let fuel = limits.fuel.unwrap_or(0);
            let text = format!(
                "fuel_limit: the call used all its fuel of {fuel}; raise it with dwcp_config_set_fuel_limit or, up to fuel_limit_ceiling, with the call's fuel"
            );
            Error::new(Status::OUT_OF_FUEL, text).with_limit(c"fuel_limit", fuel, fuel.saturating_add(1))
        }
        Trap::StackOverflow => stack_overflow(state.stack_limit()),
        trap => match state.limit_hit().filter(|_| follows_refusal(trap)) {
            Some(hit) => over_limit(hit, &format!("the guest then trapped: {}", shown(trap))),
            None => Error::new(Status::TRAP, format!("the guest trapped: {}", shown(trap))),
        },
    };
    explained.with_trap_code(trap_code(trap))
}

/// The error for a WASI call that cannot follow a pointer of the guest's: what a load or store there would be. It is no refusal's
/// consequence: what a guest does not get has no address.
fn bad_pointer(bad: &wasi::BadPointer) -> Error {
    let trap = if bad.misaligned { Trap::HeapMisaligned } else { Trap::MemoryOutOfBounds };
    Error::new(Status::TRAP, format!("the guest trapped: {}: {bad}", shown(trap))).with_trap_code(trap_code(trap))
}

/// The error for calls that are nested too deep for a stack of `limit` bytes.
pub fn stack_overflow(limit: u64) -> Error {
    let text = format!(
        "max_stack_size_bytes: the guest's calls need more than its stack of {limit} bytes; raise it with dwcp_config_set_max_stack_size_bytes"
    );
    Error::new(Status::STACK_OVERFLOW, text).with_limit(c"max_stack_size_bytes", limit, limit.saturating_add(1))
}

/// What a trap is, without the engine's word that it is one.
fn shown(trap: Trap) -> String {
    let text = trap.to_string();
    text.strip_prefix("wasm trap: ").map_or_else(|| text.clone(), String::from)
}

/// Whether a trap is how a guest ends that was refused memory, elements or a file: by giving up, or by using what it did not
/// get. One that divides by zero has another reason.
fn follows_refusal(trap: Trap) -> bool {
    use Trap::{IndirectCallToNull, MemoryOutOfBounds, TableOutOfBounds, UnreachableCodeReached};
    matches!(trap, UnreachableCodeReached | MemoryOutOfBounds | TableOutOfBounds | IndirectCallToNull)
}

/// The error for a growth that was refused, with what came of it.
pub fn over_limit(hit: LimitHit, then: &str) -> Error {
    let name = hit.name.to_str().unwrap_or_default();
    let status = match name {
        "max_memory_bytes" => Status::OUT_OF_MEMORY,
        "max_table_elements" => Status::LIMIT_TABLE,
        "max_instances" => Status::LIMIT_INSTANCES,
        "max_total_memory_bytes" => Status::NO_MEMORY,
        _ => Status::LIMIT_IO,
    };
    let (asked, limit) = (hit.asked, hit.limit);
    let what = match name {
        "max_total_memory_bytes" => "with what the guest asked for the VMs of the runtime would hold",
        _ => "the guest asked for",
    };
    let by_call = match name {
        "max_memory_bytes" | "max_table_elements" | "max_instances" => format!(" or, up to its ceiling, with the call's {name}"),
        _ => String::new(),
    };
    let text = format!("{name}: {what} {asked}, the limit is {limit}; {then}; raise it with dwcp_config_set_{name}{by_call}");
    Error::new(status, text).with_limit(hit.name, limit, asked)
}

fn other(error: &wasmtime::Error, state: &VmState, limits: &Limits) -> Error {
    // A call that the guest made, also in its start function: the engine's text would begin with the frames, which the error has.
    if error.downcast_ref::<WasmBacktrace>().is_some() {
        return Error::new(Status::TRAP, escape(&error.root_cause().to_string(), 1000));
    }
    let text = escape(&format!("{error:#}"), 1000);
    if text.contains("resource limit exceeded: instance") {
        let limit = limits.instances;
        return Error::new(Status::LIMIT_INSTANCES, format!("max_instances: {text}")).with_limit(
            c"max_instances",
            limit,
            limit + 1,
        );
    }
    // What keeps a VM from being made and is neither a trap nor a limit is the system's refusal of memory or a mapping.
    let status = if state.has_started() { Status::TRAP } else { Status::OS };
    Error::new(status, text)
}

/// The guest's frames, innermost first. Nobody may ever look at them, so nothing is looked up here.
fn frames(error: &wasmtime::Error, state: &VmState) -> Vec<Frame> {
    const MOST: usize = 100;
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let mut names = Names::default();
    let frame = |f: &wasmtime::FrameInfo| {
        Frame::new(f.func_index(), f.module_offset().map(|o| o as u64))
            .with_names(&mut names, f.module().name(), f.func_name())
            .with_source(state.source_of(f.module()))
    };
    trace.frames().iter().take(MOST).map(frame).collect()
}
