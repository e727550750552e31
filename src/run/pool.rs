//! The slots in which VMs live: taken at once while any is free, waited for with a bound otherwise.

use crate::error::{Error, Result, Status};
use crate::run::lifecycle::Cancel;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Counts live VMs against their maximum.
pub struct Pool {
    slots: u32,
    acquire_timeout: Duration,
    live: AtomicU32,
    waiters: AtomicU32,
    lock: Mutex<()>,
    freed: Condvar,
}

/// The right to have one VM.
pub struct Slot<'a>(&'a Pool);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        // SeqCst pairs with `acquire`, which counts itself as a waiter and then looks for a free slot again.
        self.0.live.fetch_sub(1, Ordering::SeqCst);
        if self.0.waiters.load(Ordering::SeqCst) > 0 {
            drop(self.0.lock.lock());
            self.0.freed.notify_one();
        }
    }
}

impl Pool {
    pub fn new(slots: u32, acquire_timeout: Duration) -> Pool {
        Pool {
            slots,
            acquire_timeout,
            live: AtomicU32::new(0),
            waiters: AtomicU32::new(0),
            lock: Mutex::new(()),
            freed: Condvar::new(),
        }
    }

    /// A free slot at once, or none.
    #[inline]
    pub fn try_acquire(&self) -> Option<Slot<'_>> {
        // Not `then_some`: a slot made and dropped would free one that was never taken.
        self.try_take().then(|| Slot(self))
    }

    /// Waits for a slot until `acquire_timeout_ms` or the call's deadline, whichever is first. A call made from inside a host
    /// function never waits: the slot it would wait for may be its own caller's.
    #[cold]
    pub fn acquire(&self, deadline: Option<Instant>, may_wait: bool, cancel: &Cancel) -> Result<Slot<'_>> {
        if !may_wait {
            return Err(self.no_slot("and a call from inside a host function does not wait for one"));
        }
        self.wait(deadline, cancel)
    }

    fn try_take(&self) -> bool {
        self.live.fetch_update(Ordering::SeqCst, Ordering::Relaxed, |n| (n < self.slots).then_some(n + 1)).is_ok()
    }

    fn wait(&self, deadline: Option<Instant>, cancel: &Cancel) -> Result<Slot<'_>> {
        let patience = Instant::now() + self.acquire_timeout;
        let until = deadline.map_or(patience, |d| d.min(patience));
        self.waiters.fetch_add(1, Ordering::SeqCst);
        let mut guard = self.lock.lock();
        let taken = loop {
            if self.try_take() {
                break Ok(Slot(self));
            }
            if cancel.is_fired() {
                break Err(Error::new(Status::CANCELLED, "the runtime closed while the call waited for a slot"));
            }
            if Instant::now() >= until {
                break Err(match deadline {
                    Some(d) if d <= patience => {
                        Error::new(Status::TIMEOUT, "the deadline passed while the call waited for a slot")
                    }
                    _ => self
                        .no_slot(&format!("and none came free in {} ms (acquire_timeout_ms)", self.acquire_timeout.as_millis())),
                });
            }
            self.freed.wait_until(&mut guard, until);
        };
        drop(guard);
        self.waiters.fetch_sub(1, Ordering::SeqCst);
        taken
    }

    fn no_slot(&self, why: &str) -> Error {
        let slots = u64::from(self.slots);
        Error::new(Status::NO_SLOT, format!("max_live_vms: all {slots} slots are in use {why}")).with_limit(
            c"max_live_vms",
            slots,
            slots + 1,
        )
    }

    /// Lets every waiter look at the cancel flag.
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
        let cancel = Cancel::default();
        let first = pool.try_acquire().unwrap();
        assert!(pool.try_acquire().is_none());
        assert!(pool.try_acquire().is_none(), "a refusal frees nothing");
        assert_eq!(pool.acquire(None, false, &cancel).err().unwrap().status(), Status::NO_SLOT);
        std::thread::scope(|s| {
            let waiter = s.spawn(|| pool.acquire(None, true, &cancel).map(drop));
            drop(first);
            waiter.join().unwrap().unwrap();
        });
    }

    #[test]
    fn waits_end_by_patience_deadline_and_cancel() {
        let cancel = Cancel::default();
        let pool = Pool::new(1, Duration::from_millis(1));
        let _held = pool.try_acquire().unwrap();
        assert_eq!(pool.acquire(None, true, &cancel).err().unwrap().status(), Status::NO_SLOT);
        assert_eq!(pool.acquire(Some(Instant::now()), true, &cancel).err().unwrap().status(), Status::TIMEOUT);
        cancel.fire();
        assert_eq!(pool.acquire(None, true, &cancel).err().unwrap().status(), Status::CANCELLED);
    }
}
