//! The calls on descriptors: standard streams and files, which are ours, and directories, which are wasmtime-wasi's.

use super::context::HOSTCALL_FUEL;
use super::descriptors::Slot;
use super::errno::errno;
use super::file::{self, OpenFile, Times};
use super::quota::Growth;
use super::shims::immediate;
use super::transfer::{grow, read_file, write_file};
use super::{WasiHost, lookup, stdio};
use std::fs::File;
use std::io;
use wasmtime::Result;
use wasmtime_wasi::p1::types::{self, Advice, Errno, Fdflags, Fdstat, Filestat, Filetype, Fstflags, Rights, Whence};
use wasmtime_wasi::p1::wasi_snapshot_preview1 as p1;
use wiggle::{GuestError, GuestMemory, GuestPtr};

pub(super) const SUCCESS: i32 = Errno::Success as i32;

/// The most buffers that one call looks at (`IOV_MAX`).
const MAX_BUFFERS: u32 = 1024;

/// An errno where the guest's mistake has one, else a trap: a pointer out of bounds ends the guest.
pub(super) fn settle(error: GuestError) -> Result<i32> {
    types::Error::from(error).downcast().map(|errno| errno as i32)
}

/// The number of what was done, or why it was not.
fn number(done: Result<(), Errno>) -> i32 {
    done.err().map_or(SUCCESS, |errno| errno as i32)
}

/// The file behind a descriptor, or the errno of one that is none.
fn with_file<T: WasiHost>(host: &mut T, fd: i32, f: impl FnOnce(&mut OpenFile) -> Result<(), Errno>) -> Result<i32> {
    Ok(number(host.wasi().table(fd)?.file(fd).and_then(f)))
}

/// The same for calls that a standard stream answers otherwise: it has no position.
pub(super) fn seekable<T: WasiHost>(host: &mut T, fd: i32) -> Result<Result<&mut OpenFile, Errno>> {
    let descriptors = host.wasi().table(fd)?;
    Ok(match descriptors.get(fd) {
        Slot::Stdin | Slot::Output(_) => Err(Errno::Spipe),
        _ => descriptors.file(fd),
    })
}

/// Whether the stream behind a standard descriptor is a terminal; `None` for any other descriptor.
fn standard_filetype<T: WasiHost>(host: &mut T, fd: i32) -> Result<Option<(Filetype, Rights)>> {
    host.wasi().table(fd)?;
    let context = host.wasi().context()?;
    let (inherited, rights) = match *context.descriptors.get(fd) {
        Slot::Stdin => (context.stdin.inherited(), Rights::FD_READ),
        Slot::Output(index) => (context.outputs[index].inherited(), Rights::FD_WRITE),
        _ => return Ok(None),
    };
    let is_terminal = inherited.is_ok_and(|i| i.is_some_and(|i| i.is_terminal));
    Ok(Some((if is_terminal { Filetype::CharacterDevice } else { Filetype::Unknown }, rights)))
}

/// Writes a result where the guest wants it.
pub(super) fn store<V: wiggle::GuestType>(memory: &mut GuestMemory<'_>, at: i32, value: V) -> Result<i32> {
    match memory.write(GuestPtr::new(at.cast_unsigned()), value) {
        Ok(()) => Ok(SUCCESS),
        Err(e) => settle(e),
    }
}

/// The buffers that are not empty, in order, at most [`MAX_BUFFERS`] looked at.
fn buffers<'m>(
    memory: &'m GuestMemory<'_>,
    iovs: i32,
    count: i32,
) -> impl Iterator<Item = Result<GuestPtr<[u8]>, GuestError>> + 'm {
    let first = GuestPtr::<types::Ciovec>::new(iovs.cast_unsigned());
    (0..count.cast_unsigned().min(MAX_BUFFERS))
        .map(move |i| memory.read(first.add(i)?).map(|iov| iov.buf.as_array(iov.buf_len)))
        .filter(|buffer| buffer.as_ref().map_or(true, |b| b.len() > 0))
}

/// Whether there are more buffers than one call looks at. Past them nobody would know how much a call transfers.
pub(super) fn too_many(count: i32) -> bool {
    count.cast_unsigned() > MAX_BUFFERS
}

/// The result of a transfer, where the guest wants it.
pub(super) fn store_count(memory: &mut GuestMemory<'_>, result: i32, moved: Result<u64, Errno>) -> Result<i32> {
    match moved {
        // No more than 32 bits were asked for.
        Ok(n) => store(memory, result, n as u32),
        Err(errno) => Ok(errno as i32),
    }
}

pub(super) fn fd_read<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    result: i32,
) -> Result<i32> {
    if !matches!(host.wasi().slot(fd)?, Slot::Stdin) {
        return read_file(host, memory, fd, iovs, count, None, result);
    }
    let first = buffers(memory, iovs, count).next();
    let read = match first {
        None => Ok(0),
        Some(Err(e)) => return settle(e),
        Some(Ok(buffer)) => match memory.as_slice_mut(buffer) {
            Ok(Some(bytes)) => stdio::read(host, bytes)?,
            Ok(None) => Err(Errno::Notsup),
            Err(e) => return settle(e),
        },
    };
    store_count(memory, result, read.map(|n| n as u64))
}

