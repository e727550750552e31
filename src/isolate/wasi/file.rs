//! A file that the guest has opened.

use super::lookup;
use std::ffi::CString;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::fd::AsRawFd;
use wasmtime_wasi::p1::types::{Errno, Fdflags, Fdstat, Filestat, Filetype, Fstflags, Rights};

/// A regular file, opened.
#[derive(Debug)]
pub(super) struct OpenFile {
    file: File,
    pub(super) position: u64,
    pub(super) append: bool,
    nonblock: bool,
    readable: bool,
    pub(super) writable: bool,
    /// It lies in a directory in which the guest changes nothing.
    pub(super) read_only: bool,
    /// The file was at least so large when it was last seen.
    pub(super) seen: u64,
    /// The same for all that are opened of one file.
    pub(super) identity: u64,
}

/// How a file is opened.
#[derive(Clone, Copy)]
pub(super) struct Access {
    pub(super) read: bool,
    pub(super) write: bool,
    pub(super) read_only: bool,
    pub(super) flags: Fdflags,
}

impl OpenFile {
    pub(super) fn new(file: File, access: Access, stat: &libc::stat) -> Self {
        OpenFile {
            file,
            position: 0,
            append: access.flags.contains(Fdflags::APPEND),
            nonblock: access.flags.contains(Fdflags::NONBLOCK),
            readable: access.read,
            writable: access.write,
            read_only: access.read_only,
            seen: size_of_file(stat),
            identity: identity(stat),
        }
    }

    pub(super) fn handle(&self) -> &File {
        &self.file
    }

    pub(super) fn stat(&self) -> io::Result<libc::stat> {
        lookup::stat_of(self.file.as_raw_fd())
    }

    pub(super) fn size(&mut self) -> io::Result<u64> {
        self.seen = size_of_file(&self.stat()?);
        Ok(self.seen)
    }

    /// Reads at `offset` into buffers of the guest, of which nothing is borrowed.
    pub(super) fn read(&self, buffers: &[libc::iovec], offset: u64) -> io::Result<usize> {
        // More than the guest may name at once is never passed.
        let (fd, count, offset) = (self.file.as_raw_fd(), buffers.len() as i32, offset.cast_signed());
        // SAFETY: the buffers lie in the guest's memory, which lives and which nobody has borrowed.
        transferred(unsafe { libc::preadv(fd, buffers.as_ptr(), count, offset) })
    }

    /// Writes buffers of the guest at `offset`, or at the end where all that is written is appended.
    pub(super) fn write(&self, buffers: &[libc::iovec], offset: u64) -> io::Result<usize> {
        let offset = if self.append { 0 } else { offset.cast_signed() };
        // SAFETY: as above. A file description with O_APPEND appends whatever the offset.
        transferred(unsafe { libc::pwritev(self.file.as_raw_fd(), buffers.as_ptr(), buffers.len() as i32, offset) })
    }

    pub(super) fn set_flags(&mut self, flags: Fdflags) -> Result<(), Errno> {
        if flags.intersects(Fdflags::DSYNC | Fdflags::SYNC | Fdflags::RSYNC) {
            return Err(Errno::Inval);
        }
        let append = flags.contains(Fdflags::APPEND);
        if append != self.append {
            // SAFETY: the call takes any number and these flags.
            if unsafe { libc::fcntl(self.file.as_raw_fd(), libc::F_SETFL, status_flags(append)) } != 0 {
                return Err(Errno::Io);
            }
        }
        (self.append, self.nonblock) = (append, flags.contains(Fdflags::NONBLOCK));
        Ok(())
    }

    pub(super) fn fdstat(&self) -> Fdstat {
        let mut rights = Rights::all();
        if !self.readable {
            rights &= !(Rights::FD_READ | Rights::FD_READDIR);
        }
        if !self.writable {
            rights &= !Rights::FD_WRITE;
        }
        let mut fs_flags = Fdflags::empty();
        if self.append {
            fs_flags |= Fdflags::APPEND;
        }
        if self.nonblock {
            fs_flags |= Fdflags::NONBLOCK;
        }
        let fs_filetype = Filetype::RegularFile;
        Fdstat { fs_filetype, fs_flags, fs_rights_base: rights, fs_rights_inheriting: rights }
    }

