//! The threads that compile: our own, named, with stacks for deeply nested code, and joined when the runtime closes.

use crate::error::{Error, Result, Status};
use parking_lot::{Condvar, Mutex};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;

/// Stack of a compiling thread.
const STACK: usize = 8 << 20;

/// A pool of compiling threads, made with the first compilation.
pub struct Workers {
    threads: usize,
    pool: Mutex<State>,
    running: Arc<Running>,
}

enum State {
    Unused,
    Ready(Arc<ThreadPool>),
    Stopped,
}

/// Threads that have started and not yet ended.
#[derive(Default)]
struct Running {
    count: Mutex<usize>,
    ended: Condvar,
}

impl Workers {
    /// `threads` 0 means one per core.
    pub fn new(threads: u32) -> Workers {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if threads == 0 { cores() } else { threads as usize };
        Workers { threads, pool: Mutex::new(State::Unused), running: Arc::default() }
    }

    /// Runs `job` on a compiling thread while the caller waits. A panic of the job goes on in the caller.
    pub fn run<T: Send>(&self, job: impl FnOnce() -> T + Send) -> Result<T> {
        let pool = self.pool()?;
        let done = pool.install(job);
        Ok(done)
    }

    fn pool(&self) -> Result<Arc<ThreadPool>> {
        let mut state = self.pool.lock();
        match &*state {
            State::Ready(pool) => Ok(Arc::clone(pool)),
            State::Stopped => Err(Error::new(Status::CLOSED, "the runtime is closed")),
            State::Unused => {
                let pool = Arc::new(self.start()?);
                *state = State::Ready(Arc::clone(&pool));
                Ok(pool)
            }
        }
    }

    fn start(&self) -> Result<ThreadPool> {
        let (started, ended) = (Arc::clone(&self.running), Arc::clone(&self.running));
        ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .stack_size(STACK)
            .thread_name(|i| format!("dwcp-compile-{i}"))
            .start_handler(move |_| *started.count.lock() += 1)
            .exit_handler(move |_| {
                *ended.count.lock() -= 1;
                ended.ended.notify_all();
            })
            .build()
            .map_err(|e| Error::new(Status::OS, format!("cannot start the compiling threads: {e}")))
    }

    /// Ends the threads and waits until they have.
    pub fn stop(&self) {
        let old = std::mem::replace(&mut *self.pool.lock(), State::Stopped);
        drop(old);
        let mut count = self.running.count.lock();
        while *count > 0 {
            self.running.ended.wait(&mut count);
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on_its_own_threads_and_joins_them() {
        let workers = Workers::new(2);
        let name = workers.run(|| std::thread::current().name().map(String::from)).unwrap();
        assert!(name.unwrap().starts_with("dwcp-compile-"));
        workers.stop();
        assert_eq!(*workers.running.count.lock(), 0);
        assert_eq!(workers.run(|| ()).unwrap_err().status(), Status::CLOSED);
    }
}