pub(super) fn fd_pread<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    offset: i64,
    result: i32,
) -> Result<i32> {
    read_file(host, memory, fd, iovs, count, Some(offset.cast_unsigned()), result)
}

pub(super) fn fd_write<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    result: i32,
) -> Result<i32> {
    let Slot::Output(output) = *host.wasi().slot(fd)? else {
        return write_file(host, memory, fd, iovs, count, None, result);
    };
    let mut total = 0u32;
    for buffer in buffers(memory, iovs, count) {
        let bytes = match buffer.and_then(|b| memory.as_slice(b)) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(e) => return settle(e),
        };
        // The same bytes may be named a thousand times: past the bound the rest is left for the next call, as a pipe does.
        if total > 0 && total as usize + bytes.len() > HOSTCALL_FUEL {
            break;
        }
        match stdio::write(host, output, bytes)? {
            Ok(n) => {
                total += n as u32;
                if n < bytes.len() {
                    break;
                }
            }
            Err(_) if total > 0 => break,
            Err(errno) => return Ok(errno as i32),
        }
    }
    store(memory, result, total)
}

pub(super) fn fd_pwrite<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    offset: i64,
    result: i32,
) -> Result<i32> {
    write_file(host, memory, fd, iovs, count, Some(offset.cast_unsigned()), result)
}

/// Files are not given room before they are written, in no file system: the growth is judged all the same, so that a guest
/// learns of a limit before it tries another way.
pub(super) fn fd_allocate<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, fd: i32, offset: i64, len: i64) -> Result<i32> {
    let end = offset.cast_unsigned().saturating_add(len.cast_unsigned());
    let size = match host.wasi().table(fd)?.file(fd).and_then(|file| file.size().map_err(|e| errno(&e))) {
        Ok(size) => size,
        Err(errno) => return Ok(errno as i32),
    };
    let allowed = host.wasi().allows(fd, Growth::To(end.max(size)))?;
    Ok(number(allowed.and(Err(Errno::Notsup))))
}

pub(super) fn fd_filestat_set_size<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, fd: i32, size: i64) -> Result<i32> {
    let size = size.cast_unsigned();
    let changed = grow(host, fd, Growth::To(size), |host, _| {
        let descriptors = host.wasi().table(fd)?;
        let changed = descriptors.file(fd).and_then(|file| file.handle().set_len(size).map_err(|e| errno(&e)));
        descriptors.forget_sizes();
        Ok(changed.map(|()| 0))
    })?;
    Ok(number(changed.map(drop)))
}

pub(super) fn fd_filestat_set_times<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    atim: i64,
    mtim: i64,
    flags: i32,
) -> Result<i32> {
    if let Slot::Directory(directory) = host.wasi().slot(fd)? {
        let inner = u32::from(directory.inner).cast_signed();
        return immediate(p1::fd_filestat_set_times(host.wasi().p1()?, memory, inner, atim, mtim, flags))?;
    }
    let Ok(flags) = Fstflags::try_from(flags) else { return Ok(Errno::Inval as i32) };
    with_file(host, fd, |file| {
        let times = Times::new(atim, mtim, flags)?;
        if file.read_only {
            return Err(Errno::Perm);
        }
        file.set_times(times).map_err(|e| errno(&e))
    })
}

pub(super) fn fd_advise<T: WasiHost>(
    host: &mut T,
    _: &mut GuestMemory<'_>,
    fd: i32,
    offset: i64,
    len: i64,
    advice: i32,
) -> Result<i32> {
    let advice = match Advice::try_from(advice) {
        Ok(Advice::Normal) => libc::POSIX_FADV_NORMAL,
        Ok(Advice::Sequential) => libc::POSIX_FADV_SEQUENTIAL,
        Ok(Advice::Random) => libc::POSIX_FADV_RANDOM,
        Ok(Advice::Willneed) => libc::POSIX_FADV_WILLNEED,
        Ok(Advice::Dontneed) => libc::POSIX_FADV_DONTNEED,
        Ok(Advice::Noreuse) => libc::POSIX_FADV_NOREUSE,
        Err(_) => return Ok(Errno::Inval as i32),
    };
    with_file(host, fd, |file| file.advise(offset, len, advice))
}

/// Waits until what was written is on the disk; of a directory, the names that were created, renamed and removed in it.
fn sync<T: WasiHost>(host: &mut T, fd: i32, how: fn(&File) -> io::Result<()>) -> Result<i32> {
    if let Slot::Directory(directory) = host.wasi().slot(fd)? {
        let synced = lookup::reopen(directory.fd()).and_then(|directory| how(&File::from(directory)));
        return Ok(number(synced.map_err(|e| errno(&e))));
    }
    with_file(host, fd, |file| how(file.handle()).map_err(|e| errno(&e)))
}

