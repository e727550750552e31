//! Ends the process with a word about the call that does not come back.

use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Far more than a call may take, also on a loaded machine.
const HANGS: Duration = Duration::from_secs(60);

#[derive(Default)]
struct State {
    /// Since when a call is under way, and which.
    under_way: Option<(Instant, &'static str)>,
    over: bool,
}

#[derive(Default)]
pub struct Watchdog {
    shared: Arc<(Mutex<State>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    pub fn new() -> Watchdog {
        let shared: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || watch(&shared)
        });
        Watchdog { shared, thread: Some(thread) }
    }

    pub fn begins(&self, call: &'static str) {
        self.shared.0.lock().under_way = Some((Instant::now(), call));
    }

    pub fn ends(&self) {
        self.shared.0.lock().under_way = None;
    }
}

fn watch((state, changed): &(Mutex<State>, Condvar)) {
    let mut state = state.lock();
    while !state.over {
        changed.wait_for(&mut state, HANGS / 4);
        if let Some((since, call)) = state.under_way.filter(|(since, _)| since.elapsed() > HANGS) {
            eprintln!("{call} is under way for {:?}", since.elapsed());
            std::process::abort();
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.0.lock().over = true;
        self.shared.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread is no news for who is ending.
            thread.join().ok();
        }
    }
}
