//! The room in which VMs live, slots and memory: taken at once while there is some, waited for with a bound otherwise.

use crate::error::{Error, LimitHit, Result, Status};
use crate::isolate::deadline::{Interrupt, Interrupted};
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What memory is counted in.
pub const PAGE: u64 = 64 << 10;
/// Where the slots begin in the word that counts both: no runtime has 2^48 pages or 2^16 slots.
const SLOTS_AT: u32 = 48;
const PAGES: u64 = (1 << SLOTS_AT) - 1;

/// Slots of the allocator and pages of memory that a VM takes. A VM with several memories or tables takes as many slots, because
/// each of them takes one of the allocator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub slots: u32,
    pub pages: u64,
}

impl Room {
    pub fn new(slots: u32, memory_bytes: u64) -> Room {
        Room { slots, pages: memory_bytes.div_ceil(PAGE) }
    }

    fn packed(self) -> u64 {
        u64::from(self.slots) << SLOTS_AT | self.pages
    }

    fn unpacked(word: u64) -> Room {
        Room { slots: (word >> SLOTS_AT) as u32, pages: word & PAGES }
    }
}

/// What there is not enough of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    Slots,
    Memory,
}

/// Counts live VMs and their memory against what there may be.
pub struct Pool {
    /// Slots that the machine gave.
    slots: u32,
    /// What there may be, in one word. It may be made less than what is taken.
    all: AtomicU64,
    acquire_timeout_ms: AtomicU64,
    /// What is taken, in one word: a VM takes and gives back both in one step.
    taken: CachePadded<AtomicU64>,
    waiters: AtomicU32,
    /// Those of the waiters that need more than one slot, or lack memory: what one call frees may not be enough for them.
    heavy: AtomicU32,
    lock: Mutex<()>,
    freed: Condvar,
}

/// The right to have one VM.
pub struct Slot<'a> {
    pool: &'a Pool,
    room: Room,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.pool.give_back(self.room);
    }
}

impl Slot<'_> {
    /// The same right for a VM that outlives the call which made it. `pool` is the one that the slot is of.
    pub fn keep(self, pool: &Arc<Pool>) -> KeptSlot {
        let kept = KeptSlot { pool: Arc::clone(pool), room: self.room };
        std::mem::forget(self);
        kept
    }
}

/// A slot that a session keeps.
pub struct KeptSlot {
    pool: Arc<Pool>,
    room: Room,
}

impl Drop for KeptSlot {
    fn drop(&mut self) {
        self.pool.give_back(self.room);
    }
}

impl Pool {
    /// `max_memory` bytes for all VMs together, 0 for any number.
    pub fn new(slots: u32, max_memory: u64, acquire_timeout_ms: u64) -> Pool {
        let pool = Pool {
            slots,
            all: AtomicU64::new(0),
            acquire_timeout_ms: AtomicU64::new(0),
            taken: CachePadded::default(),
            waiters: AtomicU32::new(0),
            heavy: AtomicU32::new(0),
            lock: Mutex::new(()),
            freed: Condvar::new(),
        };
        pool.set(slots, max_memory, acquire_timeout_ms);
        pool
    }

    /// Changes what there may be, of slots no more than the machine gave. What is taken beyond it is not taken back.
    pub fn set(&self, slots: u32, max_memory: u64, acquire_timeout_ms: u64) {
        let pages = if max_memory == 0 { PAGES } else { (max_memory / PAGE).min(PAGES) };
        self.all.store(Room { slots: slots.min(self.slots), pages }.packed(), Ordering::Relaxed);
        self.acquire_timeout_ms.store(acquire_timeout_ms, Ordering::Relaxed);
    }

    #[inline]
    fn all(&self) -> Room {
        Room::unpacked(self.all.load(Ordering::Relaxed))
    }

    /// All slots, free and taken.
    pub fn slots(&self) -> u32 {
        self.all().slots
    }

    fn give_back(&self, room: Room) {
        // SeqCst pairs with `acquire`, which counts itself as a waiter and then looks for room again.
        self.taken.fetch_sub(room.packed(), Ordering::SeqCst);
        if self.waiters.load(Ordering::SeqCst) > 0 {
            self.wake(room.slots);
        }
    }

