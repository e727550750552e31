//! The calls that take paths: how long a path may be, and what is never opened.

use super::WasiHost;
use super::calls::{SUCCESS, appends};
use super::context::Slot;
use super::handles;
use super::shims::immediate;
use wasmtime::Result;
use wasmtime_wasi::p1::types::{self, Errno, Filestat, Filetype, Lookupflags};
use wasmtime_wasi::p1::wasi_snapshot_preview1::{self as p1, WasiSnapshotPreview1};
use wiggle::{GuestMemory, GuestPtr};

/// The most bytes that a path may have (`PATH_MAX`, which counts a NUL). A longer one would only cost time: where the kernel
/// does not resolve paths beneath a directory, wasmtime-wasi walks them part by part, and would take a longer one.
const MAX_PATH: u32 = 4095;

pub(super) fn too_long(lengths: &[i32]) -> bool {
    lengths.iter().any(|len| len.cast_unsigned() > MAX_PATH)
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
    inheriting: i64,
    flags: i32,
    result: i32,
) -> Result<i32> {
    if host.wasi().refuses_open()? {
        return Ok(Errno::Mfile as i32);
    }
    let sandbox = host.wasi().sandbox();
    let _stays = sandbox.names_stay(host)?;
    if let Some(errno) = refusal(host, memory, fd, lookup, path, len)? {
        return Ok(errno as i32);
    }
    let p1 = host.wasi().p1()?;
    let errno = immediate(p1::path_open(p1, memory, fd, lookup, path, len, oflags, base, inheriting, flags, result))??;
    if errno != SUCCESS {
        return Ok(errno);
    }
    let opened = memory.read(GuestPtr::<u32>::new(result.cast_unsigned()))?;
    if handles::lift(p1).is_err() {
        immediate(p1.fd_close(memory, types::Fd::from(opened)))??;
        return Ok(Errno::Nfile as i32);
    }
    host.wasi().descriptors()?.set(opened.cast_signed(), Slot::Opened { append: appends(flags) });
    Ok(SUCCESS)
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
    let sandbox = host.wasi().sandbox();
    let _stays = sandbox.names_stay(host)?;
    // What a link leads to is opened to set its times; the link itself, or anything else by its own name, is not.
    let follows = flags.cast_unsigned() & Lookupflags::SYMLINK_FOLLOW.bits() != 0;
    if follows && let Some(errno) = refusal(host, memory, fd, flags, path, len)? {
        return Ok(errno as i32);
    }
    immediate(p1::path_filestat_set_times(host.wasi().p1()?, memory, fd, flags, path, len, atim, mtim, set))?
}

/// Why what the path names must not be opened: it is a FIFO, device or socket, or it cannot be looked at. Known before it is
/// opened: opening a FIFO waits for its other end, and opening a device can do anything. What does not exist is for the
/// call itself to report or to create, and a descriptor that is no directory for it to tell from one that is none.
fn refusal<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    lookup: i32,
    path: i32,
    len: i32,
) -> Result<Option<Errno>> {
    let fd = types::Fd::from(fd.cast_unsigned());
    let path = GuestPtr::<str>::new((path.cast_unsigned(), len.cast_unsigned()));
    let Ok(lookup) = Lookupflags::try_from(lookup) else { return Ok(Some(Errno::Inval)) };
    match immediate(host.wasi().p1()?.path_filestat_get(memory, fd, lookup, path))? {
        Ok(stat) => Ok((!is_ordinary(&stat)).then_some(Errno::Acces)),
        Err(e) => e.downcast().map(|errno| (!matches!(errno, Errno::Noent | Errno::Badf)).then_some(errno)),
    }
}

/// wasmtime-wasi shows a FIFO and a socket as unknown.
fn is_ordinary(stat: &Filestat) -> bool {
    matches!(stat.filetype, Filetype::RegularFile | Filetype::Directory | Filetype::SymbolicLink)
}
