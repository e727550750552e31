//! Open, drained, closing, ending, closed: who may still enter, and when the last one has left.

use crate::error::{Error, Result, Status};
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const OPEN: u8 = 0;
/// Takes no new work for now.
const DRAINED: u8 = 1;
/// Takes no new work any more; what is under way has its grace.
const CLOSING: u8 = 2;
/// As ending, but nobody waits for the end: the last one out brings it about.
const ABANDONED: u8 = 3;
/// What is under way is on its way out, and nothing is begun, whoever asks.
const ENDING: u8 = 4;
const CLOSED: u8 = 5;

/// Counts what is inside a runtime and closes its door.
#[derive(Default)]
pub struct Lifecycle {
    state: AtomicU8,
    inside: CachePadded<AtomicU64>,
    /// Whether somebody is ending the runtime: one does, the others wait for it.
    claimed: Mutex<bool>,
    /// The last one left, the door was opened again, or the end has come.
    changed: Condvar,
}

impl Lifecycle {
    /// Refuses who may not enter now. What is part of something inside, `under_way`, may while that has time to end by itself.
    pub fn admits(&self, under_way: bool) -> Result<()> {
        match self.state.load(Ordering::SeqCst) {
            OPEN => Ok(()),
            DRAINED | CLOSING if under_way => Ok(()),
            state => Err(refusal(state)),
        }
    }

