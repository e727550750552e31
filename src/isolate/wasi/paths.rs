//! The calls that take paths: how long a path may be, what is opened and what never is, and how many names a call creates.

use super::calls::{SUCCESS, settle, store};
use super::descriptors::{Directory, Slot};
use super::errno::errno;
use super::file::{self, Access, OpenFile, Times};
use super::lookup::{self, Name};
use super::readdir::Places;
use super::shims::immediate;
use super::{WasiHost, handles};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use wasmtime::Result;
use wasmtime_wasi::p1::types::{self, Errno, Fdflags, Fstflags, Lookupflags, Oflags, Rights};
use wasmtime_wasi::p1::wasi_snapshot_preview1 as p1;
use wiggle::{GuestError, GuestMemory, GuestPtr};

/// The most bytes that a path may have (`PATH_MAX`, which counts a NUL). A longer one would only cost time: where the kernel does not
/// resolve paths beneath a directory, they are walked part by part, and a longer one would be taken.
const MAX_PATH: u32 = 4095;

/// How often a name is looked at that another guest or process creates and removes.
const ATTEMPTS: u32 = 100;

pub(super) fn too_long(lengths: &[i32]) -> bool {
    lengths.iter().any(|len| len.cast_unsigned() > MAX_PATH)
}

fn name(memory: &GuestMemory<'_>, path: i32, len: i32) -> Result<Result<Name, Errno>, GuestError> {
    let path = GuestPtr::<str>::new((path.cast_unsigned(), len.cast_unsigned()));
    Ok(Name::new(&memory.as_cow_str(path)?))
}

/// How the guest wants something opened.
struct Opening {
    create: bool,
    exclusive: bool,
    truncate: bool,
    /// Only if it is a directory.
    directory: bool,
    follow: bool,
    access: Access,
}

impl Opening {
    fn new(lookup: i32, oflags: i32, rights: i64, flags: i32, read_only: bool) -> Result<Self, Errno> {
        let follow = Lookupflags::try_from(lookup).map_err(|_| Errno::Inval)?.contains(Lookupflags::SYMLINK_FOLLOW);
        let oflags = Oflags::try_from(oflags).map_err(|_| Errno::Inval)?;
        let rights = Rights::try_from(rights).map_err(|_| Errno::Inval)?;
        let flags = Fdflags::try_from(flags).map_err(|_| Errno::Inval)?;
        let [create, truncate, directory] = [Oflags::CREAT, Oflags::TRUNC, Oflags::DIRECTORY].map(|f| oflags.contains(f));
        let exclusive = create && oflags.contains(Oflags::EXCL);
        if flags.intersects(Fdflags::DSYNC | Fdflags::SYNC | Fdflags::RSYNC) {
            return Err(Errno::Notsup);
        }
        if directory && oflags.intersects(Oflags::CREAT | Oflags::EXCL | Oflags::TRUNC) {
            return Err(Errno::Inval);
        }
        let writes = rights.contains(Rights::FD_WRITE);
        let access = Access {
            // What is opened for nothing can be looked at all the same.
            read: rights.contains(Rights::FD_READ) || !writes,
            write: writes || create || truncate,
            read_only,
            flags,
        };
        if read_only && access.write {
            return Err(Errno::Perm);
        }
        Ok(Opening { create, exclusive, truncate, directory, follow, access })
    }

    /// As the system takes it. Nothing that is opened is waited for, and no terminal becomes the process's own.
    fn flags(&self) -> i32 {
        let mode = match (self.access.read, self.access.write) {
            (true, true) => libc::O_RDWR,
            (false, true) => libc::O_WRONLY,
            (_, false) => libc::O_RDONLY,
        };
        let follow = if self.follow { 0 } else { libc::O_NOFOLLOW };
        let truncate = if self.truncate { libc::O_TRUNC } else { 0 };
        let append = self.access.flags.contains(Fdflags::APPEND);
        mode | follow | truncate | libc::O_NOCTTY | file::status_flags(append)
    }
}

#[allow(clippy::too_many_arguments, reason = "the call has as many")]
pub(super) fn path_open<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    lookup: i32,
    path: i32,
    len: i32,
    oflags: i32,
    base: i64,
    _inheriting: i64,
    flags: i32,
    result: i32,
) -> Result<i32> {
    // Nothing is opened or created of which the guest could not be told.
    let checked = memory.read(GuestPtr::<u32>::new(result.cast_unsigned())).and_then(|_| name(memory, path, len));
    let name = match checked {
        Ok(Ok(name)) => name,
        Ok(Err(errno)) => return Ok(errno as i32),
        Err(e) => return settle(e),
    };
    let directory = match host.wasi().slot(fd)? {
        Slot::Directory(directory) => directory.clone(),
        Slot::File(_) => return Ok(Errno::Notdir as i32),
        Slot::Free | Slot::Stdin | Slot::Output(_) => return Ok(Errno::Badf as i32),
    };
    let opening = match Opening::new(lookup, oflags, base, flags, directory.read_only) {
        Ok(opening) => opening,
        Err(errno) => return Ok(errno as i32),
    };
    if host.wasi().refuses_open()? {
        return Ok(Errno::Mfile as i32);
    }
    let slot = match open(host, &directory, &name, &opening)? {
        Ok(slot) => slot,
        Err(errno) => return Ok(errno as i32),
    };
    let opened = host.wasi().table(fd)?.add(slot);
    store(memory, result, opened.cast_unsigned())
}

