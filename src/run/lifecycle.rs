//! Open, closing, closed: who may still enter, and when the last one has left.

use crate::error::{Error, Result, Status};
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering, fence};
use std::time::{Duration, Instant};

const OPEN: u8 = 0;
const CLOSING: u8 = 1;
const CLOSED: u8 = 2;
/// As closing, but nobody waits for the end: the last one out closes.
const ABANDONED: u8 = 3;

/// The one flag that ends every call of a runtime, and the place where sleeping guests wait for it.
#[derive(Default)]
pub struct Cancel {
    fired: AtomicBool,
    lock: Mutex<()>,
    wake: Condvar,
}

impl Cancel {
    /// The fence pairs with the one in [`Cancel::fire`]: a guest that looks because the epoch moved after the flag was set
    /// sees the flag, though wasmtime moves the epoch without any ordering.
    pub fn is_fired(&self) -> bool {
        fence(Ordering::SeqCst);
        self.fired.load(Ordering::Relaxed)
    }

    /// Sets the flag and wakes all who wait.
    pub fn fire(&self) {
        self.fired.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        drop(self.lock.lock());
        self.wake.notify_all();
    }

    /// Sleeps for `duration`, or until the flag is set.
    pub fn wait(&self, duration: Duration) {
        let mut guard = self.lock.lock();
        if !self.is_fired() {
            self.wake.wait_for(&mut guard, duration);
        }
    }
}

/// Counts what is inside a runtime and closes its door.
#[derive(Default)]
pub struct Lifecycle {
    state: AtomicU8,
    inside: CachePadded<AtomicU64>,
    lock: Mutex<()>,
    left: Condvar,
}

/// Someone inside; dropping it leaves.
pub struct Inside<'a>(&'a Lifecycle);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        // SeqCst pairs with `shut`, which sets the state and then reads the count: one of the two sees the other.
        if self.0.inside.fetch_sub(1, Ordering::SeqCst) == 1 && self.0.state.load(Ordering::SeqCst) != OPEN {
            self.0.last_out();
        }
    }
}

impl Lifecycle {
    /// Enters, or says why not.
    pub fn enter(&self) -> Result<Inside<'_>> {
        self.inside.fetch_add(1, Ordering::SeqCst);
        let inside = Inside(self);
        match self.state.load(Ordering::SeqCst) {
            OPEN => Ok(inside),
            state => Err(refusal(state)),
        }
    }

    /// Refuses where the door is closed for good. For what only looks: an operator reads the metrics while a runtime drains.
    pub fn check(&self) -> Result<()> {
        if self.is_closed() { Err(refusal(CLOSED)) } else { Ok(()) }
    }

    /// Shuts the door: nobody enters from now on.
    pub fn shut(&self) {
        let _ = self.state.compare_exchange(OPEN, CLOSING, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Shuts the door and leaves the closing to the last one out.
    pub fn abandon(&self) {
        let _ = self.state.compare_exchange(OPEN, ABANDONED, Ordering::SeqCst, Ordering::SeqCst);
        if self.inside.load(Ordering::SeqCst) == 0 {
            self.last_out();
        }
    }

    #[cold]
    fn last_out(&self) {
        let _ = self.state.compare_exchange(ABANDONED, CLOSED, Ordering::SeqCst, Ordering::SeqCst);
        drop(self.lock.lock());
        self.left.notify_all();
    }

    /// Waits until all have left; `None` waits without end. False when the time passed first.
    pub fn wait_empty(&self, patience: Option<Duration>) -> bool {
        let until = patience.and_then(|p| Instant::now().checked_add(p));
        let mut guard = self.lock.lock();
        while self.inside.load(Ordering::SeqCst) != 0 {
            match until {
                Some(at) => {
                    if self.left.wait_until(&mut guard, at).timed_out() {
                        return self.inside.load(Ordering::SeqCst) == 0;
                    }
                }
                None => self.left.wait(&mut guard),
            }
        }
        true
    }

    /// Marks the end: from now on the answer is CLOSED.
    pub fn closed(&self) {
        self.state.store(CLOSED, Ordering::SeqCst);
    }

    fn is_closed(&self) -> bool {
        self.state.load(Ordering::SeqCst) == CLOSED
    }
}

fn refusal(state: u8) -> Error {
    match state {
        CLOSING | ABANDONED => Error::new(Status::SHUTTING_DOWN, "the runtime is closing and takes no new work"),
        _ => Error::new(Status::CLOSED, "the runtime is closed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_out_ends_the_wait() {
        let door = Lifecycle::default();
        let inside = door.enter().unwrap();
        door.shut();
        assert_eq!(door.enter().err().unwrap().status(), Status::SHUTTING_DOWN);
        assert!(!door.wait_empty(Some(Duration::ZERO)));
        std::thread::scope(|s| {
            let waiter = s.spawn(|| door.wait_empty(None));
            drop(inside);
            assert!(waiter.join().unwrap());
        });
        door.closed();
        assert_eq!(door.check().err().unwrap().status(), Status::CLOSED);
    }

    #[test]
    fn what_is_abandoned_closes_with_the_last_one_out() {
        let door = Lifecycle::default();
        let inside = door.enter().unwrap();
        door.abandon();
        assert_eq!(door.enter().err().unwrap().status(), Status::SHUTTING_DOWN);
        drop(inside);
        assert_eq!(door.check().err().unwrap().status(), Status::CLOSED);
    }

    #[test]
    fn a_fired_flag_ends_a_sleep() {
        let cancel = Cancel::default();
        std::thread::scope(|s| {
            let sleeper = s.spawn(|| cancel.wait(Duration::from_secs(3600)));
            cancel.fire();
            sleeper.join().unwrap();
        });
        assert!(cancel.is_fired());
    }
}
