//! The wasmtime engine of a runtime: which proposals are on, how code is metered, how memory is reserved.
//!
//! Every proposal of wasmtime 48 is set by name, so that an upgrade cannot switch one on. The slots follow what was measured:
//! 4 GiB reservations (smaller ones force bounds checks), copy-on-write images, lazy tables, 128 KiB kept resident.

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

/// The most slots of 4 GiB that fit a 47-bit address space, less one module's worth.
const MAX_SLOTS: u32 = 19_990;
/// Below this many slots the pool is not worth having and VMs are allocated on demand.
const MIN_SLOTS: u32 = 8;
/// Memories and tables that one module may define.
const PER_MODULE: u32 = 8;
/// Memories and tables of the allocator beyond one a slot: one module's worth and the heap of its references, for a VM that is
/// alone because it needs more slots than there are.
pub const SPARE: u32 = PER_MODULE + 1;
/// Instances of the allocator for each slot.
pub const INSTANCES_PER_SLOT: u32 = 2;
/// Bytes of a used slot's memory that are cleared by hand rather than returned to the kernel.
const KEEP_RESIDENT: usize = 128 << 10;
/// Room on an asynchronous stack beyond the guest's own.
const HOST_STACK: usize = 256 << 10;
/// Memory maps that a live VM with a copy-on-write image takes, and the two of the thread that calls it.
const MAPS_PER_VM: u64 = 4;

/// An engine with what the machine allowed it.
pub struct EngineParts {
    pub engine: Engine,
    /// VMs that can live at once: `max_live_vms`, or less where the machine has less room.
    pub slots: u32,
    /// What the machine did not allow, if anything.
    pub warning: Option<String>,
}

/// Makes the engine, with fewer slots where the address space or the map count of the process does not allow all, and without
/// reserved slots where it does not even allow a few.
pub fn build(config: &Config) -> Result<EngineParts> {
    let wanted = config.max_live_vms;
    let fewer = |slots: u32, why: &str| Some(format!("max_live_vms is {wanted}, but {why} allows {slots} slots only"));
    let (mapped, why) = match map_budget() {
        budget if budget < MAX_SLOTS => (budget, "vm.max_map_count"),
        _ => (MAX_SLOTS, "the address space"),
    };
    let mut slots = wanted.min(mapped);
    let mut warning = if slots < wanted { fewer(slots, why) } else { None };
    while slots >= MIN_SLOTS.min(wanted) {
        let mut settings = base(config)?;
        settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config, slots)));
        match Engine::new(&settings) {
            Ok(engine) => return Ok(EngineParts { engine, slots, warning }),
            Err(e) if is_out_of_memory(&e) => {
                slots /= 2;
                warning = fewer(slots, "the address space");
            }
            Err(e) => return Err(refused(&e)),
        }
    }
    let engine = Engine::new(&base(config)?).map_err(|e| refused(&e))?;
    let warning = Some("the machine allows no reserved slots: VMs are mapped on demand, which is slower".to_string());
    Ok(EngineParts { engine, slots: wanted.min(mapped), warning })
}

fn refused(e: &wasmtime::Error) -> Error {
    let text = format!("{e:#}");
    // The one setting that an engine for another machine, or of another build, may be unable to follow.
    let field = if text.contains("signals-based") { "signals_based_traps: " } else { "" };
    Error::new(Status::INVALID_CONFIG, format!("{field}the engine refuses this configuration: {text}"))
}

/// Whether the operating system refused memory or a mapping.
pub(super) fn is_out_of_memory(e: &wasmtime::Error) -> bool {
    let os = |code: Option<i32>| code == Some(libc::ENOMEM);
    e.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|io| os(io.raw_os_error())))
        || format!("{e:#}").contains("os error 12")
        // Some kernels and emulators answer EINVAL to a reservation that is larger than they can have.
        || format!("{e:#}").contains("mmap failed to reserve")
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

fn base(config: &Config) -> Result<wasmtime::Config> {
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
        .cranelift_opt_level(match config.opt_level {
            OptLevel::None => wasmtime::OptLevel::None,
            OptLevel::Speed => wasmtime::OptLevel::Speed,
            OptLevel::SpeedAndSize => wasmtime::OptLevel::SpeedAndSize,
        })
        .memory_init_cow(true)
        .table_lazy_init(true)
        .memory_reservation(4 << 30)
        .concurrency_support(false)
        .gc_support(true)
        .collector(wasmtime::Collector::DeferredReferenceCounting)
        .wasm_backtrace_max_frames(std::num::NonZero::new(100))
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable)
        .native_unwind_info(true);
    proposals(&mut c);
    Ok(c)
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

/// How many VMs the process's remaining memory maps can hold. Past the kernel's limit `mmap` and then `malloc` fail and the
/// process aborts, so a fifth stays free.
fn map_budget() -> u32 {
    let maximum: u64 =
        std::fs::read_to_string("/proc/sys/vm/max_map_count").ok().and_then(|s| s.trim().parse().ok()).unwrap_or(65_530);
    let now = std::fs::read("/proc/self/maps").map(|m| m.iter().filter(|b| **b == b'\n').count() as u64).unwrap_or(0);
    let vms = maximum.saturating_sub(now) * 4 / 5 / MAPS_PER_VM;
    u32::try_from(vms).unwrap_or(u32::MAX).max(1)
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
            assert_eq!((parts.warning, parts.slots), (None, Config::new(profile).max_live_vms));
        }
    }
}
