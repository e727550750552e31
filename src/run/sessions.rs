//! The sessions of a runtime: ended when it closes, when their module is stopped, and when nobody has used them for too long.

use crate::error::{Error, Result, Status};
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
    pub fn new(idle_timeout_ms: u64) -> Sessions {
        let patience = (idle_timeout_ms != 0).then(|| Duration::from_millis(idle_timeout_ms));
        let shared = Shared { patience, list: Mutex::default(), changed: Condvar::new() };
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
        self.shared.list.lock().add(body);
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Ends the sessions of modules that were stopped. One in use ends by itself.
    pub fn end_stopped(&self) {
        self.shared.end(|body| body.is_stopped(), DISABLED);
    }

    /// Ends all sessions but one in use, which ends by itself, and the thread.
    pub fn stop(&self) {
        self.abandon();
        if let Some(thread) = self.thread.lock().take() {
            // A finalizer that ends its own runtime runs on that very thread, which ends after it.
            if thread.thread().id() != std::thread::current().id() {
                // The thread's own code does not panic; a finalizer that does ends with it.
                let _ = thread.join();
            }
        }
    }

    /// As [`Sessions::stop`], without waiting for the thread.
    pub fn abandon(&self) {
        self.shared.list.lock().stop = true;
        self.shared.changed.notify_one();
        self.shared.end(|_| true, CLOSED);
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn end(&self, which: impl Fn(&Body) -> bool, why: &str) {
        let bodies: Vec<Arc<Body>> = self.list.lock().bodies.iter().filter_map(Weak::upgrade).collect();
        bodies.iter().filter(|body| which(body)).for_each(|body| drop(body.end(why)));
    }

    fn run(&self) {
        let Some(patience) = self.patience else { return };
        let why = format!("it was not used for {} ms (session_idle_timeout_ms)", patience.as_millis());
        let mut list = self.list.lock();
        while !list.stop {
            let now = Instant::now();
            let mut next: Option<Instant> = None;
            let mut over: Vec<Arc<Body>> = Vec::new();
            list.bodies.retain(|body| {
                let Some(body) = body.upgrade() else { return false };
                let Some(used) = body.last_used() else { return false };
                let due = used + patience;
                if due <= now {
                    over.push(body);
                    return true;
                }
                next = Some(next.map_or(due, |next| next.min(due)));
                true
            });
            list.clean = list.bodies.len();
            if !over.is_empty() {
                // Finalizers run: not under the lock.
                MutexGuard::unlocked(&mut list, || over.drain(..).for_each(|body| drop(body.end(&why))));
                continue;
            }
            match next {
                Some(at) => drop(self.changed.wait_until(&mut list, at)),
                None => self.changed.wait(&mut list),
            }
        }
    }
}
