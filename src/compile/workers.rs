//! The threads that compile: our own, named, with stacks for deeply nested code, and joined when the runtime closes.
//!
//! A compilation is a job that nobody has to wait for: who asked for it may leave, and it goes on.

use crate::error::{Error, Result, Status};
use parking_lot::Mutex;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Stack of a compiling thread.
const STACK: usize = 8 << 20;

/// Jobs that may lie on the stack of one thread, each on top of one that waits for its parts: so many share [`STACK`].
const MOST_ON_STACK: usize = 4;

thread_local! {
    /// Jobs on this thread's stack.
    static ON_STACK: Cell<usize> = const { Cell::new(0) };
}

/// A compilation. It deals with its own panics; dropped before it ran, it says so to those who wait for it.
pub type Job = Box<dyn FnOnce() + Send>;

/// A pool of compiling threads, made with the first compilation.
pub struct Workers {
    threads: usize,
    pool: Mutex<State>,
    queue: Arc<Queue>,
}

enum State {
    Unused,
    Ready(ThreadPool, Vec<JoinHandle<()>>),
    Stopped,
}

/// A job's place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

struct Queue {
    /// Jobs that may run at once.
    at_once: usize,
    jobs: Mutex<Jobs>,
}

#[derive(Default)]
struct Jobs {
    waiting: BTreeMap<Ticket, Job>,
    issued: u64,
    running: usize,
}

impl Workers {
    /// `threads` 0 means one per core, `at_once` 0 as many as there are threads, which is also the most.
    pub fn new(threads: u32, at_once: u32) -> Workers {
        let threads = if threads == 0 { crate::thread::cores() } else { threads as usize };
        let at_once = if at_once == 0 { threads } else { threads.min(at_once as usize) };
        Workers { threads, pool: Mutex::new(State::Unused), queue: Arc::new(Queue { at_once, jobs: Mutex::default() }) }
    }

    /// Starts the threads, if they have not been.
    pub fn start(&self) -> Result<()> {
        let mut state = self.pool.lock();
        match &*state {
            State::Ready(..) => Ok(()),
            State::Stopped => Err(Error::new(Status::CLOSED, "the runtime is closed")),
            State::Unused => {
                let (pool, threads) = self.spawn()?;
                *state = State::Ready(pool, threads);
                Ok(())
            }
        }
    }

    /// Puts a job into the queue. Where no threads have been started, or they have ended, it is dropped.
    pub fn submit(&self, job: Job) -> Ticket {
        let state = self.pool.lock();
        let mut jobs = self.queue.jobs.lock();
        jobs.issued += 1;
        let ticket = Ticket(jobs.issued);
        let State::Ready(pool, _) = &*state else {
            drop((jobs, state));
            drop(job);
            return ticket;
        };
        jobs.waiting.insert(ticket, job);
        if jobs.running < self.queue.at_once {
            jobs.running += 1;
            let queue = Arc::clone(&self.queue);
            pool.spawn(move || queue.work());
        }
        ticket
    }

    /// Takes a job back that has not begun.
    pub fn withdraw(&self, ticket: Ticket) -> Option<Job> {
        self.queue.jobs.lock().waiting.remove(&ticket)
    }

