//! Signals that a write can raise and that would end a host which has not asked to ignore them.

use std::mem::MaybeUninit;

/// The size past which the process may write no file: a write or truncation that begins there raises `SIGXFSZ`.
pub(super) fn largest_file() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a live structure of the type that the call writes.
    match unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) } {
        0 if limit.rlim_cur != libc::RLIM_INFINITY => limit.rlim_cur,
        _ => u64::MAX,
    }
}

/// Runs `write`, which may raise `SIGPIPE` or `SIGXFSZ`, so that nobody hears of them but by its result. `raised` says from
/// the result which of the two has come.
pub(super) fn unheard<R>(write: impl FnOnce() -> R, raised: impl FnOnce(&R) -> Option<libc::c_int>) -> R {
    let (ours, mut old) = (set(&[libc::SIGPIPE, libc::SIGXFSZ]), set(&[]));
    // SAFETY: the sets are initialised; the mask of this thread is put back when `mask` goes.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const ours, &raw mut old) };
    let mask = Mask(old);
    // One that waited before is the host's and stays.
    let mut pending = set(&[]);
    if has(&mask.0, libc::SIGPIPE) || has(&mask.0, libc::SIGXFSZ) {
        // SAFETY: the set is initialised.
        unsafe { libc::sigpending(&raw mut pending) };
    }
    let result = write();
    if let Some(signal) = raised(&result).filter(|signal| !has(&pending, *signal)) {
        take(signal);
    }
    result
}

/// The signals that this thread blocks, put back.
struct Mask(libc::sigset_t);

impl Drop for Mask {
    fn drop(&mut self) {
        // SAFETY: the set is initialised.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
    }
}

/// Takes a signal that waits for this thread, if it does.
fn take(signal: libc::c_int) {
    let (signals, now) = (set(&[signal]), libc::timespec { tv_sec: 0, tv_nsec: 0 });
    // SAFETY: both are live and initialised; no information about the signal is asked for.
    while unsafe { libc::sigtimedwait(&raw const signals, std::ptr::null_mut(), &raw const now) } == -1
        && std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted
    {}
}

fn set(signals: &[libc::c_int]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the set before anything reads it.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

fn has(set: &libc::sigset_t, signal: libc::c_int) -> bool {
    // SAFETY: the set is initialised.
    unsafe { libc::sigismember(set, signal) == 1 }
}
