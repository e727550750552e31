//! Enough native stack for a guest, whatever thread calls.
//!
//! A guest may use `max_stack_size_bytes` of the calling thread's stack. Threads of other runtimes are often small and some
//! hosts switch stacks under us, so the bounds are asked once per thread, and a call that would not fit runs on a thread of
//! ours while its caller waits.

use crate::error::{Error, Result, Status};
use parking_lot::{Condvar, Mutex};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Room for the host's side of a call beyond the guest's: our own frames, WASI, a host function's.
pub const HOST_RESERVE: usize = 256 << 10;
/// The most that is believed of a stack: more than any guest may use. The main thread's may have no limit, and then what the threads
/// library calls its stack is whatever was free when it was asked, where the host may put a stack of its own making later.
const MOST: usize = 512 << 20;

#[derive(Clone, Copy)]
struct Bounds {
    low: usize,
    high: usize,
}

thread_local! {
    static BOUNDS: Cell<Option<Bounds>> = const { Cell::new(None) };
}

/// Whether the calling thread has at least `needed` bytes of stack below here.
#[inline]
pub fn fits(needed: usize) -> bool {
    let marker = 0u8;
    let here = std::ptr::from_ref(&marker) as usize;
    let Some(bounds) = BOUNDS.get().or_else(look_up) else { return false };
    here < bounds.high && here.checked_sub(needed).is_some_and(|end| end >= bounds.low)
}

/// The calling thread's stack as the threads library knows it; `None` makes every call of this thread go elsewhere.
#[cold]
fn look_up() -> Option<Bounds> {
    // SAFETY: an attribute object that is initialised by the call that fills it and destroyed once.
    let (low, size, guard) = unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return None;
        }
        let (mut low, mut size, mut guard) = (std::ptr::null_mut(), 0, 0);
        let known = libc::pthread_attr_getstack(&raw const attributes, &raw mut low, &raw mut size) == 0
            && libc::pthread_attr_getguardsize(&raw const attributes, &raw mut guard) == 0;
        libc::pthread_attr_destroy(&raw mut attributes);
        if !known {
            return None;
        }
        (low as usize, size, guard)
    };
    let high = low.checked_add(size)?;
    let bounds = Bounds { low: low.checked_add(guard)?.max(high.saturating_sub(MOST)), high };
    BOUNDS.set(Some(bounds));
    Some(bounds)
}

/// Threads with enough stack for a guest, made when a call needs one and kept for the next.
pub struct Stacks {
    /// Bytes of stack of each thread.
    size: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: Vec<Arc<Worker>>,
    threads: Vec<JoinHandle<()>>,
    stopped: bool,
}

/// A thread that waits for work.
#[derive(Default)]
struct Worker {
    next: Mutex<Option<Work>>,
    given: Condvar,
}

/// Where a job leaves what it gave.
struct Done<T> {
    outcome: Mutex<Option<std::thread::Result<T>>>,
    set: Condvar,
}

enum Work {
    Job(Box<dyn FnOnce() + Send>),
    Stop,
}

impl Stacks {
    /// `needed` bytes for the guest and the host below it, and as much again as the thread itself takes.
    pub fn new(needed: usize) -> Stacks {
        Stacks { size: needed.saturating_add(64 << 10), state: Mutex::default() }
    }

