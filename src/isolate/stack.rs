//! Enough native stack for a guest, whatever thread calls.
//!
//! A guest may use `max_stack_size_bytes` of the calling thread's stack. Threads of other runtimes are often small and some
//! hosts switch stacks under us, so the bounds are asked once per thread, and a call that would not fit runs on a thread of
//! ours while its caller waits.

use crate::error::{Error, Result, Status};
use std::cell::Cell;

/// Room for the host's side of a call beyond the guest's: our own frames, WASI, a host function's.
pub const HOST_RESERVE: usize = 256 << 10;

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
    let bounds = Bounds { low: low.checked_add(guard)?, high: low.checked_add(size)? };
    BOUNDS.set(Some(bounds));
    Some(bounds)
}

/// Runs `f` on a thread made for it, with `needed` bytes of stack, while the caller waits.
#[cold]
pub fn elsewhere<T: Send>(needed: usize, f: impl FnOnce() -> T + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("dwcp-stack".into())
            .stack_size(needed.saturating_add(HOST_RESERVE))
            .spawn_scoped(scope, f)
            .map_err(|e| Error::new(Status::OS, format!("cannot start a thread with {needed} bytes of stack: {e}")))?;
        // A panic of `f` goes on in the caller, where the boundary stops it.
        thread.join().map_err(|payload| std::panic::resume_unwind(payload))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_threads_hand_over_and_large_ones_do_not() {
        let small = std::thread::Builder::new().stack_size(256 << 10).spawn(move || {
            assert!(fits(16 << 10));
            assert!(!fits(1 << 20));
            assert!(elsewhere(1 << 20, || fits(1 << 20)).unwrap());
        });
        small.unwrap().join().unwrap();
        let panicked = std::panic::catch_unwind(|| elsewhere(1 << 20, || std::panic::resume_unwind(Box::new(1))));
        assert!(panicked.is_err());
    }
}
