//! The threads that compile: our own, named, with stacks for deeply nested code, and joined when the runtime closes.

use crate::error::{Error, Result, Status};
use parking_lot::{Condvar, Mutex};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Stack of a compiling thread.
const STACK: usize = 8 << 20;

/// A pool of compiling threads, made with the first compilation.
pub struct Workers {
    threads: usize,
    pool: Mutex<State>,
    /// Jobs that may still be taken on. A thread that waits for the parts of its own job takes up another job on the same
    /// stack: without a bound, many loads at once would pile up there.
    permits: Mutex<usize>,
    returned: Condvar,
}

enum State {
    Unused,
    Ready(Arc<ThreadPool>, Vec<JoinHandle<()>>),
    Stopped,
}

impl Workers {
    /// `threads` 0 means one per core.
    pub fn new(threads: u32) -> Workers {
        let threads = if threads == 0 { crate::thread::cores() } else { threads as usize };
        Workers { threads, pool: Mutex::new(State::Unused), permits: Mutex::new(threads), returned: Condvar::new() }
    }

    /// Runs `job` on a compiling thread while the caller waits. A panic of the job goes on in the caller.
    pub fn run<T: Send>(&self, job: impl FnOnce() -> T + Send) -> Result<T> {
        let pool = self.pool()?;
        let _permit = self.permit();
        Ok(pool.install(job))
    }

    fn permit(&self) -> impl Drop + '_ {
        struct Permit<'a>(&'a Workers);
        impl Drop for Permit<'_> {
            fn drop(&mut self) {
                *self.0.permits.lock() += 1;
                self.0.returned.notify_one();
            }
        }
        let mut permits = self.permits.lock();
        while *permits == 0 {
            self.returned.wait(&mut permits);
        }
        *permits -= 1;
        Permit(self)
    }

    fn pool(&self) -> Result<Arc<ThreadPool>> {
        let mut state = self.pool.lock();
        match &*state {
            State::Ready(pool, _) => Ok(Arc::clone(pool)),
            State::Stopped => Err(Error::new(Status::CLOSED, "the runtime is closed")),
            State::Unused => {
                let (pool, threads) = self.start()?;
                let pool = Arc::new(pool);
                *state = State::Ready(Arc::clone(&pool), threads);
                Ok(pool)
            }
        }
    }

    fn start(&self) -> Result<(ThreadPool, Vec<JoinHandle<()>>)> {
        let mut threads = Vec::with_capacity(self.threads);
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .spawn_handler(|thread| {
                let name = format!("dwcp-compile-{}", thread.index());
                threads.push(crate::thread::spawn(name, STACK, || thread.run())?);
                Ok(())
            })
            .build();
        match pool {
            Ok(pool) => Ok((pool, threads)),
            Err(e) => {
                // Those that did start are told to end, as there is no pool.
                threads.into_iter().for_each(|thread| drop(thread.join()));
                Err(Error::new(Status::OS, format!("cannot start the compiling threads: {e}")))
            }
        }
    }

    /// Ends the threads and waits until they have. Nobody may be in [`Workers::run`].
    pub fn stop(&self) {
        let old = std::mem::replace(&mut *self.pool.lock(), State::Stopped);
        if let State::Ready(pool, threads) = old {
            // The last reference: the pool tells its threads to end.
            drop(pool);
            for thread in threads {
                // A job's panic went to its caller; there is nothing left to do for one of the thread's own.
                let _ = thread.join();
            }
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
        assert_eq!(workers.run(|| ()).unwrap_err().status(), Status::CLOSED);
    }
}