    /// Runs `f` on one of the threads while the caller waits. A panic of `f` goes on in the caller.
    #[cold]
    pub fn run<T: Send>(&self, f: impl FnOnce() -> T + Send) -> Result<T> {
        let worker = self.take()?;
        // Shared, because the thread may still be unlocking it when the caller has already seen the result.
        let done: Arc<Done<T>> = Arc::new(Done { outcome: Mutex::new(None), set: Condvar::new() });
        let told = Arc::clone(&done);
        let job: Box<dyn FnOnce() + Send + '_> = Box::new(move || {
            let result = catch_unwind(AssertUnwindSafe(f));
            *told.outcome.lock() = Some(result);
            told.set.notify_one();
        });
        // SAFETY: what the job borrows lives in frames of the caller, which waits below until the job has consumed `f` and set
        // the outcome. After that the job touches only `told`, which it owns a share of and which holds no `T` once the
        // outcome is taken.
        let job: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(job) };
        worker.give(Work::Job(job));
        let mut outcome = done.outcome.lock();
        while outcome.is_none() {
            done.set.wait(&mut outcome);
        }
        let result = outcome.take();
        drop(outcome);
        self.put_back(worker);
        match result {
            Some(Ok(value)) => Ok(value),
            Some(Err(payload)) => resume_unwind(payload),
            None => Err(Error::new(Status::OS, "a thread with enough stack gave no result")),
        }
    }

    /// Runs `beside` on up to `helpers` of the threads and `own` on the caller's, and waits for all. Fewer help where no more
    /// threads can be had. A panic of `beside` goes on in the caller.
    pub fn share(&self, helpers: usize, own: &(dyn Fn() + Sync), beside: &(dyn Fn() + Sync)) {
        let mut panicked = None;
        let workers: Vec<Arc<Worker>> = (0..helpers).map_while(|_| self.take().ok()).collect();
        let done: Arc<Done<()>> = Arc::new(Done { outcome: Mutex::new(None), set: Condvar::new() });
        let left = Arc::new(Mutex::new(workers.len()));
        for worker in &workers {
            let (told, left) = (Arc::clone(&done), Arc::clone(&left));
            let job: Box<dyn FnOnce() + Send + '_> = Box::new(move || {
                let result = catch_unwind(AssertUnwindSafe(beside));
                let mut outcome = told.outcome.lock();
                if result.is_err() {
                    *outcome = Some(result);
                }
                *left.lock() -= 1;
                told.set.notify_one();
            });
            // SAFETY: as in `run`: `beside` is borrowed from a frame that is left only when every job has counted itself out,
            // also if `own` panics.
            let job: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(job) };
            worker.give(Work::Job(job));
        }
        let own = catch_unwind(AssertUnwindSafe(own));
        let mut outcome = done.outcome.lock();
        while *left.lock() > 0 {
            done.set.wait(&mut outcome);
        }
        if let Some(Err(payload)) = outcome.take() {
            panicked = Some(payload);
        }
        drop(outcome);
        workers.into_iter().for_each(|worker| self.put_back(worker));
        if let Some(payload) = own.err().or(panicked) {
            resume_unwind(payload);
        }
    }

    fn take(&self) -> Result<Arc<Worker>> {
        let mut state = self.state.lock();
        if let Some(worker) = state.idle.pop() {
            return Ok(worker);
        }
        let worker = Arc::new(Worker::default());
        let own = Arc::clone(&worker);
        let thread = crate::thread::spawn("dwcp-stack", self.size, move || own.work());
        let size = self.size;
        let failed = |e| Error::new(Status::OS, format!("cannot start a thread with {size} bytes of stack: {e}"));
        state.threads.push(thread.map_err(failed)?);
        // Those that ended in the meantime need no joining.
        state.threads.retain(|thread| !thread.is_finished());
        Ok(worker)
    }

    /// Keeps the thread for the next call, one for each core; more than that end.
    fn put_back(&self, worker: Arc<Worker>) {
        let mut state = self.state.lock();
        if state.stopped || state.idle.len() >= crate::thread::cores() {
            worker.give(Work::Stop);
            // After many callers at once: the stacks of threads that ended are kept until somebody looks.
            state.threads.retain(|thread| !thread.is_finished());
        } else {
            state.idle.push(worker);
        }
    }

    /// Ends the threads and waits until they have. Nobody may be in [`Stacks::run`].
    pub fn stop(&self) {
        let State { idle, threads, .. } = std::mem::replace(&mut *self.state.lock(), State { stopped: true, ..State::default() });
        idle.iter().for_each(|worker| worker.give(Work::Stop));
        // A job's panic went to its caller; a thread's own code does not panic.
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Worker {
    fn give(&self, work: Work) {
        *self.next.lock() = Some(work);
        self.given.notify_one();
    }

    fn work(&self) {
        loop {
            let mut next = self.next.lock();
            let work = loop {
                match next.take() {
                    Some(work) => break work,
                    None => self.given.wait(&mut next),
                }
            };
            drop(next);
            match work {
                Work::Job(job) => {
                    job();
                    give_back();
                }
                Work::Stop => return,
            }
        }
    }
}

/// Gives the memory below here back to the system, where it may be much: a guest that has used a large stack once would else keep
/// it for as long as its thread waits for work.
fn give_back() {
    const MUCH: usize = 4 << 20;
    const KEPT: usize = 64 << 10;
    let page = 64 << 10; // as large as any system's
    let marker = 0u8;
    let end = (std::ptr::from_ref(&marker) as usize).saturating_sub(KEPT) / page * page;
    let Some(low) = BOUNDS.get().or_else(look_up).map(|bounds| bounds.low.next_multiple_of(page)) else { return };
    if end > low && end - low >= MUCH {
        // SAFETY: the pages are this thread's stack, below every frame in use and what signal handlers may take under them: what
        // lies there is nobody's, and is read as zeroes when it is used again.
        unsafe { libc::madvise(low as *mut libc::c_void, end - low, libc::MADV_DONTNEED) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_threads_hand_over_and_large_ones_do_not() {
        let stacks = Stacks::new(1 << 20);
        let on_small = || {
            assert!(fits(16 << 10));
            assert!(!fits(1 << 20));
            for _ in 0..100 {
                assert!(stacks.run(|| fits(1 << 20)).unwrap());
            }
        };
        std::thread::scope(|s| {
            let small = std::thread::Builder::new().stack_size(256 << 10).spawn_scoped(s, on_small);
            small.unwrap().join().unwrap();
        });
        assert_eq!(stacks.state.lock().threads.len(), 1, "one thread served all of them");
        stacks.stop();
        assert!(stacks.state.lock().threads.is_empty());
    }

    #[test]
    fn panics_go_on_in_the_caller_and_the_thread_lives_on() {
        let stacks = Stacks::new(1 << 20);
        let panicked = catch_unwind(AssertUnwindSafe(|| stacks.run(|| resume_unwind(Box::new(1)))));
        assert!(panicked.is_err());
        assert_eq!(stacks.run(|| 7).unwrap(), 7);
        assert_eq!(stacks.state.lock().threads.len(), 1);
    }
}
