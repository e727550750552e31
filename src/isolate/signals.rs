//! What the engine takes of the process's signals, and what of it the host gets back.
//!
//! Guests' faults come as signals. Their handlers are the process's: one that was installed later and passes nothing on leaves
//! guests' faults to it, which is found and said here. The stack on which a handler runs is the thread's: the engine would replace
//! a small one of the host's by one that it maps, and panics where it cannot, so it is shown one that it likes for a moment.

use parking_lot::Mutex;
use std::cell::Cell;
use std::sync::OnceLock;

type Handler = libc::sighandler_t;

/// The signals by which guests' faults come.
#[cfg(target_arch = "x86_64")]
const FAULTS: [(libc::c_int, &str); 3] = [(libc::SIGSEGV, "SIGSEGV"), (libc::SIGILL, "SIGILL"), (libc::SIGFPE, "SIGFPE")];
#[cfg(not(target_arch = "x86_64"))]
const FAULTS: [(libc::c_int, &str); 2] = [(libc::SIGSEGV, "SIGSEGV"), (libc::SIGILL, "SIGILL")];

/// The engine's handlers, as they were found when it had just installed them: once in the life of the process.
static INSTALLED: Mutex<Option<[Option<Handler>; FAULTS.len()]>> = Mutex::new(None);

/// Runs `make`, which makes an engine whose guests' faults are signals. The first to do so installs the handlers.
pub fn installing<T, E>(make: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let mut installed = INSTALLED.lock();
    if installed.is_some() {
        drop(installed);
        return make();
    }
    let made = make()?;
    *installed = Some(FAULTS.map(|(signal, _)| handler(signal)));
    Ok(made)
}

/// Says of each signal by which guests' faults come, and whose handler is not the engine's any more, what that means.
pub fn displaced() -> Vec<String> {
    let Some(installed) = *INSTALLED.lock() else { return Vec::new() };
    let now = FAULTS.map(|(signal, _)| handler(signal));
    FAULTS
        .iter()
        .zip(installed.iter().zip(now))
        .filter(|(_, (then, now))| *then != now)
        .map(|((_, name), (_, now))| said(name, now))
        .collect()
}

fn said(name: &str, now: Option<Handler>) -> String {
    let became = match now {
        Some(libc::SIG_DFL) => "was set back to its default action: a guest's fault ends the process",
        Some(libc::SIG_IGN) => "is ignored: a guest's fault ends the process",
        _ => {
            "has another handler: if that does not pass on to the one before it what is not its own, a guest's fault is lost there"
        }
    };
    format!(
        "{name} {became}; install handlers before the first runtime is made, or chain them, or set signals_based_traps to false"
    )
}

fn handler(signal: libc::c_int) -> Option<Handler> {
    // SAFETY: only asks; a structure of zeroes is one that the call may fill.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        (libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0).then_some(action.sa_sigaction)
    }
}

// ---- the thread's stack for handlers -------------------------------------------------------------------------------

/// What the engine's handler takes beyond the frame that the kernel makes for it; measured at a third of this.
const HANDLER_STACK: usize = 3 << 10;

#[derive(Clone, Copy)]
enum Thread {
    New,
    Ready,
    /// The host's own stack for handlers is too small for the engine's.
    Cramped,
}

thread_local! {
    static THREAD: Cell<Thread> = const { Cell::new(Thread::New) };
}

/// As large as the engine wants a stack for handlers, and then some. Nothing ever runs on it, so it is no memory, only room.
const LIKED: usize = 512 << 10;
static mut SHOWN: [u8; LIKED] = [0; LIKED];

/// Whether guests' faults can be handled on the calling thread. The first time, the engine makes itself at home in the thread; the
/// thread's stack for handlers stays what it was.
#[inline]
pub fn thread_is_ready() -> bool {
    match THREAD.get() {
        Thread::Ready => true,
        Thread::Cramped => false,
        Thread::New => prepare(),
    }
}

#[cold]
fn prepare() -> bool {
    let before = alternate();
    if let Some(stack) = before {
        // No handler runs in between: the threads that prepare themselves at one time share what they show.
        let _masked = crate::thread::Masked::all();
        set_alternate(&libc::stack_t { ss_sp: (&raw mut SHOWN).cast(), ss_flags: 0, ss_size: LIKED });
        wasmtime::Engine::tls_eager_initialize();
        // Without one, handlers run on the guest's stack: faults come where there is room for the host below.
        set_alternate(&stack);
    }
    let cramped = before.is_some_and(|stack| stack.ss_flags & libc::SS_DISABLE == 0 && stack.ss_size < smallest());
    THREAD.set(if cramped { Thread::Cramped } else { Thread::Ready });
    !cramped
}

/// The smallest stack on which the engine's handler may run.
fn smallest() -> usize {
    static SMALLEST: OnceLock<usize> = OnceLock::new();
    *SMALLEST.get_or_init(|| {
        // SAFETY: asks for a number; 0 where the kernel does not say.
        let frame = unsafe { libc::getauxval(libc::AT_MINSIGSTKSZ) };
        usize::try_from(frame).unwrap_or(0).max(libc::MINSIGSTKSZ) + HANDLER_STACK
    })
}

/// The thread's stack for handlers.
fn alternate() -> Option<libc::stack_t> {
    // SAFETY: only asks; a structure of zeroes is one that the call may fill.
    unsafe {
        let mut stack: libc::stack_t = std::mem::zeroed();
        (libc::sigaltstack(std::ptr::null(), &raw mut stack) == 0).then_some(stack)
    }
}

fn set_alternate(stack: &libc::stack_t) {
    // The flag that a handler runs there now can only be read.
    let stack = libc::stack_t { ss_flags: stack.ss_flags & !libc::SS_ONSTACK, ..*stack };
    // SAFETY: the stack is the one that the host had set, which is its own to keep alive, or none. While a handler runs on the
    // present one the kernel refuses, and nothing changes.
    unsafe { libc::sigaltstack(&raw const stack, std::ptr::null_mut()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_own_stack_for_handlers() {
        for (size, ready) in [(0, true), (smallest() - 1, false), (smallest(), true), (1 << 20, true)] {
            let thread = std::thread::spawn(move || {
                let mut room = vec![0u8; size];
                let flags = if size == 0 { libc::SS_DISABLE } else { 0 };
                let own = libc::stack_t { ss_sp: room.as_mut_ptr().cast(), ss_flags: flags, ss_size: size };
                set_alternate(&own);
                assert_eq!((thread_is_ready(), thread_is_ready()), (ready, ready));
                let now = alternate().unwrap();
                assert_eq!(now.ss_flags, flags);
                if size != 0 {
                    assert_eq!((now.ss_sp, now.ss_size), (own.ss_sp, own.ss_size));
                }
                set_alternate(&libc::stack_t { ss_flags: libc::SS_DISABLE, ..own });
            });
            thread.join().unwrap();
        }
    }
}