pub(super) fn fd_sync<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, fd: i32) -> Result<i32> {
    sync(host, fd, File::sync_all)
}

pub(super) fn fd_datasync<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, fd: i32) -> Result<i32> {
    sync(host, fd, File::sync_data)
}

pub(super) fn fd_seek<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    offset: i64,
    whence: i32,
    result: i32,
) -> Result<i32> {
    let Ok(whence) = Whence::try_from(whence) else { return Ok(Errno::Inval as i32) };
    let sought = seekable(host, fd)?.and_then(|file| {
        let base = match whence {
            Whence::Set => 0,
            Whence::Cur => file.position,
            Whence::End => file.size().map_err(|e| errno(&e))?,
        };
        file.position = base.checked_add_signed(offset).ok_or(Errno::Inval)?;
        Ok(file.position)
    });
    match sought {
        Ok(position) => store(memory, result, position),
        Err(errno) => Ok(errno as i32),
    }
}

pub(super) fn fd_tell<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, result: i32) -> Result<i32> {
    match seekable(host, fd)?.map(|file| file.position) {
        Ok(position) => store(memory, result, position),
        Err(errno) => Ok(errno as i32),
    }
}

pub(super) fn fd_fdstat_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, result: i32) -> Result<i32> {
    if let Ok(file) = host.wasi().table(fd)?.file(fd) {
        return store(memory, result, file.fdstat());
    }
    let Some((fs_filetype, rights)) = standard_filetype(host, fd)? else {
        let inner = host.wasi().inner(fd)?;
        return immediate(p1::fd_fdstat_get(host.wasi().p1()?, memory, inner, result))?;
    };
    let fs_flags = Fdflags::empty();
    store(memory, result, Fdstat { fs_filetype, fs_flags, fs_rights_base: rights, fs_rights_inheriting: rights })
}

pub(super) fn fd_filestat_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, result: i32) -> Result<i32> {
    let seen = match host.wasi().slot(fd)? {
        Slot::Free => return Ok(Errno::Badf as i32),
        Slot::File(file) => Some(file.stat()),
        Slot::Directory(directory) => Some(lookup::stat_of(directory.fd())),
        Slot::Stdin | Slot::Output(_) => None,
    };
    match seen {
        Some(Ok(stat)) => return store(memory, result, file::filestat(&stat)),
        Some(Err(e)) => return Ok(errno(&e) as i32),
        None => {}
    }
    let filetype = standard_filetype(host, fd)?.map_or(Filetype::Unknown, |(filetype, _)| filetype);
    store(memory, result, Filestat { dev: 0, ino: 0, filetype, nlink: 0, size: 0, atim: 0, mtim: 0, ctim: 0 })
}

pub(super) fn fd_fdstat_set_flags<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, fd: i32, flags: i32) -> Result<i32> {
    let Ok(flags) = Fdflags::try_from(flags) else { return Ok(Errno::Inval as i32) };
    with_file(host, fd, |file| file.set_flags(flags))
}

/// Rights are what the directory and the way of opening say; none is ever taken away or given.
pub(super) fn fd_fdstat_set_rights<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, fd: i32, _: i64, _: i64) -> Result<i32> {
    Ok(match host.wasi().slot(fd)? {
        Slot::File(_) | Slot::Directory(_) => Errno::Notsup as i32,
        Slot::Free | Slot::Stdin | Slot::Output(_) => Errno::Badf as i32,
    })
}

pub(super) fn fd_close<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, fd: i32) -> Result<i32> {
    let closed = host.wasi().table(fd)?.take(fd);
    release(host, closed)
}

pub(super) fn fd_renumber<T: WasiHost>(host: &mut T, _: &mut GuestMemory<'_>, from: i32, to: i32) -> Result<i32> {
    host.wasi().table(from)?;
    let descriptors = host.wasi().table(to)?;
    if [from, to].iter().any(|fd| matches!(descriptors.get(*fd), Slot::Free)) {
        return Ok(Errno::Badf as i32);
    }
    if from == to {
        return Ok(SUCCESS);
    }
    let replaced = descriptors.renumber(from, to);
    release(host, replaced)
}

/// Lets go of what a descriptor stood for.
fn release<T: WasiHost>(host: &mut T, slot: Slot) -> Result<i32> {
    match slot {
        Slot::Free => Ok(Errno::Badf as i32),
        Slot::Stdin | Slot::Output(_) | Slot::File(_) => Ok(SUCCESS),
        Slot::Directory(directory) => {
            let inner = u32::from(directory.inner).cast_signed();
            immediate(p1::fd_close(host.wasi().p1()?, &mut GuestMemory::Unshared(&mut []), inner))?
        }
    }
}

/// No descriptor is a socket.
pub(super) fn no_socket<T: WasiHost>(host: &mut T, fd: i32) -> Result<i32> {
    Ok(match host.wasi().slot(fd)? {
        Slot::Free => Errno::Badf as i32,
        _ => Errno::Notsock as i32,
    })
}
