//! The process's descriptors behind the guest's: which numbers they may have, and how to find them in wasmtime-wasi's table.

use super::shims::immediate;
use parking_lot::RwLock;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::{Errno, Fd, Fdflags, Lookupflags, Oflags, Rights};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wiggle::{GuestMemory, GuestPtr};

/// The number after those of the standard streams.
const FIRST: RawFd = libc::STDERR_FILENO + 1;

/// Another descriptor of what `fd` stands for, never with the number of a standard stream: where the host has closed one of
/// those, what it prints must not end up in a guest's file.
pub(super) fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: the call takes any number; what it returns is new and owned by nobody else.
    unsafe {
        match libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, FIRST) {
            -1 => Err(io::Error::last_os_error()),
            new => Ok(OwnedFd::from_raw_fd(new)),
        }
    }
}

/// The same under a number that is no standard stream's.
pub(super) fn lifted(fd: OwnedFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() < FIRST { duplicate(fd.as_raw_fd()) } else { Ok(fd) }
}

pub(super) fn is_open(fd: RawFd) -> bool {
    // SAFETY: the call takes any number.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// Runs `open`, which cannot choose the numbers that it gets, so that they are no standard stream's: where the host has
/// closed one, something that can be neither read nor written takes its place for as long.
pub(super) fn above_standard<R>(open: impl FnOnce() -> R) -> R {
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

/// The files and directories in wasmtime-wasi's table.
fn handles(p1: &mut WasiP1Ctx) -> impl Iterator<Item = &mut Arc<File>> {
    let table = p1.ctx().table;
    table.iter_mut().filter_map(|entry| match entry.downcast_mut::<Descriptor>()? {
        Descriptor::File(file) => Some(&mut file.file),
        Descriptor::Dir(dir) => Some(&mut dir.dir),
    })
}

/// Gives what the guest has opened other numbers than those of the standard streams.
pub(super) fn lift(p1: &mut WasiP1Ctx) -> io::Result<()> {
    for handle in handles(p1).filter(|handle| handle.as_raw_fd() < FIRST) {
        *handle = Arc::new(File::from(duplicate(handle.as_raw_fd())?));
    }
    Ok(())
}

/// Opens the guest's directory `fd` once more, for us. At least one call of wasmtime-wasi has to come before, which fills
/// its table.
pub(super) fn reopen(p1: &mut WasiP1Ctx, fd: Fd) -> wasmtime::Result<Result<Arc<File>, Errno>> {
    // wasmtime-wasi does not tell which entry of its table a descriptor stands for, but a new one is found by comparing.
    let known: Vec<RawFd> = handles(p1).map(|handle| handle.as_raw_fd()).collect();
    let mut name = *b".";
    let mut memory = GuestMemory::Unshared(&mut name);
    let path = GuestPtr::<str>::new((0, 1));
    let (follow, rights) = (Lookupflags::empty(), Rights::FD_READ);
    let opened = p1.path_open(&mut memory, fd, follow, path, Oflags::DIRECTORY, rights, Rights::empty(), Fdflags::empty());
    let opened = match immediate(opened)? {
        Ok(opened) => opened,
        Err(e) => return e.downcast().map(Err),
    };
    let handle = handles(p1).find(|handle| !known.contains(&handle.as_raw_fd())).map(|handle| Arc::clone(handle));
    if let Err(e) = immediate(p1.fd_close(&mut memory, opened))? {
        return e.downcast().map(Err);
    }
    handle.map(Ok).ok_or_else(|| wasmtime::Error::msg("a directory that was opened is not in the table"))
}
