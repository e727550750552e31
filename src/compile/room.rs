//! How many VMs the process has room for, over all its runtimes: address space and memory maps.
//!
//! A slot reserves address space when its engine is made and takes memory maps when a VM lives in it. Both end somewhere: past
//! `vm.max_map_count` not only a VM cannot be made, `malloc` fails too, and with it the process. So every engine is granted as
//! many slots as fit beside what the others were promised, and one ledger for the process remembers the grants. A grant ends
//! with its engine, not with the runtime's handle: code and sessions keep the reservation.

use crate::config::Config;
use crate::error::{Error, Result, Status};
use parking_lot::{Mutex, MutexGuard};
use std::io::Read;
use std::sync::atomic::{AtomicU32, Ordering};
use wasmtime::{Engine, EngineWeak};

/// Address space that a memory reserves: all that a guest can address, so that compiled code checks no bounds.
pub const RESERVATION: u64 = 4 << 30;
/// The part of a slot behind it, by which the constant offset of a load or a store may pass the end. Wasmtime's default.
pub const GUARD: u64 = 32 << 20;
/// Bytes of a table's element at most, as the allocator counts them.
const TABLE_ELEMENT: u64 = 8;

/// Slots of all engines together. With their guards they are 79 of the 128 TiB of address space that a process has where
/// addresses have 47 bits, which is the least of the machines that the library is for; the rest is the host's, and for
/// sanitizers, whose shadow takes 16 TiB.
const MOST_SLOTS: u32 = 20_000;
/// The kernel's own `vm.max_map_count`, where `/proc` does not say.
const DEFAULT_MAX_MAPS: u64 = 65_530;
/// Taken for the number of maps of a process, where `/proc` does not say.
const USUAL_MAPS: u64 = 2_000;

/// Maps of a live VM at most, for each of its memories: what lies before the image of its data, the image, what lies behind it up
/// to the memory's size, and what is reserved. Without data there are two, with data at the memory's start three. A table takes
/// none: all of them are one map. `c-tests/many_vms.c` counts them.
const MAPS_PER_VM: u64 = 4;
/// Maps that a slot which was used once has at least, live or not.
const MAPS_OF_USED_SLOT: u64 = 2;
/// Maps of one of the runtime's own threads: its stack and the guard below.
const MAPS_PER_THREAD: u64 = 2;
/// Maps of a thread of the host that calls: a stack for signal handlers, with a guard, which a host may give it when it begins to
/// call. The engine would map one too; `isolate/signals` keeps it from that.
const MAPS_PER_CALLER: u64 = 2;
/// Threads of the host that are counted as callers.
const CALLERS: u64 = 64;
/// Maps of an engine without VMs: the memories' address space, the tables, one stack with its guard, and what separates them.
const MAPS_PER_ENGINE: u64 = 8;

/// A twentieth of the maps is nobody's but the host's: it stays free of code.
const FREE_OF_CODE: u64 = 20;
/// Modules that are compiled between two looks at the maps. Each takes two, or four where they do not lie beside each other.
const MODULES_A_LOOK: u32 = 64;

/// Slots that every runtime gets, as long as there is any room at all. With fewer, reserving them is not worth it.
pub const LEAST_SLOTS: u32 = 8;

/// The grants of the engines that live.
static LEDGER: Mutex<Vec<Grant>> = Mutex::new(Vec::new());

struct Grant {
    engine: EngineWeak,
    /// Slots of address space; none where VMs are mapped on demand.
    slots: u32,
    maps: u64,
}

impl Grant {
    /// Maps that were promised and are not among the process's maps yet.
    fn outstanding(&self, engine: &Engine) -> u64 {
        let used = engine.pooling_allocator_metrics().map_or(0, |m| m.memories() as u64 + u64::from(m.unused_warm_memories()));
        self.maps.saturating_sub(used * MAPS_OF_USED_SLOT)
    }
}

/// The ledger in hand: what one engine is granted, another one cannot be.
pub struct Ledger(MutexGuard<'static, Vec<Grant>>);

/// What there is room for, and what allows no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// VMs at once.
    pub vms: u32,
    pub bound: &'static str,
}

/// Takes the ledger; others that make an engine wait.
pub fn ledger() -> Ledger {
    let mut grants = LEDGER.lock();
    // An engine that is being dropped in this moment has given back its grant and soon its address space.
    grants.retain(|grant| grant.engine.upgrade().is_some());
    Ledger(grants)
}

/// Refuses code where the maps that it takes would be missing elsewhere: those that runtimes were promised, and those by which
/// `malloc` lives.
pub fn check_code() -> Result<()> {
    static COMPILED: AtomicU32 = AtomicU32::new(0);
    if COMPILED.fetch_add(1, Ordering::Relaxed) % MODULES_A_LOOK != MODULES_A_LOOK - 1 {
        return Ok(());
    }
    let (max, now, promised) = (max_maps(), maps_now(), ledger().promised());
    if now.saturating_add(promised) <= max - max / FREE_OF_CODE {
        return Ok(());
    }
    // Whoever tries again is looked at again.
    COMPILED.fetch_sub(1, Ordering::Relaxed);
    let text = format!(
        "vm.max_map_count: the process has {now} memory maps of {max} and its runtimes may take {promised} more: there is no room for code"
    );
    Err(Error::new(Status::OS, text))
}

impl Ledger {
    /// Maps that the living engines may still take.
    fn promised(&self) -> u64 {
        self.0.iter().filter_map(|grant| Some(grant.outstanding(&grant.engine.upgrade()?))).sum()
    }

    /// Room for VMs by the maps that they take. `None`: not even for a few.
    pub fn by_maps(&self, config: &Config) -> Option<Room> {
        vms_by_maps(max_maps(), maps_now(), self.promised(), own_maps(config)).map(|vms| Room { vms, bound: "vm.max_map_count" })
    }

