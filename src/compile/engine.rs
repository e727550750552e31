//! The wasmtime engine of a runtime: which proposals are on, how code is metered, how memory is reserved.
//!
//! Every proposal of wasmtime 48 is set by name, so that an upgrade cannot switch one on. The slots follow what was measured:
//! 4 GiB reservations (smaller ones force bounds checks), copy-on-write images, lazy tables, 128 KiB kept resident.

use crate::compile::room;
use crate::config::{Config, OptLevel};
use crate::error::{Error, Result, Status};
use wasmtime::{Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// The engine's version; the manifest pins it and a test compares the two.
pub const WASMTIME_VERSION: &str = "48.0.8";
/// The WebAssembly proposals that are on, beside the first version of the standard.
pub const PROPOSALS: &[&str] = &[
    "bulk-memory",
    "extended-const",
    "multi-memory",
    "multi-value",
    "mutable-globals",
    "reference-types",
    "saturating-float-to-int",
    "sign-extension",
    "simd",
    "tail-call",
    "threads (atomics on unshared memory)",
];

/// Memories and tables that one module may define.
pub const PER_MODULE: u32 = 8;
/// Memories and tables of the allocator beyond one a slot: one module's worth and the heap of its references, for a VM that is
/// alone because it needs more slots than there are.
pub const SPARE: u32 = PER_MODULE + 1;
/// Instances of the allocator for each slot.
pub const INSTANCES_PER_SLOT: u32 = 2;
/// Bytes of a used slot's memory that are cleared by hand rather than returned to the kernel.
const KEEP_RESIDENT: usize = 128 << 10;
/// Room on an asynchronous stack beyond the guest's own.
const HOST_STACK: usize = 256 << 10;
/// An engine with what the machine allowed it.
pub struct EngineParts {
    pub engine: Engine,
    /// VMs that can live at once: `max_live_vms`, or less where the machine has less room.
    pub slots: u32,
    /// Whether address space for them is reserved; else each VM maps its memories when it is made.
    pub reserved: bool,
    /// What the machine did not allow, if anything.
    pub warning: Option<String>,
}

/// Makes the engine, with fewer slots where the address space or the map count of the process does not allow all, and without
/// reserved slots where it does not even allow a few; or refuses either if the configuration says so.
pub fn build(config: &Config) -> Result<EngineParts> {
    let ledger = room::ledger();
    let wanted = config.max_live_vms;
    let maps = ledger.by_maps(config).ok_or_else(|| no_room(wanted, 0, "vm.max_map_count leaves no room for another runtime"))?;
    let space = ledger.by_address_space(config, SPARE);
    let allowed = if space.vms < maps.vms { space } else { maps };
    let (mut slots, mut bound) = (wanted.min(allowed.vms), allowed.bound);
    while slots >= room::LEAST_SLOTS.min(wanted).min(maps.vms) {
        match engine_with(config, InstanceAllocationStrategy::Pooling(pool(config, slots))) {
            Ok(engine) => {
                let warning =
                    (slots < wanted).then(|| format!("max_live_vms is {wanted}, but {bound} allows {slots} slots only"));
                if let Some(text) = warning.as_ref().filter(|_| config.strict_capacity) {
                    return Err(no_room(wanted, slots, &format!("{text}, and strict_capacity is set")));
                }
                ledger.grant(&engine, config, slots, slots.saturating_add(SPARE));
                return Ok(EngineParts { engine, slots, reserved: true, warning });
            }
            Err(e) if is_out_of_memory(&e) => (slots, bound) = (slots / 2, "the system, which refused to reserve more,"),
            Err(e) => return Err(refused(&e)),
        }
    }
    let slots = wanted.min(maps.vms);
    let text = format!("max_live_vms is {wanted}, but {bound} allows no reserved slots");
    if config.strict_capacity {
        return Err(no_room(wanted, 0, &format!("{text}; strict_capacity is set")));
    }
    let text = format!("{text}: VMs are mapped on demand, which is slower");
    let engine = engine_with(config, InstanceAllocationStrategy::OnDemand).map_err(|e| match is_out_of_memory(&e) {
        true => no_room(wanted, 0, &format!("the system refuses memory for an engine: {e:#}")),
        false => refused(&e),
    })?;
    ledger.grant(&engine, config, slots, 0);
    let warning = match slots < wanted {
        true => format!("{text}, and {} allows {slots} of them only", maps.bound),
        false => text,
    };
    Ok(EngineParts { engine, slots, reserved: false, warning: Some(warning) })
}

fn engine_with(config: &Config, strategy: InstanceAllocationStrategy) -> wasmtime::Result<Engine> {
    let mut settings = base(config);
    if let InstanceAllocationStrategy::OnDemand = strategy {
        // Address space is what there is too little of: a memory takes what it has and moves when it grows past the room behind it.
        settings.memory_reservation(0).memory_guard_size(64 << 10).memory_reservation_for_growth(1 << 20);
    }
    Engine::new(settings.allocation_strategy(strategy))
}

/// The machine has room for `allowed` of the VMs that the configuration wants.
fn no_room(wanted: u32, allowed: u32, why: &str) -> Error {
    let text = if why.starts_with("max_live_vms") { why.to_string() } else { format!("max_live_vms is {wanted}: {why}") };
    Error::new(Status::OS, text).with_limit(c"max_live_vms", allowed.into(), wanted.into())
}

fn refused(e: &wasmtime::Error) -> Error {
    let text = format!("{e:#}");
    // The one setting that an engine for another machine, or of another build, may be unable to follow.
    let field = if text.contains("signals-based") { "signals_based_traps: " } else { "" };
    Error::new(Status::INVALID_CONFIG, format!("{field}the engine refuses this configuration: {text}"))
}

/// Whether the operating system refused memory or a mapping. Most kernels say ENOMEM; some kernels, emulators and policies
/// answer EINVAL or EPERM to a reservation that is larger than they allow.
pub(crate) fn is_out_of_memory(e: &wasmtime::Error) -> bool {
    // The engine has errors of the system in types of its own. What a guest wrote never ends a message.
    let cause = e.root_cause().to_string();
    let number = cause.rsplit_once(" (os error ").and_then(|(_, rest)| rest.strip_suffix(')'));
    number.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

fn pool(config: &Config, slots: u32) -> PoolingAllocationConfig {
    // A VM takes as many slots as it has memories or tables, so these suffice.
    let memories = slots + SPARE;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(slots.saturating_mul(INSTANCES_PER_SLOT))
        .total_memories(memories)
        .total_tables(memories)
        .total_gc_heaps(slots)
        .total_stacks(1)
        .max_memory_size(usize::try_from(config.memory_ceiling()).unwrap_or(usize::MAX))
        .table_elements(config.table_ceiling() as usize)
        .max_memories_per_module(PER_MODULE)
        .max_tables_per_module(PER_MODULE)
        // A function takes a few words of the VM's own state. Globals take 16 bytes each and share the rest: a module with tens
        // of thousands of them is refused when it is compiled.
        .max_core_instance_size((1 << 20) + config.max_functions as usize * 48)
        .max_unused_warm_slots(100)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(16 << 10)
        // wasmtime#14357: a scan of the page map does not reset dirty pages that were swapped out.
        .pagemap_scan(Enabled::No);
    pool
}

fn base(config: &Config) -> wasmtime::Config {
    let stack = usize::try_from(config.max_stack_size_bytes).unwrap_or(usize::MAX);
    let metering = config.metering();
    let mut c = wasmtime::Config::new();
    c.consume_fuel(metering.has_fuel())
        .epoch_interruption(metering.has_deadline())
        .max_wasm_stack(stack)
        .async_stack_size(stack.saturating_add(HOST_STACK))
        // Without signals the engine also leaves out what keeps speculation within bounds: that relies on faults at address 0.
        .signals_based_traps(config.signals_based_traps)
        .parallel_compilation(config.parallel_compilation)
        .cranelift_nan_canonicalization(config.deterministic)
        .cranelift_opt_level(match config.opt_level {
            OptLevel::None => wasmtime::OptLevel::None,
            OptLevel::Speed => wasmtime::OptLevel::Speed,
            OptLevel::SpeedAndSize => wasmtime::OptLevel::SpeedAndSize,
        })
        .memory_init_cow(true)
        .table_lazy_init(true)
        .memory_reservation(room::RESERVATION)
        .memory_guard_size(room::GUARD)
        .concurrency_support(false)
        .gc_support(true)
        .collector(wasmtime::Collector::DeferredReferenceCounting)
        .wasm_backtrace_max_frames(std::num::NonZero::new(100))
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable)
        .native_unwind_info(true);
    proposals(&mut c);
    c
}

/// The guide's list, and what costs nothing beside it; everything else is off.
fn proposals(c: &mut wasmtime::Config) {
    c.wasm_simd(true)
        .wasm_bulk_memory(true)
        .wasm_multi_memory(true)
        .wasm_multi_value(true)
        .wasm_reference_types(true)
        .wasm_tail_call(true)
        .wasm_extended_const(true)
        // Atomics on unshared memory only: the guard refuses a shared memory, which no limit and no deadline would hold.
        .wasm_threads(true)
        .shared_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_branch_hinting(false)
        .wasm_shared_everything_threads(false)
        .wasm_stack_switching(false);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;

    #[test]
    fn the_version_is_the_one_pinned() {
        assert!(include_str!("../../Cargo.toml").contains(&format!("wasmtime = {{ version = \"={WASMTIME_VERSION}\"")));
    }

    #[test]
    fn a_refusal_of_traps_without_signals_names_the_setting() {
        let refusal = "when signals-based traps are disabled then spectre mitigations must also be disabled";
        assert!(refused(&wasmtime::Error::msg(refusal)).message().starts_with("signals_based_traps: the engine refuses"));
        assert!(!refused(&wasmtime::Error::msg("another")).message().contains("signals_based_traps"));
    }

    #[test]
    fn every_profile_makes_an_engine() {
        for profile in Profile::ALL {
            let parts = build(&Config::new(profile)).unwrap();
            assert_eq!((parts.warning, parts.slots, parts.reserved), (None, Config::new(profile).max_live_vms, true));
        }
    }
}
