//! The sessions of a runtime: ended when it closes, when their module is stopped, and when nobody has used them for too long.

use crate::error::{Error, Result, Status};
use crate::run::nesting;
use crate::run::session::{Body, CLOSED, DISABLED};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The list of sessions and the thread that looks for idle ones. The thread starts with the first session.
pub struct Sessions {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    runtime_id: u64,
    /// `None`: no session is ever idle for too long.
    patience: Option<Duration>,
    list: Mutex<List>,
    changed: Condvar,
}

#[derive(Default)]
struct List {
    bodies: Vec<Weak<Body>>,
    /// Length of the list after its last cleaning: it is cleaned again when it is twice as long.
    clean: usize,
    /// Nobody can use a session now, so that none is idle.
    paused: bool,
    /// When the sessions could be used again; none was idle before.
    since: Option<Instant>,
    /// The thread sleeps until it is told of a session.
    asleep: bool,
    stop: bool,
}

impl List {
    fn add(&mut self, body: &Arc<Body>) {
        if self.bodies.len() >= (2 * self.clean).max(64) {
            self.bodies.retain(|body| body.strong_count() > 0);
            self.clean = self.bodies.len();
        }
        self.bodies.push(Arc::downgrade(body));
    }
}

impl Sessions {
    pub fn new(runtime_id: u64, idle_timeout_ms: u64) -> Sessions {
        let patience = (idle_timeout_ms != 0).then(|| Duration::from_millis(idle_timeout_ms));
        let shared = Shared { runtime_id, patience, list: Mutex::default(), changed: Condvar::new() };
        Sessions { shared: Arc::new(shared), thread: Mutex::new(None) }
    }

    pub(super) fn add(&self, body: &Arc<Body>) -> Result<()> {
        if self.shared.patience.is_some() {
            let mut thread = self.thread.lock();
            if thread.is_none() {
                let shared = Arc::clone(&self.shared);
                let started = crate::thread::spawn("dwcp-sessions", 128 << 10, move || shared.run());
                *thread = Some(started.map_err(|e| Error::new(Status::OS, format!("cannot start the session thread: {e}")))?);
            }
        }
        let mut list = self.shared.list.lock();
        list.add(body);
        // A thread that waits for an older session need not hear of it: the new one is not due before.
        if std::mem::take(&mut list.asleep) {
            self.shared.changed.notify_one();
        }
        Ok(())
    }

    /// Ends the sessions of modules that were stopped. One in use ends by itself.
    pub fn end_stopped(&self) {
        let bodies = self.shared.bodies();
        bodies.iter().filter(|body| body.is_stopped()).for_each(|body| drop(body.end(DISABLED, |_| true)));
    }

    /// Stops the clock of idle sessions or lets it go on, in one step with `turn`.
    pub fn pause(&self, paused: bool, turn: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut list = self.shared.list.lock();
        turn()?;
        if list.paused && !paused {
            list.since = Some(Instant::now());
        }
        list.paused = paused;
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Ends all sessions and the thread. Nobody may be using a session.
    pub fn stop(&self) {
        self.shared.list.lock().stop = true;
        self.shared.changed.notify_one();
        let thread = self.thread.lock().take();
        // A finalizer that the thread itself runs may be what ends the runtime: the thread then ends on its own.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            // The thread's own code does not panic; a finalizer that does ends with it.
            let _ = thread.join();
        }
        self.shared.bodies().iter().for_each(|body| drop(body.end(CLOSED, |_| true)));
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// The sessions. Who has one in hand may be its last owner, whose end runs finalizers: no lock is held then.
    fn bodies(&self) -> Vec<Arc<Body>> {
        self.list.lock().bodies.iter().filter_map(Weak::upgrade).collect()
    }

    fn run(&self) {
        let Some(patience) = self.patience else { return };
        // A finalizer that runs here cannot close the runtime, which waits for this thread.
        let _work = nesting::work(self.runtime_id);
        let why = format!("it was not used for {} ms (session_idle_timeout_ms)", patience.as_millis());
        let mut list = self.list.lock();
        while !list.stop {
            list.asleep = list.paused || list.bodies.is_empty();
            if list.asleep {
                self.changed.wait(&mut list);
                continue;
            }
            let bodies: Vec<Arc<Body>> = list.bodies.iter().filter_map(Weak::upgrade).collect();
            let now = Instant::now();
            let used: Vec<Option<Instant>> = bodies.iter().map(|body| body.last_used()).collect();
            let since = list.since;
            let due = |used: Instant| since.map_or(used, |since| used.max(since)) + patience;
            let next = used.iter().flatten().map(|used| due(*used)).min();
            // Those without a VM are of no more interest, nor are those that were released.
            list.bodies =
                bodies.iter().zip(&used).filter(|(_, used)| used.is_some()).map(|(body, _)| Arc::downgrade(body)).collect();
            list.clean = list.bodies.len();
            MutexGuard::unlocked(&mut list, || {
                if next.is_some_and(|next| next <= now) {
                    bodies.iter().for_each(|body| drop(body.end(&why, |used| due(used) <= now)));
                }
                drop(bodies);
            });
            let Some(next) = next else { continue };
            if next > now && !list.stop && !list.paused {
                self.changed.wait_until(&mut list, next);
            }
        }
    }
}