/// Opens what the name stands for, or creates a file. A name is looked at before: opening a device can do anything, even
/// if it is then found to be one. What was opened is looked at once more, as another guest or process may have put something
/// else under the name meanwhile; that it is not waited for keeps a FIFO from holding the guest up.
fn open<T: WasiHost>(host: &mut T, directory: &Directory, name: &Name, opening: &Opening) -> Result<Result<Slot, Errno>> {
    let dir = directory.fd();
    for _ in 0..ATTEMPTS {
        let leads_nowhere = match lookup::look(dir, name, opening.follow && !opening.exclusive) {
            Ok(_) if opening.exclusive => return Ok(Err(Errno::Exist)),
            Ok(stat) => match lookup::kind(&stat) {
                libc::S_IFDIR if opening.access.write => return Ok(Err(Errno::Isdir)),
                libc::S_IFREG if opening.directory => return Ok(Err(Errno::Notdir)),
                libc::S_IFREG | libc::S_IFDIR => match lookup::open(dir, name, opening.flags()) {
                    Ok(handle) => return found(host, directory, handle, opening),
                    // Removed meanwhile.
                    Err(e) if opening.create && e.kind() == io::ErrorKind::NotFound => continue,
                    Err(e) => return Ok(Err(refusal(&e))),
                },
                libc::S_IFLNK => return Ok(Err(Errno::Loop)),
                _ => return Ok(Err(Errno::Acces)),
            },
            Err(e) if !opening.create || e.kind() != io::ErrorKind::NotFound => return Ok(Err(errno(&e))),
            // The name of a link is taken, what it leads to is not there.
            Err(_) => opening.follow && !opening.exclusive && lookup::look(dir, name, false).is_ok(),
        };
        if !host.wasi().has_names_left() {
            return Ok(Err(host.wasi().refuse_name()));
        }
        let exclusive = if leads_nowhere { 0 } else { libc::O_EXCL };
        match lookup::open(dir, name, opening.flags() | libc::O_CREAT | exclusive) {
            Ok(handle) => {
                host.wasi().count_name();
                return found(host, directory, handle, opening);
            }
            // Created meanwhile, by somebody else.
            Err(e) if !opening.exclusive && e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Ok(Err(refusal(&e))),
        }
    }
    Ok(Err(Errno::Again))
}

/// A FIFO or socket that was not there when its name was looked at.
fn refusal(e: &io::Error) -> Errno {
    match e.raw_os_error() {
        Some(libc::ENXIO | libc::ENODEV) => Errno::Acces,
        _ => errno(e),
    }
}

/// What was opened, if it is a file or directory.
fn found<T: WasiHost>(host: &mut T, parent: &Directory, handle: OwnedFd, opening: &Opening) -> Result<Result<Slot, Errno>> {
    let stat = match lookup::stat_of(handle.as_raw_fd()) {
        Ok(stat) => stat,
        Err(e) => return Ok(Err(errno(&e))),
    };
    match lookup::kind(&stat) {
        libc::S_IFREG if opening.directory => Ok(Err(Errno::Notdir)),
        libc::S_IFREG => {
            if opening.truncate {
                host.wasi().table(-1)?.forget_sizes();
            }
            let file = OpenFile::new(File::from(handle), opening.access, &stat);
            Ok(Ok(Slot::File(Box::new(file))))
        }
        libc::S_IFDIR => {
            let handle = Arc::new(File::from(handle));
            let adopted = handles::adopt(host.wasi().p1()?, parent.inner, &handle)?;
            let read_only = parent.read_only;
            Ok(adopted
                .map(|inner| Slot::Directory(Directory { handle, read_only, inner, opened: true, listed: Places::default() })))
        }
        _ => Ok(Err(Errno::Acces)),
    }
}

/// The directory, the name in it, and whether that is followed if it is a link.
fn place<'h, T: WasiHost>(
    host: &'h mut T,
    memory: &GuestMemory<'_>,
    fd: i32,
    flags: i32,
    path: i32,
    len: i32,
) -> Result<Result<(&'h Directory, Name, bool), Errno>> {
    let name = match name(memory, path, len) {
        Ok(name) => name,
        Err(e) => return types::Error::from(e).downcast().map(Err),
    };
    let Ok(flags) = Lookupflags::try_from(flags) else { return Ok(Err(Errno::Inval)) };
    let follow = flags.contains(Lookupflags::SYMLINK_FOLLOW);
    let directory = host.wasi().table(fd)?.directory(fd);
    Ok(directory.and_then(|directory| Ok((directory, name?, follow))))
}