    pub(super) fn set_times(&self, times: Times) -> io::Result<()> {
        // SAFETY: the descriptor is open, and there are two times.
        match unsafe { libc::futimens(self.file.as_raw_fd(), times.0.as_ptr()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    pub(super) fn advise(&self, offset: i64, len: i64, advice: i32) -> Result<(), Errno> {
        // SAFETY: the call takes any numbers.
        match unsafe { libc::posix_fadvise(self.file.as_raw_fd(), offset, len, advice) } {
            0 => Ok(()),
            code => Err(super::errno::errno(&io::Error::from_raw_os_error(code))),
        }
    }
}

fn transferred(n: isize) -> io::Result<usize> {
    usize::try_from(n).map_err(|_| io::Error::last_os_error())
}

/// What a file description carries beside how it was opened. It does not wait: only to open something else than a file could.
pub(super) fn status_flags(append: bool) -> i32 {
    libc::O_NONBLOCK | if append { libc::O_APPEND } else { 0 }
}

/// The times that a call sets, of access and of modification.
#[derive(Clone, Copy)]
pub(super) struct Times([libc::timespec; 2]);

impl Times {
    pub(super) fn new(accessed: i64, modified: i64, flags: Fstflags) -> Result<Self, Errno> {
        const SECOND: u64 = 1_000_000_000;
        let time = |nanos: i64, given, now| match (flags.contains(given), flags.contains(now)) {
            (true, true) => Err(Errno::Inval),
            (true, false) => {
                // 64 bits of nanoseconds are no more than 35 bits of seconds.
                let (seconds, nanos) = (nanos.cast_unsigned() / SECOND, nanos.cast_unsigned() % SECOND);
                Ok(libc::timespec { tv_sec: seconds.cast_signed(), tv_nsec: nanos.cast_signed() })
            }
            (false, true) => Ok(libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW }),
            (false, false) => Ok(libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_OMIT }),
        };
        let accessed = time(accessed, Fstflags::ATIM, Fstflags::ATIM_NOW)?;
        Ok(Times([accessed, time(modified, Fstflags::MTIM, Fstflags::MTIM_NOW)?]))
    }
}

/// Sets the times of what a handle stands for that nothing is opened with.
pub(super) fn set_times_of(handle: &impl AsRawFd, times: Times) -> io::Result<()> {
    let path = CString::new(format!("/proc/self/fd/{}", handle.as_raw_fd()))?;
    // The handle of a link stands for the link, not for what it leads to.
    // SAFETY: the path is NUL-terminated, and there are two times.
    match unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), times.0.as_ptr(), 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A file has no negative size.
pub(super) fn size_of_file(stat: &libc::stat) -> u64 {
    stat.st_size.max(0).cast_unsigned()
}

/// One number for the device and the number of a file on it, which are the host's: the guest can tell files from each other by it,
/// as wasmtime-wasi's guests do.
fn identity(stat: &libc::stat) -> u64 {
    let mut identity = DefaultHasher::new();
    (stat.st_dev, stat.st_ino).hash(&mut identity);
    identity.finish()
}

/// What the guest is told of a file.
pub(super) fn filestat(stat: &libc::stat) -> Filestat {
    let nanos = |seconds: i64, nanos: i64| {
        let whole = u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?;
        whole.checked_add(nanos.cast_unsigned())
    };
    Filestat {
        dev: 1,
        ino: identity(stat),
        filetype: filetype(lookup::kind(stat)),
        nlink: stat.st_nlink,
        size: size_of_file(stat),
        atim: nanos(stat.st_atime, stat.st_atime_nsec).unwrap_or(0),
        mtim: nanos(stat.st_mtime, stat.st_mtime_nsec).unwrap_or(0),
        ctim: nanos(stat.st_ctime, stat.st_ctime_nsec).unwrap_or(0),
    }
}

/// Preview 1 has no word for a FIFO, and none that fits each socket.
pub(super) fn filetype(kind: libc::mode_t) -> Filetype {
    match kind {
        libc::S_IFREG => Filetype::RegularFile,
        libc::S_IFDIR => Filetype::Directory,
        libc::S_IFLNK => Filetype::SymbolicLink,
        libc::S_IFBLK => Filetype::BlockDevice,
        libc::S_IFCHR => Filetype::CharacterDevice,
        _ => Filetype::Unknown,
    }
}
