//! What the engine takes of the process's signals, and what of it the host gets back.
//!
//! Guests' faults come as signals. Their handlers are the process's: one that was installed later and passes nothing on leaves
//! guests' faults to it, which is found and said here. The stack on which a handler runs is the thread's: the engine would replace
//! a small one of the host's by one that it maps, and panics where it cannot, so it is shown one that it likes for a moment.

use parking_lot::Mutex;
use std::cell::{Cell, OnceCell};
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
    let handlers = || FAULTS.map(|(signal, _)| handler(signal));
    let before = handlers();
    let made = make();
    let after = handlers();
    // What refuses an engine in the end may have made one before, whose handlers stay.
    if made.is_ok() || after != before {
        *installed = Some(after);
    }
    made
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

/// The least that is enough: room for the engine's handler, and for one of the host's that comes in its middle.
const LEAST: usize = 16 << 10;

#[derive(Clone, Copy)]
enum Thread {
    New,
    Ready,
    /// The host's own stack for handlers is too small for the engine's: it has another one for the time of a call.
    Cramped,
    /// The thread ends, and the other stack is gone.
    Ending,
}

thread_local! {
    static THREAD: Cell<Thread> = const { Cell::new(Thread::New) };
    /// The other stack of a thread that is cramped.
    static ROOMY: OnceCell<Mapped> = const { OnceCell::new() };
}

/// As large as the engine wants a stack for handlers, and then some. Nothing ever runs on it, so it is no memory, only room.
const LIKED: usize = 512 << 10;
static mut SHOWN: [u8; LIKED] = [0; LIKED];

/// A stack for handlers that is mapped for one thread.
struct Mapped(libc::stack_t);

impl Mapped {
    const SIZE: usize = 64 << 10;

    fn new() -> Option<Mapped> {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: new memory of nobody else.
        let low = unsafe { libc::mmap(std::ptr::null_mut(), Self::SIZE, protection, flags, -1, 0) };
        (low != libc::MAP_FAILED).then_some(Mapped(libc::stack_t { ss_sp: low, ss_flags: 0, ss_size: Self::SIZE }))
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        THREAD.set(Thread::Ending);
        // SAFETY: mapped by `new`. It is the thread's stack for handlers only while a `Room` is held, and none is when the thread ends.
        unsafe { libc::munmap(self.0.ss_sp, Self::SIZE) };
    }
}

/// Room for the handlers of guests' faults on this thread, while it is held.
pub struct Room {
    /// The host's own stack for handlers, and the one in its place.
    replaced: Option<(libc::stack_t, libc::stack_t)>,
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some((own, roomy)) = self.replaced {
            // A host function may have set another one.
            if alternate().is_some_and(|now| now.ss_sp == roomy.ss_sp) {
                set_alternate(&own);
            }
        }
    }
}

/// Makes room for the handlers of guests' faults on the calling thread; `None` where there can be none. The first time, the engine
/// makes itself at home in the thread. The thread's stack for handlers is the host's again afterwards.
#[inline]
pub fn room() -> Option<Room> {
    match THREAD.get() {
        Thread::Ready => Some(Room { replaced: None }),
        other => uncommon_room(other),
    }
}

#[cold]
fn uncommon_room(thread: Thread) -> Option<Room> {
    match thread {
        Thread::Ready => Some(Room { replaced: None }),
        Thread::Cramped => {
            let Some(own) = alternate().filter(is_cramped) else { return Some(Room { replaced: None }) };
            let roomy = ROOMY.try_with(|mapped| {
                if mapped.get().is_none() {
                    // It was empty a moment ago, and this thread is the only one.
                    let _ = mapped.set(Mapped::new()?);
                }
                mapped.get().map(|mapped| mapped.0)
            });
            let roomy = roomy.ok().flatten()?;
            set_alternate(&roomy);
            Some(Room { replaced: Some((own, roomy)) })
        }
        Thread::New => uncommon_room(prepare()),
        Thread::Ending => None,
    }
}

fn prepare() -> Thread {
    let before = alternate();
    if let Some(stack) = before {
        // The engine would map a stack for handlers where the thread has none that it likes, and panic where it cannot. No handler
        // runs in between: the threads that prepare themselves at one time share what they show.
        let _masked = crate::thread::Masked::all();
        set_alternate(&libc::stack_t { ss_sp: (&raw mut SHOWN).cast(), ss_flags: 0, ss_size: LIKED });
        wasmtime::Engine::tls_eager_initialize();
        // Without one, handlers run on the guest's stack: faults come where there is room for the host below.
        set_alternate(&stack);
    }
    let thread = match before {
        Some(own) if is_cramped(&own) => Thread::Cramped,
        _ => Thread::Ready,
    };
    THREAD.set(thread);
    thread
}

fn is_cramped(stack: &libc::stack_t) -> bool {
    static LEAST_HERE: OnceLock<usize> = OnceLock::new();
    let least = *LEAST_HERE.get_or_init(|| {
        // SAFETY: asks for a number, what the kernel writes before a handler runs; 0 where it does not say.
        let frame = unsafe { libc::getauxval(libc::AT_MINSIGSTKSZ) };
        LEAST.max(usize::try_from(frame).unwrap_or(0).saturating_mul(2) + LEAST / 2)
    });
    stack.ss_flags & libc::SS_DISABLE == 0 && stack.ss_size < least
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
        for (size, cramped) in [(0, false), (4 << 10, true), (LEAST - 1, true), (64 << 10, false), (1 << 20, false)] {
            let thread = std::thread::spawn(move || {
                let mut memory = vec![0u8; size];
                let flags = if size == 0 { libc::SS_DISABLE } else { 0 };
                let own = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: flags, ss_size: size };
                set_alternate(&own);
                let is_own = || {
                    let now = alternate().unwrap();
                    now.ss_flags == flags && (size == 0 || (now.ss_sp, now.ss_size) == (own.ss_sp, own.ss_size))
                };
                for _ in 0..2 {
                    let outer = room().unwrap();
                    let inner = room().unwrap();
                    assert_eq!(is_own(), !cramped);
                    drop(inner);
                    assert_eq!(is_own(), !cramped);
                    drop(outer);
                    assert!(is_own());
                }
                set_alternate(&libc::stack_t { ss_flags: libc::SS_DISABLE, ..own });
            });
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_stack_that_was_set_meanwhile_stays() {
        let thread = std::thread::spawn(|| {
            let mut memory = vec![0u8; 8 << 10];
            let (first, second) = memory.split_at_mut(4 << 10);
            let stack = |memory: &mut [u8]| libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: 4 << 10 };
            set_alternate(&stack(first));
            let held = room();
            set_alternate(&stack(second));
            drop(held);
            assert_eq!(alternate().unwrap().ss_sp, second.as_mut_ptr().cast());
            set_alternate(&libc::stack_t { ss_sp: std::ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 });
        });
        thread.join().unwrap();
    }
}
