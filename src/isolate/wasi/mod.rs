//! WASI preview 1 for a guest: our own entry to each call, over the implementation of wasmtime-wasi.
//!
//! Every call goes the same way ([`shims`]): the policy decides, the guest's memory and the call's state are found, and the work
//! is done on the calling thread. Directories are wasmtime-wasi's, whose context is made by the first call that concerns one, and so
//! are the calls that rename, link and remove. What needs no file is done here, and so is what must end at a deadline or count
//! against a limit: arguments and environment ([`strings`]), [`clocks`], [`random`] bytes, standard streams ([`stdio`],
//! [`inherited`]), sleeping and polling ([`poll`]), files ([`file`], [`transfer`], [`quota`]), long directories ([`readdir`]), and
//! opening, where some things must not be opened at all ([`paths`], [`lookup`]).
//! No Tokio runtime is ever started.

mod calls;
mod clocks;
mod context;
mod descriptors;
mod directories;
mod errno;
mod file;
mod handles;
mod inherited;
mod lookup;
mod paths;
mod poll;
mod process;
mod quota;
mod random;
mod readdir;
mod sandbox;
mod settings;
mod shims;
mod signals;
mod stdio;
mod strings;
#[cfg(test)]
mod tests;
mod transfer;

pub use clocks::ClockSettings;
pub use context::WasiState;
pub use inherited::poll_fds;
pub use sandbox::SandboxLimits;
pub use settings::{Lines, Output, Source, Stdin, WasiSettings};
pub use shims::{MODULE, add_to_linker, signature};
pub use stdio::{Captured, Sink, finish};

use crate::isolate::deadline::{Interrupt, Interrupted};
use crate::syscalls::Syscall;
use std::fmt;
use std::time::{Duration, Instant};

/// What the data of a Store offers to the WASI calls of its guest.
pub trait WasiHost: Send + 'static {
    /// The state of the call in progress.
    fn wasi(&mut self) -> &mut WasiState;

    /// When the call in progress must end.
    fn deadline(&self) -> Option<Instant>;

    /// Whether the call in progress is to end now.
    fn interrupt(&self) -> Option<Interrupt>;

    /// Sleeps for `duration`, or less: a cancel wakes it.
    fn wait(&self, duration: Duration);

    /// Waits until one of the descriptors is ready, for `duration` or less: a cancel wakes it. The number of those that are ready.
    fn poll(&self, entries: &mut [libc::pollfd], duration: Duration) -> usize {
        poll_fds(entries, duration.min(POLL_SLICE))
    }

    /// The memory that all instances of the Store have, if they are several and share one.
    fn shared_memory(&self) -> Option<wasmtime::Memory> {
        None
    }

    /// Whether the call in progress has fuel that ends.
    fn limits_fuel(&self) -> bool {
        false
    }

    /// Runs a callback of the embedder.
    fn call_out<R>(&self, callback: impl FnOnce() -> R) -> R {
        callback()
    }

    /// A line of output, or a piece of one, that is to be logged.
    fn log_output(&self, _fd: i32, _bytes: &[u8]) {}

    /// A call was denied by the policy.
    fn denied(&mut self, call: Syscall);

    /// A WASI call begins, whatever the policy says about it. An error ends the guest.
    fn entering(&mut self, _call: Syscall) -> wasmtime::Result<()> {
        Ok(())
    }
}

/// The guest asked to exit; ends the guest as an error of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub i32);

/// The policy denied a call and ends the guest: `deny_action` is trap, or the call cannot return an errno.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SandboxDenied {
    pub call: &'static str,
}

/// A WASI call was made by a module that exports no memory, or a shared one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingMemory {
    pub call: &'static str,
}

/// A WASI call was given a pointer that it has to follow and cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPointer {
    pub call: &'static str,
    /// Where it points to, and how many bytes there are meant.
    pub at: u32,
    pub len: u32,
    /// It lies in the guest's memory, but not where such a value may.
    pub misaligned: bool,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the guest exited with status {}", self.0)
    }
}

impl fmt::Display for SandboxDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the syscall policy denies {}", self.call)
    }
}

impl fmt::Display for MissingMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} needs the module to export an unshared memory named \"memory\"", self.call)
    }
}

impl fmt::Display for BadPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = if self.misaligned { "misaligned" } else { "outside of the guest's memory" };
        write!(f, "the WASI call \"{}\" was given {} bytes at {:#x}, which are {why}", self.call, self.len, self.at)
    }
}

impl std::error::Error for Exit {}
impl std::error::Error for SandboxDenied {}
impl std::error::Error for MissingMemory {}
impl std::error::Error for BadPointer {}

/// How long a wait that a cancel cannot end lasts before it looks for one.
pub const POLL_SLICE: Duration = Duration::from_millis(50);

/// The longest wait without a look at the interrupt.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is left of the call's time, [`LONGEST_WAIT`] at most.
fn time_left<T: WasiHost>(host: &T) -> Duration {
    let left = host.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
    left.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

/// How long a wait may last now that a cancel cannot end.
fn until_next_look<T: WasiHost>(host: &T) -> Duration {
    time_left(host).min(POLL_SLICE)
}

/// Ends a guest that has no fuel left, before the host works for it: compiled code looks at its fuel in loops and where functions
/// begin, not at each call to the host.
pub fn check_fuel<T: WasiHost>(caller: &wasmtime::Caller<'_, T>) -> wasmtime::Result<()> {
    match caller.data().limits_fuel() && caller.get_fuel()? == 0 {
        true => Err(wasmtime::Trap::OutOfFuel.into()),
        false => Ok(()),
    }
}

/// Fails if the call in progress is cancelled or out of time.
fn check_interrupt<T: WasiHost>(host: &T) -> Result<(), Interrupted> {
    if let Some(reason) = host.interrupt() {
        return Err(Interrupted(reason));
    }
    match host.deadline() {
        Some(deadline) if Instant::now() >= deadline => Err(Interrupted(Interrupt::Timeout)),
        _ => Ok(()),
    }
}
