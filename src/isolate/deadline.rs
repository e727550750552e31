//! One deadline for everything that a call does, and the thread that makes running guests look at it.
//!
//! A guest looks at the clock when the engine's epoch moves. One ticker thread moves it every 5 ms while calls are in flight,
//! when short ones are due, and not at all once the runtime has been idle for a second: an idle runtime wakes nothing.
//! Every guest that looks compares the clock with its own deadline, so ending one call never ends another.

use super::wheel::{GRAIN, Wheel};
use crate::error::{Error, Result, Status};
use crossbeam_utils::CachePadded;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wasmtime::Engine;

/// How often the epoch moves while calls are in flight.
const TICK: Duration = Duration::from_millis(5);
/// Timeouts below this get a wake-up of their own; longer ones are content with the tick.
const SHORT: Duration = Duration::from_millis(50);
const TICK_MOMENTS: u64 = (TICK.as_nanos() / GRAIN.as_nanos()) as u64;
/// Ticks without a new call after which the ticker parks: one second.
const IDLE_TICKS: u32 = 200;

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
    /// When short deadlines are due.
    wheel: Wheel,
    /// The moment until which the thread sleeps, as a number of the wheel: who is due earlier wakes it.
    asleep_until: AtomicU64,
    stop: Mutex<bool>,
    wake: Condvar,
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
            wheel: Wheel::new(Instant::now()),
            asleep_until: AtomicU64::new(u64::MAX),
            stop: Mutex::new(false),
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
            let moment = shared.wheel.add(deadline);
            // SeqCst pairs with the thread, which says until when it will sleep and then looks at the wheel again.
            if moment < shared.asleep_until.load(Ordering::SeqCst) {
                drop(shared.stop.lock());
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
        let stop = self.shared.stop.lock();
        if !*stop {
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
        *self.shared.stop.lock() = true;
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
        let mut stop = self.stop.lock();
        // The call that started the thread may be due before the thread has begun.
        let mut seen = 0;
        let mut next_tick = self.wheel.moment(Instant::now()) + TICK_MOMENTS;
        let mut idle = 0;
        let mut arms = 0;
        while !*stop {
            let now = self.wheel.moment(Instant::now());
            // Moments are a grain apart, and so are the moves of the epoch, however many deadlines fall due in one.
            let due = self.wheel.take(seen, now);
            seen = now;
            let ticked = now >= next_tick;
            if due || ticked {
                self.engine.increment_epoch();
            }
            if ticked {
                next_tick = now + TICK_MOMENTS;
                let armed_so_far = self.arms.load(Ordering::Relaxed);
                let quiet = armed_so_far == arms && self.armed.load(Ordering::SeqCst) == 0;
                arms = armed_so_far;
                idle = if quiet { idle + 1 } else { 0 };
            }
            if idle >= IDLE_TICKS {
                self.park(&mut stop);
                idle = 0;
                // What was put in while the thread awoke is looked at, too.
                next_tick = self.wheel.moment(Instant::now()) + TICK_MOMENTS;
                continue;
            }
            let until = self.wheel.first(seen, next_tick);
            self.asleep_until.store(until, Ordering::SeqCst);
            if self.wheel.first(seen, until) == until {
                self.wake.wait_until(&mut stop, self.wheel.instant(until));
            }
            self.asleep_until.store(0, Ordering::SeqCst);
        }
    }

    fn park(&self, stop: &mut parking_lot::MutexGuard<'_, bool>) {
        self.parked.store(true, Ordering::SeqCst);
        while !**stop && self.armed.load(Ordering::SeqCst) == 0 && self.parked.load(Ordering::SeqCst) {
            self.wake.wait(stop);
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