    fn spawn(&self) -> Result<(ThreadPool, Vec<JoinHandle<()>>)> {
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

    /// Drops the jobs that have not begun, ends the threads and waits until they have: until the job is done that each is at.
    pub fn stop(&self) {
        let old = std::mem::replace(&mut *self.pool.lock(), State::Stopped);
        let given_up = std::mem::take(&mut self.queue.jobs.lock().waiting);
        drop(given_up);
        if let State::Ready(pool, threads) = old {
            // The pool tells its threads to end.
            drop(pool);
            for thread in threads {
                // Jobs deal with their own panics; there is nothing left to do for one of the thread's own.
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

impl Queue {
    /// Runs the oldest job, and leaves the next to a thread that has time for it: this may be one that took the job up while it
    /// waits for the parts of another, which is not to wait for the whole queue.
    fn work(self: Arc<Self>) {
        let under = ON_STACK.get();
        if under >= MOST_ON_STACK {
            // The job below this frame goes on with the queue when it is done.
            self.jobs.lock().running -= 1;
            return;
        }
        let oldest = self.jobs.lock().waiting.pop_first();
        if let Some((_, job)) = oldest {
            ON_STACK.set(under + 1);
            job();
            ON_STACK.set(under);
        }
        let mut jobs = self.jobs.lock();
        // This one's turn is the next job's, and so are turns that were given back.
        let next = jobs.waiting.len().min(self.at_once - (jobs.running - 1));
        jobs.running = jobs.running - 1 + next;
        drop(jobs);
        for _ in 0..next {
            let queue = Arc::clone(&self);
            rayon::spawn(move || queue.work());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    #[test]
    fn runs_on_its_own_threads_and_joins_them() {
        let workers = Workers::new(2, 0);
        workers.start().unwrap();
        let (said, heard) = mpsc::channel();
        workers.submit(Box::new(move || said.send((std::thread::current().name().map(String::from), stack_bytes())).unwrap()));
        let (name, stack) = heard.recv().unwrap();
        assert!(name.unwrap().starts_with("dwcp-compile-"));
        assert!(stack >= STACK, "{stack}");
        workers.stop();
        assert_eq!(workers.start().unwrap_err().status(), Status::CLOSED);
        let (said, heard) = mpsc::channel::<()>();
        workers.submit(Box::new(move || drop(said)));
        assert!(heard.recv().is_err(), "a job that comes too late is dropped");
    }

    fn stack_bytes() -> usize {
        // SAFETY: an attribute object that is initialised by the call that fills it and destroyed once.
        unsafe {
            let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
            assert_eq!(libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes), 0);
            let mut size = 0;
            libc::pthread_attr_getstacksize(&raw const attributes, &raw mut size);
            libc::pthread_attr_destroy(&raw mut attributes);
            size
        }
    }

    /// Submits `jobs` jobs that block until all have been counted or told to go, and gives the most that ran at once.
    fn at_once(threads: u32, limit: u32, jobs: usize) -> usize {
        let workers = Workers::new(threads, limit);
        workers.start().unwrap();
        let (began, begins) = mpsc::channel();
        let gate = Arc::new(Mutex::new(()));
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let shut = gate.lock();
        for _ in 0..jobs {
            let (gate, running, most, began) = (Arc::clone(&gate), Arc::clone(&running), Arc::clone(&most), began.clone());
            workers.submit(Box::new(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                began.send(()).unwrap();
                drop(gate.lock());
                running.fetch_sub(1, Ordering::SeqCst);
            }));
        }
        // As many as may be at once begin while the gate is shut; the rest when it is open.
        let expected = if limit == 0 { threads } else { limit.min(threads) };
        (0..expected).for_each(|_| begins.recv().unwrap());
        drop(shut);
        (expected as usize..jobs).for_each(|_| begins.recv().unwrap());
        workers.stop();
        most.load(Ordering::SeqCst)
    }

    #[test]
    fn no_more_jobs_run_at_once_than_may() {
        assert_eq!(at_once(4, 2, 12), 2);
        assert_eq!(at_once(4, 1, 5), 1);
        assert_eq!(at_once(3, 0, 9), 3);
        assert_eq!(at_once(2, 200, 9), 2, "there are no more threads");
    }

    #[test]
    fn few_jobs_lie_on_one_stack() {
        thread_local! {
            static LYING: Cell<usize> = const { Cell::new(0) };
        }
        const THREADS: u32 = 32;
        let workers = Workers::new(THREADS, 0);
        workers.start().unwrap();
        let (done, deepest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs = 4 * THREADS as usize;
        for _ in 0..jobs {
            let (done, deepest) = (Arc::clone(&done), Arc::clone(&deepest));
            workers.submit(Box::new(move || {
                LYING.set(LYING.get() + 1);
                deepest.fetch_max(LYING.get(), Ordering::SeqCst);
                // As a job does that waits for its parts: it takes up whatever there is to do.
                for _ in 0..1000 {
                    rayon::yield_now();
                }
                LYING.set(LYING.get() - 1);
                done.fetch_add(1, Ordering::SeqCst);
            }));
        }
        while done.load(Ordering::SeqCst) < jobs {
            std::thread::yield_now();
        }
        workers.stop();
        let deepest = deepest.load(Ordering::SeqCst);
        assert!(deepest <= MOST_ON_STACK, "{deepest} jobs on one stack");
    }

    #[test]
    fn what_has_not_begun_can_be_taken_back_and_is_dropped_at_the_end() {
        let workers = Workers::new(1, 1);
        workers.start().unwrap();
        let (began, begins) = mpsc::channel();
        let (go, gate) = mpsc::channel::<()>();
        let first = workers.submit(Box::new(move || {
            began.send(()).unwrap();
            let _ = gate.recv();
        }));
        begins.recv().unwrap();
        let ran = Arc::new(AtomicUsize::new(0));
        let count = || {
            let ran = Arc::clone(&ran);
            Box::new(move || {
                ran.fetch_add(1, Ordering::SeqCst);
            }) as Job
        };
        let (second, _third) = (workers.submit(count()), workers.submit(count()));
        assert!(workers.withdraw(first).is_none(), "it has begun");
        assert!(workers.withdraw(second).is_some() && workers.withdraw(second).is_none());
        std::thread::scope(|s| {
            let stopping = s.spawn(|| workers.stop());
            // The queue is emptied before the running job is waited for.
            while !workers.queue.jobs.lock().waiting.is_empty() {
                std::thread::yield_now();
            }
            drop(go);
            stopping.join().unwrap();
        });
        assert_eq!((ran.load(Ordering::SeqCst), Arc::strong_count(&ran)), (0, 1));
    }
}
