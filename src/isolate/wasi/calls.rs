//! The calls on descriptors that need more than wasmtime-wasi does: standard streams, quotas, and work that is bounded.

use super::context::{Growth, HOSTCALL_FUEL, Slot};
use super::shims::immediate;
use super::{WasiHost, signals, stdio};
use wasmtime::Result;
use wasmtime_wasi::p1::types::{self, Errno, Fdflags, Fdstat, Filestat, Filetype, Rights};
use wasmtime_wasi::p1::wasi_snapshot_preview1 as p1;
use wiggle::{GuestError, GuestMemory, GuestPtr};

pub(super) const SUCCESS: i32 = Errno::Success as i32;

/// The most buffers that one call looks at (`IOV_MAX`).
const MAX_BUFFERS: u32 = 1024;

/// An errno where the guest's mistake has one, else a trap: a pointer out of bounds ends the guest.
pub(super) fn settle(error: GuestError) -> Result<i32> {
    types::Error::from(error).downcast().map(|errno| errno as i32)
}

pub(super) fn slot<T: WasiHost>(host: &mut T, fd: i32) -> Result<Slot> {
    host.wasi().slot(fd)
}

/// Whether the stream behind a standard descriptor is a terminal; `None` for any other descriptor.
fn standard_filetype<T: WasiHost>(host: &mut T, fd: i32) -> Result<Option<(Filetype, Rights)>> {
    let slot = host.wasi().slot(fd)?;
    let context = host.wasi().context()?;
    let (inherited, rights) = match slot {
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
fn too_many(count: i32) -> bool {
    count.cast_unsigned() > MAX_BUFFERS
}

/// The length of the first buffer that is not empty, which is as much as wasmtime-wasi transfers in one call.
fn first_len(memory: &GuestMemory<'_>, iovs: i32, count: i32) -> Result<u64, GuestError> {
    buffers(memory, iovs, count).next().map_or(Ok(0), |buffer| Ok(u64::from(buffer?.len())))
}

/// Fuel for calls that move bytes between a file and the guest without a copy of ours.
fn transfer_fuel(memory: &GuestMemory<'_>) -> usize {
    let size = match memory {
        GuestMemory::Unshared(bytes) => bytes.len(),
        GuestMemory::Shared(_) => 0,
    };
    size.saturating_add(HOSTCALL_FUEL)
}

pub(super) fn fd_read<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    result: i32,
) -> Result<i32> {
    if slot(host, fd)? != Slot::Stdin {
        if too_many(count) {
            return Ok(Errno::Inval as i32);
        }
        return immediate(p1::fd_read(host.wasi().p1_with_fuel(transfer_fuel(memory))?, memory, fd, iovs, count, result))?;
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
    match read {
        // One buffer of a 32-bit length at most.
        Ok(n) => store(memory, result, n as u32),
        Err(errno) => Ok(errno as i32),
    }
}

pub(super) fn fd_write<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    result: i32,
) -> Result<i32> {
    let Slot::Output(output) = slot(host, fd)? else { return write_file(host, memory, fd, iovs, count, result) };
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

fn write_file<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    result: i32,
) -> Result<i32> {
    if too_many(count) {
        return Ok(Errno::Inval as i32);
    }
    let len = match first_len(memory, iovs, count) {
        Ok(len) => len,
        Err(e) => return settle(e),
    };
    grow(host, memory, fd, Growth::AtCursor(len), |host, memory| {
        immediate(p1::fd_write(host.wasi().p1_with_fuel(transfer_fuel(memory))?, memory, fd, iovs, count, result))?
    })
}

/// Makes a change that may make a file larger, unless that goes past what it may have.
fn grow<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    growth: Growth,
    change: impl FnOnce(&mut T, &mut GuestMemory<'_>) -> Result<i32>,
) -> Result<i32> {
    let sandbox = host.wasi().sandbox();
    let _alone = match host.wasi().appends_within_limit(fd)? {
        true => Some(sandbox.appends_alone(host)?),
        false => None,
    };
    if host.wasi().refuses_growth(memory, fd, growth)? {
        return Ok(Errno::Fbig as i32);
    }
    if signals::largest_file() == u64::MAX {
        return change(host, memory);
    }
    // Another process may make the file larger meanwhile, so that the write begins past the process's own limit after all.
    signals::unheard(
        || change(host, memory),
        |result| matches!(result, Ok(errno) if *errno == Errno::Fbig as i32).then_some(libc::SIGXFSZ),
    )
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
    if too_many(count) {
        return Ok(Errno::Inval as i32);
    }
    immediate(p1::fd_pread(host.wasi().p1_with_fuel(transfer_fuel(memory))?, memory, fd, iovs, count, offset, result))?
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
    if too_many(count) {
        return Ok(Errno::Inval as i32);
    }
    let len = match first_len(memory, iovs, count) {
        Ok(len) => len,
        Err(e) => return settle(e),
    };
    grow(host, memory, fd, Growth::At { offset: offset.cast_unsigned(), len }, |host, memory| {
        immediate(p1::fd_pwrite(host.wasi().p1_with_fuel(transfer_fuel(memory))?, memory, fd, iovs, count, offset, result))?
    })
}

pub(super) fn fd_allocate<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    offset: i64,
    len: i64,
) -> Result<i32> {
    let end = offset.cast_unsigned().saturating_add(len.cast_unsigned());
    grow(host, memory, fd, Growth::To(end), |host, memory| p1::fd_allocate(host.wasi().p1()?, memory, fd, offset, len))
}

