//! Knows that this process is a forked child, where the runtime's threads do not exist.
//!
//! `getpid` on every entry would cost more than a call on a live VM; one flag set by `pthread_atfork` costs a load.

use crate::error::{Error, Status};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static IN_CHILD: AtomicBool = AtomicBool::new(false);
static REGISTER: Once = Once::new();

/// Registers the flag, once per process, when the first runtime is made: before that there is nothing a child could break.
pub fn watch() {
    extern "C" fn child() {
        IN_CHILD.store(true, Ordering::Relaxed);
    }
    REGISTER.call_once(|| {
        // SAFETY: the handler only stores to an atomic, which is async-signal-safe.
        unsafe { libc::pthread_atfork(None, None, Some(child)) };
    });
}

/// Whether this is a child forked after the first runtime was made.
#[inline]
pub fn in_child() -> bool {
    IN_CHILD.load(Ordering::Relaxed)
}

/// The error that every entry returns there.
pub fn error() -> Error {
    Error::new(Status::FORKED, "this process was forked after a runtime was made; make runtimes after fork, or exec")
}
