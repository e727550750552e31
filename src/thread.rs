//! Threads of the library: named, and deaf to the host's signals; and how many can run at once.

use std::io;
use std::sync::OnceLock;
use std::thread::{Builder, JoinHandle};

/// Starts a thread that leaves every signal to the host's own threads, but those that a fault of its own raises. It has `stack`
/// bytes of stack beside what the threads library takes of it.
pub fn spawn(name: impl Into<String>, stack: usize, f: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    // A new thread inherits the mask of the one that starts it.
    let _masked = Masked::new();
    Builder::new().name(name.into()).stack_size(stack.saturating_add(taken())).spawn(f)
}

/// What every thread's stack loses before the thread begins. glibc puts the thread-local variables of the program and its
/// libraries there, which may be megabytes, and tells by a function that is not in its headers how much that is.
fn taken() -> usize {
    type MinStack = unsafe extern "C" fn(*const libc::pthread_attr_t) -> libc::size_t;
    static TAKEN: OnceLock<usize> = OnceLock::new();
    *TAKEN.get_or_init(|| {
        // SAFETY: the name is NUL-terminated; the function, if there is one, has had this type since glibc 2.15 and only reads
        // the attributes, which are initialised.
        unsafe {
            let found = libc::dlsym(libc::RTLD_DEFAULT, c"__pthread_get_minstack".as_ptr());
            if found.is_null() {
                return 0;
            }
            let min_stack = std::mem::transmute::<*mut libc::c_void, MinStack>(found);
            let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
            if libc::pthread_attr_init(&raw mut attributes) != 0 {
                return 0;
            }
            let taken = min_stack(&raw const attributes);
            libc::pthread_attr_destroy(&raw mut attributes);
            taken
        }
    })
}

/// Processors that the process may use, asked once: the answer takes reading files.
pub fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// Signals are blocked on this thread while it exists.
pub(crate) struct Masked(libc::sigset_t);

impl Masked {
    /// Every signal that can be blocked.
    pub(crate) fn all() -> Masked {
        // SAFETY: as below.
        unsafe {
            let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Masked(before)
        }
    }

    /// Every signal but those of a fault.
    fn new() -> Masked {
        // SAFETY: the sets are initialised by the calls that fill them; pthread_sigmask only reads and writes them.
        unsafe {
            let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
            libc::sigfillset(&raw mut all);
            for fault in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGTRAP, libc::SIGABRT] {
                libc::sigdelset(&raw mut all, fault);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Masked(before)
        }
    }
}

impl Drop for Masked {
    fn drop(&mut self) {
        // SAFETY: the mask is the one that was in force before.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked(signal: libc::c_int) -> bool {
        // SAFETY: reads the calling thread's mask into a set.
        unsafe {
            let mut mask = std::mem::zeroed();
            libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), &raw mut mask);
            libc::sigismember(&raw const mask, signal) == 1
        }
    }

    #[test]
    fn the_new_thread_is_deaf_and_the_old_one_is_not() {
        let thread = spawn("dwcp-test", 64 << 10, || assert!(blocked(libc::SIGTERM) && !blocked(libc::SIGSEGV)));
        thread.unwrap().join().unwrap();
        assert!(!blocked(libc::SIGTERM));
    }
}
