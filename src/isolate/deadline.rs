//! One deadline for everything that a call does, and the thread that makes running guests look at it.
//!
//! A guest looks at the clock when the engine's epoch moves. One ticker thread moves it every 5 ms while calls are in flight,
//! at the due time of short ones, and not at all once the runtime has been idle for a second: an idle runtime wakes nothing.
//! Every guest that looks compares the clock with its own deadline, so ending one call never ends another.

use crate::error::{Error, Result, Status};
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wasmtime::Engine;

/// How often the epoch moves while calls are in flight.
const TICK: Duration = Duration::from_millis(5);
/// Timeouts below this get a wake-up of their own; longer ones are content with the tick.
const SHORT: Duration = Duration::from_millis(50);
/// Ticks without a new call after which the ticker parks: one second.
const IDLE_TICKS: u32 = 200;
/// Bumps are at least this far apart, however many short deadlines fall due.
const SPACING: Duration = Duration::from_micros(200);

/// Why a call was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// Its deadline passed.
    Timeout,
    /// The host cancelled it.
    Cancelled,
    /// Its module was disabled and its calls ended.
    Disabled,
    /// The runtime is closing.
    Closed,
}

/// Ends a guest, as an error of its call: it looked at its deadline or its cancel flag, or a WASI call was waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted(pub Interrupt);

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Interrupt::Timeout => "the call's deadline passed",
            Interrupt::Cancelled => "the host cancelled the call",
            Interrupt::Disabled => "the module was disabled and its calls ended",
            Interrupt::Closed => "the runtime closed and ended the call",
        })
    }
}

impl std::error::Error for Interrupted {}

/// Moves the epoch of an engine. The thread starts with the first armed call.
pub struct Ticker {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    engine: Engine,
    /// Calls that are running now.
    armed: CachePadded<AtomicU64>,
    /// Calls armed so far: tells an idle second from a busy one in which every look found nothing in flight.
    arms: CachePadded<AtomicU64>,
    /// No thread is ticking: the next call must wake or start it.
    parked: AtomicBool,
    timers: Mutex<Timers>,
    wake: Condvar,
}

#[derive(Default)]
struct Timers {
    due: BinaryHeap<Reverse<Instant>>,
    stop: bool,
}

/// A call's registration; dropping it ends it.
pub struct Armed<'a>(&'a Shared);

impl Drop for Armed<'_> {
    fn drop(&mut self) {
        self.0.armed.fetch_sub(1, Ordering::Release);
    }
}

impl Ticker {
    pub fn new(engine: Engine) -> Ticker {
        let shared = Shared {
            engine,
            armed: CachePadded::default(),
            arms: CachePadded::default(),
            parked: AtomicBool::new(true),
            timers: Mutex::new(Timers::default()),
            wake: Condvar::new(),
        };
        Ticker { shared: Arc::new(shared), thread: Mutex::new(None) }
    }

    /// Makes sure that the epoch moves until the guard is dropped, and at the deadline if it is near: `limit` is the deadline
    /// and the time that it leaves. A call without a deadline needs it too, because one move of the epoch is not enough for a
    /// cancel: a guest that is just looking when the flag is set goes on, and wasmtime lets it look again only after the next.
    pub fn arm(&self, limit: Option<(Instant, Duration)>) -> Result<Armed<'_>> {
        let shared = &*self.shared;
        // The order of these two against the ticker's own (parked, then armed) decides who sees whom: one of them always does.
        shared.armed.fetch_add(1, Ordering::SeqCst);
        let armed = Armed(shared);
        shared.arms.fetch_add(1, Ordering::Relaxed);
        if let Some((deadline, _)) = limit.filter(|(_, timeout)| *timeout < SHORT) {
            let mut timers = shared.timers.lock();
            let first = timers.due.peek().is_none_or(|Reverse(next)| deadline < *next);
            timers.due.push(Reverse(deadline));
            if first {
                shared.wake.notify_one();
            }
        }
        if shared.parked.load(Ordering::SeqCst) {
            self.unpark()?;
        }
        Ok(armed)
    }

    #[cold]
    fn unpark(&self) -> Result<()> {
        let mut thread = self.thread.lock();
        if thread.is_none() {
            let shared = Arc::clone(&self.shared);
            let started = crate::thread::spawn("dwcp-deadline", 128 << 10, move || shared.run());
            *thread = Some(started.map_err(|e| Error::new(Status::OS, format!("cannot start the deadline thread: {e}")))?);
        }
        let timers = self.shared.timers.lock();
        if !timers.stop {
            self.shared.parked.store(false, Ordering::SeqCst);
        }
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Makes every running guest look at its deadline and its cancel flag now.
    pub fn bump(&self) {
        self.shared.engine.increment_epoch();
    }

    /// Ends the thread and waits for it.
    pub fn stop(&self) {
        self.shared.timers.lock().stop = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.lock().take() {
            // The thread runs no code that can panic; were it to, there is nothing left to do for it.
            let _ = thread.join();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn run(&self) {
        let mut timers = self.timers.lock();
        let mut next_tick = Instant::now() + TICK;
        let mut last_bump: Option<Instant> = None;
        let mut idle = 0;
        let mut arms = 0;
        while !timers.stop {
            let now = Instant::now();
            let spaced = last_bump.is_none_or(|at| now.duration_since(at) >= SPACING);
            let ticked = now >= next_tick;
            let due = timers.due.peek().is_some_and(|Reverse(at)| *at <= now);
            if ticked || (due && spaced) {
                while timers.due.peek().is_some_and(|Reverse(at)| *at <= now) {
                    timers.due.pop();
                }
                self.engine.increment_epoch();
                last_bump = Some(now);
            }
            if ticked {
                next_tick = now + TICK;
                let armed_so_far = self.arms.load(Ordering::Relaxed);
                let quiet = armed_so_far == arms && self.armed.load(Ordering::SeqCst) == 0;
                arms = armed_so_far;
                idle = if quiet { idle + 1 } else { 0 };
            }
            if idle >= IDLE_TICKS {
                self.park(&mut timers);
                idle = 0;
                next_tick = Instant::now() + TICK;
                continue;
            }
            let mut until = next_tick;
            if let Some(Reverse(at)) = timers.due.peek() {
                let earliest = last_bump.map_or(now, |bumped| bumped + SPACING);
                until = until.min((*at).max(earliest));
            }
            self.wake.wait_until(&mut timers, until);
        }
    }

    fn park(&self, timers: &mut parking_lot::MutexGuard<'_, Timers>) {
        self.parked.store(true, Ordering::SeqCst);
        while !timers.stop && self.armed.load(Ordering::SeqCst) == 0 && self.parked.load(Ordering::SeqCst) {
            self.wake.wait(timers);
        }
        self.parked.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_with_the_first_call_and_stops_when_told() {
        let ticker = Ticker::new(Engine::default());
        assert!(ticker.thread.lock().is_none(), "nothing runs before the first call");
        let timeout = Duration::from_millis(1);
        let armed = ticker.arm(Some((Instant::now() + timeout, timeout))).unwrap();
        assert!(ticker.thread.lock().is_some());
        drop(armed);
        ticker.stop();
        assert!(ticker.thread.lock().is_none());
    }
}
