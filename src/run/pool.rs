//! The slots in which VMs live: taken at once while any is free, waited for with a bound otherwise.

use crate::error::{Error, Result, Status};
use crate::isolate::deadline::{Interrupt, Interrupted};
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Counts live VMs against their maximum. A VM with several memories or tables takes as many slots, because each of them takes
/// one of the allocator's.
pub struct Pool {
    slots: u32,
    acquire_timeout: Duration,
    live: CachePadded<AtomicU32>,
    waiters: AtomicU32,
    /// Those of the waiters that need more than one slot: what one call frees may not be enough for them.
    heavy: AtomicU32,
    lock: Mutex<()>,
    freed: Condvar,
}

/// The right to have one VM.
pub struct Slot<'a> {
    pool: &'a Pool,
    weight: u32,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.pool.give_back(self.weight);
    }
}

impl Slot<'_> {
    /// The same right for a VM that outlives the call which made it. `pool` is the one that the slot is of.
    pub fn keep(self, pool: &Arc<Pool>) -> KeptSlot {
        let kept = KeptSlot { pool: Arc::clone(pool), weight: self.weight };
        std::mem::forget(self);
        kept
    }
}

/// A slot that a session keeps.
pub struct KeptSlot {
    pool: Arc<Pool>,
    weight: u32,
}

impl Drop for KeptSlot {
    fn drop(&mut self) {
        self.pool.give_back(self.weight);
    }
}

impl Pool {
    pub fn new(slots: u32, acquire_timeout: Duration) -> Pool {
        Pool {
            slots,
            acquire_timeout,
            live: CachePadded::default(),
            waiters: AtomicU32::new(0),
            heavy: AtomicU32::new(0),
            lock: Mutex::new(()),
            freed: Condvar::new(),
        }
    }

    /// All slots, free and taken.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    fn give_back(&self, weight: u32) {
        // SeqCst pairs with `acquire`, which counts itself as a waiter and then looks for a free slot again.
        self.live.fetch_sub(weight, Ordering::SeqCst);
        if self.waiters.load(Ordering::SeqCst) > 0 {
            self.wake(weight);
        }
    }

    /// Free slots at once, or none.
    #[inline]
    pub fn try_acquire(&self, weight: u32) -> Option<Slot<'_>> {
        // The largest module runs alone where there are fewer slots than it would take.
        let weight = weight.clamp(1, self.slots);
        let fits = |n: u32| n.checked_add(weight).filter(|sum| *sum <= self.slots);
        let taken = self.live.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fits).is_ok();
        // Not `then_some`: a slot made and dropped would free one that was never taken.
        taken.then(|| Slot { pool: self, weight })
    }

    /// Waits for slots until `acquire_timeout_ms` or the call's deadline, whichever is first. A call made from inside a host
    /// function never waits: the slot it would wait for may be its own caller's.
    #[cold]
    pub fn acquire(
        &self,
        weight: u32,
        deadline: Option<Instant>,
        may_wait: bool,
        interrupted: impl Fn() -> Option<Interrupt>,
    ) -> Result<Slot<'_>> {
        if !may_wait {
            return Err(self.no_slot("and a call from inside a host function does not wait for one"));
        }
        let patience = Instant::now() + self.acquire_timeout;
        let until = deadline.map_or(patience, |d| d.min(patience));
        self.waiters.fetch_add(1, Ordering::SeqCst);
        self.heavy.fetch_add(u32::from(weight > 1), Ordering::SeqCst);
        let mut guard = self.lock.lock();
        let taken = loop {
            // A deadline that has passed is looked at below: a slot that is free is still taken.
            if let Some(why) = interrupted().filter(|why| *why != Interrupt::Timeout) {
                break Err(Error::new(Status::CANCELLED, format!("{} while it waited for a slot", Interrupted(why))));
            }
            if let Some(slot) = self.try_acquire(weight) {
                break Ok(slot);
            }
            if Instant::now() >= until {
                break Err(match deadline {
                    Some(d) if d <= patience => {
                        Error::new(Status::TIMEOUT, "max_execution_time_ms: the deadline passed while the call waited for a slot")
                    }
                    _ => self
                        .no_slot(&format!("and none came free in {} ms (acquire_timeout_ms)", self.acquire_timeout.as_millis())),
                });
            }
            self.freed.wait_until(&mut guard, until);
        };
        drop(guard);
        self.waiters.fetch_sub(1, Ordering::SeqCst);
        self.heavy.fetch_sub(u32::from(weight > 1), Ordering::SeqCst);
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

    fn no_slot(&self, why: &str) -> Error {
        let slots = u64::from(self.slots);
        Error::new(Status::NO_SLOT, format!("max_live_vms: all {slots} slots are in use {why}")).with_limit(
            c"max_live_vms",
            slots,
            slots + 1,
        )
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

    #[test]
    fn a_freed_slot_goes_to_a_waiter() {
        let pool = Pool::new(1, Duration::from_secs(3600));
        let first = pool.try_acquire(1).unwrap();
        assert!(pool.try_acquire(1).is_none());
        assert!(pool.try_acquire(1).is_none(), "a refusal frees nothing");
        assert_eq!(pool.acquire(1, None, false, || None).err().unwrap().status(), Status::NO_SLOT);
        std::thread::scope(|s| {
            let waiter = s.spawn(|| pool.acquire(1, None, true, || None).map(drop));
            drop(first);
            waiter.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_waiter_that_gives_up_does_not_keep_the_slot_from_the_next() {
        let pool = Pool::new(1, Duration::from_secs(3600));
        let held = pool.try_acquire(1).unwrap();
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
            let first = s.spawn(|| pool.acquire(1, None, true, is_cancelled).map(drop));
            waits_for(1);
            let second = s.spawn(|| pool.acquire(1, None, true, || None).map(drop));
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
        let pool = Pool::new(4, Duration::from_secs(3600));
        let light = pool.try_acquire(1).unwrap();
        assert!(pool.try_acquire(4).is_none());
        std::thread::scope(|s| {
            let heavy = s.spawn(|| pool.acquire(8, None, true, || None).map(|_| pool.try_acquire(1).is_none()));
            drop(light);
            assert!(heavy.join().unwrap().unwrap());
        });
        assert!(pool.try_acquire(4).is_some());
    }

    #[test]
    fn waits_end_by_patience_deadline_and_cancel() {
        let pool = Pool::new(1, Duration::from_millis(1));
        let _held = pool.try_acquire(1).unwrap();
        assert_eq!(pool.acquire(1, None, true, || None).err().unwrap().status(), Status::NO_SLOT);
        assert_eq!(pool.acquire(1, Some(Instant::now()), true, || None).err().unwrap().status(), Status::TIMEOUT);
        let cancelled = || Some(Interrupt::Cancelled);
        assert_eq!(pool.acquire(1, None, true, cancelled).err().unwrap().status(), Status::CANCELLED);
    }
}
