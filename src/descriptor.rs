//! The process's file descriptors: which numbers they may have.
//!
//! Where the host has closed a standard stream, its number is the next that the system gives. What the host prints must not end up in
//! a guest's file or in the image of a module's memory, and a guest that is lent the stream must find it closed.

use parking_lot::RwLock;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;

/// The number after those of the standard streams.
pub const FIRST: RawFd = libc::STDERR_FILENO + 1;

/// Another descriptor of what `fd` stands for, never with the number of a standard stream: where the host has closed one of
/// those, what it prints must not end up in a guest's file.
pub fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: the call takes any number; what it returns is new and owned by nobody else.
    unsafe {
        match libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, FIRST) {
            -1 => Err(io::Error::last_os_error()),
            new => Ok(OwnedFd::from_raw_fd(new)),
        }
    }
}

/// What was opened just now, under a number that is no standard stream's.
pub fn lifted(fd: OwnedFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() < FIRST { duplicate(fd.as_raw_fd()) } else { Ok(fd) }
}

pub fn is_open(fd: RawFd) -> bool {
    // SAFETY: the call takes any number.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// Runs `open`, which cannot choose the numbers that it gets, so that they are no standard stream's: where the host has
/// closed one, something that can be neither read nor written takes its place for as long.
pub fn above_standard<R>(open: impl FnOnce() -> R) -> R {
    /// Written while such places are taken, since who opens meanwhile may get one when it is given back.
    static TAKEN: RwLock<()> = RwLock::new(());
    {
        let _none_taken = TAKEN.read_recursive();
        if (0..FIRST).all(is_open) {
            return open();
        }
    }
    let _taken = TAKEN.write();
    let mut places = Vec::new();
    while let Ok(place) = File::options().read(true).custom_flags(libc::O_PATH | libc::O_CLOEXEC).open("/")
        && place.as_raw_fd() < FIRST
    {
        places.push(place);
    }
    open()
}
