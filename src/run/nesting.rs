//! What a thread is in the middle of: the runtimes whose work it does, and those whose callbacks it runs.
//!
//! A host function may call the library again. What it may do there depends on where it stands: it cannot close the runtime that
//! waits for it, it cannot wait for a slot that its own caller holds, and what it asks for is part of a call that was let in.

use smallvec::SmallVec;
use std::cell::RefCell;

type Numbers = SmallVec<[u64; 4]>;

/// The runtimes that a thread is at work for, outermost first, by their numbers.
#[derive(Clone, Default)]
pub struct Trail {
    work: Numbers,
    functions: Numbers,
    logs: Numbers,
}

impl Trail {
    const fn new() -> Trail {
        Trail { work: Numbers::new_const(), functions: Numbers::new_const(), logs: Numbers::new_const() }
    }
}

thread_local! {
    static TRAIL: RefCell<Trail> = const { RefCell::new(Trail::new()) };
}

// A thread that ends may still call the library from a destructor of its own, when its trail is gone already: it then counts as
// being in the middle of nothing.
fn with<R>(f: impl FnOnce(&mut Trail) -> R) -> Option<R> {
    TRAIL.try_with(|trail| f(&mut trail.borrow_mut())).ok()
}

/// Notes something in the trail of this thread until it is dropped. The guards of a thread end in the reverse order.
pub struct Mark {
    list: fn(&mut Trail) -> &mut Numbers,
    noted: bool,
}

impl Drop for Mark {
    fn drop(&mut self) {
        if self.noted {
            with(|trail| (self.list)(trail).pop());
        }
    }
}

fn mark(list: fn(&mut Trail) -> &mut Numbers, runtime: u64) -> Mark {
    Mark { list, noted: with(|trail| list(trail).push(runtime)).is_some() }
}

/// This thread does work of that runtime, which therefore cannot end before it.
pub fn work(runtime: u64) -> Mark {
    mark(|trail| &mut trail.work, runtime)
}

/// This thread runs a host function of that runtime, or its log callback.
pub fn function(runtime: u64) -> Mark {
    mark(|trail| &mut trail.functions, runtime)
}

/// This thread hands a record to that runtime's log.
pub fn log(runtime: u64) -> Mark {
    mark(|trail| &mut trail.logs, runtime)
}

pub fn is_at_work(runtime: u64) -> bool {
    with(|trail| trail.work.contains(&runtime)).unwrap_or(false)
}

pub fn is_in_function(runtime: u64) -> bool {
    with(|trail| trail.functions.contains(&runtime)).unwrap_or(false)
}

pub fn is_in_log(runtime: u64) -> bool {
    with(|trail| trail.logs.contains(&runtime)).unwrap_or(false)
}

/// What work that goes on on another thread takes along.
pub fn trail() -> Trail {
    with(|trail| trail.clone()).unwrap_or_default()
}

/// Runs `f` with a trail that came from another thread.
pub fn with_trail<T>(trail: Trail, f: impl FnOnce() -> T) -> T {
    struct Restore(Trail);
    impl Drop for Restore {
        fn drop(&mut self) {
            with(|trail| *trail = std::mem::take(&mut self.0));
        }
    }
    let _restore = Restore(with(|own| std::mem::replace(own, trail)).unwrap_or_default());
    f()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_is_left_as_it_was_found_and_goes_to_another_thread() {
        assert!(!is_at_work(1) && !is_in_function(1) && !is_in_log(1));
        {
            let _work = work(1);
            let _function = function(1);
            let _log = log(1);
            let taken = trail();
            assert!(is_at_work(1) && is_in_function(1) && is_in_log(1) && !is_at_work(2) && !is_in_log(2));
            std::thread::scope(|s| {
                s.spawn(|| {
                    assert!(!is_at_work(1));
                    with_trail(taken, || assert!(is_at_work(1) && is_in_function(1) && is_in_log(1)));
                    assert!(!is_at_work(1) && !is_in_function(1));
                });
            });
        }
        assert!(!is_at_work(1) && !is_in_function(1) && !is_in_log(1));
    }
}