    /// Counts one in. Whoever calls it asks [`Lifecycle::admits`] afterwards, so that one of the two, he or who shuts the door,
    /// sees the other; and calls [`Lifecycle::leave`] in any case.
    pub fn arrive(&self) {
        self.inside.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts one out. True for the last one out of an abandoned runtime, who is to end it.
    pub fn leave(&self) -> bool {
        // SeqCst pairs with those who set the state and then read the count.
        self.inside.fetch_sub(1, Ordering::SeqCst) == 1 && self.state.load(Ordering::SeqCst) != OPEN && self.last_out()
    }

    #[cold]
    fn last_out(&self) -> bool {
        let mut claimed = self.claimed.lock();
        self.changed.notify_all();
        // Somebody may have entered and abandoned the runtime since this one was counted out: that one is the last.
        let last = self.state.load(Ordering::SeqCst) == ABANDONED && self.inside.load(Ordering::SeqCst) == 0;
        last && self.take(&mut claimed)
    }

    fn take(&self, claimed: &mut bool) -> bool {
        if *claimed {
            return false;
        }
        *claimed = true;
        self.state.store(ENDING, Ordering::SeqCst);
        true
    }

    /// Refuses where the door is closed for good. For what only looks: an operator reads the metrics while a runtime drains.
    pub fn check(&self) -> Result<()> {
        match self.state.load(Ordering::SeqCst) {
            CLOSED => Err(refusal(CLOSED)),
            _ => Ok(()),
        }
    }

    /// From `OPEN` or `DRAINED` to `state`, in one step: a door that is opened in the same moment does not stay open.
    fn shut_to(&self, state: u8) {
        let shut = |before| matches!(before, OPEN | DRAINED).then_some(state);
        // An error says that it was shut for good already.
        let _ = self.state.fetch_update(Ordering::SeqCst, Ordering::SeqCst, shut);
    }

    /// Shuts the door: no new work enters from now on.
    pub fn shut(&self) {
        self.shut_to(CLOSING);
    }

    /// Shuts the door and leaves the end to the last one out. The caller is inside.
    pub fn abandon(&self) {
        self.shut_to(ABANDONED);
    }

    /// After [`Lifecycle::shut`]: the grace is over, nobody enters any more.
    pub fn end(&self) {
        // Another closer's grace may be over already, or the runtime be abandoned, where nobody enters either.
        let _ = self.state.compare_exchange(CLOSING, ENDING, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Shuts the door until it is opened again.
    pub fn drain(&self) -> Result<()> {
        match self.state.compare_exchange(OPEN, DRAINED, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) | Err(DRAINED) => Ok(()),
            Err(state) => Err(refusal(state)),
        }
    }

    /// Opens the door that [`Lifecycle::drain`] shut; an error where it is shut for good.
    pub fn resume(&self) -> Result<()> {
        match self.state.compare_exchange(DRAINED, OPEN, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => {
                // Who waits for a drained runtime to be empty waits in vain.
                drop(self.claimed.lock());
                self.changed.notify_all();
                Ok(())
            }
            Err(OPEN) => Ok(()),
            Err(state) => Err(refusal(state)),
        }
    }

    /// Waits until all have left; `None` waits without end. False when the time passed first.
    pub fn wait_empty(&self, patience: Option<Duration>) -> bool {
        self.wait(patience, || self.inside.load(Ordering::SeqCst) == 0)
    }

    /// Waits until all have left a drained runtime.
    pub fn wait_drained(&self, patience: Duration) -> Result<()> {
        let empty = || self.inside.load(Ordering::SeqCst) == 0;
        let reopened = || self.state.load(Ordering::SeqCst) == OPEN;
        let mut was_reopened = false;
        let over = self.wait(Some(patience), || {
            was_reopened = reopened();
            was_reopened || empty()
        });
        match over {
            true if was_reopened => Err(Error::new(Status::CANCELLED, "the runtime was resumed while it was being drained")),
            true => Ok(()),
            false => {
                let running = self.inside.load(Ordering::SeqCst);
                let text = format!("timeout_ms: calls under way after {} ms: {running}", patience.as_millis());
                Err(Error::new(Status::TIMEOUT, text))
            }
        }
    }

    fn wait(&self, patience: Option<Duration>, mut over: impl FnMut() -> bool) -> bool {
        let until = patience.and_then(|p| Instant::now().checked_add(p));
        let mut claimed = self.claimed.lock();
        while !over() {
            match until {
                Some(at) => {
                    if self.changed.wait_until(&mut claimed, at).timed_out() {
                        return over();
                    }
                }
                None => self.changed.wait(&mut claimed),
            }
        }
        true
    }

    /// When all have left: true for the one who is to end the runtime. The others wait until it has called
    /// [`Lifecycle::closed`].
    pub fn claim(&self) -> bool {
        if self.take(&mut self.claimed.lock()) {
            return true;
        }
        self.wait(None, || self.state.load(Ordering::SeqCst) == CLOSED);
        false
    }

    /// Marks the end: from now on the answer is CLOSED.
    pub fn closed(&self) {
        self.state.store(CLOSED, Ordering::SeqCst);
        drop(self.claimed.lock());
        self.changed.notify_all();
    }
}

fn refusal(state: u8) -> Error {
    match state {
        DRAINED => Error::new(Status::SHUTTING_DOWN, "the runtime is drained and takes no new work until it is resumed"),
        CLOSED => Error::new(Status::CLOSED, "the runtime is closed"),
        _ => Error::new(Status::SHUTTING_DOWN, "the runtime is closing and takes no new work"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(door: &Lifecycle, under_way: bool) -> Status {
        door.admits(under_way).unwrap_err().status()
    }

    #[test]
    fn the_last_one_out_ends_the_wait() {
        let door = Lifecycle::default();
        door.arrive();
        door.shut();
        assert_eq!(refused(&door, false), Status::SHUTTING_DOWN);
        door.admits(true).unwrap();
        assert!(!door.wait_empty(Some(Duration::ZERO)));
        std::thread::scope(|s| {
            let waiter = s.spawn(|| door.wait_empty(None));
            assert!(!door.leave());
            assert!(waiter.join().unwrap());
        });
        door.end();
        assert_eq!(refused(&door, true), Status::SHUTTING_DOWN);
        assert!(door.claim());
        std::thread::scope(|s| {
            let second = s.spawn(|| door.claim());
            door.closed();
            assert!(!second.join().unwrap());
        });
        assert_eq!(door.check().unwrap_err().status(), Status::CLOSED);
    }

    #[test]
    fn what_is_drained_opens_again_unless_it_was_closed() {
        let door = Lifecycle::default();
        door.drain().unwrap();
        door.drain().unwrap();
        door.wait_drained(Duration::ZERO).unwrap();
        assert_eq!(refused(&door, false), Status::SHUTTING_DOWN);
        door.admits(true).unwrap();
        door.resume().unwrap();
        door.admits(false).unwrap();
        door.drain().unwrap();
        door.shut();
        assert_eq!(door.drain().unwrap_err().status(), Status::SHUTTING_DOWN);
        assert_eq!(door.resume().unwrap_err().status(), Status::SHUTTING_DOWN);
    }

    #[test]
    fn resuming_ends_the_wait_of_who_drains() {
        let door = Lifecycle::default();
        door.arrive();
        door.drain().unwrap();
        assert_eq!(door.wait_drained(Duration::ZERO).unwrap_err().status(), Status::TIMEOUT);
        std::thread::scope(|s| {
            let waiter = s.spawn(|| door.wait_drained(Duration::from_secs(3600)));
            door.resume().unwrap();
            assert_eq!(waiter.join().unwrap().unwrap_err().status(), Status::CANCELLED);
        });
    }

    #[test]
    fn what_is_abandoned_is_ended_by_the_last_one_out() {
        let door = Lifecycle::default();
        door.arrive();
        door.arrive();
        door.abandon();
        assert_eq!(refused(&door, true), Status::SHUTTING_DOWN);
        assert!(!door.leave());
        assert!(door.leave());
        door.closed();
        assert_eq!(door.check().unwrap_err().status(), Status::CLOSED);
    }
}