pub(super) fn fd_filestat_set_size<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, size: i64) -> Result<i32> {
    grow(host, memory, fd, Growth::To(size.cast_unsigned()), |host, memory| {
        immediate(p1::fd_filestat_set_size(host.wasi().p1()?, memory, fd, size))?
    })
}

pub(super) fn fd_fdstat_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, result: i32) -> Result<i32> {
    let Some((fs_filetype, rights)) = standard_filetype(host, fd)? else {
        return immediate(p1::fd_fdstat_get(host.wasi().p1()?, memory, fd, result))?;
    };
    let fs_flags = Fdflags::empty();
    store(memory, result, Fdstat { fs_filetype, fs_flags, fs_rights_base: rights, fs_rights_inheriting: rights })
}

pub(super) fn fd_filestat_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, result: i32) -> Result<i32> {
    let Some((filetype, _)) = standard_filetype(host, fd)? else {
        return immediate(p1::fd_filestat_get(host.wasi().p1()?, memory, fd, result))?;
    };
    store(memory, result, Filestat { dev: 0, ino: 0, filetype, nlink: 0, size: 0, atim: 0, mtim: 0, ctim: 0 })
}

pub(super) fn fd_fdstat_set_flags<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, flags: i32) -> Result<i32> {
    let errno = p1::fd_fdstat_set_flags(host.wasi().p1()?, memory, fd, flags)?;
    if errno == SUCCESS {
        let append = appends(flags);
        host.wasi().descriptors()?.set(fd, Slot::Opened { append });
    }
    Ok(errno)
}

pub(super) fn appends(flags: i32) -> bool {
    flags & i32::from(Fdflags::APPEND.bits()) != 0
}

pub(super) fn fd_close<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32) -> Result<i32> {
    let errno = immediate(p1::fd_close(host.wasi().p1()?, memory, fd))??;
    if errno == SUCCESS {
        host.wasi().descriptors()?.set(fd, Slot::Free);
    }
    Ok(errno)
}

pub(super) fn fd_renumber<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, from: i32, to: i32) -> Result<i32> {
    let errno = immediate(p1::fd_renumber(host.wasi().p1()?, memory, from, to))??;
    if errno == SUCCESS && from != to {
        let descriptors = &mut host.wasi().descriptors()?;
        let moved = descriptors.get(from);
        descriptors.set(from, Slot::Free);
        descriptors.set(to, moved);
    }
    Ok(errno)
}

pub(super) fn fd_seek<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    offset: i64,
    whence: i32,
    result: i32,
) -> Result<i32> {
    match slot(host, fd)? {
        Slot::Stdin | Slot::Output(_) => Ok(Errno::Spipe as i32),
        _ => immediate(p1::fd_seek(host.wasi().p1()?, memory, fd, offset, whence, result))?,
    }
}

pub(super) fn fd_tell<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, result: i32) -> Result<i32> {
    match slot(host, fd)? {
        Slot::Stdin | Slot::Output(_) => Ok(Errno::Spipe as i32),
        _ => p1::fd_tell(host.wasi().p1()?, memory, fd, result),
    }
}
