//! Bytes between files and the guest's memory: straight, in pieces, and as many as the call may write.

use super::calls::{seekable, settle, store_count, too_many};
use super::descriptors::Slot;
use super::errno::errno;
use super::quota::Growth;
use super::sandbox::{grows_alone, grows_beside_others};
use super::{WasiHost, check_interrupt, signals};
use smallvec::SmallVec;
use std::io;
use wasmtime::Result;
use wasmtime_wasi::p1::types::{self, Errno};
use wiggle::{GuestError, GuestMemory, GuestPtr};

/// What is moved between a file and the guest before the next look at the call's deadline.
const PIECE: usize = 1 << 20;

/// The guest's buffers as the system takes them, and how many bytes they have in all. As many as one call can report: the same
/// bytes may be named again and again, and the rest is left for the next call.
type Buffers = SmallVec<[libc::iovec; 8]>;

fn gather(memory: &mut GuestMemory<'_>, iovs: i32, count: i32, for_reading: bool) -> Result<(Buffers, u64), GuestError> {
    let (mut all, mut total) = (Buffers::new(), 0u64);
    let first = GuestPtr::<types::Ciovec>::new(iovs.cast_unsigned());
    for i in 0..count.cast_unsigned() {
        let iov = memory.read(first.add(i)?)?;
        let buffer = iov.buf.as_array(iov.buf_len);
        let len = buffer.len() as usize;
        // A memory of the guest is never shared, so its bytes can be had as they are.
        let base = match for_reading {
            true => memory.as_slice_mut(buffer)?.map(<[u8]>::as_mut_ptr),
            false => memory.as_slice(buffer)?.map(|bytes| bytes.as_ptr().cast_mut()),
        };
        let Some(base) = base.filter(|_| len > 0) else { continue };
        if total + len as u64 > u64::from(u32::MAX) {
            break;
        }
        total += len as u64;
        all.push(libc::iovec { iov_base: base.cast(), iov_len: len });
    }
    Ok((all, total))
}

/// Moves the buffers piece by piece until one is not moved as a whole; says how many bytes were. `step` is told how many were
/// moved before it.
fn in_pieces<T: WasiHost>(
    host: &mut T,
    buffers: &mut [libc::iovec],
    mut step: impl FnMut(&mut T, &[libc::iovec], u64) -> Result<io::Result<usize>>,
) -> Result<Result<u64, Errno>> {
    let (mut done, mut rest) = (0, buffers);
    loop {
        // As many whole buffers as fit, or a part of the first.
        let (mut fit, mut len) = (0, 0);
        while let Some(buffer) = rest.get(fit).filter(|buffer| len + buffer.iov_len <= PIECE) {
            (fit, len) = (fit + 1, len + buffer.iov_len);
        }
        let part = rest.first().copied().filter(|_| fit == 0).map(|whole| libc::iovec { iov_len: PIECE, ..whole });
        let (piece, len) = part.as_ref().map_or((&rest[..fit], len), |part| (std::slice::from_ref(part), PIECE));
        match step(host, piece, done)? {
            Ok(n) => {
                done += n as u64;
                if n < len {
                    return Ok(Ok(done));
                }
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {
                check_interrupt(host)?;
                continue;
            }
            Err(_) if done > 0 => return Ok(Ok(done)),
            Err(e) => return Ok(Err(errno(&e))),
        }
        if let Some(first) = rest.first_mut().filter(|_| part.is_some()) {
            first.iov_base = first.iov_base.wrapping_byte_add(PIECE);
            first.iov_len -= PIECE;
        } else {
            rest = &mut rest[fit..];
        }
        if rest.is_empty() {
            return Ok(Ok(done));
        }
        check_interrupt(host)?;
    }
}

/// Where a transfer of so many buffers begins, if it is one between a file and the guest.
fn begin<T: WasiHost>(host: &mut T, fd: i32, count: i32, offset: Option<u64>) -> Result<Result<u64, Errno>> {
    Ok(match seekable(host, fd)? {
        Ok(_) if too_many(count) => Err(Errno::Inval),
        Ok(file) => Ok(offset.unwrap_or(file.position)),
        // A stream of the other direction: it is not that it has no places.
        Err(Errno::Spipe) if offset.is_none() => Err(Errno::Badf),
        Err(errno) => Err(errno),
    })
}

/// Reads at `offset`, or at the file's own position, which then moves on.
pub(super) fn read_file<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    offset: Option<u64>,
    result: i32,
) -> Result<i32> {
    if matches!(host.wasi().slot(fd)?, Slot::Directory(_)) {
        return Ok(Errno::Isdir as i32);
    }
    let start = match begin(host, fd, count, offset)? {
        Ok(start) => start,
        Err(errno) => return Ok(errno as i32),
    };
    let (mut all, _) = match gather(memory, iovs, count, true) {
        Ok(gathered) => gathered,
        Err(e) => return settle(e),
    };
    let read = in_pieces(host, &mut all, |host, piece, done| {
        let file = host.wasi().table(fd)?.file(fd);
        Ok(file.map_or_else(|_| Err(io::ErrorKind::Other.into()), |file| file.read(piece, start.saturating_add(done))))
    })?;
    if let (Ok(n), None) = (read, offset)
        && let Ok(file) = host.wasi().table(fd)?.file(fd)
    {
        file.position = start.saturating_add(n);
    }
    store_count(memory, result, read)
}