    /// The room a VM needs, at once, or what there is too little of.
    #[inline]
    pub fn try_acquire(&self, room: Room) -> std::result::Result<Slot<'_>, Lack> {
        // The largest module runs alone where there are fewer slots than it would take.
        let room = Room { slots: room.slots.clamp(1, self.slots()), ..room };
        self.take(room).map(|()| Slot { pool: self, room })
    }

    #[inline]
    fn take(&self, room: Room) -> std::result::Result<(), Lack> {
        let all = self.all();
        let more = |word: u64| {
            let taken = Room::unpacked(word);
            if room.slots > all.slots.saturating_sub(taken.slots) {
                Err(Lack::Slots)
            } else if room.pages > all.pages.saturating_sub(taken.pages) {
                Err(Lack::Memory)
            } else {
                Ok(word + room.packed())
            }
        };
        let mut word = self.taken.load(Ordering::SeqCst);
        loop {
            match self.taken.compare_exchange_weak(word, more(word)?, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
    }

    /// More memory for a VM that has its slot; refused with the limit that it would pass.
    pub fn grow(&self, pages: u64) -> std::result::Result<(), LimitHit> {
        self.take(Room { slots: 0, pages }).map_err(|_| self.memory_hit(pages))
    }

    /// Takes back what [`Pool::grow`] granted to a VM that is gone. Its slot comes back after it and wakes those who wait.
    pub fn shrink(&self, pages: u64) {
        self.taken.fetch_sub(pages, Ordering::SeqCst);
    }

    fn memory_hit(&self, pages: u64) -> LimitHit {
        let taken = Room::unpacked(self.taken.load(Ordering::Relaxed)).pages;
        let all = self.all().pages;
        let asked = taken.saturating_add(pages).max(all + 1);
        LimitHit { name: c"max_total_memory_bytes", limit: all * PAGE, asked: asked.saturating_mul(PAGE) }
    }

    /// Waits for room until `acquire_timeout_ms` or the call's deadline, whichever is first. A call made from inside a host
    /// function never waits: the room it would wait for may be its own caller's. Nor does one that needs more memory than there is
    /// for all VMs: no other's end would give it that.
    #[cold]
    pub fn acquire(
        &self,
        room: Room,
        deadline: Option<Instant>,
        may_wait: bool,
        interrupted: impl Fn() -> Option<Interrupt>,
    ) -> Result<Slot<'_>> {
        if !may_wait {
            let why = "and a call from inside a host function does not wait for it";
            return self.try_acquire(room).map_err(|lack| self.no_room(lack, room, why));
        }
        if room.pages > self.all().pages {
            return self.try_acquire(room).map_err(|lack| self.no_room(lack, room, "and the VM alone needs more than that"));
        }
        let acquire_timeout = Duration::from_millis(self.acquire_timeout_ms.load(Ordering::Relaxed));
        let patience = Instant::now() + acquire_timeout;
        let until = deadline.map_or(patience, |d| d.min(patience));
        let mut heavy = room.slots > 1;
        self.waiters.fetch_add(1, Ordering::SeqCst);
        self.heavy.fetch_add(u32::from(heavy), Ordering::SeqCst);
        let mut guard = self.lock.lock();
        let taken = loop {
            // A deadline that has passed is looked at below: room that is free is still taken.
            if let Some(why) = interrupted().filter(|why| *why != Interrupt::Timeout) {
                break Err(Error::new(
                    Status::CANCELLED,
                    format!("{} while it waited for a slot or for memory", Interrupted(why)),
                ));
            }
            let lack = match self.try_acquire(room) {
                Ok(slot) => break Ok(slot),
                Err(lack) => lack,
            };
            if Instant::now() >= until {
                break Err(match deadline {
                    Some(d) if d <= patience => {
                        let what = match lack {
                            Lack::Slots => "a slot (max_live_vms)",
                            Lack::Memory => "memory (max_total_memory_bytes)",
                        };
                        Error::new(
                            Status::TIMEOUT,
                            format!("max_execution_time_ms: the deadline passed while the call waited for {what}"),
                        )
                    }
                    _ => {
                        let why = format!("and none came free in {} ms (acquire_timeout_ms)", acquire_timeout.as_millis());
                        self.no_room(lack, room, &why)
                    }
                });
            }
            if lack == Lack::Memory && !heavy {
                // It may have been woken for a slot that is of use to another. Counted before it looks again and sleeps.
                heavy = true;
                self.heavy.fetch_add(1, Ordering::SeqCst);
                self.freed.notify_all();
                continue;
            }
            self.freed.wait_until(&mut guard, until);
        };
        drop(guard);
        self.waiters.fetch_sub(1, Ordering::SeqCst);
        self.heavy.fetch_sub(u32::from(heavy), Ordering::SeqCst);
        if taken.is_err() && self.waiters.load(Ordering::SeqCst) > 0 {
            // Perhaps it was this one that was woken for a slot, which is another's now.
            self.wake(1);
        }
        taken
    }

    #[cold]
    fn wake(&self, freed: u32) {
        drop(self.lock.lock());
        if freed > 1 || self.heavy.load(Ordering::SeqCst) > 0 {
            self.freed.notify_all();
        } else {
            self.freed.notify_one();
        }
    }

    fn no_room(&self, lack: Lack, room: Room, why: &str) -> Error {
        match lack {
            Lack::Slots => {
                let slots = u64::from(self.slots());
                let text = format!("max_live_vms: all {slots} slots are in use {why}");
                Error::new(Status::NO_SLOT, text).with_limit(c"max_live_vms", slots, slots + 1)
            }
            Lack::Memory => {
                let LimitHit { name, limit, asked } = self.memory_hit(room.pages);
                let text = format!(
                    "max_total_memory_bytes: with this one the VMs of the runtime would hold {asked} bytes, the limit is {limit}, {why}; raise it with dwcp_config_set_max_total_memory_bytes"
                );
                Error::new(Status::NO_MEMORY, text).with_limit(name, limit, asked)
            }
        }
    }

    /// Lets every waiter look whether its call is over.
    pub fn wake_all(&self) {
        drop(self.lock.lock());
        self.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(slots: u32) -> Room {
        Room { slots, pages: 0 }
    }

    #[test]
    fn a_freed_slot_goes_to_a_waiter() {
        let pool = Pool::new(1, 0, 3_600_000);
        let first = pool.try_acquire(slots(1)).unwrap();
        assert!(pool.try_acquire(slots(1)).is_err());
        assert!(pool.try_acquire(slots(1)).is_err(), "a refusal frees nothing");
        assert_eq!(pool.acquire(slots(1), None, false, || None).err().unwrap().status(), Status::NO_SLOT);
        std::thread::scope(|s| {
            let waiter = s.spawn(|| pool.acquire(slots(1), None, true, || None).map(drop));
            drop(first);
            waiter.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_waiter_that_gives_up_does_not_keep_the_slot_from_the_next() {
        let pool = Pool::new(1, 0, 3_600_000);
        let held = pool.try_acquire(slots(1)).unwrap();
        let cancelled = std::sync::atomic::AtomicBool::new(false);
        let is_cancelled = || cancelled.load(Ordering::SeqCst).then_some(Interrupt::Cancelled);
        let waits_for = |n: u32| {
            while pool.waiters.load(Ordering::SeqCst) < n {
                std::thread::yield_now();
            }
            // Whoever counted itself under the lock sleeps when the lock is free.
            drop(pool.lock.lock());
        };
        std::thread::scope(|s| {
            let first = s.spawn(|| pool.acquire(slots(1), None, true, is_cancelled).map(drop));
            waits_for(1);
            let second = s.spawn(|| pool.acquire(slots(1), None, true, || None).map(drop));
            waits_for(2);
            // Nobody else is told: the one that is woken for the slot finds its call over.
            cancelled.store(true, Ordering::SeqCst);
            drop(held);
            assert_eq!(first.join().unwrap().unwrap_err().status(), Status::CANCELLED);
            second.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_heavy_vm_takes_several_slots_and_at_most_all() {
        let pool = Pool::new(4, 0, 3_600_000);
        let light = pool.try_acquire(slots(1)).unwrap();
        assert!(pool.try_acquire(slots(4)).is_err());
        std::thread::scope(|s| {
            let heavy = s.spawn(|| pool.acquire(slots(8), None, true, || None).map(|_| pool.try_acquire(slots(1)).is_err()));
            drop(light);
            assert!(heavy.join().unwrap().unwrap());
        });
        assert!(pool.try_acquire(slots(4)).is_ok());
    }

    #[test]
    fn waits_end_by_patience_deadline_and_cancel() {
        let pool = Pool::new(1, 0, 1);
        let _held = pool.try_acquire(slots(1)).unwrap();
        assert_eq!(pool.acquire(slots(1), None, true, || None).err().unwrap().status(), Status::NO_SLOT);
        assert_eq!(pool.acquire(slots(1), Some(Instant::now()), true, || None).err().unwrap().status(), Status::TIMEOUT);
        let cancelled = || Some(Interrupt::Cancelled);
        assert_eq!(pool.acquire(slots(1), None, true, cancelled).err().unwrap().status(), Status::CANCELLED);
    }

    #[test]
    fn memory_is_counted_beside_the_slots_and_waited_for() {
        let pool = Pool::new(10, 3 * PAGE + 1, 3_600_000);
        let two = Room::new(1, 2 * PAGE - 5);
        let first = pool.try_acquire(two).unwrap();
        assert_eq!(pool.try_acquire(two).err(), Some(Lack::Memory));
        pool.grow(1).unwrap();
        let hit = pool.grow(2).unwrap_err();
        assert_eq!((hit.limit, hit.asked), (3 * PAGE, 5 * PAGE));
        let refused = pool.acquire(two, None, false, || None).err().unwrap();
        assert_eq!((refused.status(), refused.limit().unwrap().name), (Status::NO_MEMORY, c"max_total_memory_bytes"));
        let never = pool.acquire(Room::new(1, 4 * PAGE), None, true, || None).err().unwrap();
        assert_eq!((never.status(), never.limit().unwrap().limit), (Status::NO_MEMORY, 3 * PAGE));
        let none = pool.try_acquire(slots(1)).unwrap();
        std::thread::scope(|s| {
            let waiter = s.spawn(|| pool.acquire(two, None, true, || None).map(drop));
            drop(none);
            pool.shrink(1);
            drop(first);
            waiter.join().unwrap().unwrap();
        });
        assert_eq!(pool.taken.load(Ordering::SeqCst), 0);
    }
}