pub(super) fn path_filestat_get<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    flags: i32,
    path: i32,
    len: i32,
    result: i32,
) -> Result<i32> {
    let seen = match place(host, memory, fd, flags, path, len)? {
        Ok((directory, name, follow)) => lookup::look(directory.fd(), &name, follow).map_err(|e| errno(&e)),
        Err(errno) => Err(errno),
    };
    match seen {
        Ok(stat) => store(memory, result, file::filestat(&stat)),
        Err(errno) => Ok(errno as i32),
    }
}

#[allow(clippy::too_many_arguments, reason = "the call has as many")]
pub(super) fn path_filestat_set_times<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    flags: i32,
    path: i32,
    len: i32,
    atim: i64,
    mtim: i64,
    set: i32,
) -> Result<i32> {
    let Ok(set) = Fstflags::try_from(set) else { return Ok(Errno::Inval as i32) };
    let done = place(host, memory, fd, flags, path, len)?.and_then(|(directory, name, follow)| {
        let times = Times::new(atim, mtim, set)?;
        if directory.read_only {
            return Err(Errno::Perm);
        }
        set_times(directory, &name, follow, times)
    });
    Ok(done.err().map_or(SUCCESS, |errno| errno as i32))
}

/// Sets the times of what a name stands for, by a handle with which nothing is opened.
fn set_times(directory: &Directory, name: &Name, follow: bool, times: Times) -> Result<(), Errno> {
    let nofollow = if follow { 0 } else { libc::O_NOFOLLOW };
    let handle = lookup::open(directory.fd(), name, libc::O_PATH | nofollow).map_err(|e| errno(&e))?;
    let kind = lookup::kind(&lookup::stat_of(handle.as_raw_fd()).map_err(|e| errno(&e))?);
    // By its own name anything may be touched, as it may be renamed; through a link only what may be opened.
    if follow && !matches!(kind, libc::S_IFREG | libc::S_IFDIR) {
        return Err(Errno::Acces);
    }
    file::set_times_of(&handle, times).map_err(|e| errno(&e))
}

pub(super) fn path_create_directory<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    path: i32,
    len: i32,
) -> Result<i32> {
    creating(host, memory, fd, path, len, |host, memory| {
        let inner = host.wasi().inner(fd)?;
        immediate(p1::path_create_directory(host.wasi().p1()?, memory, inner, path, len))?
    })
}

pub(super) fn path_symlink<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    old: i32,
    old_len: i32,
    fd: i32,
    new: i32,
    new_len: i32,
) -> Result<i32> {
    creating(host, memory, fd, new, new_len, |host, memory| {
        let inner = host.wasi().inner(fd)?;
        immediate(p1::path_symlink(host.wasi().p1()?, memory, old, old_len, inner, new, new_len))?
    })
}

#[allow(clippy::too_many_arguments, reason = "the call has as many")]
pub(super) fn path_link<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    old_fd: i32,
    flags: i32,
    old: i32,
    old_len: i32,
    new_fd: i32,
    new: i32,
    new_len: i32,
) -> Result<i32> {
    creating(host, memory, new_fd, new, new_len, |host, memory| {
        let (from, to) = (host.wasi().inner(old_fd)?, host.wasi().inner(new_fd)?);
        immediate(p1::path_link(host.wasi().p1()?, memory, from, flags, old, old_len, to, new, new_len))?
    })
}

/// Makes a call that creates a name, if the call may create one more. Where it may not, a name that could not be created anyway
/// is refused for that reason.
fn creating<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    path: i32,
    len: i32,
    create: impl FnOnce(&mut T, &mut GuestMemory<'_>) -> Result<i32>,
) -> Result<i32> {
    if !host.wasi().has_names_left() {
        let name = match name(memory, path, len) {
            Ok(name) => name,
            Err(e) => return settle(e),
        };
        let directory = host.wasi().table(fd)?.directory(fd);
        let seen = directory.and_then(|d| match d.read_only {
            true => Err(Errno::Perm),
            false => lookup::look(d.fd(), &name?, false).map_err(|e| errno(&e)),
        });
        return Ok(match seen {
            Ok(_) => Errno::Exist as i32,
            Err(Errno::Noent) => host.wasi().refuse_name() as i32,
            Err(errno) => errno as i32,
        });
    }
    let errno = create(host, memory)?;
    if errno == SUCCESS {
        host.wasi().count_name();
    }
    Ok(errno)
}