    /// Room for VMs in slots of reserved address space, of which each engine has `spare` beyond its VMs.
    pub fn by_address_space(&self, config: &Config, spare: u32) -> Room {
        let taken: u32 = self.0.iter().map(|grant| grant.slots).sum();
        let all = MOST_SLOTS.saturating_sub(taken).saturating_sub(spare);
        let limited = address_space_left().map(|left| vms_by_bytes(left, config.table_ceiling(), spare));
        match limited {
            Some(vms) if vms < all => Room { vms, bound: "RLIMIT_AS" },
            _ => Room { vms: all, bound: "the address space of the process" },
        }
    }

    /// Writes down what an engine was granted: maps for `vms`, and address space for `slots`.
    pub fn grant(mut self, engine: &Engine, config: &Config, vms: u32, slots: u32) {
        let maps = u64::from(vms) * MAPS_PER_VM + own_maps(config);
        self.0.push(Grant { engine: engine.weak(), slots, maps });
    }
}

/// A fifth of the maps stays the host's, for its own growth and for the code of modules. Where the others' grants leave too
/// little, a few VMs come out of that fifth, down to a tenth.
fn vms_by_maps(max: u64, now: u64, promised: u64, own: u64) -> Option<u32> {
    let left = max.saturating_sub(now);
    let vms = |maps: u64| maps.saturating_sub(promised + own) / MAPS_PER_VM;
    let most = vms((left * 4 / 5).saturating_sub(CALLERS * MAPS_PER_CALLER));
    let few = vms(left.saturating_sub(max / 10)).min(LEAST_SLOTS.into());
    match most.max(few) {
        0 => None,
        vms => Some(u32::try_from(vms).unwrap_or(u32::MAX)),
    }
}

/// Maps that a runtime takes beside its VMs.
fn own_maps(config: &Config) -> u64 {
    let cores = crate::thread::cores() as u64;
    let compiling = match config.compile_threads {
        0 => cores,
        threads => threads.into(),
    };
    // The deadline's, the sessions', and those with stacks for callers that have too little.
    let threads = compiling + 2 + cores;
    threads * MAPS_PER_THREAD + MAPS_PER_ENGINE
}

/// A fifth of the address space under RLIMIT_AS stays for the heap, stacks and code.
fn vms_by_bytes(left: u64, table_elements: u32, spare: u32) -> u32 {
    let table = (u64::from(table_elements) * TABLE_ELEMENT).next_multiple_of(64 << 10);
    let slots = (left / 5 * 4).saturating_sub(2 * GUARD) / (RESERVATION + GUARD + table);
    u32::try_from(slots).unwrap_or(u32::MAX).saturating_sub(spare)
}

fn max_maps() -> u64 {
    std::fs::read_to_string("/proc/sys/vm/max_map_count").ok().and_then(|s| s.trim().parse().ok()).unwrap_or(DEFAULT_MAX_MAPS)
}

/// Maps of the process at this moment: a line each.
fn maps_now() -> u64 {
    let count = || -> std::io::Result<u64> {
        let mut file = std::fs::File::open("/proc/self/maps")?;
        let mut buffer = [0; 16 << 10];
        let mut lines = 0;
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(lines),
                n => lines += buffer.iter().take(n).filter(|byte| **byte == b'\n').count() as u64,
            }
        }
    };
    count().unwrap_or(USUAL_MAPS)
}

/// Bytes of address space that the process may still take; `None` where it has no limit.
fn address_space_left() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: writes the limit to a struct of ours.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } == 0;
    if !known || limit.rlim_cur == libc::RLIM_INFINITY {
        return None;
    }
    // SAFETY: asks for a constant of the system.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
    let pages = std::fs::read_to_string("/proc/self/statm").ok().and_then(|s| s.split(' ').next()?.parse::<u64>().ok());
    Some(limit.rlim_cur.saturating_sub(pages.unwrap_or(0).saturating_mul(page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_machine_has_room_for_thirteen_thousand() {
        let vms = vms_by_maps(DEFAULT_MAX_MAPS, 150, 0, 32).unwrap();
        assert!((13_000..13_100).contains(&vms), "{vms}");
    }

    #[test]
    fn what_others_were_promised_is_not_given_twice() {
        let alone = vms_by_maps(65_530, 150, 0, 0).unwrap();
        assert_eq!(vms_by_maps(65_530, 150, 4_000, 0), Some(alone - 1_000));
        // Nothing is left of the four fifths: a few come out of the last one, and then none.
        assert_eq!(vms_by_maps(65_530, 150, 52_400, 0), Some(LEAST_SLOTS));
        assert_eq!(vms_by_maps(65_530, 150, 58_800, 0), Some(6));
        assert_eq!(vms_by_maps(65_530, 150, 60_000, 0), None);
        assert_eq!(vms_by_maps(65_530, 70_000, 0, 0), None);
    }

    #[test]
    fn limited_address_space_is_shared_with_the_heap() {
        assert_eq!(vms_by_bytes(1 << 40, 1000, 9), 203 - 9);
        assert_eq!(vms_by_bytes(40 << 30, 1000, 9), 0);
        // Large tables count.
        assert!(vms_by_bytes(1 << 40, 10_000_000, 9) < 203 - 9);
    }

    #[test]
    fn a_grant_ends_with_its_engine() {
        let engine = Engine::default();
        ledger().grant(&engine, &Config::default(), 5, 14);
        let held = |ledger: &Ledger| ledger.0.iter().filter(|g| g.slots == 14).count();
        let copy = engine.clone();
        drop(engine);
        assert_eq!(held(&ledger()), 1);
        drop(copy);
        assert_eq!(held(&ledger()), 0);
    }
}
