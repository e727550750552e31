//! The process's descriptors behind the guest's: which numbers they may have, and how to find them in wasmtime-wasi's table.

use super::descriptors::Directory;
use super::readdir::Places;
use super::shims::immediate;
use parking_lot::RwLock;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::{Errno, Fd, Fdflags, Lookupflags, Oflags, Rights};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wasmtime_wasi::p2::bindings::filesystem::preopens::Host;
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

/// What was opened just now, under a number that is no standard stream's.
pub fn lifted(fd: OwnedFd) -> io::Result<OwnedFd> {
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

/// The directories that the guest is given, in their order.
pub(super) fn given(p1: &mut WasiP1Ctx) -> wasmtime::Result<Vec<Directory>> {
    let mut given = Vec::new();
    let resources = p1.filesystem().get_directories()?;
    for (inner, (resource, _)) in (FIRST.cast_unsigned()..).zip(resources) {
        if let Descriptor::Dir(dir) = p1.ctx().table.delete(resource)? {
            let read_only = dir.perms.write_not_permitted();
            given.push(Directory {
                handle: dir.dir,
                read_only,
                inner: Fd::from(inner),
                opened: false,
                listed: Places::default(),
            });
        }
    }
    Ok(given)
}

/// Gives wasmtime-wasi a directory that was opened beneath `parent`; its number there.
pub(super) fn adopt(p1: &mut WasiP1Ctx, parent: Fd, directory: &Arc<File>) -> wasmtime::Result<Result<Fd, Errno>> {
    let (name, mut none) = (GuestPtr::<str>::new((0, 1)), *b".");
    let mut memory = GuestMemory::Unshared(&mut none);
    let (lookup, rights) = (Lookupflags::empty(), Rights::FD_READ);
    // Its first call fills its table, and is not to be the one that is looked for in it. It fails for a directory that was not given.
    let _ = p1.fd_prestat_get(&mut memory, parent);
    // It opens a name only. What that stands for is found among its handles, and replaced: nothing else is opened meanwhile.
    let known: Vec<RawFd> = handles(p1).map(|handle| handle.as_raw_fd()).collect();
    let opened = p1.path_open(&mut memory, parent, lookup, name, Oflags::DIRECTORY, rights, Rights::empty(), Fdflags::empty());
    let opened = match immediate(opened)? {
        Ok(opened) => opened,
        Err(e) => return e.downcast().map(Err),
    };
    match handles(p1).find(|handle| !known.contains(&handle.as_raw_fd())) {
        Some(handle) => *handle = Arc::clone(directory),
        None => wasmtime::bail!("a directory that was opened is not in the table"),
    }
    Ok(Ok(opened))
}
