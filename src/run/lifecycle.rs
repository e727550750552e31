//! Open, closing, closed: who may still enter, and when the last one has left.

use crate::error::{Error, Result, Status};
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const OPEN: u8 = 0;
const CLOSING: u8 = 1;
const CLOSED: u8 = 2;
/// Takes no new work for now.
const DRAINING: u8 = 4;
/// As closing, but nobody waits for the end: the last one out closes.
const ABANDONED: u8 = 3;

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

    /// Enters whatever the state: for ends, which closing waits for.
    pub fn enter_anyway(&self) -> Inside<'_> {
        self.inside.fetch_add(1, Ordering::SeqCst);
        Inside(self)
    }

    /// Refuses where the door is closed for good. For what only looks: an operator reads the metrics while a runtime drains.
    pub fn check(&self) -> Result<()> {
        if self.is_closed() { Err(refusal(CLOSED)) } else { Ok(()) }
    }

    /// Shuts the door: nobody enters from now on.
    pub fn shut(&self) {
        for open in [OPEN, DRAINING] {
            let _ = self.state.compare_exchange(open, CLOSING, Ordering::SeqCst, Ordering::SeqCst);
        }
    }

    /// Shuts the door until it is opened again. False where it is shut for good.
    pub fn drain(&self) -> bool {
        let _ = self.state.compare_exchange(OPEN, DRAINING, Ordering::SeqCst, Ordering::SeqCst);
        self.state.load(Ordering::SeqCst) == DRAINING
    }

    /// Opens the door that [`Lifecycle::drain`] shut; an error where it is shut for good.
    pub fn resume(&self) -> Result<()> {
        let _ = self.state.compare_exchange(DRAINING, OPEN, Ordering::SeqCst, Ordering::SeqCst);
        match self.state.load(Ordering::SeqCst) {
            OPEN => Ok(()),
            state => Err(refusal(state)),
        }
    }

    /// Shuts the door and leaves the closing to the last one out.
    pub fn abandon(&self) {
        for open in [OPEN, DRAINING] {
            let _ = self.state.compare_exchange(open, ABANDONED, Ordering::SeqCst, Ordering::SeqCst);
        }
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
        DRAINING => Error::new(Status::SHUTTING_DOWN, "the runtime is drained and takes no new work until it is resumed"),
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
    fn what_is_drained_opens_again_unless_it_was_closed() {
        let door = Lifecycle::default();
        assert!(door.drain() && door.drain());
        assert_eq!(door.enter().err().unwrap().status(), Status::SHUTTING_DOWN);
        door.resume().unwrap();
        drop(door.enter().unwrap());
        assert!(door.drain());
        door.shut();
        assert!(!door.drain());
        assert_eq!(door.resume().unwrap_err().status(), Status::SHUTTING_DOWN);
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
}