/// Writes at `offset`, or at the file's own position, which then moves on; or at the end, if that is how the file was opened.
/// Refused as a whole where it does not fit as a whole into what the call may write.
pub(super) fn write_file<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    iovs: i32,
    count: i32,
    offset: Option<u64>,
    result: i32,
) -> Result<i32> {
    if let Err(errno) = begin(host, fd, count, offset)? {
        return Ok(errno as i32);
    }
    // Nothing is written of which the guest could not be told.
    let gathered = memory.read(GuestPtr::<u32>::new(result.cast_unsigned())).and_then(|_| gather(memory, iovs, count, false));
    let (mut all, len) = match gathered {
        Ok(gathered) => gathered,
        Err(e) => return settle(e),
    };
    let written = grow(host, fd, Growth::Write { offset, len }, |host, start| {
        in_pieces(host, &mut all, |host, piece, done| {
            let wasi = host.wasi();
            let file = match wasi.table(fd)?.file(fd) {
                Ok(file) => file,
                Err(_) => return Ok(Err(io::ErrorKind::Other.into())),
            };
            let written = file.write(piece, start.saturating_add(done));
            if let Ok(n) = written {
                file.seen = file.seen.max(start.saturating_add(done + n as u64));
                wasi.count_bytes(n as u64);
            }
            Ok(written)
        })
    })?;
    if let (Ok((start, n)), None) = (written, offset)
        && let Ok(file) = host.wasi().table(fd)?.file(fd)
    {
        file.position = start.saturating_add(n);
    }
    store_count(memory, result, written.map(|(_, n)| n))
}

/// Makes a change that may make a file larger, unless that goes past what it may have or the call may add. `change` is told
/// where a write begins, and says how much was written.
pub(super) fn grow<T: WasiHost>(
    host: &mut T,
    fd: i32,
    growth: Growth,
    change: impl FnOnce(&mut T, u64) -> Result<Result<u64, Errno>>,
) -> Result<Result<(u64, u64), Errno>> {
    let (_alone, _beside_others) = match host.wasi().grows_within_limit(fd, growth)? {
        Some((file, true)) => (Some(grows_alone(host, file)?), None),
        Some((file, false)) => (None, Some(grows_beside_others(host, file)?)),
        None => (None, None),
    };
    let room = match host.wasi().allows(fd, growth)? {
        Ok(room) => room,
        Err(errno) => return Ok(Err(errno)),
    };
    let changed = match room.may_signal {
        false => change(host, room.start)?,
        // Another process may make the file larger meanwhile, so that the write, or a later piece of it, begins past the process's
        // own limit after all. The result does not tell: of a piece that was written before it, it is that one's.
        true => signals::unheard(|| change(host, room.start), |_| Some(libc::SIGXFSZ))?,
    };
    if matches!((growth, changed), (Growth::To(_), Ok(_)) | (_, Ok(1..))) {
        host.wasi().count_bytes(room.gap);
    }
    Ok(changed.map(|n| (room.start, n)))
}
