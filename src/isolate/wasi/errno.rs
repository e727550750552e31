//! What the guest is told of an error of the system.

use std::io;
use wasmtime_wasi::p1::types::Errno;

/// The number that stands for an error of the system in preview 1.
pub(super) fn errno(e: &io::Error) -> Errno {
    match e.raw_os_error() {
        Some(libc::EACCES) => Errno::Acces,
        Some(libc::EAGAIN) => Errno::Again,
        Some(libc::EBADF) => Errno::Badf,
        Some(libc::EBUSY) => Errno::Busy,
        Some(libc::EDQUOT) => Errno::Dquot,
        Some(libc::EEXIST) => Errno::Exist,
        Some(libc::EFBIG) => Errno::Fbig,
        Some(libc::EINTR) => Errno::Intr,
        Some(libc::EINVAL) => Errno::Inval,
        Some(libc::EISDIR) => Errno::Isdir,
        Some(libc::ELOOP) => Errno::Loop,
        Some(libc::EMFILE) => Errno::Mfile,
        Some(libc::ENAMETOOLONG) => Errno::Nametoolong,
        Some(libc::ENFILE) => Errno::Nfile,
        Some(libc::ENOENT) => Errno::Noent,
        Some(libc::ENOMEM) => Errno::Nomem,
        Some(libc::ENOSPC) => Errno::Nospc,
        Some(libc::ENOTDIR) => Errno::Notdir,
        Some(libc::ENOTSUP) => Errno::Notsup,
        Some(libc::EOVERFLOW) => Errno::Overflow,
        // A way out of the directory is no other device for the guest, but what it may not do.
        Some(libc::EPERM | libc::EXDEV) => Errno::Perm,
        Some(libc::EPIPE) => Errno::Pipe,
        Some(libc::EROFS) => Errno::Rofs,
        Some(libc::ESPIPE) => Errno::Spipe,
        Some(libc::ETXTBSY) => Errno::Txtbsy,
        _ => Errno::Io,
    }
}
